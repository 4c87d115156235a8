import TGCheckpoint
import TGCommandLine
import TGPlan
import TGSession
import TGTensor
import TGText

/// Captions of a file or the standard input, one on a line; lines of spaces are passed over.
struct CaptionList {
  /// A caption with its line.
  struct Line: Hashable {
    /// From 1.
    let number: Int
    /// The caption.
    let text: String
  }

  /// The path, or `-`.
  let path: String
  /// The input they are for: the first Text input that is not given by name.
  let input: InterfaceItem
  /// The captions, at least one.
  let lines: [Line]

  /// The most bytes of a list.
  static let limit = 64 << 20

  /// Reads a list.
  init(_ path: String, for input: InterfaceItem) throws {
    self.path = path
    self.input = input
    let bytes: [UInt8]
    if path == "-" {
      bytes = try StreamInput.standardInput(limit: Self.limit)
    } else {
      let file = try MappedFile(path: path)
      guard file.count <= Self.limit else {
        throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
      }
      bytes = file.bytes(0..<file.count) ?? []
    }
    if let reason = ForeignText.reason(ByteRegion(bytes)) {
      throw Failure(.badInput, "\(path): no captions: \(reason)")
    }
    var lines: [Line] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      if let line = try Self.line(line, number: index + 1, of: path) { lines.append(line) }
    }
    guard !lines.isEmpty else { throw Self.empty(path) }
    self.lines = lines
  }

  /// The first Text input that is not given by name.
  static func input(of inputs: Inputs) throws -> InterfaceItem {
    guard let input = inputs.variants.textInputs.first(where: { inputs.given[$0.name] == nil })
    else {
      if let item = inputs.variants.wordlessInputs.first {
        throw SessionError.noWords(given: "--captions", item)
      }
      throw Failure(
        .usage,
        "--captions fits no input: '\(inputs.variants.form.name)' has no Text input left to fill")
    }
    return input
  }

  /// The caption of a line; nil if it has spaces only.
  ///
  /// - Throws: `SessionError.caption`.
  static func line(
    _ bytes: some Collection<UInt8>, number: Int, of path: String
  ) throws(SessionError) -> Line? {
    var content = Array(bytes)
    if number == 1, content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
    if content.last == 0x0D { content.removeLast() }
    guard content.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return nil }
    do {
      return Line(number: number, text: try Caption.read(content))
    } catch { throw .caption(error, location: "\(location(number, of: path)): ") }
  }

  /// That there are no captions at all.
  static func empty(_ path: String) -> Failure {
    Failure(.badInput, "\(path == "-" ? "the standard input" : path) has no captions")
  }

  /// How messages call a line.
  static func location(_ line: Int, of path: String) -> String {
    path == "-" ? "line \(line)" : "\(path):\(line)"
  }

  /// The file that was read, if it is one.
  var files: [String] { path == "-" ? [] : [path] }
}

/// Looks captions up before anything is computed: warns, shows, refuses.
struct CaptionCheck {
  let session: Session
  let options: RunOptions
  let console: Console

  /// Checks what is given for all items and a list.
  func check(inputs: Inputs, list: CaptionList?) throws {
    for item in session.variants.textInputs {
      guard case .caption(let text) = inputs.given[item.name] else { continue }
      try check(text, for: item, location: "")
    }
    guard let list else { return }
    for line in list.lines {
      try check(
        line.text, for: list.input,
        location: "\(CaptionList.location(line.number, of: list.path)): ")
    }
  }

  /// Checks one caption.
  func check(_ caption: String, for item: InterfaceItem, location: String) throws {
    let tokens = try session.tokens(
      of: caption, for: item, strictWords: options.strictWords || options.inputs.strict,
      location: location)
    guard let tokens else { return }
    for warning in tokens.warnings { console.warn(location + warning) }
    if options.showTokens { console.tell("\(location)\(item.name): \(tokens.shown)") }
  }
}
