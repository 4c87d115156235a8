import TGPlan
import TGTensor

// What is wrong with a plan, case by case.
extension CheckerCase {
  /// Cases.
  static let plans: [CheckerCase] = [
    CheckerCase("no function", .noFunction) { $0.functions = [] },
    CheckerCase("no name", .name(.plan, "")) { $0.name = "" },
    CheckerCase("a path as a name", .name(.plan, "a/b")) { $0.name = "a/b" },
    CheckerCase("a path as a file name", .name(.file, "../x")) { $0.fileNames = ["../x"] },
    CheckerCase("a file without a hash", .fileHashes) { $0.fileHashes = [] },
    CheckerCase("no hash", .fileHashes) { $0.fileHashes = ["xyz"] },
    CheckerCase("long name", .limit(.nameBytes, 1025, 1024)) {
      $0.name = String(repeating: "a", count: 1025)
    },
    CheckerCase("function called twice", .duplicateName(.function, "run")) {
      $0.functions += $0.functions
    },
    CheckerCase("one name, two batch sizes", nil) { plan in
      var other = PlanFunction(name: "run", batch: 8)
      other.role = .prepare
      plan.functions.append(other)
    },
    CheckerCase("function name", .name(.function, "a b")) { $0.functions[0].name = "a b" },
    CheckerCase("function name begins with a digit", .name(.function, "1a")) {
      $0.functions[0].name = "1a"
    },
    CheckerCase("batch 0", .batch(0)) { $0.functions[0].batch = 0 },
    CheckerCase("too many functions", .limit(.functions, 300, 256)) { plan in
      plan.functions = (0..<300).map { PlanFunction(name: "f\($0)", batch: 1) }
    },
    CheckerCase("tokenizer called twice", .duplicateName(.tokenizer, "words")) {
      $0.texts += $0.texts
    },
    CheckerCase("too many items", .limit(.items, 1026, 1024)) { plan in
      let item = plan.functions[0].outputs[0]
      plan.functions[0].outputs = [InterfaceItem](repeating: item, count: 1023)
    },
    CheckerCase("fewer multiplications declared", .macs(declared: 1, actual: 165_184)) {
      $0.functions[0].macs = 1
    },
    CheckerCase("an instruction with fewer", .macs(declared: 0, actual: 27_648)) {
      $0.functions[0].instructions[0].macs = 0
    },
    CheckerCase("smaller arena", .slot(22, .outside(.arena, end: 22656, size: 22592))) {
      $0.functions[0].arenaBytes = 22592
    },
    CheckerCase("larger arena", .arena(declared: 31104, actual: 31040)) {
      $0.functions[0].arenaBytes = 31104
    },
  ]

