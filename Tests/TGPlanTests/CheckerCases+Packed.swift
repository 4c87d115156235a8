import TGPlan
import TGTensor

extension CheckerCase {
  /// The words of the small plan: slot 25, made by instruction 13, read by instruction 14.
  private static let words = View(slot: 25, shape: [1, 8, 8, 1])
  /// `bit(1)` times operand 0.
  private static let scaled = PointwiseProgram(
    operandCount: 2, steps: [.init(.bit, [1]), .init(.multiply, [0, 2])])

  /// Words and what reads their bits.
  static let packed: [CheckerCase] = [
    .at(13, "signs of a number", .view(.input, .rank(0, expected: 1))) {
      $0.packMask { $0.input = View(slot: 23, dimensions: [], strides: []) }
    },
    .at(13, "signs of channels apart", .view(.input, .innermostStride(2))) {
      $0.packMask {
        $0.input = View(slot: 24, dimensions: [1, 8, 8, 8], strides: [1024, 128, 16, 2])
      }
    },
    .at(
      13, "a word too many", .view(.output, .extents([1, 8, 8, 1], expected: [1, 8, 8, 2]))
    ) {
      $0.packMask { $0.input = View(slot: 24, dimensions: [1, 8, 8, 17], strides: [0, 0, 0, 1]) }
    },
    .at(
      13, "signs of fewer rows", .view(.output, .extents([1, 8, 8, 1], expected: [1, 4, 8, 1]))
    ) { $0.packMask { $0.input.dimensions[1] = 4 } },
    .at(13, "signs into their input", .view(.output, .overlaps(.input))) {
      $0.packMask {
        $0.output = View(slot: 24, dimensions: [1, 8, 8, 1], strides: [1024, 128, 16, 1])
      }
    },
    .at(13, "signs among the weights", .view(.output, .writesWeights)) {
      $0.packMask { $0.output = View(slot: 5, dimensions: [1, 8, 8, 1], strides: [0, 8, 1, 1]) }
    },
    .at(13, "words apart", nil) {
      $0.packMask {
        $0.input = View(slot: 24, dimensions: [4, 32], strides: [32, 1])
        $0.output = View(slot: 25, dimensions: [4, 2], strides: [16, 3])
      }
    },
    .at(
      14, "a word for each place",
      .view(.operand(1), .extents([1, 8, 8, 16], expected: [1, 8, 8, 1]))
    ) {
      $0.map { $0.operands[1] = $0.operands[0] }
    },
    .at(
      14, "words of fewer rows",
      .view(.operand(1), .extents([1, 4, 8, 1], expected: [1, 8, 8, 1]))
    ) {
      $0.map { $0.operands[1].dimensions[1] = 4 }
    },
    .at(14, "words outside their slot", .view(.operand(1), .outsideSlot(last: 64, count: 64))) {
      $0.map { $0.operands[1].offset = 1 }
    },
    .at(14, "the words of one row for all", nil) { $0.map { $0.operands[1].strides[1] = 0 } },
    .at(14, "words apart along their axis", .view(.operand(1), .innermostStride(2))) {
      $0.map {
        $0.operands[0] = View(slot: 24, dimensions: [4, 32], strides: [32, 1])
        $0.output = View(slot: 26, dimensions: [4, 32], strides: [32, 1])
        $0.operands[1] = View(slot: 25, dimensions: [4, 2], strides: [4, 2])
      }
    },
    .at(14, "bits of a number", .view(.operand(1), .rank(0, expected: 1))) {
      $0.map {
        $0.operands[0] = View(slot: 24, dimensions: [], strides: [])
        $0.output = View(slot: 26, dimensions: [], strides: [])
        $0.operands[1] = View(slot: 25, dimensions: [], strides: [])
      }
    },
    .at(14, "bits of what is written", .view(.output, .overlaps(.operand(1)))) {
      $0.map {
        $0.operands[0] = View(slot: 24, dimensions: [64, 1], strides: [1, 1])
        $0.output = View(slot: 25, dimensions: [64, 1], strides: [1, 1])
        $0.operands[1] = $0.output
      }
    },
    .at(14, "words that are also numbers", .rule(.program)) {
      $0.map { $0.program.steps[1].arguments = [1] }
    },
    .at(14, "bits of a result", .rule(.program)) {
      $0.map { $0.program.steps = [.init(.negate, [0]), .init(.bit, [2])] }
    },
    .at(14, "bits of two operands", .rule(.program)) {
      $0.map { $0.program.steps[0].arguments = [0, 1] }
    },
    .at(
      0, "an epilogue of words of other extents",
      .view(.epilogueOperand(1), .extents([1, 8, 8, 16], expected: [1, 8, 8, 1]))
    ) { $0.convolution { $0.epilogue.program = scaled } },
    .at(0, "an epilogue of bits of its own result", .rule(.packedOperand(0))) {
      $0.convolution {
        $0.epilogue.program.steps = [.init(.bit, [0]), .init(.multiply, [1, 2])]
      }
    },
    CheckerCase("words that are never written", .readBeforeWrite(.epilogueOperand(1), slot: 25)) {
      $0.functions[0].instructions[0].instruction.convolution {
        $0.epilogue = Epilogue(program: scaled, operands: [words])
      }
    },
    .at(4, "words in a normalization", .rule(.packedOperand(1))) {
      $0.normalization { $0.epilogue = Epilogue(program: scaled, operands: [words]) }
    },
    .at(10, "words in a reduction", .rule(.packedOperand(1))) {
      $0.reduction {
        $0.program = scaled
        $0.operands.append($0.operands[0])
      }
    },
    .at(
      8, "words in a product",
      .view(.epilogueOperand(1), .extents([1, 4, 2], expected: [1, 4, 1]))
    ) {
      $0.product {
        $0.epilogue = Epilogue(
          program: scaled, operands: [View(slot: 25, dimensions: [1, 4, 2], strides: [8, 2, 1])])
      }
    },
  ]
}
