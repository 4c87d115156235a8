import TGPlan
import TGTensor

/// Carries out a plan on addresses alone, one by one, as the comments of `Instruction` say, and
/// ends the program if an address is not where it may be.
///
/// Every view stays inside its slot and every slot inside its memory; weights are never written; an
/// instruction writes each place of its output once, and none that it reads out of order; what a
/// slot holds is not lost before it has been read for the last time.
struct PlanTrace {
  private let function: PlanFunction
  private let weightBytes: Int
  private let numbers: (Int, Int) -> [Int32]?
  /// The slot that last wrote each place of the arena; a place has 16 bits.
  private var owners: [Int: Int] = [:]
  /// What was written by a slot and then by another one.
  private var lost: Set<[Int]> = []

  /// Traces all functions that are small enough.
  static func run(_ plan: Plan, numbers: @escaping (Int, Int) -> [Int32]?) {
    for function in plan.functions {
      var trace = PlanTrace(function: function, weightBytes: plan.weightBytes, numbers: numbers)
      trace.run()
    }
  }

  private init(
    function: PlanFunction, weightBytes: Int, numbers: @escaping (Int, Int) -> [Int32]?
  ) {
    self.function = function
    self.weightBytes = weightBytes
    self.numbers = numbers
  }

  private mutating func run() {
    let views =
      function.instructions.flatMap(\.instruction.views) + function.inputs.map(\.view)
      + function.outputs.map(\.view)
    let places = views.reduce(0) { $0 + min($1.count, 1 << 20) }
    guard places < 1 << 18, function.macs < 1 << 20 else { return }
    for item in function.inputs { write(addresses(item.view), of: item.view.slot) }
    for placed in function.instructions { run(placed.instruction) }
    for item in function.outputs { read(addresses(item.view), of: item.view.slot) }
  }

  private mutating func run(_ instruction: Instruction) {
    let output = addresses(instruction.output)
    demand(Set(output).count == output.count, "a place is written twice")
    demand(function.slots[instruction.output.slot].kind != .weight, "a weight is written")
    for operand in instruction.operands { read(addresses(operand), of: operand.slot) }
    let written = Set(output)
    for operand in instruction.freeOperands where operand.view.slot == instruction.output.slot {
      demand(
        written.isDisjoint(with: addresses(operand.view)), "an operand is overwritten")
    }
    for operand in instruction.elementwiseOperands
    where operand.view.slot == instruction.output.slot {
      let places = addresses(operand.view)
      demand(
        places == output || written.isDisjoint(with: places), "an operand is overwritten")
    }
    switch instruction {
    case .convolve(let convolution): trace(convolution)
    case .pool(let pooling):
      trace(
        windows: pooling.output, of: pooling.input,
        rows: (pooling.window.kernelHeight, pooling.window.strideY, pooling.window.padTop),
        columns: (pooling.window.kernelWidth, pooling.window.strideX, pooling.window.padLeft))
    case .maxPoolGradient(let pooling):
      trace(
        windows: pooling.gradient, of: pooling.input,
        rows: (pooling.window.kernelHeight, pooling.window.strideY, pooling.window.padTop),
        columns: (pooling.window.kernelWidth, pooling.window.strideX, pooling.window.padLeft))
    case .resample(let resampling): trace(resampling)
    case .multiply, .map, .reduce, .normalize, .softmax, .gather, .scatter, .packMask:
      break
    }
    write(output, of: instruction.output.slot)
  }

