package import ArgumentParser
internal import CTGFaults
internal import TGDiagnostics
internal import TGTensor

/// The options that all commands have.
package struct CommonOptions: ParsableArguments {
  /// Only warnings and errors are said.
  @Flag(name: [.customLong("quiet"), .customShort("q")], help: "Say warnings and errors only.")
  package var isQuiet = false

  /// Results and errors are JSON.
  @Flag(name: .customLong("json"), help: "Print results and errors as JSON.")
  package var isJSON = false

  /// Makes the defaults.
  package init() {}
}

/// A command with our way of speaking and ending.
package protocol Tool: ParsableCommand {
  /// The options that all commands have.
  var common: CommonOptions { get }
  /// The name that messages begin with.
  static var toolName: String { get }
  /// Does the work.
  mutating func run(on console: Console) throws
}

extension Tool {
  package static var toolName: String { _commandName }

  /// Does the work, tells what goes wrong, and ends with its status.
  package mutating func run() throws {
    let console = Console(command: Self.toolName, quiet: common.isQuiet, json: common.isJSON)
    do {
      try run(on: console)
    } catch let error as ExitCode {
      throw error
    } catch {
      throw ExitCode(console.explain(error).rawValue)
    }
  }
}

extension ParsableCommand {
  /// Parses the command line of this process and runs; does not return if something fails.
  package static func start() {
    let arguments = CommandArguments.ofThisProcess()
    unsafe tg_faults_begin(_commandName, arguments.contains("--json") ? 1 : 0)
    if arguments.contains("--version"), arguments.contains("--json") {
      print(Version.document(of: _commandName).text())
      return
    }
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let error as ExitCode {
      exit(withError: error)
    } catch {
      // What else is thrown here is help, a version, a script, or what the parser refuses.
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      let console = Console(
        command: _commandName, quiet: false, json: arguments.contains("--json"))
      let refusal = Failure(
        parserMessage: message(for: error), command: _commandName, arguments: arguments)
      exit(withError: ExitCode(console.explain(refusal).rawValue))
    }
  }
}

extension Failure {
  /// A refusal of the argument parser, `Unknown option '--sed'. Did you mean '--seed'?`, as our own
  /// are told: its first sentence says what was found, the rest and `--help` what to do. The parser
  /// misses the value where there is one that begins with a minus; `arguments` show it.
  init(parserMessage text: String, command: String, arguments: [String]) {
    let line = text.split(separator: "\n").first.map(String.init) ?? text
    let cuts = [". Did you mean ", ". Please "].compactMap { line.firstRange(of: $0)?.lowerBound }
    let end = cuts.min() ?? line.endIndex
    let found = String(line[..<end]).startingLowerCase
    var hint = "\(command) --help lists the options"
    if end < line.endIndex {
      let advice = String(line[line.index(end, offsetBy: 2)...]).startingLowerCase
      // The parser suggests names that are far away.
      let names = [found, advice].compactMap { $0.split(separator: "'").dropFirst().first }
      if !advice.hasSuffix("?") {
        hint = advice.trimmingSuffix(".") + "; " + hint
      } else if names.count == 2,
        nearestName(to: String(names[0]), among: [String(names[1])]) != nil
      {
        hint = advice + " " + hint
      }
    }
    if found.hasPrefix("missing value"), let refused = Self.negative(of: found, arguments) {
      self.init(
        .usage, "\(refused.option) \(refused.value): no value of this option begins with a minus",
        hint: "a number is 0 or more here, a file of this name is ./\(refused.value); " + hint)
      return
    }
    self.init(.usage, found.trimmingSuffix("."), hint: hint)
  }

  /// The option of `missing value for '--steps <N>'` with the negative number behind it; nil if there
  /// is none.
  private static func negative(
    of message: String, _ arguments: [String]
  ) -> (option: String, value: String)? {
    let quoted = message.split(separator: "'").dropFirst().first ?? ""
    guard let option = quoted.split(separator: " ").first.map(String.init),
      let index = arguments.firstIndex(of: option), index + 1 < arguments.count,
      arguments[index + 1].hasPrefix("-"), Double(arguments[index + 1]) != nil
    else { return nil }
    return (option, arguments[index + 1])
  }
}

extension String {
  /// The text as it goes on in a sentence.
  fileprivate var startingLowerCase: String { prefix(1).lowercased() + dropFirst() }

  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
