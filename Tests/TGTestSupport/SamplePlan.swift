package import TGPlan
internal import TGTensor
package import TGText

/// A small plan written by hand, for tests of everything above plans.
///
/// - `paint`, batches 1 and 4: `image = tanh(z + ids / 8)` of `caption` Text(4) and `z`
///   Normal[3, 8, 8]; `maps` `[4, 2, 2]` repeats the ids.
/// - `edit`, batch 1: `image` is the negative of `photo` Image(3, 8, 8), `small` its first channel.
/// - `measure`, batch 1: `y = ln x` of `x` Tensor[2].
/// - `mix`, batch 2, whose items influence each other: `y = x + shift` of `x` Tensor[2] and `shift`
///   Tensor[2], 3 unless given.
/// - `pick`, batch 1: `y = label` of Label(10), with `u` uniform in 2 ..< 3 as `drawn`.
public enum SamplePlan {
  /// The words of the vocabulary, from id 1.
  public static let words = ["a", "small", "red", "blue", "bird"]

  /// The plan.
  package static func plan() throws(TextError) -> Plan {
    var plan = Plan(name: "Sample")
    plan.documentation = "A plan for tests."
    plan.producer = "tests"
    plan.licence = "Apache-2.0"
    plan.fileNames = ["sample.tgraph"]
    plan.fileHashes = [String(repeating: "0", count: 64)]
    let vocabulary = try Vocabulary(words: words.enumerated().map { ($0.offset + 1, $0.element) })
    let pipeline = TextPipeline(
      splitting: .words, vocabulary: vocabulary, padding: 0, unknown: .drop)
    plan.texts = [Plan.TextResource(name: "captions", bytes: pipeline.encode())]
    plan.functions = [paint(1), paint(4), edit(), measure(), mix(), pick()]
    return plan
  }

  /// Writes the plan to a file, with so many weights that nothing uses, and returns its hash.
  package static func write(to path: String, weights: Int = 3) throws -> String {
    var writer = try PlanWriter(path: path)
    _ = try writer.append(.floats((0..<weights).map { Float($0 + 1) }))
    return try writer.finish(plan())
  }

  private static func paint(_ batch: Int) -> PlanFunction {
    var function = PlanFunction(name: "paint", batch: batch)
    let ids = view([batch, 4], .int32, in: &function)
    let lengths = view([batch], .int32, in: &function)
    let z = view([batch, 3, 8, 8], in: &function)
    let image = view([batch, 3, 8, 8], in: &function)
    let maps = view([batch, 4, 2, 2], in: &function)
    var caption = InterfaceItem(name: "caption", kind: .text(vocabulary: "captions"), view: ids)
    caption.lengths = lengths
    caption.rows = 6
    function.inputs = [caption, InterfaceItem(name: "z", kind: .normal, view: z)]
    // Four ids, each over a quarter of the rows.
    let spread = ids.seen(dimensions: [batch, 3, 4, 16], strides: [4, 0, 1, 0])
    let quarters = View(slot: z.slot, dimensions: [batch, 3, 4, 16], strides: [192, 64, 16, 1])
    let result = View(slot: image.slot, dimensions: [batch, 3, 4, 16], strides: [192, 64, 16, 1])
    let program = PointwiseProgram(
      operandCount: 2,
      steps: [
        .init(.constant, immediate: 0.125), .init(.multiply, [0, 2]), .init(.add, [1, 3]),
        .init(.tanh, [4]),
      ])
    let each = ids.seen(dimensions: [batch, 4, 2, 2], strides: [4, 1, 0, 0])
    function.instructions = [
      instruction(PointwiseMap(program: program, operands: [spread, quarters], output: result), 4),
      instruction(PointwiseMap(program: .identity, operands: [each], output: maps), 5),
    ]
    function.outputs = [
      InterfaceItem(name: "maps", kind: .tensor, view: maps),
      InterfaceItem(
        name: "image", kind: .image(low: -1, high: 1, fit: "", filter: ""), view: image),
    ]
    return function
  }

  private static func edit() -> PlanFunction {
    var function = PlanFunction(name: "edit", batch: 1)
    let photo = view([1, 3, 8, 8], in: &function)
    let image = view([1, 3, 8, 8], in: &function)
    let kind = InterfaceItem.Kind.image(low: -1, high: 1, fit: "crop", filter: "bilinear")
    function.inputs = [InterfaceItem(name: "photo", kind: kind, view: photo)]
    function.instructions = [
      instruction(
        PointwiseMap(
          program: PointwiseProgram(operandCount: 1, steps: [.init(.negate, [0])]),
          operands: [photo], output: image), 9)
    ]
    let first = View(slot: image.slot, dimensions: [1, 1, 8, 8], strides: [192, 64, 8, 1])
    function.outputs = [
      InterfaceItem(
        name: "small", kind: .image(low: -1, high: 1, fit: "", filter: ""), view: first),
      InterfaceItem(
        name: "image", kind: .image(low: -1, high: 1, fit: "", filter: ""), view: image),
    ]
    return function
  }

  private static func measure() -> PlanFunction {
    var function = PlanFunction(name: "measure", batch: 1)
    let x = view([1, 2], in: &function)
    let y = view([1, 2], in: &function)
    function.inputs = [InterfaceItem(name: "x", kind: .tensor, view: x)]
    function.instructions = [
      instruction(
        PointwiseMap(
          program: PointwiseProgram(operandCount: 1, steps: [.init(.logarithm, [0])]),
          operands: [x], output: y), 12)
    ]
    function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: y)]
    return function
  }

  private static func mix() -> PlanFunction {
    var function = PlanFunction(name: "mix", batch: 2)
    function.itemsInteract = true
    let x = view([2, 2], in: &function)
    let shift = view([2, 2], in: &function)
    let y = view([2, 2], in: &function)
    var optional = InterfaceItem(name: "shift", kind: .tensor, view: shift)
    optional.defaultValue = 3
    function.inputs = [InterfaceItem(name: "x", kind: .tensor, view: x), optional]
    function.instructions = [
      instruction(
        PointwiseMap(
          program: PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])]),
          operands: [x, shift], output: y), 15)
    ]
    function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: y)]
    return function
  }

  private static func pick() -> PlanFunction {
    var function = PlanFunction(name: "pick", batch: 1)
    let label = view([1], .int32, in: &function)
    let drawn = view([1, 5], in: &function)
    let y = view([1, 1], in: &function)
    function.inputs = [
      InterfaceItem(name: "label", kind: .label(count: 10), view: label),
      InterfaceItem(name: "u", kind: .uniform(low: 2, high: 3), view: drawn),
    ]
    let number = label.seen(dimensions: [1, 1], strides: [1, 1])
    function.instructions = [
      instruction(PointwiseMap(program: .identity, operands: [number], output: y), 18)
    ]
    function.outputs = [
      InterfaceItem(name: "y", kind: .tensor, view: y),
      InterfaceItem(name: "drawn", kind: .tensor, view: drawn),
    ]
    return function
  }

  private static func view(
    _ dimensions: [Int], _ dtype: DType = .float32, in function: inout PlanFunction
  ) -> View {
    let type = TensorType(dtype, Shape(dimensions))
    function.slots.append(
      Slot(kind: .arena, dtype: dtype, offset: function.arenaBytes, count: type.storedCount))
    function.arenaBytes = function.requiredArenaBytes ?? 0
    return View(slot: function.slots.count - 1, type: type)
  }

  private static func instruction(_ map: PointwiseMap, _ line: Int) -> PlacedInstruction {
    PlacedInstruction(.map(map), label: "map", source: "sample.tgraph:\(line)")
  }
}
