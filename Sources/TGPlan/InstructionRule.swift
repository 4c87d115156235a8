/// A rule that an instruction breaks, as a sentence with the numbers in it. A kind of instruction
/// adds its own in its file.
package struct InstructionRule: Hashable, Sendable {
  /// What is wrong, and what is right where that can be said.
  package let sentence: String

  /// Makes a rule from a sentence without a capital and without a full stop.
  package init(_ sentence: String) { self.sentence = sentence }

  /// The work does not fit a number.
  package static let workOverflow = InstructionRule(
    "the number of multiplications or of elements read does not fit 64 bits")
}
