import Foundation
import TGTestSupport
import Testing

/// Imports stay in the tree of their page, and no finding shows a line of what is no page.
@Suite struct ImportTests {
  private static func page(importing path: String) -> String {
    "import A from \"\(path)\"\nmodel M() { func f(x: Tensor[2]) -> (y: Tensor[2]) { return A(x) } }"
  }

  private func fixture() throws -> PageFixture {
    let fixture = try PageFixture()
    for name in [
      "Graphs/shared/a.tgraph", "Graphs/nets/a.tgraph", "other/a.tgraph", "own/a.tgraph",
    ] {
      try fixture.write("block A(x) { return x * 1 }", to: name)
    }
    try fixture.write("hunter2:x:0:0", to: "other/secret")
    try fixture.write("hunter2:x:0:0", to: "Graphs/nets/secret")
    let link = { (name: String, target: String) in
      try FileManager.default.createSymbolicLink(
        atPath: fixture.folder.path(name), withDestinationPath: target)
    }
    try link("Graphs/nets/link.tgraph", "../../other/secret")
    try link("Graphs/nets/away.tgraph", "../../other/a.tgraph")
    try link("Graphs/nets/near.tgraph", "../shared/a.tgraph")
    return fixture
  }

  @Test(arguments: [
    ("Graphs/nets/page.tgraph", "a.tgraph", ""),
    ("Graphs/nets/page.tgraph", "../shared/a.tgraph", ""),
    ("Graphs/nets/page.tgraph", "near.tgraph", ""),
    ("own/page.tgraph", "a.tgraph", ""),
    ("Graphs/nets/page.tgraph", "../../other/a.tgraph", "--allow-imports other"),
    ("Graphs/nets/page.tgraph", "away.tgraph", "--allow-imports other"),
    ("own/page.tgraph", "../Graphs/nets/a.tgraph", "--allow-imports own --allow-imports Graphs"),
  ])
  func insideTheTree(page: String, path: String, options: String) throws {
    let fixture = try fixture()
    try fixture.write(Self.page(importing: path), to: page)
    let outcome = try fixture.run("\(page) --check \(options)")
    #expect(outcome.status == 0, "\(outcome.messages)")
  }

  @Test(arguments: [
    ("Graphs/nets/page.tgraph", "../../other/a.tgraph", "import-outside"),
    ("Graphs/nets/page.tgraph", "../../other/secret", "import-outside"),
    ("Graphs/nets/page.tgraph", "../../other/none.tgraph", "import-outside"),
    ("Graphs/nets/page.tgraph", "../../../../../../../../../../etc/passwd", "import-outside"),
    ("Graphs/nets/page.tgraph", "link.tgraph", "import-outside"),
    ("Graphs/nets/page.tgraph", "away.tgraph", "import-outside"),
    ("Graphs/nets/page.tgraph", "secret", "import-outside"),
    ("Graphs/nets/page.tgraph", "none.tgraph", "import-missing"),
    ("own/page.tgraph", "../Graphs/nets/a.tgraph", "import-outside"),
    ("own/page.tgraph", "/etc/passwd", "import-path"),
  ])
  func outsideOfIt(page: String, path: String, id: String) throws {
    let fixture = try fixture()
    try fixture.write(Self.page(importing: path), to: page)
    for options in ["--check", "--check --json", "--synthetic-weights 1 -o p.tplan"] {
      let outcome = try fixture.run("\(page) \(options)")
      #expect(outcome.status == 65)
      #expect(outcome.messages.contains(id), "\(outcome.messages)")
      #expect(!outcome.messages.contains("hunter2"), "\(outcome.messages)")
      #expect(!outcome.messages.contains("root:"), "\(outcome.messages)")
    }
  }

  @Test(arguments: ["other/secret", "Graphs/nets/link.tgraph"])
  func onlyPagesAreRead(path: String) throws {
    let fixture = try fixture()
    for line in ["\(path) --check", "fmt \(path)", "fmt --check \(path)", "\(path) --check --json"]
    {
      let outcome = try fixture.run(line)
      #expect(outcome.status == 65)
      #expect(outcome.messages.contains("is no page"), "\(outcome.messages)")
      #expect(!outcome.messages.contains("hunter2"), "\(outcome.messages)")
    }
    let kept = try String(contentsOfFile: fixture.folder.path("other/secret"), encoding: .utf8)
    #expect(kept == "hunter2:x:0:0\n")
  }

  /// What is piped in has no folder of its own: the current one counts.
  @Test func standardInput() throws {
    let fixture = try fixture()
    let inside = try fixture.run("- --check", input: Self.page(importing: "own/a.tgraph"))
    #expect(inside.status == 0, "\(inside.messages)")
    let outside = try fixture.run("- --check", input: Self.page(importing: "../../etc/a.tgraph"))
    #expect(outside.status == 65)
  }
}
