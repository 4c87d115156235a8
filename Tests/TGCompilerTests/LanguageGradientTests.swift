import Foundation
import TGCompiler
import TGIR
import TGOps
import TGSyntax
import TGTensor
import Testing

/// Every operation of the language that computes has a gradient, towards inputs and weights.
@Suite struct LanguageGradientTests {
  /// Expressions of `x` `[4, 6, 5]`, `v` `[6]`, `m` `[5, 6]` and a text `c` of 5 ids.
  static let expressions = [
    "conv(x, 3, 3, stride: 2, padding: 1, groups: 1) @ \"w\"",
    "conv(x, 4, 3, groups: 4, dilation: 2) @ \"w\"",
    "convTranspose(x, 3, 4, stride: 2, padding: 1) @ \"w\"",
    "x |> linear(3) @ \"w\"",
    "embedding(c.ids, 7, 3) @ \"w\"",
    "(lstm(m, 3) @ \"w\").outputs",
    "(lstm(m, 3, length: c.length, reversed: true) @ \"w\").final",
    "(gru(m, 3, length: c.length) @ \"w\").outputs",
    "(gru(m, 3) @ \"w\").final",
    "batchNorm(x) @ \"w\"",
    "instanceNorm(x, affine: true) @ \"w\"",
    "groupNorm(x, 2) @ \"w\"",
    "layerNorm(x) @ \"w\"",
    "prelu(x, slopes: 4) @ \"w\"",
    "v * parameter(\"scale\", [6])",
    "softmax(m, axis: 0, where: reshape(c.mask, [5, 1]))",
    "logSoftmax(m, axis: 1)",
    "relu(v) + sigmoid(v) + tanh(v) + gelu(v) + silu(v) + softplus(v)",
    "exp(v) + log(v + 2) + sqrt(v + 2) + square(v) + abs(v) + sin(v) + cos(v) + erf(v)",
    "leakyRelu(v, 0.2) + elu(v) + clamp(v, -0.5, 0.5)",
    "glu(x)",
    "min(v, 0.3) * max(v, v[0]) + pow(v + 2, v) + select(less(v, 0), v * v, 3 * v)",
    "sum(x, axis: 0) + mean(x, axis: 0) * largest(x, axis: 0) + smallest(x, axis: 0)",
    "product(m, axis: 0)",
    "matmul(m, transpose(m))",
    "matmul(v, transpose(m))",
    "expand(reshape(v, [1, 6]), [3, 6])",
    "x * perChannel(v[0 ..< 4])",
    "permute(x, [2, 0, 1])",
    "concat([v, stack([v, v * v])[1], split(v, [2, 4])[1]])",
    "pad(v, [[1, 2]], value: 3) + pad(v, [[2, 1]], mode: \"edge\")",
    "pad(m, [2, 0], mode: \"reflect\")",
    "x[1, 2 ... 3] + x[-1, 0 ..< 2]",
    "reverse(m, 0) * roll(m, 2, 1)",
    "pixelShuffle(x, 2)",
    "upsample(x, [1, 2])",
    "maxPool(x, 3, stride: 2, padding: 1)",
    "avgPool(x, 2, stride: 2, ceiling: true)",
    "avgPool(x, 3, stride: 1, padding: 1, countPadding: true)",
    "fir(x, [1, 3, 3, 1], padding: [1, 2, 2, 1])",
    "resize(x, [4, 9], filter: \"bicubic\")",
    "resize(x, [9, 7], filter: \"nearest\")",
    "resize(x, [3, 3], filter: \"pillow-lanczos\")",
    "rescale(x, 0 ... 1, from: -1 ... 1)",
    "batchRoll(v, 1) * v",
    "batchCycle(v, 2)",
    "v - batchMean(v)",
    "batchDeviation(m, group: 2)",
    "mse(v, 0.5) + mae(v, 0.5) + bce(sigmoid(v), 0.3)",
    "gradient(sum(v * tanh(v)), over: v)",
    "square(sqrt(sum(square(gradient(sum(tanh(conv(x, 2, 3) @ \"w\")), over: x)))) - 1)",
    "gradient(sum(linear(m, 3) @ \"w\" |> softmax(axis: 1) |> square), over: [m, m])[1]",
  ]

  private static func graph(_ expression: String) throws -> Graph {
    let page = """
      model M() {
        func f(x: Tensor[4, 6, 5], v: Tensor[6], m: Tensor[5, 6], c: Text[5]()) -> (y: Tensor[]) {
          return mean(sin(reshape(\(expression), [-1]) * 3 + 0.5))
        }
      }
      """
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    let model = try Elaborator(library).elaborate(ElaborationOptions(batch: 2)).model
    return try #require(model.functions.first).graph
  }

  static let text = [
    "c": ReferenceTensor([2, 5], [0, 3, 6, 3, 1, 2, 2, 5, 0, 0]),
    "c.lengths": ReferenceTensor([2], [5, 3]),
  ]

  @Test(arguments: expressions)
  func gradientsAgreeWithCentralDifferences(expression: String) throws {
    let graph = try Self.graph(expression)
    let output = try #require(graph.outputs.first).name
    try GradientCase(graph, of: output, fixed: Self.text).expectAgreement(expression)
  }

  @Test(arguments: ["floor(v)", "sign(v)", "less(v, 0)"])
  func whatHasNoDerivativeSaysSo(expression: String) throws {
    let graph = try Self.graph("v * (\(expression))")
    let plain = try GradientCase(graph, of: #require(graph.outputs.first).name, fixed: Self.text)
    #expect {
      try plain.differentiated()
    } throws: {
      guard
        case .notDifferentiable(let stop)? =
          ($0 as? DifferentiationFailure)?.errors.first
      else { return false }
      return expression.hasPrefix(stop.op) && stop.hint?.contains("detach(") == true
        && !stop.origin.ranges.isEmpty
    }
    let detached = try Self.graph("v * detach(\(expression))")
    try GradientCase(detached, of: #require(detached.outputs.first).name, fixed: Self.text)
      .expectAgreement(expression)
  }

  /// Whole models in small sizes: all gradients at once.
  @Test(arguments: [0, 2])
  func modelsOfTheLibraryHaveGradients(index: Int) throws {
    for function in try GraphLibraryTests.functions(GraphLibraryTests.cases[index], binds: false) {
      let fixed = function.inputs.filter { name, _ in
        function.inputs[name + ".lengths"] != nil || name.hasSuffix(".lengths")
      }.mapValues { ReferenceTensor($0) }
      for output in function.graph.outputs {
        let plain = try GradientCase(function.graph, of: output.name, fixed: fixed)
        try plain.expectJointAgreement(output.name)
      }
    }
  }
}