  /// Cases.
  static let views: [CheckerCase] = {
    func input(
      _ name: String, _ fault: ViewFault?, _ change: @escaping @Sendable (inout View) -> Void
    ) -> CheckerCase {
      .at(0, name, fault.map { .view(.input, $0) }) { $0.convolution { change(&$0.input) } }
    }
    return [
      input("slot -1", .unknownSlot(-1, slots: 27)) { $0.slot = -1 },
      input("slot 2³¹", .unknownSlot(1 << 31, slots: 27)) { $0.slot = 1 << 31 },
      input("slot 2³² - 1", .unknownSlot(1 << 32 - 1, slots: 27)) { $0.slot = 1 << 32 - 1 },
      input("slot past the last", .unknownSlot(27, slots: 27)) { $0.slot = 27 },
      input("extent 0", .extent(0)) { $0.dimensions[1] = 0 },
      input("extent -1", .extent(-1)) { $0.dimensions[1] = -1 },
      input("extent -2⁶³", .extent(.min)) { $0.dimensions[1] = .min },
      input("extent 2⁶³ - 1", .extent(.max)) { $0.dimensions[1] = .max },
      input(
        "product overflowing to little", .outsideSlot(last: 23 + (1 << 31 - 2) * 24, count: 192)
      ) {
        $0.dimensions[1] = 1 << 31 - 1
      },
      input("stride -1", .stride(-1)) { $0.strides[1] = -1 },
      input("stride 2⁶²", .stride(1 << 62)) { $0.strides[1] = 1 << 62 },
      input("product beyond 64 bits", .outsideSlot(last: nil, count: 192)) {
        $0.dimensions = [1 << 30, 1 << 30, 1 << 30, 3]
        $0.strides = [1 << 40, 1 << 40, 1 << 40, 1]
      },
      input("count beyond 64 bits", .outsideSlot(last: nil, count: 192)) {
        $0.dimensions = [1 << 30, 1 << 30, 1 << 30, 3]
        $0.strides = [0, 0, 0, 1]
      },
      input("offset -1", .stride(-1)) { $0.offset = -1 },
      input("offset 1", .outsideSlot(last: 192, count: 192)) { $0.offset = 1 },
      input("offset 2⁶³ - 1", .stride(.max)) { $0.offset = .max },
      input("too few strides", .ranksDiffer(extents: 4, strides: 3)) { $0.strides.removeLast() },
      input("too few axes", .rank(3, expected: 4)) {
        $0.dimensions.removeLast()
        $0.strides.removeLast()
      },
      input("nine axes", .rank(9, expected: 8)) {
        $0.dimensions = [Int](repeating: 1, count: 9)
        $0.strides = [Int](repeating: 1, count: 9)
      },
      input("channels apart", .innermostStride(8)) { $0.strides = [0, 24, 1, 8] },
      input("rows repeated", nil) { $0.strides[1] = 0 },
      .at(0, "a result that repeats a position", .view(.output, .repeatsPositions)) {
        $0.convolution { $0.output.strides[1] = 0 }
      },
      .at(0, "a result whose rows overlap", .view(.output, .repeatsPositions)) {
        $0.convolution { $0.output.strides[1] = 127 }
      },
      .at(0, "a result among the weights", .view(.output, .writesWeights)) {
        $0.convolution { $0.output = View(slot: 12, shape: [1, 8, 8, 16]) }
      },
      .at(3, "a result that overlaps its operand", .view(.output, .overlaps(.operand(0)))) {
        $0.map { $0.output.offset = 15 }
      },
      .at(3, "a result in place", nil) { $0.map { $0.output = $0.operands[0] } },
      .at(4, "norms are not computed in place", .view(.output, .overlaps(.input))) {
        $0.normalization { $0.output = $0.input }
      },
      .at(2, "a result beside its operand", .view(.output, .overlaps(.input))) {
        $0.convolution {
          $0.input = View(
            slot: 8, offset: 8, dimensions: [1, 4, 4, 16], strides: [512, 128, 32, 1])
        }
      },
    ]
  }()

