import Foundation
import TGIR
import TGOps
import TGSyntax
import TGTensor
import Testing

/// Small programs by the meaning of their nodes in Double, against numbers worked out by hand.
@Suite struct OperationTests {
  /// An expression of `x` `[C, H, W]`, `v`, `m` and `length`, and what it gives for two items.
  struct Case: CustomTestStringConvertible, Sendable {
    var expression: String
    var shape: [Int]
    var numbers: [Double]
    var testDescription: String { expression }

    init(_ expression: String, _ shape: [Int], _ numbers: [Double]) {
      self.expression = expression
      self.shape = shape
      self.numbers = numbers
    }
  }

  /// Two items: x = [[[1, 2, 3], [4, 5, 6]]] and its negative, v = [1, 2, 3] and [0, −1, 4],
  /// m = [[1, 0], [2, 1], [0, 3]] and twice that, length 2 and 3.
  static let inputs: [String: ReferenceTensor] = [
    "x": ReferenceTensor([2, 1, 2, 3], [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6]),
    "v": ReferenceTensor([2, 3], [1, 2, 3, 0, -1, 4]),
    "m": ReferenceTensor([2, 3, 2], [1, 0, 2, 1, 0, 3, 2, 0, 4, 2, 0, 6]),
    "c": ReferenceTensor([2, 3], [0, 1, 2, 2, 1, 0]),
    "c.lengths": ReferenceTensor([2], [2, 3]),
  ]

