package import TGTensor

/// An elementwise program on the fly: operand 0 is what the instruction computed for an element of its
/// output, the other operands are read there. It runs before the result is stored.
package struct Epilogue: Hashable, Sendable {
  /// The program; `operandCount` is `operands.count + 1`.
  package var program: PointwiseProgram
  /// Operands 1 and up, each with the output's extents (stride 0 where it is broadcast);
  /// float32, int32 or bits.
  package var operands: [View]

  /// Makes an epilogue.
  package init(program: PointwiseProgram = .identity, operands: [View] = []) {
    self.program = program
    self.operands = operands
  }

  /// The epilogue that does nothing.
  package static let none = Epilogue()
}

extension Epilogue: PlanMessage {
  package init() { self.init(program: .identity, operands: []) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.program("program", &program)
    try archive.views("operands", &operands, { .epilogueOperand($0 + 1) }) { _ in .elementwise }
  }

  /// Checks that it reads no bits: where the elements of a row are not written in their order.
  func checkNoBits() throws(PlanError) {
    for (index, operand) in operands.enumerated() where operand.dtype == .bits {
      throw PlanError(
        .view(.epilogueOperand(index + 1), .dtype(.bits, expected: [.float32, .int32])))
    }
  }

  /// Checks program and operands against the view that the instruction writes.
  func check(output: View) throws(PlanError) {
    try program.check(operands: operands.count + 1)
    for (index, operand) in operands.enumerated() {
      try operand.checkExtents(output.dimensions, .epilogueOperand(index + 1))
    }
  }
}
