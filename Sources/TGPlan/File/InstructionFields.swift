internal import TGTensor

extension PlacedInstruction: PlanMessage {
  package init() { self.init(.map(PointwiseMap()), label: "", source: "") }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("label", &label)
    try archive.string("source", &source)
    try archive.number("macs", &macs)
    let before = instruction.kind
    var found: [Instruction] = []
    for kind in Instruction.kinds {
      if let one = try kind.visit(the: before, &archive) { found.append(one) }
    }
    try archive.require(found.count == 1, .notOneInstruction)
    if let only = found.first { instruction = only }
  }
}

extension InstructionKind {
  /// Shows the optional message of this kind to an archive.
  ///
  /// - Parameter kind: What the instruction is before.
  /// - Returns: What it is afterwards; nil if it is not of this kind.
  fileprivate static func visit<Archive: PlanArchive>(
    the kind: any InstructionKind, _ archive: inout Archive
  ) throws(Archive.Failure) -> Instruction? {
    var value = kind as? Self
    try archive.message(field, &value)
    return value?.instruction
  }
}

extension PointwiseFunction: PlanChoice {}

extension PointwiseProgram: PlanMessage {
  package init() { self = .identity }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.number("operand_count", &operandCount)
    try archive.messages("steps", &steps)
  }
}

extension PointwiseProgram.Step: PlanMessage {
  package init() { self.init(.constant) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.choice("function", &function)
    try archive.numbers("arguments", &arguments)
    try archive.float("immediate", &immediate)
  }
}
