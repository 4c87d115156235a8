#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
package import TGDiagnostics
package import TGTensor

/// What a command says: results to the standard output, everything else to the standard error.
package struct Console: Sendable {
  /// The streams.
  package let terminal: Terminal
  /// The environment.
  package let environment: Environment
  /// True if only warnings and errors are said.
  package let isQuiet: Bool
  /// True if results and errors are JSON.
  package let isJSON: Bool
  /// The name of the command, before its messages.
  package let command: String

  /// Makes a console of this process.
  package init(command: String, quiet: Bool, json: Bool) {
    self.command = command
    environment = .ofThisProcess()
    terminal = Terminal(environment: environment)
    isQuiet = quiet
    isJSON = json
  }

  /// Writes a line of result; names of files as the bytes that they are.
  ///
  /// - Throws: `Failure` if the standard output refuses it.
  package func print(_ line: String, terminator: String = "\n") throws(Failure) {
    try emit(FileName.bytes(of: line + terminator))
  }

  /// Writes bytes of result.
  ///
  /// - Throws: `Failure` if the standard output refuses them.
  package func emit(_ bytes: [UInt8]) throws(Failure) {
    guard terminal.write(bytes, to: STDOUT_FILENO) else {
      throw Failure(.inputOutput, "the standard output does not take the result")
    }
  }

  /// Says something that is good to know.
  package func note(_ line: String) {
    if !isQuiet { tell(line) }
  }

  /// Warns.
  package func warn(_ message: String, hint: String? = nil) {
    if isJSON {
      say(pairs("warning", [("message", message), ("hint", hint)]))
    } else {
      say(painted("warning: ", "33") + message)
      if let hint { say("hint: \(hint)") }
    }
  }

  /// Warns of what is probably a mistake of the user's; with `--strict` it is one.
  ///
  /// - Throws: `Failure` of status `badInput` if `isStrict`.
  package func doubt(_ message: String, hint: String?, isStrict: Bool) throws(Failure) {
    guard !isStrict else { throw Failure(.badInput, message, hint: hint) }
    warn(message, hint: hint)
  }

  /// Tells an error and gives the status to end with.
  package func explain(_ error: any Error) -> ExitStatus {
    switch error {
    case let error as any Explained:
      explain(error)
      return error.exitStatus
    default:
      explain(
        Failure(
          .internalError, "unexpected: \(error)",
          hint: "this is a mistake of ours; please report it with the command line"))
      return .internalError
    }
  }

  /// Tells findings about a text; the command's name stands before one that has no location.
  package func explain(_ diagnostics: [Diagnostic], sources: SourceTable) {
    let renderer = TextRenderer(sources: sources, colour: terminal.hasColour)
    for diagnostic in diagnostics {
      let name = diagnostic.range == nil ? "\(command): " : ""
      say(isJSON ? json(diagnostic, sources: sources) : name + renderer.render(diagnostic))
    }
  }

  /// Says something, however quiet the command is.
  package func tell(_ line: String) {
    say(isJSON ? pairs("note", [("message", line)]) : line)
  }

  /// Writes a line to the standard error; a byte of a name that is no UTF-8 is shown as `\xE9`.
  package func say(_ line: String) {
    terminal.write(Array((FileName.shown(line) + "\n").utf8), to: STDERR_FILENO)
  }

  /// Text in a colour, where messages may be coloured.
  package func painted(_ text: String, _ code: String) -> String {
    terminal.hasColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// An error as JSON: `code`, `message`, and `hint` if there is one.
  package static func json(_ error: any Explained) -> JSON {
    .pairs(
      [
        ("code", .integer(Int(error.exitStatus.rawValue))), ("message", .string(error.message)),
      ] + [error.hint].compactMap { $0.map { ("hint", .string($0)) } })
  }

  private func explain(_ error: any Explained) {
    if isJSON {
      say(JSON.document([("error", Self.json(error))]).text())
    } else {
      say("\(command): " + painted("error: ", "31") + error.message)
      if let hint = error.hint { say("hint: \(hint)") }
    }
  }

  private func pairs(_ kind: String, _ members: [(String, String?)]) -> String {
    let present = members.compactMap { pair in pair.1.map { (pair.0, JSON.string($0)) } }
    return JSON.document([(kind, .pairs(present))]).text()
  }

  private func json(_ diagnostic: Diagnostic, sources: SourceTable) -> String {
    func location(_ range: SourceRange?) -> [(String, JSON)] {
      guard let range, range.file < sources.files.count else { return [] }
      let file = sources.files[range.file]
      let (line, column) = file.position(of: range.start)
      return [("file", .string(file.name)), ("line", .integer(line)), ("column", .integer(column))]
    }
    var members: [(String, JSON)] = [
      ("id", .string(diagnostic.id)), ("severity", .string(diagnostic.severity.rawValue)),
      ("message", .string(diagnostic.message)),
    ]
    members += location(diagnostic.range)
    if !diagnostic.notes.isEmpty {
      members.append(
        (
          "notes",
          .array(
            diagnostic.notes.map { .pairs([("message", .string($0.message))] + location($0.range)) }
          )
        ))
    }
    if let hint = diagnostic.hint { members.append(("hint", .string(hint))) }
    if let fix = diagnostic.fix { members.append(("fix", .string(fix))) }
    return JSON.document([("diagnostic", .pairs(members))]).text()
  }
}
