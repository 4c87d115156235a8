import TGPlan
import TGTensor
import TGTestSupport

/// Plans whose tensors are of the wrong type, or lie where their type forbids.
extension MalformedPlans {
  static var types: [MalformedFile] {
    slots + bits + operands + conversions
  }

  private static let float = "it must be of float32"
  private static let whole = "it must be of int32"
  private static let number = "it must be of float32 or int32"
  /// The numbers of instructions of the small plan, and of its slots of ids and lengths.
  private static let first = 0
  private static let (resize, embedding, softmax, mean, mask, masked) = (6, 7, 9, 10, 13, 14)
  private static let (norm, ids, lengths, z) = (4, 1, 2, 3)

  private static var slots: [MalformedFile] {
    [
      function("slot-of-float16", "holds float16, as which only weights are stored") {
        $0.retype(z, .float16)
      },
      function("slot-of-bfloat16", "holds bfloat16, which is reserved for storage") {
        $0.retype(z, .bfloat16)
      },
      function("weights-of-bfloat16", "holds bfloat16, which is reserved for storage") {
        $0.retype($0.view(embedding, 0).slot, .bfloat16)
      },
      function("state-of-float16", "holds float16, as which only weights are stored") {
        $0.slots.append(Slot(kind: .state, dtype: .float16, offset: $0.arenaBytes, count: 4))
        $0.arenaBytes = $0.requiredArenaBytes ?? 0
      },
      function("taps-of-float16", "is of float16; \(float)") {
        $0.retype($0.view(resize, 3).slot, .float16)
      },
      function("bias-of-float16", "is of float16; it must be of float32 or int32 or bits") {
        $0.retype($0.view(first, 3).slot, .float16)
      },
      function("table-of-float16-beyond-its-slot", "reaches element") {
        let table = $0.view(embedding, 0)
        $0.retype(table.slot, .float16)
        $0.slots[table.slot].count = 19
      },
      function("kernel-of-float16-beyond-the-weights") {
        let kernel = $0.view(first, 2).slot
        $0.retype(kernel, .float16)
        $0.slots[kernel].count = .max
      },
      function("half-a-kernel-of-float16", "is of float16; \(float)") {
        $0.update(first, view: 2) { $0.dtype = .float16 }
      },
    ]
      + [DType.int32, .bits, .float16, .bfloat16].map { dtype in
        function("view-of-\(dtype)-of-float32", "is of \(dtype); \(float)") {
          $0.update(softmax, view: 0) { $0.dtype = dtype }
        }
      } + [
        function("view-of-float32-of-int32", "is of float32; \(whole)") {
          $0.update(embedding, view: 1) { $0.dtype = .float32 }
        },
        function("input-of-float32-of-int32", "is of float32; \(whole)") {
          $0.inputs[1].view.dtype = .float32
        },
        function("slot-of-bits-2-63", "beyond 2⁶³") {
          $0.slots[$0.maskSlot].count = .max
        },
      ]
  }

  private static var bits: [MalformedFile] {
    let rows = "has rows of bits that do not begin with a word"
    return [
      function("bits-row-of-8", rows) { $0.update(mask, view: 1) { $0.strides[2] = 8 } },
      function("bits-row-of-24", rows) {
        $0.slots[$0.maskSlot].count = 2048
        $0.update(mask, view: 1) { $0.strides = [1536, 192, 24, 1] }
      },
      function("bits-from-8", rows) {
        $0.slots[$0.maskSlot].count += 8
        $0.update(masked, view: 1) { $0.offset = 8 }
      },
      function("bits-with-gaps", "has the innermost stride 2; it must be 1") {
        $0.slots[$0.maskSlot].count = 2048
        $0.update(masked, view: 1) { $0.strides = [2048, 256, 32, 2] }
      },
      function("bits-repeated", "has the innermost stride 0; it must be 1") {
        $0.update(masked, view: 1) { $0.strides[3] = 0 }
      },
      function("bits-without-axes") {
        $0.update(masked, view: 1) { ($0.dimensions, $0.strides) = ([], []) }
      },
      function("bits-as-output", "is of bits; \(number)") {
        $0.outputs[1].view = $0.view(mask, 1)
      },
      function("mask-of-int32", "is of int32; it must be of bits") {
        $0.retype($0.maskSlot, .int32)
      },
      function("mask-of-float32", "is of float32; it must be of bits") {
        $0.retype($0.maskSlot, .float32)
      },
    ]
  }

