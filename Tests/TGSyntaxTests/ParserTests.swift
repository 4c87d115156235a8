import TGDiagnostics
import TGSyntax
import Testing

/// The ids of what is wrong with a text.
func syntaxErrors(_ text: String) -> [String] {
  parse(SourceFile(name: "case.tgraph", text: text), file: 0).diagnostics.map(\.id)
}

@Suite struct ParserTests {
  @Test func readsEveryConstruct() throws {
    let text = """
      import A, B from "../a/b.tgraph"
      /// Doc of k.
      let k = 1 + 2 * 3
      func f(x, n: Int = 3) -> Int { return if n > 2 { n } else if n == 1 { 0 } else { -n } }
      /// Doc of Up.
      /// Second line.
      block Up(x, out: Int, kernel: [Int] = [3, 3]) {
        var y = x |> upsample(2)
                  |> conv(2 * out, kernel: kernel, bias: none) @ "a.{out + 1}"
        for i in 0 ..< 3 { y = y |> relu }
        if out > 3 && !(out == 4) {
          y = y[0 ..< 2, 1]
        } else {
          y = -y
        }
        require out > 0, "out must be positive"
        func inner(z) { return z.shape[0] }
        let (p, q) = (a: y, b: [f(i) for i in [1, 2]])
        return (a: p, b: q)
      }
      model M(n: Int = 4) {
        root "generator"
        ignore "classifier.*"
        optional "*.noise" = 0
        require n > 1, "n is {n}"
        let layers = n * 2
        part text = A(n: n) @ "text"
        part G = B()
        /// Doc of run.
        func run(image: Image[3, n, n](-1 ... 1, fit: "crop"), maps: [Tensor[side(l)] for l in 0 ..< n])
          -> (image: Image[3, n, n](-1 ... 1), mu: Tensor[n]) {
          let y = G.go(image) with "layer{n}" as x { x * 2 }
            with "other" as z
          return (image: y, mu: x)
        }
        objective invert(target: Image[3, n, n](0 ... 1)) -> Latent[n] {
          sample z: Normal[n]
          var w = z
          repeat 100 { t in
            minimize mse(G.go(w), target) + 0.5 * sum(w)
              over w, G
              using adam(rate: 0.1 * t)
          }
          return w
        }
      }
      """
    let parsed = parse(SourceFile(name: "all.tgraph", text: text), file: 0)
    #expect(parsed.diagnostics == [])
    #expect(parsed.tree.imports.count == 1)
    #expect(parsed.tree.declarations.count == 4)
    guard case .function(let up) = parsed.tree.declarations[2].kind,
      case .model(let model) = parsed.tree.declarations[3].kind
    else {
      Issue.record("the third declaration is a block, the fourth a model")
      return
    }
    #expect(up.documentation == "Doc of Up.\nSecond line.")
    #expect(up.body.statements.count == 7)
    #expect(model.members.count == 9)
    guard case .function(let run) = model.members[7].kind else {
      Issue.record("the eighth member is a function")
      return
    }
    #expect(run.documentation == "Doc of run.")
    #expect(run.results?.map { $0.name?.name } == ["image", "mu"])
  }

