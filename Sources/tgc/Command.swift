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
    let words = CommandLine.arguments.dropFirst()
    // What people want to read is the help of compiling.
    if words.count == 1, ["--help", "-h", "help"].contains(words.first) {
      print(helpMessage(for: CompileCommand.self))
    } else if words.count == 2, words.first == "--generate-completion-script",
      let shell = words.last.flatMap({ CompletionShell(rawValue: $0) })
    {
      print(CompletionScript(shell).text)
    } else {
      start()
    }
  }
}
