internal import TGTensor

// What kinds of instructions ask of their views and programs. The views have been found inside their
// slots, with extents of at least 1.

extension View {
  /// Checks that there are so many axes.
  func checkRank(_ expected: Int, _ role: ViewRole) throws(PlanError) {
    guard rank == expected else { throw PlanError(.view(role, .rank(rank, expected: expected))) }
  }

  /// Checks that the extents are certain ones.
  func checkExtents(_ expected: [Int], _ role: ViewRole) throws(PlanError) {
    guard dimensions == expected else {
      throw PlanError(.view(role, .extents(dimensions, expected: expected)))
    }
  }

  /// Checks that neighbours along the innermost axis, which there is, lie beside each other.
  func checkInnermost(_ role: ViewRole) throws(PlanError) {
    guard strides[rank - 1] == 1 || dimensions[rank - 1] == 1 else {
      throw PlanError(.view(role, .innermostStride(strides[rank - 1])))
    }
  }

  /// Checks that it is `[N, H, W, C]` with channels beside each other.
  func checkPicture(_ role: ViewRole) throws(PlanError) {
    try checkRank(4, role)
    try checkInnermost(role)
  }

  /// Checks that rows of bits begin with a word, and that its bits are neighbours.
  func checkRowsOfBits(_ role: ViewRole) throws(PlanError) {
    guard dtype == .bits else { return }
    guard rank > 0 else { throw PlanError(.view(role, .rank(0, expected: 1))) }
    try checkInnermost(role)
    guard ([offset] + strides.dropLast()).allSatisfy({ $0 % DType.wordBits == 0 }) else {
      throw PlanError(.view(role, .rowsOfBits))
    }
  }
}

extension PointwiseProgram {
  /// Checks that it is well formed, for so many operands.
  func check(operands: Int) throws(PlanError) {
    guard isSound else { throw PlanError(.rule(.program)) }
    guard operandCount == operands else {
      throw PlanError(.rule(.operandCount(found: operands, expected: operandCount)))
    }
  }
}

extension InstructionRule {
  package static let program = InstructionRule("the elementwise program is malformed")

  package static func operandCount(found: Int, expected: Int) -> InstructionRule {
    InstructionRule("there are \(found) operands; the program takes \(expected)")
  }
}
