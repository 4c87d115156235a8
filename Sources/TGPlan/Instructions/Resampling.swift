package import TGTensor

/// `out[a…, i, b…] = Σₜ weights[i, t] · in[a…, starts[i] + t, b…]` along one axis.
package struct Resampling: Hashable, Sendable {
  /// The input, any strides.
  package var input: View
  /// The result, the input's extents but along `axis`; any strides.
  package var output: View
  /// The axis that is resampled.
  package var axis: Int
  /// The first input position of each output position: rank 1 in a weight slot, int32, each
  /// followed by `taps` positions inside the input.
  package var starts: View
  /// `[outputs, taps]` in a weight slot, contiguous.
  package var weights: View

  /// Makes a resampling.
  package init(input: View, output: View, axis: Int, starts: View, weights: View) {
    self.input = input
    self.output = output
    self.axis = axis
    self.starts = starts
    self.weights = weights
  }
}

extension ViewRole {
  /// The first input position of each output position of a resampling.
  package static let starts = ViewRole("the starts")
}

extension InstructionRule {
  package static func start(index: Int, value: Int32, last: Int) -> InstructionRule {
    InstructionRule("start \(index) is \(value); it must lie in 0 ... \(last)")
  }
}

extension Resampling: InstructionKind {
  package static let field: StaticString = "resample"
  package var instruction: Instruction { .resample(self) }
  package init() {
    self.init(input: View(), output: View(), axis: 0, starts: View(), weights: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.output("output", &output)
    try archive.number("axis", &axis)
    try archive.weights("starts", &starts, .starts, .int32)
    try archive.weights("weights", &weights, .weights)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard input.dimensions.indices.contains(axis) else { throw PlanError(.attribute("axis", axis)) }
    try output.checkRank(input.rank, .output)
    var expected = input.dimensions
    expected[axis] = output.dimensions[axis]
    try output.checkExtents(expected, .output)
    try starts.checkExtents([output.dimensions[axis]], .starts)
    try weights.checkRank(2, .weights)
    try weights.checkExtents([output.dimensions[axis], weights.dimensions[1]], .weights)
  }

  package var checkedMacs: Int? {
    weights.rank == 2 ? Int.product(output.dimensions + [weights.dimensions[1]]) : nil
  }
}
