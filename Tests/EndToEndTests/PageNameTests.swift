import Foundation
import TGTensor
import TGTestSupport
import Testing

/// Pages that `tgc` finds by name: which are listed, what is a name and what is a file, where is
/// searched, and what is said where there is no such page.
@Suite struct PageNameTests {
  /// By family, then by name: `stackgan` comes before `stackgan-v2`.
  private static let named = GraphPages.all.filter { !$0.hasPrefix("blocks/") }
    .sorted { $0.split(separator: "/").lexicographicallyPrecedes($1.split(separator: "/")) }

  @Test func theListHasEveryPageWithALineOfItsOwn() throws {
    let fixture = try PageFixture()
    let listed = try fixture.run("--list")
    #expect(listed.status == 0 && listed.messages.isEmpty, "\(listed.messages)")
    var pages: [String] = []
    for line in listed.text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
      try #require(words.count == 3, "\(line)")
      pages.append("\(words[1])/\(words[0])")
      // The first line of a page says what it is, and is a sentence of its own.
      #expect(words[2].hasSuffix("."), "\(line)")
    }
    #expect(pages == Self.named)

    let json = try JSON(parsing: Array(fixture.run("--list vgg --json").text.utf8))
    guard case .array(let found) = json["pages"] else {
      Issue.record("no pages")
      return
    }
    #expect(found.map { $0["name"] } == [.string("vgg16"), .string("vgg19")])
    #expect(found.allSatisfy { $0["family"] == .string("vgg") })
    #expect(found[0]["path"] == .string(GraphPages.file("vgg16").path))
  }

  @Test(arguments: [
    "mnist-lenet --check", "--check mnist-lenet", "--set size=64 tiny-darknet --check",
    "--synthetic-weights 1 --set ch=4 biggan --check", "--check --invert mnist-vae",
    "lpips --set size=16 --check",
  ])
  func aNameStandsForItsPage(line: String) throws {
    let fixture = try PageFixture()
    let outcome = try fixture.run(line)
    #expect(outcome.status == 0, "\(outcome.messages)")
  }

  /// What ends in `.tgraph` is a file, what is a name never is one.
  @Test func filesAndNamesAreToldApart() throws {
    let fixture = try PageFixture()
    let own = "model Own() { func f(x: Tensor[6]) -> (y: Tensor[6]) { return x * 2 } }"
    try fixture.write(own, to: "mnist-lenet.tgraph")
    try fixture.write("no page", to: "mnist-lenet")
    try fixture.write("no page", to: "unknown")
    #expect(try fixture.run("mnist-lenet.tgraph --check").text.contains("Own"))
    let page = try fixture.run("mnist-lenet --synthetic-weights 1")
    #expect(page.status == 0 && page.text == "mnist-lenet.tplan\n", "\(page.messages)")
    let file = try fixture.run("unknown --check")
    #expect(file.status == 65 && file.messages.contains("is no page"), "\(file.messages)")
  }

  @Test(arguments: [
    ("mnist-lennet", "did you mean mnist-lenet?"),
    ("stylegan", "did you mean stylegan1, stylegan2?"), ("vgg", "did you mean vgg16, vgg19?"),
    ("zzzzzz", "hint: tgc --list shows"), ("blocks", "hint: tgc --list shows"),
  ])
  func aNameThatNoPageHas(name: String, says: String) throws {
    let fixture = try PageFixture()
    for line in ["\(name) --check", "--list not-\(name)"] {
      let outcome = try fixture.run(line)
      #expect(outcome.status == 66, "\(outcome.messages)")
      #expect(outcome.messages.contains("there is no page "), "\(outcome.messages)")
    }
    #expect(try fixture.run("\(name) --check").messages.contains(says))
  }

  /// A path is no name: the pages are not searched for it.
  @Test(arguments: [
    "mnist/mnist-lenet", "../mnist/mnist-lenet", "./mnist-lenet", "..", ".", "mnist-lenet.",
    "mnist-lene*", "mnist-lene[t]", "*", "mnist-lenet/", "/mnist-lenet", "~", "mnist-l\u{e9}net",
    "weights", "-mnist-lenet",
  ])
  func pathsAndPatternsAreNoNames(text: String) throws {
    let fixture = try PageFixture()
    let outcome = try fixture.run("\(text) --check")
    #expect([64, 65, 66].contains(outcome.status), "\(outcome.status) \(outcome.messages)")
    #expect(outcome.text.isEmpty)
  }

  private static func page(_ import: String = "", _ body: String) -> String {
    "\(`import`)/// A page.\nmodel M() { func f(x: Tensor[2]) -> (y: Tensor[2]) { return \(body) } }"
  }

  @Test func foldersOfOnesOwn() throws {
    let fixture = try PageFixture()
    let shared = "import Twice from \"../blocks/twice.tgraph\"\n\n"
    try fixture.write("block Twice(x) { return 2 * x }", to: "own [1]*/blocks/twice.tgraph")
    try fixture.write(Self.page(shared, "Twice(x)"), to: "own [1]*/one/first.tgraph")
    try fixture.write(Self.page("", "-x"), to: "own [1]*/two/second.tgraph")
    try fixture.write("model {", to: "own [1]*/two/broken.tgraph")
    try fixture.write(Self.page("", "x + 1"), to: "own [1]*/flat.tgraph")
    try fixture.write(Self.page("", "x * 3"), to: "more/a/second.tgraph")
    try fixture.write(
      Self.page("import Twice from \"../../own [1]*/blocks/twice.tgraph\"\n\n", "Twice(x)"),
      to: "more/a/outside.tgraph")
    func run(_ line: String, _ folders: String) throws -> BuiltCommand.Outcome {
      try fixture.tgc.run(
        line.split(separator: " ").map(String.init), in: fixture.folder.url,
        environment: ["TG_GRAPHS": folders])
    }
    let listed = try run("--list", "own [1]*:more")
    #expect(listed.status == 0)
    let names = listed.text.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(names == ["first", "broken", "second", "outside"], "\(listed.text)")
    #expect(listed.messages.contains("broken.tgraph cannot be read as a page"))
    #expect(try run("first --check", "own [1]*").status == 0)
    #expect(try run("first --check", "more").status == 66)
    #expect(try run("mnist-lenet --check", "more").status == 66)
    #expect(try run("second --emit ir --synthetic-weights 1", "more:own [1]*").text.contains("3"))
    let outside = try run("outside --check", "more:own [1]*")
    #expect(outside.status == 65 && outside.messages.contains("[import-outside]"))
    let none = try run("first --check", "own [1]*:none")
    #expect(none.status == 66 && none.messages.contains("TG_GRAPHS names none"))
    // A file needs no folder of pages.
    #expect(try run("more/a/second.tgraph --check", "none").status == 0)
  }

  /// A command that lies in no checkout and was not installed finds no pages.
  @Test func aCommandAlone() throws {
    let fixture = try PageFixture()
    let alone = fixture.folder.path("tgc")
    try FileManager.default.copyItem(atPath: fixture.tgc.path, toPath: alone)
    let outcome = try BuiltCommand(path: alone).run(
      ["mnist-lenet", "--check"], in: fixture.folder.url)
    #expect(outcome.status == 66 && outcome.messages.contains("TG_GRAPHS names one"))
  }
}
