package import TGPlan
internal import TGTensor

/// A hand-made sound plan that uses every kind of instruction, with its weights.
package struct SmallPlan {
  /// The plan.
  package private(set) var plan: Plan
  /// The tensors of the weight section, in order.
  package private(set) var weights: [WeightNumbers] = []
  private var function = PlanFunction(name: "run", batch: 1)
  private var weightBytes = 0

  /// The only function.
  package var main: PlanFunction {
    get { plan.functions[0] }
    set { plan.functions[0] = newValue }
  }

  /// Makes the plan.
  package init() {
    plan = Plan(name: "small-plan")
    plan.documentation = "Every kind of instruction once."
    plan.producer = "test"
    plan.fileNames = ["small.tgraph"]
    plan.fileHashes = [String(repeating: "0123456789abcdef", count: 4)]
    plan.notes = ["A remark."]
    plan.texts = [Plan.TextResource(name: "words", bytes: Array("three words here".utf8))]
    build()
    function.arenaBytes = function.requiredArenaBytes ?? 0
    function.macs = function.requiredMacs ?? 0
    plan.functions = [function]
    plan.weightBytes = weightBytes
  }

  private mutating func build() {
    let x = arena([1, 8, 8, 3])
    let ids = arena([1, 4], .int32)
    let lengths = arena([1], .int32)
    let z = arena([1, 4])
    function.inputs = [
      item("x", .image(low: -1, high: 1, fit: "crop", filter: "lanczos"), channelsFirst(x)),
      item("caption", .text(vocabulary: "words"), ids, lengths: lengths, rows: 5),
      item("z", .normal, z),
    ]

    let a = arena([1, 8, 8, 16])
    var first = Convolution(
      input: x, output: a,
      phases: [
        Convolution.Phase(
          weights: weight([3 * 3 * 3 * 16]), kernelHeight: 3, kernelWidth: 3, padTop: 1,
          padLeft: 1)
      ])
    var bias = weight([16])
    bias = View(slot: bias.slot, dimensions: [1, 8, 8, 16], strides: [0, 0, 0, 1])
    first.epilogue = Epilogue(
      program: PointwiseProgram(
        operandCount: 2, steps: [.init(.add, [0, 1]), .init(.leakyRelu, [2], immediate: 0.2)]),
      operands: [bias])
    add(.convolve(first), "conv1")

    let p = arena([1, 4, 4, 16])
    add(
      .pool(
        Pooling(
          function: .maximum, input: a, output: p,
          window: Pooling.Window(
            kernelHeight: 3, kernelWidth: 3, strideY: 2,
            strideX: 2, padTop: 1, padLeft: 1))), "pool")

    let cat = arena([1, 4, 4, 32])
    func slice(_ first: Int) -> View {
      View(slot: cat.slot, offset: first, dimensions: [1, 4, 4, 16], strides: cat.strides)
    }
    var depthwise = Convolution(
      input: p, output: slice(0),
      phases: [
        Convolution.Phase(
          weights: weight([3 * 3 * 16]), kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1)
      ])
    depthwise.groups = 16
    depthwise.packing = .depthwise
    add(.convolve(depthwise), "depthwise")
    add(
      .map(
        PointwiseMap(
          program: PointwiseProgram(operandCount: 1, steps: [.init(.tanh, [0])]),
          operands: [slice(0)], output: slice(16))), "tanh")

    let n = arena([1, 4, 4, 32])
    func channelsFirstOrder(_ view: View) -> View {
      View(
        slot: view.slot, offset: view.offset,
        dimensions: [view.dimensions[0], view.dimensions[3]] + view.dimensions[1...2],
        strides: [view.strides[0], view.strides[3]] + view.strides[1...2])
    }
    add(
      .normalize(
        Normalization(
          input: channelsFirstOrder(cat), keptRank: 2, epsilon: 1e-5,
          output: channelsFirstOrder(n))), "instance norm")

    let u = arena([1, 8, 8, 16])
    var transposed = Convolution(input: n, output: u, phases: [])
    transposed.scaleY = 2
    transposed.scaleX = 2
    transposed.phases = [(0, 0), (0, 1), (1, 0), (1, 1)].map { y, x in
      Convolution.Phase(
        weights: weight([2 * 2 * 32 * 16]), kernelHeight: 2, kernelWidth: 2, padTop: 1 - y,
        padLeft: 1 - x, originY: y, originX: x)
    }
    add(.convolve(transposed), "deconv")

    let r = arena([1, 16, 8, 16])
    add(
      .resample(
        Resampling(
          input: u, output: r, axis: 1,
          starts: weight(.integers((0..<16).map { min($0 / 2, 6) })),
          weights: view(weight([32]), [16, 2]))), "resize")

    let g = arena([1, 4, 4])
    add(
      .gather(Gathering(table: view(weight([20]), [5, 4]), indices: ids, output: g)), "embedding")
    let m = arena([1, 4, 4])
    let right = View(slot: g.slot, dimensions: [1, 4, 4], strides: [16, 1, 4])
    add(.multiply(MatrixProduct(left: g, right: right, output: m)), "attention")
    let s = arena([1, 4, 4])
    add(.softmax(Softmax(input: m, output: s)), "softmax")
    let sum = arena([1, 4])
    add(.reduce(Reduction(function: .mean, input: s, keptRank: 2, output: sum)), "mean")
    add(
      .map(
        PointwiseMap(
          program: PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])]),
          operands: [sum, z], output: sum)), "add noise")
    let d = arena([1, 8, 8, 16])
    let gradient = View(slot: r.slot, dimensions: [1, 4, 4, 16], strides: r.strides)
    add(
      .maxPoolGradient(
        MaxPoolGradient(
          input: u, gradient: gradient, output: d,
          window: Pooling.Window(
            kernelHeight: 3, kernelWidth: 3, strideY: 2,
            strideX: 2, padTop: 1, padLeft: 1))), "max_pool_gradient")
    let mask = arena([1, 8, 8, 16], .bits)
    add(.packMask(MaskPacking(input: d, output: mask)), "pack_mask")
    let masked = PointwiseProgram(
      operandCount: 2, steps: [.init(.negate, [0]), .init(.select, [1, 0, 2])])
    add(
      .map(PointwiseMap(program: masked, operands: [d, mask], output: arena([1, 8, 8, 16]))),
      "masked")
    function.outputs = [
      item("picture", .tensor, channelsFirst(r)), item("scores", .tensor, sum),
    ]
  }

  private mutating func add(_ instruction: Instruction, _ label: String) {
    function.instructions.append(
      PlacedInstruction(
        instruction, label: label, source: "small.tgraph:\(function.instructions.count + 10)",
        macs: instruction.macs))
  }

  private mutating func arena(_ dimensions: Shape, _ dtype: DType = .float32) -> View {
    let (end, type) = (function.requiredArenaBytes ?? 0, TensorType(dtype, dimensions))
    function.slots.append(Slot(kind: .arena, dtype: dtype, offset: end, count: type.storedCount))
    return View(slot: function.slots.count - 1, type: type)
  }

  private mutating func weight(_ dimensions: Shape) -> View {
    let number = Float(weights.count)
    return weight(.floats((0..<dimensions.count).map { number + Float($0) / 1024 }))
  }

  private mutating func weight(_ numbers: WeightNumbers) -> View {
    let slot = Slot(
      kind: .weight, dtype: numbers.dtype, offset: weightBytes, count: numbers.count)
    function.slots.append(slot)
    weights.append(numbers)
    weightBytes += (slot.byteCount + Slot.alignment - 1) / Slot.alignment * Slot.alignment
    return View(
      slot: function.slots.count - 1, type: TensorType(numbers.dtype, [numbers.count]))
  }

  private func view(_ flat: View, _ shape: Shape) -> View { View(slot: flat.slot, shape: shape) }

  private func channelsFirst(_ view: View) -> View {
    View(
      slot: view.slot,
      dimensions: [view.dimensions[0], view.dimensions[3]] + view.dimensions[1...2],
      strides: [view.strides[0], view.strides[3]] + view.strides[1...2])
  }

  private func item(
    _ name: String, _ kind: InterfaceItem.Kind, _ view: View, lengths: View? = nil, rows: Int = 0
  ) -> InterfaceItem {
    var item = InterfaceItem(name: name, kind: kind, view: view)
    item.lengths = lengths
    item.rows = rows
    return item
  }

  /// Writes the plan with its weights.
  package func write(to path: String) throws -> String {
    var writer = try PlanWriter(path: path)
    for tensor in weights { _ = try writer.append(tensor) }
    return try writer.finish(plan)
  }
}