  /// Each error of the lexer and the parser, alone in its text.
  @Test(arguments: [
    ("let a = 1 # 2", "character"),
    ("let a = 1; ", "character"),
    ("let a = “x", "character"),
    ("let a = ٣", "character"),
    ("\u{FEFF}let a = 1", "character"),
    ("let a = 1\u{0}", "character"),
    ("let a = 1 // \u{202E}x", "character"),
    ("let a = 1e999", "number"),
    ("let a = 3.5e38", "number"),
    ("let a = 99999999999999999999", "number"),
    ("let a = 12px", "number"),
    ("let a = \"abc", "string"),
    ("let a = \"a{b\"", "string"),
    ("let a = \"\\q\"", "string"),
    ("let a = \"\\", "string"),
    ("let a = ", "syntax"),
    ("let a = \"{1 +}\"", "syntax"),
    ("let a = \"{}\"", "syntax"),
    ("let a = (", "syntax"),
    ("let a = ()", "syntax"),
    ("let a = f(1, )", "syntax"),
    ("let a = [1", "syntax"),
    ("let a = 1 2", "syntax"),
    ("let a = if b { 1 }", "syntax"),
    ("func f(x) { x }", "syntax"),
    ("func f(x) { return 1", "syntax"),
    ("func f(x, y: ) { return 1 }", "syntax"),
    ("objective f() { return 1 }", "syntax"),
    ("model M() { block B(x) { return x } }", "syntax"),
    ("model M() { optional \"a\" }", "syntax"),
    ("let a = 0 .. 3", "syntax"),
    ("block B(x { return x }", "syntax"),
    ("model M(n: { func f() { return 1 } }", "syntax"),
    ("let a = b < c < d", "operator-chain"),
    ("let a = 1 ... 2 ... 3", "operator-chain"),
    ("let let = 3", "reserved"),
    ("let a = x @ \"b\"", "address"),
    ("let Abc = 1", "name-case"),
    ("block up(x) { return x }", "name-case"),
    ("model m() { }", "name-case"),
    ("let a = 1\nimport A from \"a\"", "import-order"),
    ("import A from \"{a}\"", "import-path"),
  ])
  func reportsEachError(text: String, id: String) { #expect(syntaxErrors(text) == [id]) }

  @Test func reportsSeveralErrorsAndGoesOn() {
    let text = """
      let a = 1 +
      block Bad(x { return x }
      block Good(x) {
        let y = x |>
        let z = (1 + 2
        return y
      }
      model M() {
        part p =
        func f(x: Tensor[3]) -> Tensor[3] { return x + }
        let n = 3
      }
      """
    let parsed = parse(SourceFile(name: "bad.tgraph", text: text), file: 0)
    let lines = parsed.diagnostics.compactMap { diagnostic in
      diagnostic.range.map { SourceFile(name: "", text: text).position(of: $0.start).line }
    }
    #expect(lines == [2, 2, 5, 6, 10, 10])
    #expect(parsed.tree.declarations.count >= 1)
  }

  @Test func refusesBytesThatAreNoText() {
    for bytes in [[0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x22, 0xF5]] as [[UInt8]] {
      let parsed = parse(SourceFile(name: "bytes", bytes: bytes), file: 0)
      #expect(parsed.diagnostics.map(\.id) == ["encoding"])
    }
    let large = [UInt8](repeating: 0x20, count: Lexer.maximumBytes + 1)
    #expect(parse(SourceFile(name: "l", bytes: large), file: 0).diagnostics[0].id == "file-size")
    #expect(
      parse(SourceFile(name: "l", bytes: Array(large.dropLast())), file: 0).diagnostics.isEmpty)
  }

  /// Nesting and length that would exhaust the stack of a careless parser.
  @Test(arguments: [
    Repeated("("), Repeated("["), Repeated("-"), Repeated("!"), Repeated("f("),
    Repeated("if a { "), Repeated("1", " + 1"), Repeated("x", " |> f"), Repeated("x", ".a"),
    Repeated("x", "[0]"), Repeated("x", "(0)"),
    Repeated("if a { 1 }", " else if a { 1 }", " else { 2 }"),
    Repeated("", "\"{", String(repeating: "}\"", count: 1_000), count: 1_000),
  ])
  func boundsNesting(expression: Repeated) {
    #expect(syntaxErrors("let a = " + expression.text) == ["nesting"])
  }

  /// A text with many copies of a piece, shown by the piece alone.
  struct Repeated: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var text: String

    init(_ piece: String) { self.init("", piece) }

    init(_ start: String, _ piece: String, _ end: String = "", count: Int = 100_000) {
      testDescription = "\(start) … \(piece)"
      text = start + String(repeating: piece, count: count) + end
    }
  }

  @Test func boundsNestedStatements() {
    let loops = String(repeating: "for i in r { ", count: 100_000)
    #expect(syntaxErrors("func f() { \(loops)").first == "nesting")
    let types = String(repeating: "[", count: 100_000)
    #expect(syntaxErrors("func f(x: \(types)").first == "nesting")
  }

  @Test func longTextsAreReadInTime() {
    let list = "let a = [" + String(repeating: "1, ", count: 300_000) + "1]\n"
    #expect(syntaxErrors(list) == [])
    let errors = String(repeating: "let = 3\n", count: 100_000)
    #expect(syntaxErrors(errors).count == 50)
  }
}
