import TGCommandLine
import TGPlan
import TGSession
import TGText

/// The captions of `--captions`, and what they are for.
struct CaptionList {
  /// The path, or `-`.
  let path: String
  /// The input they are for: the first Text input that is not given by name.
  let input: InterfaceItem
  /// The captions, at least one.
  let lines: [CaptionLines.Line]

  /// Reads a list.
  init(_ path: String, for input: InterfaceItem) throws {
    self.path = path
    self.input = input
    lines = try CaptionLines(path).lines
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
        location: "\(CaptionLines.location(line.number, of: list.path)): ")
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
