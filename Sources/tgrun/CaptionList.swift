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
  init(_ path: String, for inputs: Inputs) throws {
    guard let input = inputs.variants.textInputs.first(where: { inputs.given[$0.name] == nil })
    else {
      throw Failure(
        .usage,
        "--captions has no place: '\(inputs.variants.form.name)' has no Text input left to fill")
    }
    self.path = path
    self.input = input
    var bytes: [UInt8]
    if path == "-" {
      bytes = try StreamInput.standardInput(limit: Self.limit)
    } else {
      let file = try MappedFile(path: path)
      guard file.count <= Self.limit else {
        throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
      }
      bytes = file.bytes(0..<file.count) ?? []
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var lines: [Line] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      let content = line.last == 0x0D ? line.dropLast() : line
      guard content.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
      do {
        lines.append(Line(number: index + 1, text: try Caption.read(Array(content))))
      } catch { throw SessionError.caption(error, place: "\(Self.place(index + 1, of: path)): ") }
    }
    guard !lines.isEmpty else { throw Failure(.badInput, "\(path) has no captions") }
    self.lines = lines
  }

  /// How messages call a line.
  func place(_ line: Int) -> String { Self.place(line, of: path) }

  private static func place(_ line: Int, of path: String) -> String {
    path == "-" ? "line \(line)" : "\(path):\(line)"
  }

  /// The file that was read, if it is one.
  var files: [String] { path == "-" ? [] : [path] }
}

/// Looks all captions up before anything is computed: warns, shows, refuses.
struct CaptionCheck {
  let session: Session
  let options: RunOptions
  let console: Console

  /// Checks what is given for all items and a list.
  func check(inputs: Inputs, list: CaptionList?) throws {
    for item in session.variants.textInputs {
      guard case .caption(let text) = inputs.given[item.name] else { continue }
      try check(text, for: item, place: "")
    }
    guard let list else { return }
    for line in list.lines {
      try check(line.text, for: list.input, place: "\(list.place(line.number)): ")
    }
  }

  /// Checks one caption.
  func check(_ caption: String, for item: InterfaceItem, place: String) throws {
    let tokens = try session.tokens(
      of: caption, for: item, strictWords: options.strictWords, place: place)
    guard let tokens else { return }
    for warning in tokens.warnings { console.warn(place + warning) }
    if options.showTokens { console.say("\(place)\(item.name): \(tokens.shown)") }
  }
}