  /// Cases.
  static let instructions: [CheckerCase] = [
    .at(0, "stride 0", .attribute("stride_y", 0)) { $0.convolution { $0.strideY = 0 } },
    .at(0, "stride -1", .attribute("stride_x", -1)) { $0.convolution { $0.strideX = -1 } },
    .at(0, "dilation 0", .attribute("dilation_x", 0)) { $0.convolution { $0.dilationX = 0 } },
    .at(0, "groups 0", .attribute("groups", 0)) { $0.convolution { $0.groups = 0 } },
    .at(0, "scale 0", .attribute("scale_y", 0)) { $0.convolution { $0.scaleY = 0 } },
    .at(0, "great stride", .attribute("stride_y", 1 << 21)) {
      $0.convolution { $0.strideY = 1 << 21 }
    },
    .at(0, "groups that do not divide", .rule(.groupsDivide(groups: 2, input: 3, output: 16))) {
      $0.convolution { $0.groups = 2 }
    },
    .at(0, "kernel 0", .attribute("kernel_height", 0)) {
      $0.convolution { $0.phases[0].kernelHeight = 0 }
    },
    .at(0, "larger kernel", .rule(.weightCount(phase: 0, found: 432, expected: 576))) {
      $0.convolution { $0.phases[0].kernelWidth = 4 }
    },
    .at(0, "padding beyond the picture", nil) { $0.convolution { $0.phases[0].padTop = 100 } },
    .at(0, "negative padding", nil) { $0.convolution { $0.phases[0].padLeft = -100 } },
    .at(0, "padding 2⁶³", .attribute("pad_left", .max)) {
      $0.convolution { $0.phases[0].padLeft = .max }
    },
    .at(0, "no phase", .rule(.phases(found: 0, expected: 1))) { $0.convolution { $0.phases = [] } },
    .at(0, "weights in the arena", .view(.phaseWeights(0), .notWeights)) {
      $0.convolution { $0.phases[0].weights = View(slot: 16, shape: [432]) }
    },
    .at(0, "weights with gaps", .view(.phaseWeights(0), .notContiguous)) {
      $0.convolution {
        $0.phases[0].weights = View(slot: 12, dimensions: [432], strides: [2])
      }
    },
    .at(0, "batch changed", .view(.output, .extents([1, 8, 8, 16], expected: [2, 8, 8, 16]))) {
      $0.convolution {
        $0.input = View(slot: 0, dimensions: [2, 4, 8, 3], strides: [96, 24, 3, 1])
      }
    },
    .at(
      0, "epilogue without its operand", .rule(.operandCount(found: 1, expected: 2))
    ) { $0.convolution { $0.epilogue.operands = [] } },
    .at(
      0, "epilogue operand of other extents",
      .view(.epilogueOperand(1), .extents([16], expected: [1, 8, 8, 16]))
    ) { $0.convolution { $0.epilogue.operands[0] = View(slot: 6, shape: [16]) } },
    .at(0, "program of too many steps", .rule(.program)) {
      $0.convolution {
        $0.epilogue.program.steps = [PointwiseProgram.Step](
          repeating: .init(.negate, [0]), count: 65)
      }
    },
    .at(3, "program that looks ahead", .rule(.program)) {
      $0.map { $0.program.steps[0].arguments = [1] }
    },
    .at(3, "program that looks before", .rule(.program)) {
      $0.map { $0.program.steps[0].arguments = [-1] }
    },
    .at(3, "program of wrong arity", .rule(.program)) {
      $0.map { $0.program.steps[0].arguments = [0, 0] }
    },
    .at(3, "program of -1 operands", .rule(.program)) { $0.map { $0.program.operandCount = -1 } },
    .at(3, "operand too many", .rule(.operandCount(found: 2, expected: 1))) {
      $0.map { $0.operands += $0.operands }
    },
    .at(
      3, "operand of other extents",
      .view(.operand(0), .extents([1, 4, 4, 8], expected: [1, 4, 4, 16]))
    ) { $0.map { $0.operands[0].dimensions[3] = 8 } },
    .at(2, "depthwise of fewer groups", .rule(.depthwiseGroups(groups: 8, input: 16, output: 16))) {
      $0.convolution { $0.groups = 8 }
    },
    .at(2, "turned weights of groups", .rule(.turnedGroups(groups: 16))) {
      $0.convolution { $0.packing = .turned }
    },
    .at(2, "depthwise of bfloat16", .rule(.depthwisePrecision)) {
      $0.convolution { $0.precision = .bfloat16 }
    },
    .at(2, "tiles without a form", .rule(.noTiles(results: 3, kernel: 3))) {
      $0.convolution { $0.tile = 3 }
    },
    .at(5, "phase missing", .rule(.phases(found: 3, expected: 4))) {
      $0.convolution { $0.phases.removeLast() }
    },
    .at(5, "phase twice", .rule(.duplicatePhase(originY: 0, originX: 0))) {
      $0.convolution { $0.phases[3] = $0.phases[0] }
    },
    .at(5, "phase outside", .attribute("origin_y", 2)) {
      $0.convolution { $0.phases[3].originY = 2 }
    },
    .at(1, "window above the picture", .rule(.windowOutside)) {
      $0.pooling { $0.window.padTop = 3 }
    },
    .at(1, "window right of the picture", .rule(.windowOutside)) {
      $0.pooling { $0.window.strideX = 4 }
    },
    .at(1, "window of 0", .attribute("kernel_width", 0)) {
      $0.pooling { $0.window.kernelWidth = 0 }
    },
    .at(1, "stride of 0", .attribute("stride_y", 0)) { $0.pooling { $0.window.strideY = 0 } },
    .at(1, "negative padding", .attribute("pad_left", -1)) {
      $0.pooling { $0.window.padLeft = -1 }
    },
    .at(1, "channels lost", .view(.output, .extents([1, 4, 4, 8], expected: [1, 4, 4, 16]))) {
      $0.pooling { $0.output.dimensions[3] = 8 }
    },
    .at(12, "adjoint window above the picture", .rule(.windowOutside)) {
      $0.maxPoolGradient { $0.window.padTop = 3 }
    },
    .at(12, "adjoint window of 0", .attribute("kernel_height", 0)) {
      $0.maxPoolGradient { $0.window.kernelHeight = 0 }
    },
    .at(
      12, "adjoint of other extents",
      .view(.output, .extents([1, 8, 8, 8], expected: [1, 8, 8, 16]))
    ) { $0.maxPoolGradient { $0.output.dimensions[3] = 8 } },
    .at(
      12, "adjoint of other channels",
      .view(.gradient, .extents([1, 4, 4, 8], expected: [1, 4, 4, 16]))
    ) { $0.maxPoolGradient { $0.gradient.dimensions[3] = 8 } },
    .at(12, "adjoint of channels apart", .view(.gradient, .innermostStride(2))) {
      $0.maxPoolGradient { $0.gradient.strides[3] = 2 }
    },
    .at(12, "adjoints are not computed in place", .view(.output, .overlaps(.input))) {
      $0.maxPoolGradient { $0.output = $0.input }
    },
    .at(4, "negative rank", .attribute("kept_rank", -1)) { $0.normalization { $0.keptRank = -1 } },
    .at(4, "rank beyond", .attribute("kept_rank", 5)) { $0.normalization { $0.keptRank = 5 } },
    .at(4, "negative epsilon", .rule(.epsilon(-1))) { $0.normalization { $0.epsilon = -1 } },
    .at(4, "infinite epsilon", .rule(.epsilon(.infinity))) {
      $0.normalization { $0.epsilon = .infinity }
    },
    .at(6, "axis beyond", .attribute("axis", 4)) { $0.resampling { $0.axis = 4 } },
    .at(6, "axis -1", .attribute("axis", -1)) { $0.resampling { $0.axis = -1 } },
    .at(6, "other axis", .view(.output, .extents([1, 16, 8, 16], expected: [1, 8, 8, 16]))) {
      $0.resampling { $0.axis = 2 }
    },
    .at(6, "too few starts", .view(.starts, .extents([15], expected: [16]))) {
      $0.resampling { $0.starts.dimensions[0] = 15 }
    },
    .at(6, "starts in the arena", .view(.starts, .notWeights)) {
      $0.resampling {
        $0.starts = View(slot: 1, dimensions: [16], strides: [0], dtype: .int32)
      }
    },
    .at(8, "inner extents differ", .view(.right, .extents([1, 3, 4], expected: [1, 4, 4]))) {
      $0.product { $0.right.dimensions[1] = 3 }
    },
    .at(8, "a factor of any strides", nil) { $0.product { $0.left.strides = [16, 0, 2] } },
    .at(8, "a result of other strides", .view(.output, .innermostStride(4))) {
      $0.product { $0.output.strides = [16, 1, 4] }
    },
    .at(9, "softmax of a scalar", .view(.input, .rank(0, expected: 1))) {
      $0 = .softmax(
        Softmax(
          input: View(slot: 21, dimensions: [], strides: []),
          output: View(slot: 22, dimensions: [], strides: [])))
    },
    .at(10, "reduction of other extents", .view(.output, .extents([1, 4], expected: [1]))) {
      $0.reduction { $0.keptRank = 1 }
    },
    .at(10, "reduction of rank beyond", .attribute("kept_rank", 4)) {
      $0.reduction { $0.keptRank = 4 }
    },
    .at(10, "reduction of too few", .rule(.operandCount(found: 1, expected: 2))) {
      $0.reduction { $0.program.operandCount = 2 }
    },
    .at(10, "reduction of nothing", .rule(.operandCount(found: 0, expected: 1))) {
      $0.reduction {
        $0.program = PointwiseProgram(operandCount: 0, steps: [.init(.constant)])
        $0.operands = []
      }
    },
    .at(
      10, "reduction of unlike operands",
      .view(.operand(1), .extents([1, 4], expected: [1, 4, 4]))
    ) {
      $0.reduction {
        $0.program = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])
        $0.operands.append(View(slot: 0, shape: [1, 4]))
      }
    },
    .at(10, "reductions are not computed in place", .view(.output, .overlaps(.operand(0)))) {
      $0.reduction { $0.output = View(slot: $0.operands[0].slot, shape: [1, 4]) }
    },
    .at(7, "rows of other extents", .view(.output, .extents([1, 4, 4], expected: [1, 4, 3]))) {
      guard case .gather(var value) = $0 else { return }
      value.table = View(slot: 20, shape: [5, 3])
      $0 = .gather(value)
    },
    .at(7, "rows added up", nil) { $0.scatter { _ in } },
    .at(7, "rows added to a number", .view(.output, .rank(0, expected: 1))) {
      $0.scatter { $0.output = View(slot: 19, shape: []) }
    },
    .at(7, "rows of fewer columns", .view(.input, .extents([1, 4, 3], expected: [1, 4, 4]))) {
      $0.scatter { $0.input.dimensions[2] = 3 }
    },
    .at(7, "numbers for other rows", .view(.input, .extents([1, 4, 4], expected: [1, 3, 4]))) {
      $0.scatter { $0.indices.dimensions[1] = 3 }
    },
    .at(7, "rows added to themselves", .view(.output, .overlaps(.input))) {
      $0.scatter { $0.input = View(slot: 19, shape: [1, 4, 4]) }
    },
    .at(7, "rows added to the weights", .view(.output, .writesWeights)) {
      $0.scatter { $0.output = View(slot: 20, shape: [4, 4]) }
    },
  ]

  /// Cases.
  static let memory: [CheckerCase] = [
    CheckerCase("weights before the section", .slot(5, .misaligned(-16))) {
      $0.functions[0].slots[5].offset = -16
    },
    CheckerCase("weights misaligned", .slot(5, .misaligned(8))) {
      $0.functions[0].slots[5].offset = 8
    },
    CheckerCase("weights past the end", .slot(5, .outside(.weight, end: 37184, size: 35456))) {
      $0.functions[0].slots[5].offset = 35456
    },
    CheckerCase("weights of 2⁶³ elements", .slot(5, .outside(.weight, end: nil, size: 35456))) {
      $0.functions[0].slots[5] = Slot(kind: .weight, offset: 1 << 62, count: .max)
    },
    CheckerCase("no weights", .slot(5, .empty(0))) { $0.functions[0].slots[5].count = 0 },
    CheckerCase("weights that share their memory", nil) { $0.functions[0].slots[13].offset = 2368 },
    CheckerCase("arena slot beyond the arena", .slot(4, .outside(.arena, end: 35136, size: 31040)))
    {
      $0.functions[0].slots[4].offset = 31040
    },
    CheckerCase("two live slots overlap", .slotsOverlap(4, 7)) {
      $0.functions[0].slots[7].offset = 960
    },
    CheckerCase("two live slots overlap at one element", .slotsOverlap(7, 8)) {
      $0.functions[0].slots[7].count += 1
    },
    CheckerCase("slots apart in time share their memory", nil) {
      $0.functions[0].slots[8].offset = 960
    },
    CheckerCase("inputs share their memory", .slotsOverlap(1, 3)) {
      $0.functions[0].slots[3].offset = 768
    },
    CheckerCase("a slot read before it is written", .readBeforeWrite(.input, slot: 4)) { plan in
      plan.functions[0].instructions.swapAt(0, 1)
    },
    CheckerCase("a slot read by its first writer", .readBeforeWrite(.operand(0), slot: 23)) {
      $0.functions[0].instructions.remove(at: 10)
    },
    CheckerCase("an output never written", .readBeforeWrite(.values, slot: 23)) {
      $0.functions[0].instructions.removeLast(5)
    },
    CheckerCase("a state slot is never shared", .slotsOverlap(4, 7)) {
      $0.functions[0].slots[4].kind = .state
      $0.functions[0].slots[7].offset = 960
    },
  ]
}
