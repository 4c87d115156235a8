/// A text that may be broken into lines at some positions, after Wadler's prettier printer.
indirect enum Document {
  /// Characters without a line end.
  case text(String)
  /// A space, or a line end if the group around it does not fit.
  case line
  /// Nothing, or a line end if the group around it does not fit.
  case softLine
  /// A line end in any case.
  case hardLine
  /// A line end in any case, and one empty line before the next text.
  case emptyLine
  /// A comment at the end of the line on which it falls; what encloses it is broken.
  case trailing(String)
  /// One after the other.
  case sequence([Document])
  /// Two columns further in after each line end.
  case indent(Document)
  /// Unbroken if it fits on the line, otherwise all its own lines are broken.
  case group(Document)
  /// On one line in any case.
  case flat(Document)
  /// The first of several layouts that stays within the width, or the last.
  case choice([Document])

  /// Documents with something between neighbours.
  static func joined(_ documents: [Document], by separator: Document) -> Document {
    var result: [Document] = []
    for (index, document) in documents.enumerated() {
      if index > 0 { result.append(separator) }
      result.append(document)
    }
    return .sequence(result)
  }

  /// A group that is broken even if it would fit.
  static func open(_ document: Document) -> Document {
    guard case .group(let part) = document else { return document }
    return part
  }

  /// True if a line ends in it whatever the width.
  var isBroken: Bool {
    switch self {
    case .hardLine, .emptyLine, .trailing: true
    case .text, .line, .softLine: false
    case .sequence(let parts): parts.contains { $0.isBroken }
    case .indent(let part), .group(let part), .flat(let part): part.isBroken
    case .choice(let layouts): layouts.first?.isBroken ?? false
    }
  }
}

/// Lays a document out in lines of at most `width` columns where that is possible.
struct DocumentRenderer {
  let width: Int
  private var output = ""
  private var column = 0
  private var trailing: [String] = []

  init(width: Int) { self.width = width }

  /// The text of a document.
  static func render(_ document: Document, width: Int) -> String {
    var renderer = DocumentRenderer(width: width)
    renderer.write(document, indentation: 0, broken: true, rest: 0)
    renderer.flushTrailing()
    return renderer.output
  }

  /// Writes a document; `rest` is the width of what follows on the same line in any case.
  private mutating func write(
    _ document: Document, indentation: Int, broken: Bool, rest: Int
  ) {
    switch document {
    case .text(let text):
      guard !text.isEmpty else { return }
      if column == 0 {
        output += String(repeating: " ", count: indentation)
        column = indentation
      }
      output += text
      column += text.count
    case .line where !broken:
      write(.text(" "), indentation: indentation, broken: false, rest: 0)
    case .line: endLine()
    case .softLine: if broken { endLine() }
    case .hardLine: endLine()
    case .emptyLine:
      endLine()
      output += "\n"
    case .trailing(let comment): trailing.append(comment)
    case .sequence(let parts):
      for (index, part) in parts.enumerated() {
        var following = 0
        var next = index + 1
        // More than a line is as bad as anything longer.
        while next < parts.count, following <= width,
          let head = headWidth(parts[next], broken: broken)
        {
          following += head.columns
          if head.ends { break }
          next += 1
        }
        if next == parts.count { following += rest }
        write(part, indentation: indentation, broken: broken, rest: following)
      }
    case .indent(let part):
      write(part, indentation: indentation + 2, broken: broken, rest: rest)
    case .flat(let part): write(part, indentation: indentation, broken: false, rest: rest)
    case .group(let part) where !broken:
      write(part, indentation: indentation, broken: false, rest: rest)
    case .choice(let layouts) where !broken:
      if let flat = layouts.first {
        write(flat, indentation: indentation, broken: false, rest: rest)
      }
    case .choice(let layouts):
      for layout in layouts.dropLast() {
        var trial = self
        trial.output = String(repeating: " ", count: column)
        trial.trailing = []
        trial.write(layout, indentation: indentation, broken: true, rest: rest)
        let lines = trial.output.split(separator: "\n", omittingEmptySubsequences: false)
        let last = lines.count - 1
        let fits = lines.indices.allSatisfy {
          lines[$0].count + ($0 == last ? rest : 0) <= width
        }
        if fits {
          write(layout, indentation: indentation, broken: true, rest: rest)
          return
        }
      }
      if let last = layouts.last {
        write(last, indentation: indentation, broken: true, rest: rest)
      }
    case .group(let part):
      let start = column == 0 ? indentation : column
      let fits = !part.isBroken && start + flatWidth(part) + rest <= width
      write(part, indentation: indentation, broken: !fits, rest: rest)
    }
  }

  private mutating func endLine() {
    flushTrailing()
    while output.last == " " { output.removeLast() }
    output += "\n"
    column = 0
  }

  private mutating func flushTrailing() {
    for comment in trailing { output += "  " + comment }
    trailing = []
  }

  /// The columns of a document on one line.
  private func flatWidth(_ document: Document) -> Int {
    switch document {
    case .text(let text): text.count
    case .line: 1
    case .softLine, .hardLine, .emptyLine, .trailing: 0
    case .sequence(let parts): parts.reduce(0) { $0 + flatWidth($1) }
    case .indent(let part), .group(let part), .flat(let part): flatWidth(part)
    case .choice(let layouts): layouts.first.map { flatWidth($0) } ?? 0
    }
  }

  /// The columns up to the first position where the line may end, and whether there is one.
  private func headWidth(_ document: Document, broken: Bool) -> (columns: Int, ends: Bool)? {
    switch document {
    case .text(let text): return (text.count, false)
    case .line: return broken ? (0, true) : (1, false)
    case .softLine: return broken ? (0, true) : (0, false)
    case .hardLine, .emptyLine: return (0, true)
    case .trailing: return (0, false)
    case .sequence(let parts):
      var columns = 0
      for part in parts {
        guard let head = headWidth(part, broken: broken) else { continue }
        columns += head.columns
        if head.ends { return (columns, true) }
      }
      return (columns, false)
    case .indent(let part): return headWidth(part, broken: broken)
    case .group(let part): return headWidth(part, broken: broken)
    case .flat(let part): return headWidth(part, broken: false)
    case .choice(let layouts): return layouts.last.flatMap { headWidth($0, broken: broken) }
    }
  }
}
