import TGDiagnostics
import TGIR
import TGSyntax
import TGTensor
import Testing

/// Parts as parameters: what is given is held against what is asked for.
@Suite struct PartTests {
  /// A model that asks, one that has it, one whose function has another name, and what takes them.
  static let models = """
    model Asked() {
      func draw(z: Latent[codes], by) -> (image: Image[1, side, side](low ... high))
    }
    model Has(n: Int = 5) {
      root "there"
      let layers = 3
      func draw(z: Normal[n], by: Float = 2.0) -> (image: Image[1, 4, 4](-1 ... 1)) {
        return z |> linear(16) @ "fc" |> tanh |> reshape([1, 4, 4])
      }
    }
    model Takes(part G: Asked) {
      func twice(z: Latent[G.codes]) -> (image: Image[1, G.side, G.side](G.low ... G.high)) {
        return G.draw(z, G.layers)
      }
    }
    """

  /// A page with another model behind, and the findings of that one.
  private func found(_ model: String, _ options: ElaborationOptions = .init(model: "M"))
    -> [Diagnostic]
  {
    findings(Self.models + "\n" + model, options)
  }

  @Test func aPartIsGivenByAPartAndKeepsItsTensors() throws {
    let model = try check(
      Self.models + """

        model M() {
          part own = Has(n: 7)
          part first = Takes(G: own)
          part second = Takes(G: own)
          func f(z: Normal[7]) -> (a: Tensor[1, 4, 4], b: Tensor[1, 4, 4], c: Tensor[1, 4, 4]) {
            return (a: first.twice(z), b: second.twice(z), c: own.draw(z))
          }
        }
        """, ElaborationOptions(model: "M")
    ).model
    #expect(model.parameters.map(\.name).sorted() == ["fc.bias", "fc.weight"])
    #expect(model.roots.map(\.name) == ["own"] && model.roots.first?.subtree == "there")
    let outputs = try #require(model.functions.first).graph.outputs
    #expect(Set(outputs.map(\.value)).count == 1, "shared tensors, one value")
  }

  @Test func aDefaultStandsWhereNoneIsGiven() throws {
    let model = try check(
      Self.models + """

        model M(part G: Asked = Has(n: 9), part other: Asked = none) {
          func f(z: Normal[G.codes]) -> (image: Image[1, 4, 4](-1 ... 1)) {
            let y = if other == none { G.draw(z) } else { 0 * G.draw(z) }
            return y
          }
        }
        """, ElaborationOptions(model: "M")
    ).model
    #expect(model.roots.map(\.name) == ["G"])
    #expect(model.functions.first?.inputs.first?.shape == [1, 9])
  }

