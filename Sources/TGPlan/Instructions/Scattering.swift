package import TGTensor

/// `out = 0`, then every `in[i…, d…]` is added to `out[indices[i…], d…]`, in the order of `i…`: the
/// adjoint of a gathering. A number that is no row of the output ends the run.
package struct Scattering: Hashable, Sendable {
  /// The extents of `indices`, then those of a row.
  package var input: View
  /// Int32, any extents.
  package var indices: View
  /// `[rows, d…]`.
  package var output: View

  /// Makes a scattering.
  package init(input: View, indices: View, output: View) {
    self.input = input
    self.indices = indices
    self.output = output
  }
}

extension Scattering: InstructionKind {
  package static let field: StaticString = "scatter"
  package var instruction: Instruction { .scatter(self) }
  package init() { self.init(input: View(), indices: View(), output: View()) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.input("indices", &indices, .indices, .int32)
    try archive.output("output", &output)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard output.rank >= 1 else { throw PlanError(.view(.output, .rank(0, expected: 1))) }
    try input.checkExtents(indices.dimensions + output.dimensions.dropFirst(), .input)
  }

  package var rowNumbers: (indices: View, rows: Int)? { (indices, output.dimensions[0]) }
}
