import TGExecution
import TGMachine
import TGPlan
import TGReference
import TGTensor

/// One instruction for the reference executor, which holds numbers in `Double`, where not every bit
/// of a float lasts: it reads the arena as weights and writes to an arena that is empty.
struct ReferenceStep {
  private var function: PlanFunction
  private let output: View
  /// The result as bits.
  private let bits: View

  /// Readies an instruction of a function.
  ///
  /// - Parameter weightBytes: The size of the weight section, behind which the arena stands.
  init(_ instruction: Instruction, of function: PlanFunction, weightBytes: Int) {
    let slots = function.slots
    let output = instruction.output
    self.function = function
    self.output = output
    for slot in slots {
      self.function.slots.append(
        Slot(
          kind: .weight, dtype: slot.dtype,
          offset: slot.kind == .weight ? slot.offset : weightBytes + slot.offset, count: slot.count)
      )
    }
    func twin(_ view: View) -> View {
      var view = view
      view.slot += slots.count
      return view
    }
    // What lies in the slot of the result is copied there first.
    var instructions = Set(instruction.operands.filter { $0.slot == output.slot }).map { view in
      Instruction.map(PointwiseMap(program: .identity, operands: [twin(view)], output: view))
    }
    var redirected = instruction
    redirected.updateViews { if $0.slot != output.slot { $0 = twin($0) } }
    instructions.append(redirected)
    self.function.instructions = instructions.map {
      PlacedInstruction($0, label: "", source: "", macs: $0.macs)
    }
    let width = output.dtype.bitWidth
    let slot = slots[output.slot]
    var bits = View(
      slot: 2 * slots.count, offset: width * output.offset, dimensions: output.dimensions,
      strides: output.strides.map { width * $0 }, dtype: .bits)
    if output.dtype == .bits, let last = bits.dimensions.indices.last {
      bits.dimensions[last] = DType.bits.padded(bits.dimensions[last])
      bits.strides[last] = 1
    } else {
      bits.dimensions.append(width)
      bits.strides.append(1)
    }
    self.bits = bits
    self.function.slots.append(
      Slot(kind: .arena, dtype: .bits, offset: slot.offset, count: 8 * slot.byteCount))
  }

  /// An arena with the result: of whole numbers and bits every bit, of floats the numbers.
  func result(from memory: PlanMemory) -> [UInt32] {
    var plan = Plan(name: "step")
    plan.functions = [function]
    let weights = PlanMemory.section(memory.weights + memory.arena)
    var arena = [UInt32](repeating: 0, count: memory.arena.count)
    do {
      let executor = try ReferenceTarget().executor(
        for: 0, of: LoadedPlan(plan: plan, weights: weights), within: Budget(threads: 1))
      try executor.run()
      let view = output.dtype == .float32 ? output : bits
      let places = view.places(in: function.slots[view.slot])
      for (place, number) in zip(places, try executor.fetch(view)) {
        if view.dtype == .float32 {
          arena[place / 32] = number.bitPattern
        } else if number == 1 {
          arena[place / 32] |= 1 << UInt32(place % 32)
        }
      }
      return arena
    } catch { fail("the reference refuses \(function.instructions): \(error)") }
  }
}
