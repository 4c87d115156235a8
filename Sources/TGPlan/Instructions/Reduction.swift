package import TGTensor

/// What a reduction makes of many numbers.
package enum ReductionFunction: Int, Hashable, Sendable, CaseIterable {
  /// Σ
  case sum = 0
  /// Σ / n
  case mean = 1
  /// The largest.
  case maximum = 2
  /// The smallest.
  case minimum = 3
  /// Π
  case product = 4
  /// Σ (x - mean)² / n
  case variance = 5
}

/// `out[k…] = function over r… of program(operands[k…, r…]…)`.
package struct Reduction: Hashable, Sendable {
  /// What is computed.
  package var function: ReductionFunction
  /// What is reduced, of the operands at one position.
  package var program: PointwiseProgram
  /// The operands, `program.operandCount` of them and at least one, all of the same extents: the
  /// kept axes first, then the reduced ones (strides in any order, 0 where one is broadcast).
  package var operands: [View]
  /// How many leading axes of the operands are kept.
  package var keptRank: Int
  /// The result, extents those of the kept axes.
  package var output: View

  /// Makes a reduction of a map.
  package init(
    function: ReductionFunction, program: PointwiseProgram, operands: [View], keptRank: Int,
    output: View
  ) {
    self.function = function
    self.program = program
    self.operands = operands
    self.keptRank = keptRank
    self.output = output
  }

  /// Makes a reduction of one operand as it is.
  package init(function: ReductionFunction, input: View, keptRank: Int, output: View) {
    self.init(
      function: function, program: .identity, operands: [input], keptRank: keptRank, output: output)
  }
}

extension ReductionFunction: PlanChoice {}

extension Reduction: InstructionKind {
  package static let field: StaticString = "reduce"
  package var instruction: Instruction { .reduce(self) }
  package init() {
    self.init(function: .sum, program: .identity, operands: [], keptRank: 0, output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.choice("function", &function)
    try archive.number("kept_rank", &keptRank)
    try archive.output("output", &output)
    try archive.views("operands", &operands, ViewRole.operand) { _ in
      ViewUse(.read, .numbers)
    }
    try archive.program("program", &program)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try program.check(operands: operands.count)
    guard let extents = operands.first?.dimensions else {
      throw PlanError(.rule(.operandCount(found: 0, expected: 1)))
    }
    for (index, operand) in operands.enumerated() {
      try operand.checkExtents(extents, .operand(index))
    }
    guard keptRank >= 0, keptRank <= extents.count else {
      throw PlanError(.attribute("kept_rank", keptRank))
    }
    try output.checkExtents(Array(extents[..<keptRank]), .output)
  }
}
