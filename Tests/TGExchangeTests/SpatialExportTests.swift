import TGExchange
import TGIR
import TGONNX
import TGOps
import TGPlan
import TGTensor
import Testing

/// Windows over pictures, and what becomes of the transpositions around them.
@Suite struct SpatialExportTests {
  /// A graph of a builder's calls on an input `x` of a shape.
  private func export(
    _ shape: Shape, _ make: (inout GraphBuilder, Value) throws -> Value
  ) throws -> NodeList {
    var builder = GraphBuilder(name: "test")
    let x = try builder.insert(Input(name: "x", shape: shape), [])
    builder.output("y", try make(&builder, x))
    return try NodeList(builder.graph)
  }

  private func weight(
    _ builder: inout GraphBuilder, _ name: String, _ shape: Shape
  ) throws -> Value {
    // Equal numbers would be one tensor.
    let tensor = HostTensor(shape, (0..<shape.count).map { Float($0 + name.count) })
    return try builder.insert(
      Constant(Weight(tensor, source: Weight.Source(root: "", name: name))), [])
  }

  @Test func chainsAreChannelsFirst() throws {
    let list = try export([1, 3, 8, 8]) { builder, x in
      let w = try weight(&builder, "a.weight", [4, 3, 3, 3])
      let sums = try builder.convolution(x, w, padding: Padding(1, 1))
      let bias = try weight(&builder, "a.bias", [1, 4, 1, 1])
      let biased = try builder.insert(Map(.add), [sums, bias])
      let shown = try builder.insert(Map(.relu), [biased])
      return try builder.upsample(shown, by: [2, 2])
    }
    #expect(
      list.lines == [
        "Conv = Conv(x, a.weight, a.bias) dilations=[1, 1] group=1 kernel_shape=[3, 3] "
          + "pads=[1, 1, 1, 1] strides=[1, 1]",
        "Relu = Relu(Conv)",
        "y = Resize(Relu, , , ints_1_4_16_16) coordinate_transformation_mode=asymmetric "
          + "mode=nearest nearest_mode=floor",
      ])
    #expect(list.tensor("a.bias")?.dimensions == [4])
  }

  @Test func biasesThatAreReadElsewhereStay() throws {
    let list = try export([1, 2]) { builder, x in
      let product = try builder.insert(Linear(), [x, weight(&builder, "w", [2, 2])])
      let bias = try weight(&builder, "b", [2])
      let sum = try builder.insert(Map(.add), [product, bias])
      return try builder.insert(Map(.multiply), [sum, bias])
    }
    #expect(list.lines.map { $0.prefix(8) } == ["Gemm = G", "Add = Ad", "y = Mul("])
  }

  @Test func scalesOfNormsAreTakenIn() throws {
    func affine(_ normal: Normalize, _ shape: Shape, _ extents: Shape) throws -> NodeList {
      try export(shape) { builder, x in
        let scale = try weight(&builder, "norm.weight", extents)
        let shift = try weight(&builder, "norm.bias", extents)
        let value = try builder.insert(normal, [x])
        let scaled = try builder.insert(Map(.multiply), [value, scale])
        return try builder.insert(Map(.add), [scaled, shift])
      }
    }
    let instance = Normalize(axes: [2, 3], epsilon: 0.5)
    #expect(
      try affine(instance, [1, 2, 3, 4], [1, 2, 1, 1]).lines
        == ["y = InstanceNormalization(x, norm.weight, norm.bias) epsilon=0.5"])
    let layer = Normalize(axes: [2], epsilon: 0.5)
    #expect(
      try affine(layer, [1, 2, 3], [3]).lines
        == ["y = LayerNormalization(x, norm.weight, norm.bias) axis=2 epsilon=0.5"])
    // Columns are no channels.
    #expect(try affine(instance, [1, 2, 3, 4], [4]).lines.count == 3)
  }

  /// What was added before it is multiplied is no bias.
  @Test func orderIsKept() throws {
    let list = try export([1, 2, 3, 4]) { builder, x in
      let value = try builder.insert(Normalize(axes: [2, 3], epsilon: 0.5), [x])
      let sum = try builder.insert(Map(.add), [value, weight(&builder, "b", [1, 2, 1, 1])])
      return try builder.insert(Map(.multiply), [sum, weight(&builder, "s", [2, 1, 1])])
    }
    #expect(
      list.lines == [
        "InstanceNormalization = InstanceNormalization(x, ones_2, b) epsilon=0.5",
        "y = Mul(InstanceNormalization, s)",
      ])
  }

  @Test func strangeBordersAreCut() throws {
    // The window begins at column 1 and does not reach the last two.
    let op = Conv2D(
      stride: [1, 2], phases: [.init(padTop: 0, padLeft: -1)], outputSize: [4, 2])
    let list = try NodeList(op, [[1, 4, 7, 1], [1, 1, 1, 2]], constants: [1])
    #expect(
      list.lines == [
        "Transpose = Transpose(x) perm=[0, 3, 1, 2]",
        "Slice = Slice(Transpose, ints_1, ints_5, ints_3)",
        "Conv = Conv(Slice, w1) dilations=[1, 1] group=1 kernel_shape=[1, 2] "
          + "pads=[0, 0, 0, 0] strides=[1, 2]",
        "y = Transpose(Conv) perm=[0, 2, 3, 1]",
      ])
  }

  @Test func poolings() throws {
    let list = try export([1, 2, 7, 7]) { builder, x in
      try builder.pool(
        .averageCountingPadding, x, kernel: [3, 3], stride: [2, 2], padding: Padding(1, 1))
    }
    #expect(
      list.lines == [
        "y = AveragePool(x) kernel_shape=[3, 3] pads=[1, 1, 1, 1] strides=[2, 2] "
          + "count_include_pad=1"
      ])
    let ceiling = try export([1, 2, 6, 6]) { builder, x in
      try builder.pool(
        .maximum, x, kernel: [3, 3], stride: [2, 2], padding: Padding(0, 0), ceiling: true)
    }
    #expect(
      ceiling.lines == ["y = MaxPool(x) kernel_shape=[3, 3] pads=[0, 0, 1, 1] strides=[2, 2]"])
  }

  /// The phases of a transposed convolution become its kernel again, number for number.
  @Test(arguments: [1, 2])
  func transposedConvolutions(groups: Int) throws {
    let shape = Shape([4, 3, 4, 4])
    let tensor = HostTensor(shape, (0..<shape.count).map { Float($0 + 1) })
    var builder = GraphBuilder(name: "test")
    let x = try builder.insert(Input(name: "x", shape: [1, 4, 5, 5]), [])
    let w = try builder.insert(
      Constant(Weight(tensor, source: Weight.Source(root: "", name: "up.weight"))), [])
    builder.output(
      "y",
      try builder.convolutionTransposed(
        x, w, stride: [2, 2], padding: Padding(1, 1), groups: groups))
    let list = try NodeList(builder.graph.folded())
    #expect(
      list.lines == [
        "y = ConvTranspose(x, up.weight.kernel) group=\(groups) kernel_shape=[4, 4] "
          + "pads=[1, 1, 1, 1] strides=[2, 2]"
      ])
    let kernel = try #require(list.tensor("up.weight.kernel"))
    #expect(kernel.dimensions == [4, 3, 4, 4])
    #expect(kernel.numbers == tensor.elements)
    let function = GraphFunction(
      graph: try builder.graph.folded(), batch: 1, inputs: [], outputs: [])
    let named = try ONNXExport(
      function, originals: [Weight.Source(root: "", name: "up.weight"): tensor.hashValue])
    #expect(named.model.graph.nodes[0].inputs == ["x", "up.weight"])
  }

  @Test func computedTransposedKernelsAreRefused() throws {
    var builder = GraphBuilder(name: "test")
    let x = try builder.insert(Input(name: "x", shape: [1, 2, 5, 5]), [])
    let w = try builder.insert(Input(name: "w", shape: [2, 2, 4, 4]), [])
    builder.output(
      "y", try builder.convolutionTransposed(x, w, stride: [2, 2], padding: Padding(1, 1)))
    #expect(
      throws: ExportError("a transposed convolution whose kernel is computed", at: Origin())
    ) { try NodeList(builder.graph) }
  }
}

extension Graph {
  /// What depends on constants only, computed, as the compiler does before it exports.
  fileprivate func folded() throws -> Graph {
    var builder = GraphBuilder(name: name)
    var values: [Value] = []
    for node in nodes {
      let operands = node.operands.map { values[$0.index] }
      let weights = operands.compactMap { (builder[$0].op as? Constant)?.weight }
      guard !operands.isEmpty, weights.count == operands.count else {
        values.append(try builder.insert(node.op, operands))
        continue
      }
      let numbers = node.op.reference(weights.map { ReferenceTensor($0.tensor) }).rounded
      values.append(
        try builder.insert(
          Constant(
            Weight(
              numbers, source: Weight.Source(root: "", name: "up.weight", isWhole: false))), []))
    }
    for output in outputs { builder.output(output.moved(to: values[output.value.index])) }
    return builder.graph
  }
}