  /// What the command gives: a model of another page, its settings, another name for the function.
  @Test func aPartOfAnotherPage() throws {
    let main =
      "import Asked from \"asked.tgraph\"\n" + """
        model M(part G: Asked) {
          func f(z: Normal[G.codes]) -> (image: Image[1, G.side, G.side](-1 ... 1)) {
            return G.draw(z, 1)
          }
        }
        """
    let other = Self.models.replacing("func draw(z: Normal[n]", with: "func paint(z: Normal[n]")
    let texts = ["m.tgraph": main, "asked.tgraph": Self.models, "other.tgraph": other]
    let loader: Library.Loader = { path throws(Library.LoadingError) in
      guard let text = texts[path] else { throw Library.LoadingError("no such file") }
      return Array(text.utf8)
    }
    var library = try Library(path: "m.tgraph", loader: loader)
    let file = try library.add(path: "other.tgraph", loader: loader).get()
    var options = ElaborationOptions(settings: [("G.n", "6")])
    options.parts = [.init(name: "G", file: file, model: "Has", function: "paint")]
    let model = try Elaborator(library).elaborate(options).model
    #expect(model.functions.first?.inputs.first?.shape == [1, 6])
    #expect(model.roots.map(\.name) == ["G"] && model.roots.first?.subtree == "there")
    options.parts[0].function = nil
    #expect {
      try Elaborator(library).elaborate(options)
    } throws: {
      ($0 as? DiagnosticFailure)?.diagnostics.map(\.id) == ["part-function"]
    }
    options.parts = [.init(name: "H", file: file)]
    options.settings = []
    #expect {
      try Elaborator(library).elaborate(options)
    } throws: {
      let first = ($0 as? DiagnosticFailure)?.diagnostics.first
      return first?.id == "part" && first?.hint == "it takes G"
    }
  }

  /// Parts that do not fit: the finding, the text under its caret, and what its first note shows.
  @Test(arguments: [
    ("func paint(z: Normal[5])", "part-function", "own", "draw"),
    ("func draw(z: Tensor[5], by: Float)", "part-type", "Tensor[5]", "Latent[codes]"),
    ("func draw(z: Normal[5, 1], by: Float)", "part-type", "Normal[5, 1]", "Latent[codes]"),
    ("func draw(z: Normal[5], u: Normal[2], v: Normal[2])", "part-type", "draw", "draw"),
    (
      "func draw(z: Normal[5], by: Float) -> (picture: Tensor[1, 4, 4])", "part-type",
      "Tensor[1, 4, 4]", "Image[1, side, side](low ... high)"
    ),
    (
      "func draw(z: Normal[5], by: Float) -> (image: Image[3, 4, 4](0 ... 1))", "part-type",
      "Image[3, 4, 4](0 ... 1)", "Image[1, side, side](low ... high)"
    ),
    (
      "func draw(z: Normal[5], by: Float) -> (image: Image[1, 4, 5](0 ... 1))", "part-type",
      "Image[1, 4, 5](0 ... 1)", "Image[1, side, side](low ... high)"
    ),
  ])
  func whatDoesNotFitIsShownAtBothEnds(head: String, id: String, location: String, asked: String)
    throws
  {
    let result = head.contains("->") ? "" : " -> (image: Image[1, 4, 4](-1 ... 1))"
    let model = """
      model Lacks() { \(head)\(result) { return 0 * z } }
      model M() {
        part own = Lacks()
        part taken = Takes(G: own)
        func f(z: Normal[5]) -> (y: Tensor[5]) { return z }
      }
      """
    let text = Array((Self.models + "\n" + model).utf8)
    let finding = try #require(found(model).first)
    #expect(finding.id == id)
    let shown = { (range: SourceRange?) in
      range.map { String(decoding: text[$0.start..<$0.end], as: UTF8.self) }
    }
    #expect(shown(finding.range) == location)
    #expect(finding.notes.contains { shown($0.range) == asked }, "\(finding.notes)")
    if id == "part-type" { #expect(finding.notes.contains { shown($0.range) == "own" }) }
    if id == "part-function" { #expect(finding.hint == "it has paint") }
  }

  @Test(arguments: [
    ("model M(part G: Has) { func f(z: Normal[5]) -> (y: Tensor[5]) { return z } }", "interface"),
    (
      "model M() { part a = Asked()\n func f(z: Normal[5]) -> (y: Tensor[5]) { return z } }",
      "interface"
    ),
    (
      "model M(part G: Asked) { func f(z: Normal[5]) -> (y: Tensor[5]) { return z } }",
      "missing-argument"
    ),
    (
      "model M(part G: None) { func f(z: Normal[5]) -> (y: Tensor[5]) { return z } }",
      "unknown-name"
    ),
    (
      "model M() { part a = Takes(G: 3)\n func f(z: Normal[5]) -> (y: Tensor[5]) { return z } }",
      "type"
    ),
    (
      "model M() { part a = Has()\n func f(z: Normal[5]) -> (y: Tensor[5]) { return z * a.layrs } }",
      "member"
    ),
    (
      "model M(part G: Asked = M()) { func f(z: Normal[5]) -> (y: Tensor[5]) { return z } }",
      "recursion"
    ),
  ])
  func refuses(model: String, id: String) { #expect(found(model).map(\.id) == [id]) }

  // MARK: Sequential blocks

  @Test func positionsAreCounted() throws {
    let model = try check(
      """
      sequential block Pair(x, out: Int) { return x |> conv(out, kernel: 3, bias: none) |> batchNorm |> relu }
      block Inside(x) { return x + (x |> conv(x.channels, kernel: 3, bias: none) @ "inner") }
      sequential block All(x) {
        var y = x |> Pair(4) |> skip(2)
        for i in 0 ..< 2 { y = y |> Inside }
        let z = conv(y, 3, kernel: 3, bias: none) @ "own"
        return relu(z + 1) |> conv(3, kernel: 3, bias: none) @ "slice1.#" |> Pair(2) @ "pair"
          |> Pair(2)
      }
      model M() {
        func f(x: Tensor[3, 8, 8]) -> (y: Tensor[2, 8, 8]) { return x |> All @ "net" |> relu }
      }
      """
    ).model
    #expect(
      model.parameters.map(\.name).filter { $0.hasSuffix("weight") } == [
        "net.0.weight", "net.1.weight", "net.5.inner.weight", "net.6.inner.weight",
        "net.own.weight", "net.slice1.8.weight", "net.pair.0.weight", "net.pair.1.weight",
        "net.9.weight", "net.10.weight",
      ])
  }

  @Test func positionsStandInSequentialBlocks() {
    let text = "model M() { func f(x: Tensor[3]) -> (y: Tensor[3]) { return skip(x, 2) } }"
    #expect(findings(text).map(\.id) == ["position"])
  }
}
