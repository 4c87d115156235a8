/// Writes diagnostics for people: location, message, the line with carets, notes, hint.
package struct TextRenderer: Sendable {
  private let sources: SourceTable
  private let colour: Bool

  /// Makes a renderer; `colour` adds ANSI escapes.
  package init(sources: SourceTable, colour: Bool = false) {
    self.sources = sources
    self.colour = colour
  }

  /// One finding, several lines, without a final line end.
  package func render(_ diagnostic: Diagnostic) -> String {
    var lines: [String] = []
    let tint = diagnostic.severity == .error ? "31" : "33"
    let head = painted("\(diagnostic.severity.rawValue): ", tint) + painted(diagnostic.message, "1")
    lines.append("\(location(diagnostic.range))\(head) [\(diagnostic.id)]")
    lines += excerpt(diagnostic.range)
    for note in diagnostic.notes {
      lines.append("\(location(note.range))note: \(note.message)")
      lines += excerpt(note.range)
    }
    if let hint = diagnostic.hint { lines.append("hint: \(hint)") }
    return lines.joined(separator: "\n")
  }

  private func location(_ range: SourceRange?) -> String {
    guard let range, range.file < sources.files.count else { return "" }
    let file = sources.files[range.file]
    let (line, column) = file.position(of: range.start)
    return "\(file.name):\(line):\(column): "
  }

  private func excerpt(_ range: SourceRange?) -> [String] {
    guard let range, range.file < sources.files.count else { return [] }
    let file = sources.files[range.file]
    let (line, column) = file.position(of: range.start)
    let (endLine, endColumn) = file.position(of: max(range.start, range.end))
    let text = Array(file.line(line))
    let last = endLine == line ? endColumn : text.count + 1
    let width = max(1, last - column)
    // A very long line is shown around its caret only.
    let from = max(0, column - 1 - 80)
    let to = min(text.count, from + 160)
    let shown = from < to ? String(text[from..<to]).replacing("\t", with: " ") : ""
    let number = String(line)
    let gutter = String(repeating: " ", count: number.count)
    let pad = String(repeating: " ", count: column - 1 - from)
    let carets = String(repeating: "^", count: min(width, max(1, 160 - (column - 1 - from))))
    return [" \(number) | \(shown)", " \(gutter) | \(pad)\(painted(carets, "32"))"]
  }

  private func painted(_ text: String, _ code: String) -> String {
    colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
