internal import TGTensor

extension Instruction {
  /// Multiplications with additions, as executed. The views have the ranks that their instruction
  /// asks for; a number that does not fit is given as the largest.
  package var macs: Int { checkedMacs ?? .max }

  /// `macs`, or nil if the number does not fit.
  var checkedMacs: Int? { kind.checkedMacs }

  /// The bytes that must be read and written at least: of each view the elements that lie apart, once.
  /// Weights count as many as are read, where they are transformed for tiles (`Convolution.tile`).
  package var leastBytes: Int {
    let kind = kind
    return namedViews.reduce(0) { sum, named in
      let bytes = kind.leastBytes(of: named).flatMap(sum.adding)
      return bytes ?? .max
    }
  }

  /// What bounds the time that it takes: multiplications with additions, elements read (as often as
  /// they are read) or elements written, whichever are most; nil if the number does not fit.
  var checkedWork: Int? { kind.checkedWork(of: namedViews) }
}

extension Instruction {
  /// The views of float16 that are read where their slot was widened.
  fileprivate var widenedViews: [View] {
    let views: [View]
    switch self {
    case .gather: views = []
    case .convolve(let convolution):
      views = convolution.phases.filter { !convolution.preparesWeights(of: $0) }.map(\.weights)
    default: views = namedViews.map(\.view)
    }
    return views.filter { $0.dtype == .float16 }
  }
}

extension View {
  /// The same elements as whoever reads them sees them: float32 in place of float16.
  var widened: View {
    var view = self
    if dtype == .float16 { view.dtype = .float32 }
    return view
  }

  /// The bytes of the elements that lie apart; nil if the number does not fit.
  var leastBytes: Int? {
    let apart = zip(dimensions, strides).map { $1 == 0 ? 1 : $0 }
    return Int.product(apart).flatMap(dtype.bytes(of:))
  }
}

extension InstructionKind {
  /// `Instruction.checkedWork` for all views of the instruction, which are given to save a walk.
  func checkedWork(of views: [NamedView]) -> Int? {
    var written = 0
    for output in views where output.access == .written {
      guard let count = Int.product(output.view.dimensions), let sum = written.adding(count) else {
        return nil
      }
      written = sum
    }
    guard let macs = checkedMacs,
      let read = elementsRead(of: views.filter { $0.access != .written })
    else { return nil }
    return max(macs, read, written)
  }
}

extension Plan {
  /// The bytes of the weights that are stored as float16, each slot of the weight section once.
  package var float16WeightBytes: Int {
    let slots = functions.lazy.flatMap(\.slots)
    let halves = Set(slots.filter { $0.kind == .weight && $0.dtype == .float16 })
    return halves.reduce(0) { sum, slot in sum.adding(slot.byteCount) ?? .max }
  }
}

extension PlanFunction {
  /// The bytes that the arena must have: the end of its last slot, rounded up to a multiple of
  /// `Slot.alignment`; nil if the number does not fit.
  package var requiredArenaBytes: Int? {
    var end = 0
    for slot in slots where slot.kind != .weight {
      guard let slotEnd = slot.offset.adding(slot.byteCount) else { return nil }
      end = max(end, slotEnd)
    }
    return Slot.aligned(end)
  }

  /// The numbers of the slots of float16 that are widened to float32 when the function is opened, of equal
  /// slots the first: all but those that only gatherings read, or convolutions for which other weights are
  /// made (`Convolution.preparesWeights(of:)`): both widen what they read.
  package var widenedSlots: [Int] {
    var (met, list): (Set<Slot>, [Int]) = ([], [])
    for placed in instructions {
      for view in placed.instruction.widenedViews {
        let number = view.slot
        guard slots.indices.contains(number), met.insert(slots[number]).inserted else { continue }
        list.append(number)
      }
    }
    return list
  }

  /// The bytes of the weights that are made when the function is opened, each once: transformed
  /// (`Convolution.tile`), turned (`Convolution.Packing.turned`), rounded to bfloat16
  /// (`Convolution.precision`), or only widened (`widenedSlots`). They are
  /// in memory besides the weights of the file. A number that does not fit is given as the largest.
  package var transformedWeightBytes: Int {
    var met: Set<PreparedKernel> = []
    var sum = 0
    for number in widenedSlots {
      guard let bytes = DType.float32.bytes(of: slots[number].count), let next = sum.adding(bytes)
      else { return .max }
      sum = next
    }
    for placed in instructions {
      guard case .convolve(let convolution) = placed.instruction else { continue }
      for phase in convolution.phases where convolution.preparesWeights(of: phase) {
        guard let count = convolution.preparedWeightCount(of: phase) else { return .max }
        let kernel = PreparedKernel(
          view: phase.weights, packing: convolution.packing, form: convolution.form(of: phase),
          precision: convolution.precision, count: count)
        guard met.insert(kernel).inserted else { continue }
        guard let bytes = count.multiplying(4), let next = sum.adding(bytes) else { return .max }
        sum = next
      }
    }
    return sum
  }

  /// Weights that are made once.
  private struct PreparedKernel: Hashable {
    var view: View
    var packing: Convolution.Packing
    var form: WinogradForm?
    var precision: Convolution.Precision
    var count: Int
  }

  /// The sum of the instructions' multiplications with additions; nil if it does not fit.
  package var requiredMacs: Int? { sum(\.checkedMacs) }

  /// The work of a run for the whole batch, the sum over the instructions: of each its
  /// multiplications with additions, elements read (as often as they are read) or elements written,
  /// whichever are most. A number that does not fit is given as the largest.
  package var work: Int { checkedWork ?? .max }

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
  static func elements(of views: some Sequence<View>) -> Int? {
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
