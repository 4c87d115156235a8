package import TGTensor

/// `out[i…] = program(operands[i…]…)`.
package struct PointwiseMap: Hashable, Sendable {
  /// What is computed at each place.
  package var program: PointwiseProgram
  /// The operands, `program.operandCount` of them, each with the output's extents; of a packed one
  /// the innermost extent counts words, and its stride is 1.
  package var operands: [View]
  /// The result.
  package var output: View

  /// Makes a map.
  package init(program: PointwiseProgram, operands: [View], output: View) {
    self.program = program
    self.operands = operands
    self.output = output
  }
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
    let packed = program.packedOperands
    try archive.views("operands", &operands, ViewRole.operand) {
      packed.contains($0) ? .read : .readInPlace
    }
    try archive.output("output", &output)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try program.check(operands: operands.count)
    let packed = program.packedOperands
    for (index, operand) in operands.enumerated() {
      try operand.check(
        isPacked: packed.contains(index), at: output.dimensions, .operand(index))
    }
  }
}
