import ArgumentParser
import TGCommandLine
import TGDiagnostics
import TGSyntax
import TGTensor

/// `tgc fmt FILE… [--check]`
struct FormatCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Gives .tgraph pages the one canonical style.",
    discussion: """
      EXAMPLES:
        tgc fmt birds.tgraph                 rewrites the file
        tgc fmt --check Graphs/*/*.tgraph    names the files that are not in style, status 76
        tgc fmt - < in.tgraph > out.tgraph
      """)

  static let toolName = "tgc fmt"

  @ArgumentParser.Argument(
    help: "The pages; - for the standard input.", completion: .file(extensions: ["tgraph"]))
  var files: [String]

  @Flag(help: "Change nothing; name the files that are not in style and end with status 76.")
  var check = false

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    var unstyled: [String] = []
    var hasErrors = false
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw Failure(.usage, "- is given twice, and the standard input is read once")
    }
    for path in files {
      let bytes = try PageFile(given: path).bytes
      let source = SourceFile(name: path, bytes: bytes)
      do {
        let text = try Formatter.format(source)
        guard Array(text.utf8) != bytes else {
          if path == "-", !check { try console.print(text, terminator: "") }
          continue
        }
        if check {
          unstyled.append(path)
          try console.print(path)
        } else if path == "-" {
          try console.print(text, terminator: "")
        } else {
          try AtomicFile.save(Array(text.utf8), to: path)
          console.note("formatted \(path)")
        }
      } catch let failure as DiagnosticFailure {
        var sources = SourceTable()
        _ = sources.add(source)
        console.explain(failure.diagnostics, sources: sources)
        hasErrors = true
      }
    }
    if hasErrors { throw ExitCode(ExitStatus.badInput.rawValue) }
    guard unstyled.isEmpty else {
      throw Failure(
        .checkFailed,
        unstyled.count == 1 ? "1 file is not in style" : "\(unstyled.count) files are not in style",
        hint: "tgc fmt " + unstyled.map { Path.quoted($0) }.joined(separator: " "))
    }
  }
}
