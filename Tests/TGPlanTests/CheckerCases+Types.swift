import TGPlan
import TGTensor

extension CheckerCase {
  /// The mask of the small plan: slot 25, made by instruction 13 of slot 24, read by instruction 14.
  private static let mask = View(slot: 25, type: TensorType(.bits, [1, 8, 8, 16]))
  /// Operand 0 times operand 1.
  private static let scaled = PointwiseProgram(
    operandCount: 2, steps: [.init(.multiply, [0, 1])])
  private static let everyType: [DType] = [.float32, .int32, .bits]

  /// A change to slot 25 and to what makes and reads it, so that it holds another type.
  private static func retyped(
    _ name: String, _ dtype: DType, _ expected: PlanProblem
  ) -> CheckerCase {
    CheckerCase(name, expected) { plan in
      plan.functions[0].slots[25].dtype = dtype
      for index in plan.functions[0].instructions.indices {
        plan.functions[0].instructions[index].instruction.updateViews {
          if $0.slot == 25 { $0.dtype = dtype }
        }
      }
    }
  }

  /// A change to the weights that a view of an instruction lies in, and to the view: half of them, as
  /// float16.
  private static func halves(
    _ name: String, _ instruction: Int, _ view: Int, _ expected: PlanProblem?
  ) -> CheckerCase {
    CheckerCase(name, expected) { plan in
      let slot = plan.functions[0].instructions[instruction].instruction.namedViews[view].view.slot
      plan.functions[0].slots[slot].dtype = .float16
      plan.functions[0].instructions[instruction].instruction.updateViews {
        if $0.slot == slot { $0.dtype = .float16 }
      }
    }
  }

