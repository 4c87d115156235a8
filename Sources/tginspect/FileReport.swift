import TGCheckpoint
import TGCommandLine
import TGImage
import TGTensor
import TGText

/// What is said of a file that is no plan.
struct FileReport {
  private let path: String
  private let contents: FileContents

  init(_ path: String, _ contents: FileContents) {
    self.path = path
    self.contents = contents
  }

  // MARK: Text

  /// A heading, then a line for each thing.
  var lines: [String] {
    switch contents {
    case .checkpoint(let checkpoint): list(checkpoint)
    case .network(let model, let checkpoint):
      list(checkpoint).prefix(1) + NetworkReport(model).lines + list(checkpoint).dropFirst()
    case .vocabulary(let vocabulary): list(vocabulary)
    case .picture(let head, let texts): list(head, texts)
    }
  }

  private func list(_ head: PictureHead, _ texts: [(key: String, value: String)]) -> [String] {
    let line =
      ["\(head.width) × \(head.height)", head.colour, "\(head.depth) bits"] + head.remarks
    let turn = head.orientation.words.map {
      ["  when it is read it is \($0) (orientation \(head.orientation.rawValue))"]
    }
    return ["\(path): a \(head.format.rawValue) picture, " + line.joined(separator: ", ")]
      + (turn ?? []) + texts.map { "  \($0.key): \(Self.short($0.value))" }
  }

  private func list(_ vocabulary: Vocabulary) -> [String] {
    ["\(path): a vocabulary of \(vocabulary.count) words, ids up to \(vocabulary.rows - 1)"]
      + zip(vocabulary.ids, vocabulary.words).map { "  \($0)  \($1)" }
  }

  /// The tensors as a tree: what begins alike stands under its common parts.
  private func list(_ checkpoint: Checkpoint) -> [String] {
    let entries = checkpoint.entries
    var numbers = 0
    for entry in entries { numbers += min(entry.shape.count, 1 << 40) }
    var lines = [
      "\(path): \(checkpoint.format), \(entries.count) tensor\(entries.count == 1 ? "" : "s"), "
        + "\(Quantity.count(numbers)) numbers"
    ]
    lines += checkpoint.metadata.sorted { $0.key < $1.key }
      .map { "  metadata \($0.key): \(Self.short($0.value))" }
    var open: [Substring] = []
    for entry in entries {
      let parts = entry.name.split(separator: ".", omittingEmptySubsequences: false)
      let folders = Array(parts.dropLast())
      let shared = zip(open, folders).prefix { $0 == $1 }.count
      for depth in shared..<folders.count {
        lines.append(Self.indented(String(folders[depth]), depth))
      }
      open = folders
      let name = parts.last.map { String($0) } ?? ""
      lines.append(
        Self.indented(name.isEmpty ? "(no name)" : name, folders.count).padded(to: 40) + " "
          + Self.described(entry))
    }
    let others = checkpoint.skipped
    if !others.isEmpty { lines.append("not read:") }
    for other in others {
      lines.append(
        "  \(other.name.isEmpty ? "(no name)" : other.name)".padded(to: 40) + " \(other.kind)")
    }
    return lines
  }

  private static func indented(_ text: String, _ depth: Int) -> String {
    String(repeating: "  ", count: depth + 1) + text
  }

  private static func described(_ entry: Checkpoint.Entry) -> String {
    let form = entry.form
    let shape = form.shape.dimensions.map { "\($0)" }.joined(separator: " × ")
    if form.shape.rank == 0, case .numbers = form.kind, let number = value(entry) {
      return "\(form.typeName)  \(number)"
    }
    return shape.isEmpty ? form.typeName : "\(form.typeName)  \(shape)"
  }

  /// A single number, as exact as it is stored.
  private static func value(_ entry: Checkpoint.Entry) -> String? {
    guard let elements = try? entry.elements() else { return nil }
    return elements.integers()?.first.map { "\($0)" }
      ?? elements.tensor().elements.first.map { "\($0)" }
  }

  private static func short(_ text: String) -> String {
    let line = text.replacing("\n", with: " ")
    return line.count > 200 ? line.prefix(200) + "… (\(line.count) characters)" : line
  }

  // MARK: JSON

  /// One object; `spec/tools.md` has the schema.
  var json: JSON {
    switch contents {
    case .checkpoint(let checkpoint): return .document(members(checkpoint))
    case .network(let model, let checkpoint):
      return .document(members(checkpoint) + NetworkReport(model).members)
    case .vocabulary(let vocabulary):
      return .document([
        ("file", .string(path)), ("kind", .string("vocabulary")),
        ("rows", .integer(vocabulary.rows)),
        (
          "words",
          .array(
            zip(vocabulary.ids, vocabulary.words).map {
              .pairs([("id", .integer($0)), ("word", .string($1))])
            })
        ),
      ])
    case .picture(let head, let texts):
      return .document([
        ("file", .string(path)), ("kind", .string("picture")),
        ("format", .string(head.format.rawValue.lowercased())),
        ("width", .integer(head.width)), ("height", .integer(head.height)),
        ("depth", .integer(head.depth)), ("colour", .string(head.colour)),
        ("orientation", .integer(head.orientation.rawValue)), ("remarks", .strings(head.remarks)),
        (
          "metadata",
          .array(
            texts.map { .pairs([("name", .string($0.key)), ("value", .string($0.value))]) })
        ),
      ])
    }
  }

  private func members(_ checkpoint: Checkpoint) -> [(String, JSON)] {
    [
      ("file", .string(path)), ("kind", .string("checkpoint")),
      ("format", .string(checkpoint.format.rawValue)),
      ("metadata", .strings(checkpoint.metadata)),
      ("tensors", .array(checkpoint.entries.map { Self.json($0) })),
      (
        "unread",
        .array(
          checkpoint.skipped.map {
            .pairs([("name", .string($0.name)), ("type", .string($0.kind))])
          })
      ),
    ]
  }

  private static func json(_ entry: Checkpoint.Entry) -> JSON {
    let form = entry.form
    var isRead = false
    if case .numbers = form.kind { isRead = true }
    return .pairs([
      ("name", .string(entry.name)), ("type", .string(form.typeName)),
      ("shape", .integers(form.shape.dimensions)), ("is_read", .bool(isRead)),
    ])
  }
}