  private static var operands: [MalformedFile] {
    [
      function("ids-of-float32", "is of float32; \(whole)") { $0.retype(ids, .float32) },
      function("lengths-of-float32", "is of float32; \(whole)") { $0.retype(lengths, .float32) },
      function("lengths-of-bits", "is of bits; \(whole)") { $0.retype(lengths, .bits) },
      function("noise-of-int32", "is of int32; \(float)") { $0.retype(z, .int32) },
      function("indices-of-float32", "is of float32; \(whole)") { function in
        let noise = function.inputs[2].view
        function.update(embedding, view: 1) { $0 = noise }
      },
      function("table-of-int32", "is of int32; \(float)") {
        $0.retype($0.view(embedding, 0).slot, .int32)
      },
      function("starts-of-float32", "is of float32; \(whole)") {
        $0.retype($0.view(resize, 2).slot, .float32)
      },
      function("taps-of-int32", "is of int32; \(float)") {
        $0.retype($0.view(resize, 3).slot, .int32)
      },
      function("softmax-of-int32", "is of int32; \(float)") { function in
        let ids = function.inputs[1].view
        function.update(softmax, view: 0) { $0 = ids }
      },
      function("softmax-into-int32", "is of int32; \(float)") {
        $0.update(softmax, view: 1) { $0 = View(slot: ids, type: TensorType(.int32, [1, 4])) }
      },
      function("mean-of-bits", "is of bits; \(number)") { function in
        let source = function.view(mask, 1)
        function.instructions.append(
          PlacedInstruction(
            .reduce(
              Reduction(
                function: .mean, input: source, keptRank: 1, output: View(slot: z, shape: [1]))),
            label: "", source: ""))
      },
      function("mean-into-int32", "is of int32; \(float)") { function in
        function.update(mean, view: 0) { $0 = View(slot: ids, type: TensorType(.int32, [1, 4])) }
      },
      function("norm-with-bits", "is of bits; it must be of float32 or int32") { function in
        guard case .normalize(var x) = function.instructions[norm].instruction else { return }
        let mask = function.maskSlot
        x.epilogue = Epilogue(
          program: PointwiseProgram(operandCount: 2, steps: [.init(.multiply, [0, 1])]),
          operands: [
            View(slot: mask, dimensions: x.output.dimensions, strides: [0, 0, 16, 1], dtype: .bits)
          ])
        function.instructions[norm].instruction = .normalize(x)
      },
    ]
  }

  /// Maps into whole numbers or bits that no map makes.
  private static var conversions: [MalformedFile] {
    let rule = "an output of int32 takes one operand, of int32 or float32, and no steps"
    let add = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])
    let relu = PointwiseProgram(operandCount: 1, steps: [.init(.relu, [0])])
    let fill = PointwiseProgram(operandCount: 0, steps: [.init(.constant, [], immediate: 1)])
    return [
      function("conversion-with-steps", rule) { $0.map(relu, [$0.inputs[2].view], into: .int32) },
      function("whole-numbers-with-steps", rule) {
        $0.map(relu, [$0.inputs[1].view], into: .int32)
      },
      function("whole-numbers-added", rule) {
        $0.map(add, [$0.inputs[1].view, $0.inputs[1].view], into: .int32)
      },
      function("whole-numbers-filled", rule) { $0.map(fill, [], into: .int32) },
      function("conversion-of-bits", rule) { function in
        var source = function.view(mask, 1)
        source.dimensions = [1, 4]
        source.strides = [16, 1]
        function.map(.identity, [source], into: .int32)
      },
      function("bits-of-map", "is of bits; \(number)") {
        $0.map(.identity, [$0.inputs[2].view], into: .bits)
      },
      function("bits-of-bits", "is of bits; \(number)") { function in
        var source = function.view(mask, 1)
        source.dimensions = [1, 4]
        source.strides = [16, 1]
        function.map(.identity, [source], into: .bits)
      },
    ]
  }
}

extension PlanFunction {
  /// The slot of the small plan's mask.
  fileprivate var maskSlot: Int { slots.firstIndex { $0.dtype == .bits } ?? 0 }

  /// A view of an instruction, in the order of its fields.
  fileprivate func view(_ instruction: Int, _ number: Int) -> View {
    instructions[instruction].instruction.namedViews[number].view
  }

  /// Changes one view of an instruction.
  fileprivate mutating func update(
    _ instruction: Int, view number: Int, _ change: (inout View) -> Void
  ) {
    var met = 0
    instructions[instruction].instruction.updateViews { view in
      if met == number { change(&view) }
      met += 1
    }
  }

  /// Makes a slot and all its views be of another type.
  mutating func retype(_ slot: Int, _ dtype: DType) {
    func change(_ view: inout View) { if view.slot == slot { view.dtype = dtype } }
    slots[slot].dtype = dtype
    for index in inputs.indices {
      change(&inputs[index].view)
      if var lengths = inputs[index].lengths {
        change(&lengths)
        inputs[index].lengths = lengths
      }
    }
    for index in outputs.indices { change(&outputs[index].view) }
    for index in instructions.indices {
      instructions[index].instruction.updateViews { change(&$0) }
    }
  }

  /// Adds a map into a slot of its own.
  fileprivate mutating func map(
    _ program: PointwiseProgram, _ operands: [View], into dtype: DType
  ) {
    let type = TensorType(dtype, [1, 4])
    slots.append(
      Slot(kind: .arena, dtype: dtype, offset: arenaBytes, count: type.storedCount))
    arenaBytes = requiredArenaBytes ?? 0
    instructions.append(
      PlacedInstruction(
        .map(
          PointwiseMap(
            program: program, operands: operands, output: View(slot: slots.count - 1, type: type))),
        label: "", source: ""))
  }
}