  /// The places of a view, counted from the start of its memory: two of each float and whole number,
  /// one of each word of bits.
  private func addresses(_ view: View) -> [Int] {
    let slot = function.slots[view.slot]
    demand(view.dtype == slot.dtype, "a view is not of its slot's type")
    demand(view.dtype.isStored, "a view is of a type that is reserved")
    demand(slot.kind == .weight || view.dtype.isComputed, "weights as stored are computed")
    let (isBits, granule) = (view.dtype == .bits, view.dtype.granule)
    let isNarrow = view.dtype.granuleBytes == 2
    let bytes = (slot.count + granule - 1) / granule * (isNarrow ? 2 : 4)
    let size = slot.kind == .weight ? weightBytes : function.arenaBytes
    demand(slot.offset >= 0 && slot.offset + bytes <= size, "a slot lies outside")
    demand(slot.offset % 64 == 0, "a slot is misaligned")
    var (dimensions, strides) = (view.dimensions, view.strides)
    if isBits, let row = dimensions.popLast(), let step = strides.popLast() {
      demand(row == 1 || step == 1, "bits are no neighbours")
      demand(
        ([view.offset] + strides).allSatisfy { $0 % 16 == 0 }, "a row does not begin with a word")
      let last = zip(dimensions, strides).reduce(view.offset) { $0 + ($1.0 - 1) * $1.1 } + row - 1
      demand(last < slot.count, "a view reaches outside its slot")
      dimensions.append((row + 15) / 16)
      strides = strides.map { $0 / 16 } + [1]
    }
    let order = StridedOrder(
      dimensions: dimensions, strides: strides, offset: view.offset / granule)
    return order.flatMap { element in
      demand(
        element >= 0 && element < (slot.count + granule - 1) / granule,
        "a view reaches outside its slot")
      let place = slot.offset / 2 + element * (isNarrow ? 1 : 2)
      return isNarrow ? [place] : [place, place + 1]
    }
  }

  private mutating func write(_ places: [Int], of slot: Int) {
    for place in places {
      if let owner = owners[place], owner != slot { lost.insert([owner, place]) }
      lost.remove([slot, place])
      owners[place] = slot
    }
  }

  private func read(_ places: [Int], of slot: Int) {
    guard function.slots[slot].kind != .weight else { return }
    for place in places { demand(!lost.contains([slot, place]), "a value is lost") }
  }

  private func trace(_ convolution: Convolution) {
    let output = convolution.output.dimensions
    var covered = Set<[Int]>()
    for phase in convolution.phases {
      for y in stride(from: phase.originY, to: output[1], by: convolution.scaleY) {
        for x in stride(from: phase.originX, to: output[2], by: convolution.scaleX) {
          demand(covered.insert([y, x]).inserted, "two phases compute one place")
        }
      }
      let inner = convolution.input.dimensions[3] / convolution.groups
      let panels = (output[3] / convolution.groups + 15) / 16
      let kernel = phase.kernelHeight * phase.kernelWidth
      let count =
        switch convolution.packing {
        case .depthwise: kernel * output[3]
        case .panels: convolution.groups * panels * kernel * inner * 16
        case .turned: (inner + 15) / 16 * kernel * output[3] * 16
        }
      demand(phase.weights.count == count, "weights are missing")
    }
    demand(covered.count == output[1] * output[2], "a place is not computed")
  }

  private func trace(
    windows: View, of picture: View, rows: (kernel: Int, stride: Int, pad: Int),
    columns: (kernel: Int, stride: Int, pad: Int)
  ) {
    for (axis, along) in [(1, rows), (2, columns)] {
      for window in 0..<windows.dimensions[axis] {
        let start = window * along.stride - along.pad
        demand(
          start < picture.dimensions[axis] && start + along.kernel > 0, "a window lies outside")
      }
    }
  }

  private func trace(_ resampling: Resampling) {
    let starts = function.slots[resampling.starts.slot].offset + 4 * resampling.starts.offset
    let values = numbers(starts, resampling.starts.count) ?? []
    demand(values.count == resampling.output.dimensions[resampling.axis], "starts missing")
    for value in values {
      let last = Int(value) + resampling.weights.dimensions[1] - 1
      demand(
        value >= 0 && last < resampling.input.dimensions[resampling.axis], "a start is outside")
    }
  }
}
