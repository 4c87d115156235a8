import Foundation
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// The constraints of the ops, C1 … of their doc comments: each is quoted where it is enforced, and
/// each is broken here, by its label.
@Suite struct ConstraintTests {
  /// An op with operands that break one constraint, the id of the finding, and a part of its words.
  struct Breach: CustomTestStringConvertible, Sendable {
    var label: String
    var op: any Op
    var operands: [Shape]
    var id: String
    var said: String
    var testDescription: String { label + ": " + operands.map { "\($0)" }.joined(separator: ", ") }

    init(_ label: String, _ op: any Op, _ operands: [Shape], _ id: String, _ said: String) {
      self.label = label
      self.op = op
      self.operands = operands
      self.id = id
      self.said = said
    }
  }

  private static let sum = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])

  private static func convolution(
    groups: Int = 1, origins: [Int] = [0], scale: [Int] = [1, 1], stride: [Int] = [1, 1],
    tile: Int = 0, precision: TGPlan.Convolution.Precision = .float32
  ) -> Conv2D {
    var op = Conv2D(
      stride: stride, scale: scale, groups: groups,
      phases: origins.map { .init(padTop: 0, padLeft: 0, originY: $0, originX: 0) },
      outputSize: [2, 2])
    (op.tile, op.precision) = (tile, precision)
    return op
  }

  private static func pool(kernel: [Int] = [2, 2], stride: [Int] = [2, 2], size: [Int] = [2, 2])
    -> Pool
  {
    Pool(.maximum, kernel: kernel, stride: stride, padding: [0, 0], outputSize: size)
  }

  private static func resample(axis: Int = 0, starts: [Int], weights: Int) -> Resample {
    Resample(axis: axis, starts: starts, taps: 2, weights: Array(repeating: 0.5, count: weights))
  }

  private static let whole = MaxPoolGradientOp(kernel: [2, 2], stride: [2, 2], padding: [0, 0])

  static let breaches = [
    Breach("linear_c1", Linear(), [[2, 5], [3, 4]], "linear", "does not fit the last axis"),
    Breach("linear_c1", Linear(), [[], [3, 4]], "linear", "does not fit the last axis"),
    Breach("matmul_c1", MatMul(), [[2, 5], [4, 3]], "matmul", "inner extents"),
    Breach("matmul_c1", MatMul(), [[5], [5, 3]], "matmul", "inner extents"),
    Breach("matmul_c2", MatMul(), [[2, 4, 5], [3, 5, 6]], "matmul", "leading extents"),
    Breach("map_c1", Map(sum), [[2]], "arity", "does not fit its operands"),
    Breach("map_c2", Map(sum), [[2, 3], [2, 4]], "shape-mismatch", "do not broadcast"),
    Breach("signs_c1", Signs(), [[]], "rank", "no axis to pack"),
    Breach("pad_c1", Pad(before: [1], after: [1]), [[2, 3]], "pad", "two sizes for each axis"),
    Breach("pad_c1", Pad(before: [-1], after: [1]), [[2]], "pad", "two sizes for each axis"),
    Breach("gather_c1", Gather(), [[], [2]], "gather", "needs rows"),
    Breach("scatter_c1", Scatter(rows: 0), [[2, 3], [2]], "gather", "cannot be added to"),
    Breach("scatter_c2", Scatter(rows: 4), [[2, 3], [3]], "gather", "a row for each number"),
    Breach("reshape_c1", Reshape([2, 4]), [[2, 3]], "reshape", "do not fill"),
    Breach("transpose_c1", Transpose([0, 0]), [[2, 3]], "axis", "no order of the axes"),
    Breach("broadcast_c1", Broadcast([2, 3]), [[2, 2]], "shape-mismatch", "does not broadcast"),
    Breach(
      "slice_c1", Slice(starts: [0], counts: [1], steps: [1]), [[2, 3]], "slice", "needs 2 ranges"),
    Breach(
      "slice_c1", Slice(starts: [2], counts: [2], steps: [-1]), [[3]], "slice", "needs 1 ranges"),
    Breach("slice_c2", Slice(starts: [1], counts: [2], steps: [2]), [[3]], "slice", "leave"),
    Breach("concat_c1", Concat(axis: 0), [[2, 3], [2, 4]], "concat", "differ elsewhere"),
    Breach("concat_c1", Concat(axis: 0), [[2, 3], [2]], "concat", "differ elsewhere"),
    Breach("pool_c1", pool(stride: [0, 2]), [[1, 4, 4, 3]], "pool", "a window"),
    Breach("pool_c1", pool(), [[4, 4, 3]], "pool", "a window"),
    Breach("pool_c2", pool(size: [3, 2]), [[1, 4, 4, 3]], "pool", "wholly outside"),
    Breach(
      "max_pool_gradient_c1", MaxPoolGradientOp(kernel: [2, 2], stride: [0, 2], padding: [0, 0]),
      [[1, 4, 4, 3], [1, 2, 2, 3]], "pool", "a window"),
    Breach(
      "max_pool_gradient_c2", whole, [[1, 4, 4, 3], [1, 3, 2, 3]], "pool", "wholly outside"),
    Breach("max_pool_gradient_c3", whole, [[1, 4, 4, 3], [1, 2, 2, 4]], "pool", "a gradient"),
    Breach("upsample_c1", Upsample([2, 0]), [[1, 2, 2, 3]], "upsample", "an enlargement"),
    Breach("upsample_c1", Upsample([2, 2]), [[2, 2, 3]], "upsample", "an enlargement"),
    Breach(
      "resample_c1", resample(axis: 1, starts: [0], weights: 2), [[3]], "axis", "distinct axes"),
    Breach(
      "resample_c1", resample(starts: [0, 1], weights: 3), [[3]], "resample", "3 weights for 2"),
    Breach("resample_c2", resample(starts: [2], weights: 2), [[3]], "resample", "outside"),
    Breach(
      "convolution_c1", convolution(groups: 2), [[1, 4, 4, 3], [4, 1, 3, 3]], "channels", "groups"),
    Breach("convolution_c1", convolution(), [[1, 4, 4, 3], [4, 2, 3, 3]], "channels", "groups"),
    Breach(
      "convolution_c2", convolution(origins: [0, 0], scale: [2, 1]),
      [[1, 4, 4, 3], [4, 3, 3, 3], [4, 3, 3, 3]], "phases", "phases"),
    Breach(
      "convolution_c3", convolution(stride: [0, 1]), [[1, 4, 4, 3], [4, 3, 3, 3]], "convolution",
      "positive"),
    Breach(
      "convolution_c4", convolution(tile: 4), [[1, 4, 4, 3], [4, 3, 5, 5]], "tile", "have no form"),
    Breach(
      "convolution_c5", convolution(groups: 3, precision: .bfloat16),
      [[1, 4, 4, 3], [3, 1, 3, 3]], "bfloat16", "multiplied as float32"),
    Breach("reduce_c1", Reduce(.sum, axes: [1, 1]), [[2, 3]], "axis", "distinct axes"),
    Breach(
      "reduce_c2", Reduce(.sum, of: sum, axes: [0]), [[2]], "arity", "does not fit its operands"),
    Breach("reduce_c2", Reduce(.sum, axes: [0]), [], "arity", "0 operands"),
    Breach(
      "reduce_c3", Reduce(.sum, of: sum, axes: [0]), [[2], [3]], "shape-mismatch",
      "do not broadcast"),
    Breach("softmax_c1", SoftmaxOp(axis: 2), [[2, 3]], "axis", "distinct axes"),
    Breach("normalize_c1", Normalize(axes: [2], epsilon: 0), [[2, 3]], "axis", "distinct axes"),
    Breach("normalize_c1", Normalize(axes: [], epsilon: 0), [[2, 3]], "epsilon", "needs axes"),
    Breach(
      "normalize_c1", Normalize(axes: [1], epsilon: -1), [[2, 3]], "epsilon", "epsilon of 0 or more"
    ),
  ]

  @Test(arguments: breaches)
  func isRefused(breach: Breach) throws {
    let error = try #require(throws: TypeRuleError.self) {
      _ = try breach.op.resultShape(for: breach.operands)
    }
    #expect(error.id == breach.id)
    #expect(error.message.contains(breach.said), "\(breach.label): \(error.message)")
  }

  /// What the doc comments state, what the code quotes where it enforces it, and what is broken above
  /// are the same labels.
  @Test func everyConstraintIsQuotedAndBroken() throws {
    let folder = GraphPages.repository.appending(path: "Sources/TGOps")
    var stated: Set<String> = []
    var quoted: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    where path.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
      for line in text.split(separator: "\n") {
        guard let comment = line.firstRange(of: "// ") else { continue }
        for label in line[comment.upperBound...].matches(of: /[a-z_]+_c[0-9]+/) {
          quoted.insert(String(label.output))
        }
      }
      guard let name = text.firstMatch(of: /static let mnemonic = "([a-z_]+)"/) else { continue }
      for constraint in text.matches(of: #/- C([0-9]+): /#) {
        stated.insert("\(name.output.1)_c\(constraint.output.1)")
      }
    }
    #expect(stated.count >= 25)
    #expect(stated.sorted() == quoted.sorted())
    #expect(stated.sorted() == Set(Self.breaches.map(\.label)).sorted())
  }
}
