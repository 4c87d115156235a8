import ArgumentParser
import TGCommandLine

/// Compiles `.tgraph` pages.
@main struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tgc", abstract: "Compiles a .tgraph page with its weights into one .tplan.",
    version: "tgc \(Version.number)",
    subcommands: [CompileCommand.self, FormatCommand.self, DraftCommand.self],
    defaultSubcommand: CompileCommand.self)

  static func main() {
    // What people want to read is the help of compiling.
    if ["--help", "-h"].contains(CommandLine.arguments.dropFirst().first ?? "") {
      print(helpMessage(for: CompileCommand.self))
      return
    }
    start()
  }
}
