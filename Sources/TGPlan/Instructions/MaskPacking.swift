package import TGTensor

/// `out[i…, w] = Σₖ 2ᵏ · [in[i…, 16w + k] > 0]` over `k` in `0 ..< 16` with `16w + k` inside the
/// input: which numbers are positive, sixteen to a word. Not-a-number is not.
package struct MaskPacking: Hashable, Sendable {
  /// `[i…, C]`, innermost stride 1.
  package var input: View
  /// `[i…, ⌈C / 16⌉]`, any strides.
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
    try archive.output("output", &output)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard let extents = PointwiseProgram.packedExtents(input.dimensions) else {
      throw PlanError(.view(.input, .rank(0, expected: 1)))
    }
    try input.checkInnermost(.input)
    try output.checkExtents(extents, .output)
  }
}
