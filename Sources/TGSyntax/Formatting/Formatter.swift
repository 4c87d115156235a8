package import TGDiagnostics

/// The one canonical style of `.tgraph` texts: two spaces, 100 columns, the author's line breaks
/// before pipes and operators, the author's single empty lines, every comment.
///
/// Formatting its own result changes nothing. A comment at a position that has no line of its own moves
/// above its statement.
package struct Formatter {
  /// The columns of a line.
  package static let width = 100

  let source: SourceFile
  let comments: [Comment]
  private var isWritten: [Bool]
  /// The first comment that may be unwritten.
  private var cursor = 0

  /// Formats a text that parses; throws what is wrong with one that does not.
  package static func format(_ source: SourceFile, file: Int = 0) throws(DiagnosticFailure)
    -> String
  {
    let parsed = parse(source, file: file)
    guard parsed.diagnostics.isEmpty else { throw DiagnosticFailure(parsed.diagnostics) }
    var formatter = Formatter(source: source, comments: parsed.tree.comments)
    let text = DocumentRenderer.render(formatter.file(parsed.tree), width: width)
    return text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
  }

  private init(source: SourceFile, comments: [Comment]) {
    self.source = source
    self.comments = comments
    isWritten = [Bool](repeating: false, count: comments.count)
  }

  // MARK: Locations and comments

  func line(_ offset: Int) -> Int { source.position(of: offset).line }

  func raw(_ range: SourceRange) -> Document {
    .text(String(decoding: source.bytes[range.start..<range.end], as: UTF8.self))
  }

  /// The unwritten comments that start in a range of bytes, now counted as written.
  mutating func takeComments(from start: Int, to end: Int) -> [Comment] {
    while cursor < comments.count, isWritten[cursor] { cursor += 1 }
    var found: [Comment] = []
    var index = cursor
    while index < comments.count, comments[index].range.start < end {
      if !isWritten[index], comments[index].range.start >= start {
        isWritten[index] = true
        found.append(comments[index])
      }
      index += 1
    }
    return found
  }

  /// The comment that follows on the line of `end`, as the end of that line.
  mutating func trailingComment(after end: Int, before limit: Int) -> [Document] {
    let last = line(end)
    var stop = last < source.lineStarts.count ? source.lineStarts[last] : source.bytes.count
    stop = min(stop, limit)
    return takeComments(from: end, to: stop).map { .trailing(text($0)) }
  }

  /// The comments in a range of bytes, each on a line of its own.
  mutating func leadingComments(from start: Int, to end: Int) -> [Document] {
    takeComments(from: start, to: end).flatMap { [.text(text($0)), .hardLine] }
  }

  func text(_ comment: Comment) -> String {
    var bytes = source.bytes[comment.range.start..<comment.range.end]
    while bytes.last == 0x20 || bytes.last == 0x09 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Sequences of lines

  /// A line of a body or a file, and whether it asks for an empty line around it.
  struct Entry {
    var document: Document
    var range: SourceRange
  }

  /// Elements on lines of their own, with the comments between them; nil if there is nothing.
  mutating func lines<Element>(
    _ elements: [Element], start: Int, end: Int, spaced: Bool,
    range: (Element) -> SourceRange,
    document: (inout Formatter, Element) -> Document
  ) -> Document? {
    var result: [Document] = []
    var previousEnd: Int?
    var previousWasHigh = false
    for (index, element) in elements.enumerated() {
      let location = range(element)
      var above = takeComments(from: previousEnd ?? start, to: location.start)
      let written = document(&self, element)
      above += takeComments(from: location.start, to: location.end)
      let isHigh = spaced && written.isBroken
      var isFirst = true
      for comment in above {
        let empty = isFirst && (isHigh || previousWasHigh)
        append(.text(text(comment)), comment.range, &result, &previousEnd, empty)
        isFirst = false
      }
      append(written, location, &result, &previousEnd, isFirst && (isHigh || previousWasHigh))
      let next = index + 1 < elements.count ? range(elements[index + 1]).start : end
      result += trailingComment(after: location.end, before: next)
      previousWasHigh = isHigh
    }
    for comment in takeComments(from: previousEnd ?? start, to: end) {
      append(.text(text(comment)), comment.range, &result, &previousEnd, false)
    }
    return result.isEmpty ? nil : .sequence(result)
  }

  private func append(
    _ document: Document, _ range: SourceRange, _ result: inout [Document],
    _ previousEnd: inout Int?, _ empty: Bool
  ) {
    if let previous = previousEnd {
      let isApart = line(range.start) - line(previous) > 1
      result.append(empty || isApart ? .emptyLine : .hardLine)
    }
    result.append(document)
    previousEnd = max(previousEnd ?? 0, range.end)
  }

  /// Elements between brackets, on one line if they fit, otherwise one per line.
  mutating func bracketed<Element>(
    _ open: String, _ elements: [Element], _ close: String, end: Int,
    range: (Element) -> SourceRange,
    document: (inout Formatter, Element) -> Document
  ) -> Document {
    guard !elements.isEmpty else { return .text(open + close) }
    var parts: [Document] = [.softLine]
    for (index, element) in elements.enumerated() {
      let location = range(element)
      if index > 0 {
        parts += leadingComments(from: range(elements[index - 1]).end, to: location.start)
      }
      parts.append(document(&self, element))
      let isLast = index + 1 == elements.count
      if !isLast { parts.append(.text(",")) }
      parts += trailingComment(
        after: location.end, before: isLast ? end - 1 : range(elements[index + 1]).start)
      if !isLast { parts.append(.line) }
    }
    return .group(
      .sequence([.text(open), .indent(.sequence(parts)), .softLine, .text(close)]))
  }
}
