package import TGTensor

/// `out[k…, r…] = (in - mean) / √(variance + epsilon)`, mean and (biased) variance over `r…`.
package struct Normalization: Hashable, Sendable {
  /// The input with its kept axes first, then those over which it is normalised.
  package var input: View
  /// How many leading axes are kept.
  package var keptRank: Int
  /// Added to the variance, ≥ 0.
  package var epsilon: Float
  /// The result, extents and axis order those of `input`.
  package var output: View
  /// Applied to each result; its operands have the output's extents and axis order.
  package var epilogue = Epilogue.none

  /// Makes a normalization.
  package init(input: View, keptRank: Int, epsilon: Float, output: View) {
    self.input = input
    self.keptRank = keptRank
    self.epsilon = epsilon
    self.output = output
  }
}

extension InstructionRule {
  package static func epsilon(_ epsilon: Float) -> InstructionRule {
    InstructionRule("epsilon cannot be \(epsilon)")
  }
}

extension Normalization: InstructionKind {
  package static let field: StaticString = "normalize"
  package var instruction: Instruction { .normalize(self) }
  package init() {
    self.init(input: View(), keptRank: 0, epsilon: 0, output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.number("kept_rank", &keptRank)
    try archive.float("epsilon", &epsilon)
    try archive.output("output", &output)
    try archive.message("epilogue", &epilogue)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard keptRank >= 0, keptRank <= input.rank else {
      throw PlanError(.attribute("kept_rank", keptRank))
    }
    guard epsilon >= 0, epsilon.isFinite else { throw PlanError(.rule(.epsilon(epsilon))) }
    try output.checkExtents(input.dimensions, .output)
    try epilogue.checkNoBits()
    try epilogue.check(output: output)
  }
}
