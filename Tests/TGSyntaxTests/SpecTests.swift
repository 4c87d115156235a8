import Foundation
import TGDiagnostics
import TGIR
import TGSyntax
import Testing

@Suite struct SpecTests {
  static let text: String =
    (try? String(contentsOf: repository.appending(path: "spec/tgraph.md"), encoding: .utf8)) ?? ""
  static let findingsText: String =
    (try? String(contentsOf: repository.appending(path: "spec/diagnostics.md"), encoding: .utf8))
    ?? ""

  /// The `tgraph` examples of the page.
  static let examples: [String] = text.components(separatedBy: "```tgraph\n").dropFirst().map {
    $0.components(separatedBy: "```")[0]
  }

  @Test func hasExamples() { #expect(SpecTests.examples.count >= 8) }

  /// Every model of every example elaborates, alone and in a batch.
  @Test(arguments: Array(examples.indices))
  func examplesAreRight(index: Int) throws {
    let example = SpecTests.examples[index]
    let parsed = parse(SourceFile(name: "example", text: example), file: 0)
    try #require(parsed.diagnostics == [])
    for declaration in parsed.tree.declarations {
      guard case .model(let model) = declaration.kind else { continue }
      for batch in [1, 3] {
        let found = findings(
          example, ElaborationOptions(model: model.name.name, batch: batch))
        #expect(found == [], "model \(model.name.name)")
      }
    }
  }

  @Test func examplesNameTheirTensors() throws {
    let example = try #require(SpecTests.examples.first { $0.contains("block ConvNorm") })
    let names = try check(example).model.parameters.map(\.name)
    #expect(names.contains("stem.0.weight"))
    #expect(names.contains("blocks.3.body.4.running_var"))
    #expect(names.count == 5 * 9)
  }

  @Test func everyOperationIsOnThePage() {
    for name in OperationTable.shared.names {
      #expect(
        SpecTests.text.contains("`\(name)`") || SpecTests.text.contains("`\(name)("),
        "\(name) is not in spec/tgraph.md")
    }
  }

  /// Whatever an operation reads of the file can be given instead, by the name that the page states.
  @Test func everyTensorThatIsReadIsAnArgument() throws {
    var tensors = 0
    for row in SpecTests.text.split(separator: "\n") where row.hasPrefix("| `") {
      let cells = row.split(separator: " | ").map(String.init)
      guard cells.count >= 3, let call = cells[0].firstMatch(of: /`(\w+)\(/),
        !["parameter", "buffer"].contains(String(call.1)),
        OperationTable.shared.names.contains(String(call.1))
      else { continue }
      // `name [sizes]`, perhaps with the argument's own name in brackets behind it.
      for read in cells[2].matches(of: /`(\w+)(?: \[[^`]*\])?`(?: \((?:argument )?`(\w+)`\))?/) {
        tensors += 1
        let argument = String(read.2 ?? read.1)
        #expect(
          OperationTable.shared.parameters(of: String(call.1)).contains(argument),
          "\(call.1) reads \(read.1): no argument \(argument)")
      }
    }
    #expect(tensors >= 20)
  }

  /// Every id that the sources of the language report is explained.
  @Test func everyFindingIsExplained() throws {
    let folder = repository.appending(path: "Sources/TGSyntax").resolvingSymlinksInPath()
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var ids: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for call in ["failure(", "Diagnostic(", "report(", "finding("] {
        for piece in text.components(separatedBy: call).dropFirst() {
          let argument = piece.drop { $0.isWhitespace }
          guard argument.first == "\"" else { continue }
          ids.insert(String(argument.dropFirst().prefix { $0 != "\"" }))
        }
      }
    }
    #expect(ids.count > 60)
    for id in ids.sorted() {
      #expect(SpecTests.findingsText.contains("| `\(id)` |"), "\(id) is not in spec/diagnostics.md")
    }
  }

  /// The graphs of the box are in the canonical style; TG_UPDATE=1 writes them so.
  @Test func graphsAreFormatted() throws {
    let folder = repository.appending(path: "Graphs").resolvingSymlinksInPath()
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    for case let file as URL in files where file.pathExtension == "tgraph" {
      let text = try String(contentsOf: file, encoding: .utf8)
      let formatted = try Formatter.format(SourceFile(name: file.lastPathComponent, text: text))
      if ProcessInfo.processInfo.environment["TG_UPDATE"] != nil {
        try formatted.write(to: file, atomically: true, encoding: .utf8)
      } else {
        #expect(formatted == text, "\(file.lastPathComponent) is not formatted: tgc fmt")
      }
    }
  }

  /// The examples of the page are in the canonical style, too.
  @Test func examplesAreFormatted() throws {
    let file = repository.appending(path: "spec/tgraph.md").resolvingSymlinksInPath()
    var page = SpecTests.text
    for example in SpecTests.examples {
      let formatted = try Formatter.format(SourceFile(name: "example", text: example))
      if ProcessInfo.processInfo.environment["TG_UPDATE"] != nil {
        page = page.replacing(example, with: formatted)
      } else {
        #expect(formatted == example)
      }
    }
    if page != SpecTests.text { try page.write(to: file, atomically: true, encoding: .utf8) }
  }

  @Test func showsShapesInTheMargin() throws {
    let text = """
      model M() {
        func f(x: Tensor[3, 8, 8]) -> (y: Tensor[4]) {
          let y = x |> upsample(2)
            |> conv(4, kernel: 3)
          return mean(y, axes: [1, 2])
        }
      }

      """
    let page = try check(text).page(SourceFile(name: "a", text: text), file: 0)
    #expect(page.contains("let y = x |> upsample(2)      ┊ [3, 16, 16]"))
    #expect(page.contains("|> conv(4, kernel: 3)       ┊ [4, 16, 16]"))
    #expect(page.contains("return mean(y, axes: [1, 2])  ┊ [4]"))
  }
}
