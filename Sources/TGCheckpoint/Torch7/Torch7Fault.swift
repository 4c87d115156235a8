import TGTensor

/// What is wrong with a Torch7 file.
package enum Torch7Fault: Error, Hashable, Sendable {
  /// The file ends inside a value.
  case truncated
  /// A number where the kind of a value should be.
  case tag(Int)
  /// An object whose number is neither known nor the next.
  case index(Int)
  /// A number that stands for an object of another kind.
  case reference(Int)
  /// A length that is negative or beyond the end of the file.
  case length(Int)
  /// A table has a key that is nothing or no number.
  case key
  /// A text where a number should be.
  case number
  /// A version of a class that is no number.
  case version(String)
  /// A tensor of more axes than any has.
  case rank(Int)
  /// What stands behind a tensor is not its numbers.
  case storage(String)
  /// A class of numbers whose size is not known, so that nothing behind it can be found.
  case element(String)
  /// Bytes after the end of the value.
  case trailing(Int)
}

extension Torch7Fault: CustomStringConvertible {
  /// One sentence that follows "at byte N of the Torch7 file:".
  package var description: String {
    switch self {
    case .truncated: "the file ends too early; it is cut off: fetch it again"
    case .tag(let tag): "\(tag) is no kind of value"
    case .index(let index): "object \(index) is neither known nor the next"
    case .reference(let index): "object \(index) is of another kind than is said here"
    case .length(let length): "a length of \(length) cannot be; the file may be cut off"
    case .key: "a key of a table is nothing or no number"
    case .number: "a number is malformed"
    case .version(let text): "'\(text.shown)' is no version of a class"
    case .rank(let count): "a tensor has \(count) axes; none has more than 64"
    case .storage(let name): "a '\(name.shown)' does not have a storage of its type"
    case .element(let name):
      "numbers of '\(name.shown)' are not known; convert the file in Torch7 by :float()"
    case .trailing(let count): "\(count) bytes follow the end of the data"
    }
  }
}