  @Test(arguments: [
    Case("v[1]", [], [2, -1]),
    Case("v[-1]", [], [3, 4]),
    Case("m[1 ..< 3, 0]", [2], [2, 0, 4, 0]),
    Case("1 - v * 2", [3], [-1, -3, -5, 1, 3, -7]),
    Case("v / v[2]", [3], [1.0 / 3, 2.0 / 3, 1, 0, -0.25, 1]),
    Case("v + constant([10, 20, 30])", [3], [11, 22, 33, 10, 19, 34]),
    Case("m + reshape(v, [3, 1])", [3, 2], [2, 1, 4, 3, 3, 6, 2, 0, 3, 1, 4, 10]),
    Case("sum(m, axis: 0)", [2], [3, 4, 6, 8]),
    Case("mean(m, axes: [0, 1])", [], [7.0 / 6, 7.0 / 3]),
    Case("product(v)", [], [6, 0]),
    Case("largest(m, axis: -1, keep: true)", [3, 1], [1, 2, 3, 2, 4, 6]),
    Case("smallest(v)", [], [1, -1]),
    Case("matmul(v, m)", [2], [5, 11, -4, 22]),
    Case("matmul(transpose(m), v)", [2], [5, 11, -4, 22]),
    Case("matmul(v, v)", [], [14, 17]),
    Case("matmul(m, constant([[1, 1], [0, 2]]))", [3, 2], [1, 1, 2, 4, 0, 6, 2, 2, 4, 8, 0, 12]),
    Case("concat([v, constant([7])])", [4], [1, 2, 3, 7, 0, -1, 4, 7]),
    Case("stack([v, v * 2], axis: 1)", [3, 2], [1, 2, 2, 4, 3, 6, 0, 0, -1, -2, 4, 8]),
    Case("split(v, [1, 2])[1]", [2], [2, 3, -1, 4]),
    Case("reverse(v, axis: 0)", [3], [3, 2, 1, 4, -1, 0]),
    Case("roll(v, 1, axis: 0)", [3], [3, 1, 2, 4, 0, -1]),
    Case("roll(v, -1, axis: 0)", [3], [2, 3, 1, -1, 4, 0]),
    Case("pad(v, [[1, 2]], value: 9)", [6], [9, 1, 2, 3, 9, 9, 9, 0, -1, 4, 9, 9]),
    Case("pad(v, [2], mode: \"reflect\")", [7], [3, 2, 1, 2, 3, 2, 1, 4, -1, 0, -1, 4, -1, 0]),
    Case("pad(v, [[2, 1]], mode: \"edge\")", [6], [1, 1, 1, 2, 3, 3, 0, 0, 0, -1, 4, 4]),
    Case("permute(m, [1, 0])", [2, 3], [1, 2, 0, 0, 1, 3, 2, 4, 0, 0, 2, 6]),
    Case("glu(concat([v, constant([0])]))", [2], [1 / (1 + exp(-3.0)), 1, 0, -0.5]),
    Case("clamp(v, 0, 2)", [3], [1, 2, 2, 0, 0, 2]),
    Case("select(less(v, 2), 10, v)", [3], [10, 2, 3, 10, 10, 4]),
    Case("leakyRelu(v, 0.5)", [3], [1, 2, 3, 0, -0.5, 4]),
    Case("elu(v)", [3], [1, 2, 3, 0, exp(-1.0) - 1, 4]),
    Case("prelu(v, weight: constant([0.25]))", [3], [1, 2, 3, 0, -0.25, 4]),
    Case("silu(v)[0]", [], [1 / (1 + exp(-1.0)), 0]),
    Case("softmax(v * 0, axis: 0, where: c.mask)", [3], [0.5, 0.5, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3]),
    Case("logSoftmax(v * 0, axis: 0)", [3], [Double](repeating: -log(3.0), count: 6)),
    Case("c.mask", [3], [1, 1, 0, 1, 1, 1]),
    Case("v * c.length", [3], [2, 4, 6, 0, -3, 12]),
    Case("oneHot(c.ids, 3)", [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
    Case(
      "embedding(c.ids, weight: constant([[1, 2], [3, 4], [5, 6]]))", [3, 2],
      [1, 2, 3, 4, 5, 6, 5, 6, 3, 4, 1, 2]),
    Case("linear(v, weight: constant([[1, 0, 1]]), bias: constant([5]))", [1], [9, 9]),
    Case(
      "conv(x, weight: constant([[[[1, 1, 1]]]]), bias: none)", [1, 2, 3],
      [3, 6, 5, 9, 15, 11, -3, -6, -5, -9, -15, -11]),
    Case(
      "conv(x, weight: constant([[[[1, 2]]]]), bias: none, padding: \"same\")", [1, 2, 3],
      [5, 8, 3, 14, 17, 6, -5, -8, -3, -14, -17, -6]),
    Case(
      "conv(x, weight: constant([[[[1, 2, 3]]]]), bias: none, stride: 2, padding: \"same\")",
      [1, 1, 2], [8, 8, -8, -8]),
    Case(
      "convTranspose(x[0 ..< 1, 0 ..< 1], weight: constant([[[[1, 10]]]]), bias: none, stride: [1, 2], padding: 0)",
      [1, 1, 6], [1, 10, 2, 20, 3, 30, -1, -10, -2, -20, -3, -30]),
    Case(
      "convTranspose(x[0 ..< 1, 0 ..< 1], weight: constant([[[[1, 10, 100]]]]), bias: none, stride: [1, 2], padding: [0, 0, 0, 1])",
      [1, 1, 6], [1, 10, 102, 20, 203, 30, -1, -10, -102, -20, -203, -30]),
    Case("maxPool(x, [2, 1])", [1, 1, 3], [4, 5, 6, -1, -2, -3]),
    Case(
      "avgPool(x, [1, 2], stride: 1, padding: [0, 1], countPadding: true)", [1, 2, 4],
      [0.5, 1.5, 2.5, 1.5, 2, 4.5, 5.5, 3, -0.5, -1.5, -2.5, -1.5, -2, -4.5, -5.5, -3]),
    Case(
      "avgPool(x, [1, 2], stride: 1, padding: [0, 1], countPadding: false)[0, 0]", [4],
      [1, 1.5, 2.5, 3, -1, -1.5, -2.5, -3]),
    Case("upsample(x, [1, 2])[0, 0]", [6], [1, 1, 2, 2, 3, 3, -1, -1, -2, -2, -3, -3]),
    Case(
      "pixelShuffle(stack([v, v + 10, v + 20, v + 30]) |> reshape([4, 1, 3]), 2)", [1, 2, 6],
      [1, 11, 2, 12, 3, 13, 21, 31, 22, 32, 23, 33, 0, 10, -1, 9, 4, 14, 20, 30, 19, 29, 24, 34]),
    Case(
      "fir(x, [1, 2, 1])[0, 0]", [3],
      [0.75, 1.3125, 1.3125, -0.75, -1.3125, -1.3125].enumerated().map { i, _ in
        let rows: [[Double]] = [[1, 2, 3], [4, 5, 6]]
        let column = i % 3
        var sum = 0.0
        for (row, weight) in [(0, 0.5), (1, 0.25)] {
          for (offset, factor) in [(-1, 0.25), (0, 0.5), (1, 0.25)]
          where (0..<3).contains(column + offset) {
            sum += rows[row][column + offset] * weight * factor
          }
        }
        return i < 3 ? sum : -sum
      }),
    Case(
      "resize(x, [2, 6], filter: \"nearest\")[0, 0]", [6],
      [1, 1, 2, 2, 3, 3, -1, -1, -2, -2, -3, -3]),
    Case("rescale(x, 0 ... 1, from: -1 ... 1)[0, 0]", [3], [1, 1.5, 2, 0, -0.5, -1]),
    Case(
      "instanceNorm(x, epsilon: 0)[0, 0, 0]", [],
      [-2.5 / (35.0 / 12).squareRoot(), 2.5 / (35.0 / 12).squareRoot()]),
    Case(
      "groupNorm(x, 1, epsilon: 0, affine: false)[0, 0, 0]", [],
      [-2.5 / (35.0 / 12).squareRoot(), 2.5 / (35.0 / 12).squareRoot()]),
    Case("layerNorm(m, epsilon: 0, affine: false)[0]", [2], [1, -1, 1, -1]),
    Case(
      "batchNorm(v, epsilon: 1, weight: none, bias: none, mean: constant([1, 1, 1]), variance: constant([3, 0, 8]))",
      [3], [0, 1, 2.0 / 3, -0.5, -2, 1]),
    Case("batchRoll(v, 1)", [3], [0, -1, 4, 1, 2, 3]),
    Case("batchCycle(v[0 ..< 1], 3)", [3, 1], [1, 0, 1, 0, 1, 0]),
    Case("v - batchMean(v)", [3], [0.5, 1.5, -0.5, -0.5, -1.5, 0.5]),
    Case("batchDeviation(v, group: 2, epsilon: 0)", [], [2.5 / 3, 2.5 / 3]),
    Case("mse(v, constant([1, 1, 1]))", [], [5.0 / 3, 14.0 / 3]),
    Case("mae(v, 1)", [], [1, 2]),
    Case("bce(sigmoid(v * 0), 1)", [], [log(2.0), log(2.0)]),
    Case("sum([v, v, v])", [3], [3, 6, 9, 0, -3, 12]),
    Case("max(v, 1) + min(v, 1)", [3], [2, 3, 4, 1, 0, 5]),
    Case("pow(square(v), 0.5) - abs(v)", [3], [0, 0, 0, 0, 0, 0]),
  ])
  func means(example: Case) throws {
    let sizes = example.shape.map(String.init).joined(separator: ", ")
    let text = """
      model M() {
        func f(x: Tensor[1, 2, 3], v: Tensor[3], m: Tensor[3, 2], c: Text[3]()) -> (y: Tensor[\(sizes)]) {
          return \(example.expression)
        }
      }
      """
    let function = try #require(
      try check(text, ElaborationOptions(batch: 2)).model.functions.first)
    var values: [ReferenceTensor?] = []
    for node in function.graph.nodes {
      if let input = node.op as? Input {
        values.append(OperationTests.inputs[input.name])
      } else {
        values.append(node.op.reference(node.operands.compactMap { values[$0.index] }))
      }
    }
    let output = try #require(function.graph.outputs.first)
    let found = try #require(values[output.value.index])
    #expect(found.shape.dimensions == [2] + example.shape)
    let off = zip(found.elements, example.numbers).map { abs($0 - $1) }.max() ?? .infinity
    #expect(off < 1e-6 && found.elements.count == example.numbers.count, "\(found.elements)")
  }
}
