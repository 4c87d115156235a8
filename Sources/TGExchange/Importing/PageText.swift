/// The lines of a translation as statements of the language.
struct PageText {
  private let lines: [Translation.Line]
  /// How often each line is read by lines that lead to a result.
  private var uses: [Int]
  private var names: [String?]
  private var taken: PageNames
  private var heads: Set<Int> = []
  /// The most steps that one statement has.
  private static let mostSteps = 6

  /// Lines that lead to some results, given as texts with marks.
  init(_ translation: Translation, results: [String]) {
    lines = translation.lines
    taken = translation.names
    uses = [Int](repeating: 0, count: lines.count)
    names = [String?](repeating: nil, count: lines.count)
    for result in results { count(result) }
    for index in lines.indices.reversed() where uses[index] > 0 { count(lines[index].text) }
    heads = Self.heads(lines, uses)
    for index in lines.indices where lines[index].isInput { names[index] = lines[index].name }
  }

  private mutating func count(_ text: String) {
    for line in Translation.marks(in: text) { uses[line] += 1 }
  }

  /// True if a tensor of the file is read.
  func reads(_ line: Int) -> Bool { uses[line] > 0 }

  /// The statements in front of the result, and the results.
  mutating func statements(_ results: [String]) -> (statements: [String], results: [String]) {
    var statements: [String] = []
    var texts: [Int: String] = [:]
    let last = results.count == 1 ? Self.head(results[0]) : nil
    for (index, line) in lines.enumerated() where uses[index] > 0 && !line.isInput {
      let text = written(line.text, texts)
      if canJoin(index, texts, text) || index == last && uses[index] == 1 && !line.stands {
        texts[index] = text
        continue
      }
      let name = taken.legal(line.name.isEmpty ? "h" : line.name)
      names[index] = name
      statements.append("let \(name) = \(text)")
    }
    return (statements, results.map { written($0, texts) })
  }

  /// True if a line is written where it is read: there only, and in front of a pipe, or a tensor.
  private func canJoin(_ index: Int, _ texts: [Int: String], _ text: String) -> Bool {
    guard uses[index] == 1, !lines[index].stands else { return false }
    if lines[index].isParameter { return true }
    guard text.components(by: " |> ") < Self.mostSteps else { return false }
    return heads.contains(index)
  }

  /// The lines that some line has in front of a pipe.
  private static func heads(_ lines: [Translation.Line], _ uses: [Int]) -> Set<Int> {
    var result: Set<Int> = []
    for (index, line) in lines.enumerated() where uses[index] > 0 {
      if let head = head(line.text), line.text.contains("\u{2} |> ") { result.insert(head) }
    }
    return result
  }

  /// The line that a text begins with, if a pipe or nothing follows.
  private static func head(_ text: String) -> Int? {
    guard text.hasPrefix("\u{1}"), let end = text.firstIndex(of: "\u{2}") else { return nil }
    let rest = text[text.index(after: end)...]
    guard rest.isEmpty || rest.hasPrefix(" |> ") else { return nil }
    return Int(text[text.index(after: text.startIndex)..<end])
  }

  /// A text with names, or what is written in their place.
  private func written(_ text: String, _ texts: [Int: String]) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "\u{1}"), let end = rest.firstIndex(of: "\u{2}") {
      result += rest[..<start]
      let line = Int(rest[rest.index(after: start)..<end]) ?? 0
      result += texts[line] ?? names[line] ?? "value"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(by separator: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
