/// Comma-separated values (RFC 4180, lines end with a line feed).
package struct CSVTable {
  /// The text of the file.
  package private(set) var text = ""

  /// Begins with the names of the columns.
  package init(_ columns: [String]) { add(columns) }

  /// Adds a row.
  package mutating func add(_ cells: [String]) {
    text += cells.map(Self.quoted).joined(separator: ",") + "\n"
  }

  /// The bytes of the file.
  package var bytes: [UInt8] { Array(text.utf8) }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" }) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
