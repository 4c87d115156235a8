package import TGTensor

/// A pointwise program on the fly: operand 0 is what the instruction computed for a place of its
/// output, the other operands are read there. It runs before the result is stored.
package struct Epilogue: Hashable, Sendable {
  /// The program; `operandCount` is `operands.count + 1`.
  package var program: PointwiseProgram
  /// Operands 1 and up, each with the output's extents (stride 0 where it is broadcast); of a packed
  /// one the innermost extent counts words. Not packed in a normalization.
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
    let packed = program.packedOperands
    try archive.views("operands", &operands, { .epilogueOperand($0 + 1) }) {
      packed.contains($0 + 1) ? .read : .readInPlace
    }
  }

  /// Checks program and operands against the view that the instruction writes.
  func check(output: View) throws(PlanError) {
    try program.check(operands: operands.count + 1)
    let packed = program.packedOperands
    // Operand 0 is a number just computed.
    guard !packed.contains(0) else { throw PlanError(.rule(.packedOperand(0))) }
    for (index, operand) in operands.enumerated() {
      try operand.check(
        isPacked: packed.contains(index + 1), at: output.dimensions, .epilogueOperand(index + 1))
    }
  }
}
