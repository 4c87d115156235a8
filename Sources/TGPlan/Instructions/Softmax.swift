package import TGTensor

/// `out[…, i] = exp(in[…, i]) / Σⱼ exp(in[…, j])` along the last axis of the views, computed with
/// the maximum subtracted; or its logarithm. A row of -∞ only gives zeros.
package struct Softmax: Hashable, Sendable {
  /// The input; the softmax axis is the last (any stride).
  package var input: View
  /// The result, extents and axis order those of `input`.
  package var output: View
  /// True for the logarithm.
  package var logarithmic: Bool

  /// Makes a softmax.
  package init(input: View, output: View, logarithmic: Bool = false) {
    self.input = input
    self.output = output
    self.logarithmic = logarithmic
  }
}

extension Softmax: InstructionKind {
  package static let field: StaticString = "softmax"
  package var instruction: Instruction { .softmax(self) }
  package init() {
    self.init(input: View(), output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.output("output", &output)
    try archive.bool("logarithmic", &logarithmic)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard input.rank >= 1 else { throw PlanError(.view(.input, .rank(input.rank, expected: 1))) }
    try output.checkExtents(input.dimensions, .output)
  }
}
