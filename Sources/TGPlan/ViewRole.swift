/// What a view is for, in the words of errors. A kind of instruction that needs others adds them in
/// its own file.
package struct ViewRole: Hashable, Sendable, CustomStringConvertible {
  private let words: String
  private let index: Int?
  private let rest: String

  /// Makes a role from words, such as `the table`, or from words around a number.
  package init(_ words: String, _ index: Int? = nil, _ rest: String = "") {
    self.words = words
    self.index = index
    self.rest = rest
  }

  /// As in `the weights of phase 2`.
  package var description: String { words + (index.map { " \($0)" } ?? "") + rest }

  /// What an instruction reads, where it reads one thing.
  package static let input = ViewRole("the input")
  /// What an instruction writes.
  package static let output = ViewRole("the output")
  /// Constants.
  package static let weights = ViewRole("the weights")
  /// The elements of an input or output of a function.
  package static let values = ViewRole("the view")
  /// The numbers of words of a text.
  package static let lengths = ViewRole("the view of the lengths")
  /// An operand of a program, by its index.
  package static func operand(_ index: Int) -> ViewRole { ViewRole("operand", index) }
  /// An operand of the program of an epilogue, by its index, from 1.
  package static func epilogueOperand(_ index: Int) -> ViewRole {
    ViewRole("operand", index, " of the epilogue")
  }
}
