package import ArgumentParser
internal import CTGFaults
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
    } catch {
      let code = exitCode(for: error)
      if arguments.contains("--json"), code == .validationFailure,
        !(error is ExitCode)
      {
        let console = Console(command: _commandName, quiet: true, json: true)
        let failure = Failure(
          .usage, message(for: error), hint: "\(_commandName) --help lists the options")
        exit(withError: ExitCode(console.explain(failure).rawValue))
      }
      exit(withError: error)
    }
  }
}
