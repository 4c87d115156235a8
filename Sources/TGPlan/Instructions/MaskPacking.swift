package import TGTensor

/// `out[i…] = [in[i…] > 0]`: which numbers are positive, a bit for each. Not-a-number is not; bits that
/// pad a row are 0.
package struct MaskPacking: Hashable, Sendable {
  /// `[i…, C]`, innermost stride 1.
  package var input: View
  /// `[i…, C]`, bits.
  package var output: View

  /// Makes a packing.
  package init(input: View, output: View) {
    self.input = input
    self.output = output
  }
}

extension MaskPacking: InstructionKind {
  package static let field: StaticString = "pack_mask"
  package var instruction: Instruction { .packMask(self) }
  package init() {
    self.init(input: View(), output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.output("output", &output, .bits)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard input.rank > 0 else { throw PlanError(.view(.input, .rank(0, expected: 1))) }
    try input.checkInnermost(.input)
    try output.checkExtents(input.dimensions, .output)
  }
}
