import TGExchange
import TGIR
import TGONNX
import TGOps
import TGPlan
import TGTensor
import Testing

/// What nodes each op becomes. That the numbers are the same is for `Tools/parity --onnx`.
@Suite struct ExportTests {
  @Test func mapsAreChains() throws {
    let leaky = Map(
      PointwiseProgram(
        operandCount: 2,
        steps: [.init(.add, [0, 1]), .init(.leakyRelu, [2], immediate: 0.5)]))
    #expect(
      try NodeList(leaky, [[2, 3], [3]], constants: [1]).lines
        == ["Add = Add(x, w1)", "y = LeakyRelu(Add) alpha=0.5"])
    #expect(
      try NodeList(Map(.reciprocalSquareRoot), [[3]]).lines
        == ["Sqrt = Sqrt(x)", "y = Reciprocal(Sqrt)"])
    #expect(
      try NodeList(Map(.select), [[3], [3], [3]], dtypes: [0: .int32]).lines
        == [
          "Cast = Cast(x) to=9", "y = Where(Cast, x1, x2)",
        ])
    let masked = Map(
      PointwiseProgram(
        operandCount: 2, steps: [.init(.less, [0, 1]), .init(.select, [2, 0, 1])]))
    #expect(
      try NodeList(masked, [[3], [3]]).lines == ["Less = Less(x, x1)", "y = Where(Less, x, x1)"])
  }

  @Test func everyFunctionHasNodes() throws {
    for function in PointwiseFunction.allCases where function != .constant {
      let operands = [Shape](repeating: [2, 3], count: function.arity)
      let list = try NodeList(Map(function, immediate: 0.25), operands)
      #expect(list.model.graph.nodes.allSatisfy { !$0.operation.isEmpty }, "\(function)")
    }
  }

  @Test func typesAreCast() throws {
    #expect(
      try NodeList(Map(.identity), [[3]], dtypes: [0: .int32]).lines == ["y = Cast(x) to=1"])
    #expect(try NodeList(ToInt32(), [[3]]).lines == ["y = Cast(x) to=6"])
    #expect(try NodeList(Signs(), [[3]]).lines == ["y = Greater(x, 0.0)"])
  }

  @Test func productsOfMatrices() throws {
    #expect(
      try NodeList(Linear(), [[2, 3], [4, 3]], constants: [1]).lines
        == ["y = Gemm(x, w1) transB=1"])
    let stack = try NodeList(Linear(), [[1, 2, 2], [2, 2]], constants: [1])
    #expect(stack.lines == ["y = MatMul(x, w1.transposed)"])
    #expect(stack.tensor("w1.transposed")?.numbers == [1, 3, 2, 4])
    #expect(try NodeList(MatMul(), [[2, 3, 4], [4, 5]]).lines == ["y = MatMul(x, x1)"])
  }

  @Test func reductions() throws {
    #expect(
      try NodeList(Reduce(.mean, axes: [1]), [[2, 3]]).lines
        == ["y = ReduceMean(x, ints_1) keepdims=0"])
    #expect(
      try NodeList(Reduce(.variance, axes: [0]), [[2, 3]]).lines
        == [
          "ReduceMean = ReduceMean(x, ints_0) keepdims=1", "Sub = Sub(x, ReduceMean)",
          "Mul = Mul(Sub, Sub)", "y = ReduceMean(Mul, ints_0) keepdims=0",
        ])
    #expect(try NodeList(SoftmaxOp(axis: 1), [[2, 3]]).lines == ["y = Softmax(x) axis=1"])
    #expect(
      try NodeList(SoftmaxOp(axis: 0, logarithmic: true), [[2, 3]]).lines
        == ["y = LogSoftmax(x) axis=0"])
  }

  @Test func norms() throws {
    #expect(
      try NodeList(Normalize(axes: [2, 3], epsilon: 0.5), [[1, 2, 3, 4]]).lines
        == ["y = InstanceNormalization(x, ones_2, zeros_2) epsilon=0.5"])
    #expect(
      try NodeList(Normalize(axes: [1, 2], epsilon: 0.5), [[1, 3, 4, 2]]).lines
        == [
          "Transpose = Transpose(x) perm=[0, 3, 1, 2]",
          "InstanceNormalization = InstanceNormalization(Transpose, ones_2, zeros_2) epsilon=0.5",
          "y = Transpose(InstanceNormalization) perm=[0, 2, 3, 1]",
        ])
    #expect(
      try NodeList(Normalize(axes: [1], epsilon: 0.5), [[2, 3]]).lines
        == ["y = LayerNormalization(x, ones_3) axis=1 epsilon=0.5"])
    #expect(
      try NodeList(Normalize(axes: [0], epsilon: 0.5), [[2, 3]]).model.graph.nodes.map(\.operation)
        == ["ReduceMean", "Sub", "Mul", "ReduceMean", "Add", "Sqrt", "Div"])
  }

  @Test func moves() throws {
    #expect(try NodeList(Reshape([6]), [[2, 3]]).lines == ["y = Reshape(x, ints_6)"])
    #expect(try NodeList(Transpose([1, 0]), [[2, 3]]).lines == ["y = Transpose(x) perm=[1, 0]"])
    #expect(try NodeList(Broadcast([2, 3]), [[3]]).lines == ["y = Expand(x, ints_2_3)"])
    #expect(
      try NodeList(Slice(starts: [0, 1], counts: [2, 2], steps: [1, 2]), [[2, 4]]).lines
        == ["y = Slice(x, ints_1, ints_4, ints_1, ints_2)"])
    #expect(
      try NodeList(Concat(axis: 1), [[2, 3], [2, 1]]).lines == ["y = Concat(x, x1) axis=1"])
    #expect(
      try NodeList(Pad(before: [0, 1], after: [0, 2], value: 3), [[2, 3]]).lines
        == ["y = Pad(x, ints_0_1_0_2, 3.0)"])
    #expect(
      try NodeList(Gather(), [[5, 3], [2]], dtypes: [1: .int32]).lines
        == ["y = Gather(x, x1) axis=0"])
    #expect(try NodeList(Detach(), [[3]]).lines == ["y = Identity(x)"])
  }

  @Test func resamplings() throws {
    #expect(
      try NodeList(Resample(axis: 1, starts: [2, 0], taps: 1, weights: [1, 1]), [[2, 3]]).lines
        == ["y = Gather(x, ints_2_0) axis=1"])
    let halves = Resample(axis: 0, starts: [0, 1], taps: 2, weights: [0.5, 0.5, 0.25, 0.75])
    let product = try NodeList(halves, [[3, 4]])
    #expect(product.lines == ["y = MatMul(table, x)"])
    #expect(product.tensor("table")?.numbers == [0.5, 0.5, 0, 0, 0.25, 0.75])
    let table = try #require(
      ResampleTable(convention: .torchBilinear, inputSize: 4, outputSize: 8))
    #expect(
      try NodeList(
        Resample(axis: 2, starts: table.starts, taps: table.taps, weights: table.weights),
        [[1, 2, 4, 4]]
      ).lines
        == [
          "y = Resize(x, , , ints_1_2_8_4) coordinate_transformation_mode=half_pixel mode=linear"
        ])
  }

  @Test func gradientsAreRefused() {
    #expect(throws: ExportError("ONNX has no gradient of a maximum pooling", at: Origin())) {
      try NodeList(
        MaxPoolGradientOp(kernel: [2, 2], stride: [2, 2], padding: [0, 0]),
        [[1, 4, 4, 2], [1, 2, 2, 2]])
    }
    #expect(throws: ExportError("rows added up by their numbers are not exported", at: Origin())) {
      try NodeList(Scatter(rows: 5), [[2, 3], [2]], dtypes: [1: .int32])
    }
  }

  /// Every op of the registry becomes nodes, or is refused in words of its own.
  @Test func noOpIsForgotten() throws {
    for type in OpRegistry.all {
      for sample in type.samples where !(sample.op is Constant) {
        do {
          let list = try NodeList(
            sample.op, sample.operands, constants: sample.constants, dtypes: sample.dtypes)
          #expect(!list.lines.isEmpty)
        } catch let error as ExportError {
          #expect(!error.message.hasPrefix("the op"), "\(error.message)")
        }
      }
    }
  }
}
