import TGDiagnostics
import Testing

/// Findings as people see them.
@Suite struct RenderingTests {
  private static func table(_ text: String) -> SourceTable {
    var table = SourceTable()
    _ = table.add(SourceFile(name: "page.tgraph", text: text))
    return table
  }

  @Test func showsLocationLineCaretNoteAndHint() {
    let diagnostic = Diagnostic(
      "rank", "ranks differ", at: SourceRange(file: 0, start: 10, end: 13),
      notes: [.init("made here", at: SourceRange(file: 0, start: 0, end: 3))], hint: "reshape it")
    let text = TextRenderer(sources: Self.table("let a = 1\nfoo + bar\n")).render(diagnostic)
    #expect(
      text == """
        page.tgraph:2:1: error: ranks differ [rank]
         2 | foo + bar
           | ^^^
        page.tgraph:1:1: note: made here
         1 | let a = 1
           | ^^^
        hint: reshape it
        """)
  }

  @Test func countsColumnsInCharacters() {
    let file = SourceFile(name: "page", text: "é— x\r\ny\rz")
    #expect(file.lineStarts.count == 3)
    #expect(file.position(of: "é— ".utf8.count) == (1, 4))
    #expect(file.line(1) == "é— x")
    #expect(file.line(3) == "z")
    #expect(file.line(9).isEmpty)
  }

  @Test func showsAVeryLongLineAroundItsCaret() {
    let line = String(repeating: "a", count: 5000) + "!" + String(repeating: "b", count: 5000)
    let diagnostic = Diagnostic("x", "there", at: SourceRange(file: 0, start: 5000, end: 5001))
    let lines = TextRenderer(sources: Self.table(line)).render(diagnostic).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count < 200 })
    #expect(lines[1].contains("!"))
  }

  @Test(arguments: [
    ("rellu", "relu"), ("batchnorm", "batchNorm"), ("image_256", "image256"), ("zzz", nil),
  ])
  func suggestsTheNearestName(name: String, expected: String?) {
    let candidates = ["relu", "batchNorm", "image256", "image64", "tanh"]
    #expect(nearestName(to: name, among: candidates) == expected)
  }

  @Test func suggestsTheNearestFirst() {
    let candidates = ["image4", "image256", "image64", "tanh", "image63"]
    #expect(
      nearestNames(to: "image65", among: candidates, atMost: 3) == ["image64", "image63", "image4"])
    #expect(nearestNames(to: "image65", among: candidates, atMost: 1) == ["image64"])
    #expect(nearestNames(to: "relu", among: candidates, atMost: 3) == [])
  }
}