  /// Types of elements, and bits.
  static let types: [CheckerCase] = [
    CheckerCase(
      "a view of another type than its slot",
      .view(.input, .dtype(.int32, expected: [.float32]))
    ) {
      $0.functions[0].instructions[0].instruction.convolution { $0.input.dtype = .int32 }
    },
    CheckerCase(
      "a slot of another type than its views",
      .view(.input, .dtype(.float32, expected: [.int32]))
    ) { $0.functions[0].slots[0].dtype = .int32 },
    CheckerCase("numbers of 16 bits", .slot(0, .dtype(.float16))) {
      $0.functions[0].slots[0].dtype = .float16
    },
    CheckerCase("numbers of the other 16 bits", .slot(25, .dtype(.bfloat16))) {
      $0.functions[0].slots[25].dtype = .bfloat16
    },
    halves("a kernel of 16 bits", 0, 2, nil),
    halves("depthwise kernels of 16 bits", 2, 2, nil),
    halves("a table of 16 bits", 7, 0, nil),
    halves(
      "a bias of 16 bits", 0, 3,
      .view(.epilogueOperand(1), .dtype(.float16, expected: [.float32, .int32, .bits]))),
    halves(
      "taps of 16 bits", 6, 3, .view(.weights, .dtype(.float16, expected: [.float32]))),
    CheckerCase("a factor of 16 bits", nil) { plan in
      guard case .gather(var gathering) = plan.functions[0].instructions[7].instruction else {
        return
      }
      plan.functions[0].slots[gathering.table.slot].dtype = .float16
      gathering.table.dtype = .float16
      plan.functions[0].instructions[7].instruction = .gather(gathering)
      plan.functions[0].instructions[8].instruction.product {
        $0.right = View(slot: gathering.table.slot, type: TensorType(.float16, [1, 4, 4]))
      }
    },
    retyped("a mask of numbers", .float32, .view(.output, .dtype(.float32, expected: [.bits]))),
    retyped("a mask of whole numbers", .int32, .view(.output, .dtype(.int32, expected: [.bits]))),
    .at(7, "rows found by numbers", .view(.indices, .dtype(.float32, expected: [.int32]))) {
      guard case .gather(var gathering) = $0 else { return }
      gathering.indices = View(slot: 3, shape: [1, 4])
      $0 = .gather(gathering)
    },
    .at(
      7, "a table of whole numbers", .view(.table, .dtype(.int32, expected: [.float32, .float16]))
    ) {
      guard case .gather(var gathering) = $0 else { return }
      gathering.table = gathering.indices
      $0 = .gather(gathering)
    },
    .at(6, "starts that are numbers", .view(.starts, .dtype(.float32, expected: [.int32]))) {
      $0.resampling { $0.starts = $0.weights }
    },
    .at(
      8, "a product of whole numbers", .view(.left, .dtype(.int32, expected: [.float32, .float16]))
    ) {
      $0.product { $0.left = View(slot: 1, type: TensorType(.int32, [1, 4, 1])) }
    },
    .at(11, "a sum with whole numbers", nil) {
      $0.map { $0.operands[1] = View(slot: 1, type: TensorType(.int32, [1, 4])) }
    },
    CheckerCase("whole numbers made by steps", .rule(.conversion)) { $0.wholeSum { _ in } },
    CheckerCase("whole numbers copied", nil) {
      $0.wholeSum {
        $0.program = .identity
        $0.operands = [View(slot: 1, type: TensorType(.int32, [1, 4]))]
      }
    },
    CheckerCase("whole numbers of numbers", nil) {
      $0.wholeSum {
        $0.program = .identity
        $0.operands.removeLast()
      }
    },
    .at(13, "signs of a number", .view(.input, .rank(0, expected: 1))) {
      $0.packMask { $0.input = View(slot: 23, dimensions: [], strides: []) }
    },
    .at(13, "signs of channels apart", .view(.input, .innermostStride(2))) {
      $0.packMask {
        $0.input = View(slot: 24, dimensions: [1, 8, 8, 8], strides: [1024, 128, 16, 2])
      }
    },
    .at(
      13, "a bit too few", .view(.output, .extents([1, 8, 8, 16], expected: [1, 8, 8, 17]))
    ) {
      $0.packMask { $0.input = View(slot: 24, dimensions: [1, 8, 8, 17], strides: [0, 0, 0, 1]) }
    },
    .at(
      13, "signs of fewer rows", .view(.output, .extents([1, 8, 8, 16], expected: [1, 4, 8, 16]))
    ) { $0.packMask { $0.input.dimensions[1] = 4 } },
    .at(13, "signs among numbers", .view(.output, .dtype(.float32, expected: [.bits]))) {
      $0.packMask { $0.output = $0.input }
    },
    .at(13, "rows that begin within a word", .view(.output, .rowsOfBits)) {
      $0.packMask { $0.output.strides[2] = 8 }
    },
    .at(13, "bits that begin within a word", .view(.output, .rowsOfBits)) {
      $0.packMask {
        $0.input.dimensions[1] = 4
        $0.output.dimensions[1] = 4
        $0.output.offset = 8
      }
    },
    .at(13, "rows apart", nil) {
      $0.packMask {
        $0.input = View(slot: 24, dimensions: [4, 20], strides: [32, 1])
        $0.output = View(slot: 25, dimensions: [4, 20], strides: [64, 1], dtype: .bits)
      }
    },
    .at(
      14, "bits of fewer rows",
      .view(.operand(1), .extents([1, 4, 8, 16], expected: [1, 8, 8, 16]))
    ) {
      $0.map { $0.operands[1].dimensions[1] = 4 }
    },
    .at(14, "bits outside their slot", .view(.operand(1), .outsideSlot(last: 1039, count: 1024))) {
      $0.map { $0.operands[1].offset = 16 }
    },
    .at(14, "the bits of one row for all", nil) { $0.map { $0.operands[1].strides[1] = 0 } },
    .at(14, "bits apart along their axis", .view(.operand(1), .innermostStride(2))) {
      $0.map {
        $0.operands[0] = View(slot: 24, dimensions: [4, 32], strides: [32, 1])
        $0.output = View(slot: 26, dimensions: [4, 32], strides: [32, 1])
        $0.operands[1] = View(slot: 25, dimensions: [4, 32], strides: [64, 2], dtype: .bits)
      }
    },
    .at(14, "one bit for a row", .view(.operand(1), .innermostStride(0))) {
      $0.map { $0.operands[1].strides[3] = 0 }
    },
    .at(14, "a bit without a row", .view(.operand(1), .rank(0, expected: 1))) {
      $0.map {
        $0.operands[0] = View(slot: 24, dimensions: [], strides: [])
        $0.output = View(slot: 26, dimensions: [], strides: [])
        $0.operands[1] = View(slot: 25, dimensions: [], strides: [], dtype: .bits)
      }
    },
    .at(14, "bits made by a program", .view(.output, .dtype(.bits, expected: [.float32, .int32]))) {
      $0.map { $0.output = $0.operands[1] }
    },
    CheckerCase("bits that are never written", .readBeforeWrite(.epilogueOperand(1), slot: 25)) {
      $0.functions[0].instructions[0].instruction.convolution {
        $0.epilogue = Epilogue(program: scaled, operands: [mask])
      }
    },
    .at(
      0, "an epilogue of bits of other extents",
      .view(.epilogueOperand(1), .extents([1, 8, 4, 16], expected: [1, 8, 8, 16]))
    ) {
      $0.convolution {
        $0.epilogue = Epilogue(program: scaled, operands: [mask])
        $0.epilogue.operands[0].dimensions[2] = 4
      }
    },
    .at(
      4, "bits in a normalization",
      .view(.epilogueOperand(1), .dtype(.bits, expected: [.float32, .int32]))
    ) {
      $0.normalization {
        $0.epilogue = Epilogue(
          program: scaled,
          operands: [View(slot: 25, type: TensorType(.bits, [1, 32, 4, 4]))])
        $0.epilogue.operands[0].strides = [0, 16, 16, 1]
      }
    },
    .at(
      10, "bits in a reduction", .view(.operand(0), .dtype(.bits, expected: [.float32, .int32]))
    ) {
      $0.reduction { $0.operands[0] = View(slot: 25, type: TensorType(.bits, [1, 4, 4])) }
    },
  ]
}

extension Plan {
  /// Makes whole numbers of what instruction 11, a sum, puts into slot 22, and does not put it out.
  fileprivate mutating func wholeSum(_ change: (inout PointwiseMap) -> Void) {
    functions[0].outputs.removeLast()
    functions[0].slots.append(
      Slot(kind: .arena, dtype: .int32, offset: functions[0].arenaBytes, count: 4))
    functions[0].arenaBytes = functions[0].requiredArenaBytes ?? 0
    let slot = functions[0].slots.count - 1
    functions[0].instructions[11].instruction.map {
      $0.output = View(slot: slot, type: TensorType(.int32, [1, 4]))
      change(&$0)
    }
  }
}
