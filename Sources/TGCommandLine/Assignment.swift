/// `NAME=VALUE` of the command line.
package struct Assignment: Hashable {
  /// What stands before the sign.
  package let name: String
  /// What stands behind it.
  package let value: String

  /// Cuts at the first `=`.
  package init(_ text: String, option: String, example: String) throws(Failure) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex,
      text.index(after: sign) != text.endIndex
    else { throw Failure(.usage, "\(option) \(text) is not of the form \(example)") }
    name = String(text[..<sign])
    value = String(text[text.index(after: sign)...])
  }
}
