package import ArgumentParser

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
  /// Does the work.
  mutating func run(on console: Console) throws
}

extension Tool {
  /// Does the work, tells what goes wrong, and ends with its status.
  package mutating func run() throws {
    let name = Self._commandName.split(separator: " ").last.map(String.init) ?? Self._commandName
    let console = Console(command: name, quiet: common.isQuiet, json: common.isJSON)
    do {
      try run(on: console)
    } catch let error as ExitCode {
      throw error
    } catch {
      throw ExitCode(console.explain(error).rawValue)
    }
  }

  /// Parses the command line of this process and runs; does not return if something fails.
  package static func start() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      let asked = CommandLine.arguments.contains("--json")
      if asked, code == .validationFailure, !(error is ExitCode) {
        let console = Console(command: _commandName, quiet: true, json: true)
        let failure = Failure(
          .usage, message(for: error), hint: "\(_commandName) --help lists the options")
        exit(withError: ExitCode(console.explain(failure).rawValue))
      }
      exit(withError: error)
    }
  }
}
