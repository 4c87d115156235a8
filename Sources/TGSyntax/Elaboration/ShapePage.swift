package import TGDiagnostics

extension Elaborated {
  /// A source with the shapes that its lines gave in the margin, `┊ [32, 64, 64]`; a line that ran
  /// with several shapes has them all.
  package func page(_ source: SourceFile, file: Int) -> String {
    var marks: [Int: (end: Int, start: Int, texts: [String])] = [:]
    for (range, texts) in shapes where range.file == file {
      let line = source.position(of: max(range.start, range.end - 1)).line
      // The expression that ends last on a line is its result; of those, the widest.
      if let known = marks[line],
        (known.end, -known.start) >= (range.end, -range.start)
      {
        continue
      }
      marks[line] = (range.end, range.start, texts)
    }
    let lines = (1...source.lineStarts.count).map { source.line($0) }
    let width = min(100, (marks.keys.map { lines[$0 - 1].count }.max() ?? 0) + 2)
    let last = lines.last == "" ? lines.count - 1 : lines.count
    return (0..<last).map { index in
      guard let mark = marks[index + 1] else { return lines[index] + "\n" }
      let gap = String(repeating: " ", count: max(2, width - lines[index].count))
      return "\(lines[index])\(gap)┊ \(mark.texts.joined(separator: " | "))\n"
    }.joined()
  }
}
