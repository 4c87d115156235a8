internal import TGTensor

extension Instruction {
  /// Multiplications with additions, as executed: places in the padding count, the zeros that fill
  /// up panels do not, and only convolutions, products and resamplings have any. The views have the
  /// ranks that their instruction asks for; a number that does not fit is given as the largest.
  public var macs: Int { checkedMacs ?? .max }

  /// `macs`, or nil if the number does not fit.
  var checkedMacs: Int? {
    switch self {
    case .convolve(let convolution): convolution.checkedMacs
    case .multiply(let product):
      product.left.rank == 3 && product.output.rank == 3
        ? Int.product(product.output.dimensions + [product.left.dimensions[2]]) : nil
    case .resample(let resampling):
      resampling.weights.rank == 2
        ? Int.product(resampling.output.dimensions + [resampling.weights.dimensions[1]]) : nil
    case .map, .reduce, .normalize, .softmax, .pool, .unpool, .gather, .signs: 0
    }
  }

  /// What bounds the time that it takes: multiplications with additions, elements read (as often as
  /// they are read) or elements written, whichever are most; nil if the number does not fit.
  var checkedWork: Int? {
    guard let macs = checkedMacs, let read = elementsRead,
      let written = Int.product(output.dimensions)
    else { return nil }
    return Swift.max(macs, read, written)
  }

  private var elementsRead: Int? {
    switch self {
    case .convolve(let x): Int.elements(of: x.epilogue.operands)
    case .multiply(let x): Int.elements(of: x.epilogue.operands)
    case .normalize(let x): Int.elements(of: [x.input] + x.epilogue.operands)
    case .pool(let x):
      Int.product(x.output.dimensions + [x.kernelHeight, x.kernelWidth])
    case .unpool(let x):
      Int.product(x.gradient.dimensions + [x.kernelHeight, x.kernelWidth])
    case .gather: 0
    case .map, .reduce, .softmax, .resample, .signs: Int.elements(of: operands)
    }
  }
}

extension Convolution {
  /// The rows and columns of the output that a phase computes.
  package func extents(of phase: Phase) -> (rows: Int, columns: Int) {
    func places(_ extent: Int, _ origin: Int, _ scale: Int) -> Int {
      origin >= 0 && origin < extent ? (extent - origin - 1) / scale + 1 : 0
    }
    return (
      places(output.dimensions[1], phase.originY, scaleY),
      places(output.dimensions[2], phase.originX, scaleX)
    )
  }

  /// The elements of a phase's packed weights; nil if their number does not fit.
  package func packedWeightCount(of phase: Phase) -> Int? {
    let channels = input.dimensions[3]
    let kernel = [phase.kernelHeight, phase.kernelWidth]
    switch packing {
    case .panels:
      let panels = (output.dimensions[3] / groups + 15) / 16
      return Int.product([groups, panels, channels / groups, 16] + kernel)
    case .depthwise: return Int.product([channels] + kernel)
    }
  }

  fileprivate var checkedMacs: Int? {
    guard input.rank == 4, output.rank == 4, groups > 0, scaleY > 0, scaleX > 0 else { return nil }
    var sum = 0
    for phase in phases {
      let (rows, columns) = extents(of: phase)
      guard
        let macs = Int.product([
          output.dimensions[0], rows, columns, output.dimensions[3], phase.kernelHeight,
          phase.kernelWidth, input.dimensions[3] / groups,
        ]),
        let next = sum.adding(macs)
      else { return nil }
      sum = next
    }
    return sum
  }
}

extension PlanFunction {
  /// The elements that the arena must have: the end of its last slot, rounded up to a multiple of
  /// 16; nil if the number does not fit.
  public var requiredArenaElements: Int? {
    var end = 0
    for slot in slots where slot.kind != .weight {
      guard let slotEnd = slot.offset.adding(slot.count) else { return nil }
      end = max(end, slotEnd)
    }
    return end.adding(15).map { $0 / 16 * 16 }
  }

  /// The sum of the instructions' multiplications with additions; nil if it does not fit.
  public var requiredMacs: Int? { sum(\.checkedMacs) }

  /// The work of a run for the whole batch, the sum over the instructions: of each its
  /// multiplications with additions, elements read (as often as they are read) or elements written,
  /// whichever are most. A number that does not fit is given as the largest.
  public var work: Int { checkedWork ?? .max }

  /// `work`, or nil if the number does not fit.
  var checkedWork: Int? { sum(\.checkedWork) }

  private func sum(_ number: (Instruction) -> Int?) -> Int? {
    var sum = 0
    for placed in instructions {
      guard let more = number(placed.instruction), let next = sum.adding(more) else { return nil }
      sum = next
    }
    return sum
  }
}

// Arithmetic on numbers from outside.
extension Int {
  /// The sum, nil if it does not fit.
  func adding(_ other: Int) -> Int? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }

  /// The product, nil if it does not fit.
  func multiplying(_ other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }

  /// The elements that some views see together, nil if their number does not fit.
  static func elements(of views: [View]) -> Int? {
    var sum = 0
    for view in views {
      guard let count = product(view.dimensions), let next = sum.adding(count) else { return nil }
      sum = next
    }
    return sum
  }

  /// The product of all, nil if it does not fit.
  static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      guard let next = product.multiplying(factor) else { return nil }
      product = next
    }
    return product
  }
}
