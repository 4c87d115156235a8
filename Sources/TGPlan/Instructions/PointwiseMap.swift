package import TGTensor

/// `out[i…] = program(operands[i…]…)`. An int32 output has one operand and no steps: int32 is copied, of
/// float32 a whole number that int32 has becomes it, and all else −2³¹.
package struct PointwiseMap: Hashable, Sendable {
  /// What is computed for each element.
  package var program: PointwiseProgram
  /// The operands, `program.operandCount` of them, each with the output's extents; float32, int32 or
  /// bits.
  package var operands: [View]
  /// The result, float32 or int32.
  package var output: View

  /// Makes a map.
  package init(program: PointwiseProgram, operands: [View], output: View) {
    self.program = program
    self.operands = operands
    self.output = output
  }
}

extension InstructionRule {
  package static let conversion = InstructionRule(
    "an output of int32 takes one operand, of int32 or float32, and no steps")
}

extension PointwiseMap: InstructionKind {
  package static let field: StaticString = "map"
  package var instruction: Instruction { .map(self) }
  package init() {
    self.init(program: .identity, operands: [], output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.program("program", &program)
    try archive.views("operands", &operands, ViewRole.operand) { _ in .elementwise }
    try archive.output("output", &output, .numbers)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try program.check(operands: operands.count)
    for (index, operand) in operands.enumerated() {
      try operand.checkExtents(output.dimensions, .operand(index))
    }
    guard output.dtype == .float32 || (program.isIdentity && operands[0].dtype != .bits) else {
      throw PlanError(.rule(.conversion))
    }
  }
}
