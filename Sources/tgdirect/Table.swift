/// Comma-separated values.
struct Table {
  private(set) var text: String

  /// Begins with the names of the columns.
  init(_ columns: [String]) { text = columns.map(Self.quoted).joined(separator: ",") + "\n" }

  /// Adds a row.
  mutating func add(_ cells: [String]) {
    text += cells.map(Self.quoted).joined(separator: ",") + "\n"
  }

  /// The bytes of the file.
  var bytes: [UInt8] { Array(text.utf8) }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" }) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
