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
      guard case .model(let model) = declaration.kind, model.signatures.isEmpty else { continue }
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

  /// The ids of the findings that sources make, and those that `spec/diagnostics.md` explains.
  private static let ids = (made: idsOfSources(), explained: idsOfPage())

  private static func idsOfSources() -> Set<String> {
    let made =
      /(?:failure|Diagnostic|report|finding|warn)\(\s*"([a-z-]+)"|\bid: (?:String = )?"([a-z-]+)"/
    var ids: Set<String> = []
    for text in texts(below: "Sources") {
      for id in text.matches(of: made) { ids.insert(String(id.1 ?? id.2 ?? "")) }
    }
    return ids
  }

  private static func idsOfPage() -> Set<String> {
    var ids: Set<String> = []
    for row in findingsText.split(separator: "\n") where row.hasPrefix("| `") {
      let cell = row.dropFirst(2).prefix { $0 != "|" }
      for id in cell.matches(of: /`([a-z-]+)`/) { ids.insert(String(id.1)) }
    }
    return ids
  }

  private static func texts(below folder: String) -> [String] {
    let root = repository.appending(path: folder)
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
    return paths.filter { $0.hasSuffix(".swift") || $0.hasSuffix("page.txt") }.compactMap {
      try? String(contentsOf: root.appending(path: $0), encoding: .utf8)
    }
  }

  /// Every finding is explained, and nothing else is.
  @Test func everyFindingIsExplained() {
    #expect(Self.ids.made.count > 100)
    #expect(Self.ids.made.sorted() == Self.ids.explained.sorted())
  }

  /// What no page is known to reach: passes make what instructions can do of all that is elaborated.
  private static let untested: Set = ["not-available"]

  /// Every finding is named by a test: as a literal, or as commands print it.
  @Test func everyFindingIsTested() {
    let tests = Self.texts(below: "Tests").joined()
    for id in Self.ids.explained.subtracting(Self.untested).sorted() {
      #expect(tests.contains("\"\(id)\"") || tests.contains("[\(id)]"), "no test names \(id)")
    }
  }

  /// Lines of the specification have at most 120 characters. Rows of tables and code cannot be wrapped,
  /// nor can a line without a space, such as an address.
  @Test func linesOfTheSpecificationAreShort() throws {
    let folder = repository.appending(path: "spec")
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".md") }
    #expect(pages.count >= 9)
    for page in pages {
      let text = try String(contentsOf: folder.appending(path: page), encoding: .utf8)
      var isCode = false
      for (index, line) in text.components(separatedBy: "\n").enumerated() {
        if line.hasPrefix("```") { isCode.toggle() }
        guard !isCode, !line.hasPrefix("|"), !line.hasPrefix("    "), line.contains(" ") else {
          continue
        }
        #expect(line.count <= 120, "spec/\(page):\(index + 1)")
      }
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
