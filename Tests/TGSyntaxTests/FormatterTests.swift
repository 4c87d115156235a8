import TGDiagnostics
import TGSyntax
import Testing

@Suite struct FormatterTests {
  /// A text and how it looks in the canonical style.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var input: String
    var output: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "empty", input: "", output: ""),
    Case(
      name: "parts and positions",
      input: """
        sequential  block B(x){ return x|>conv(3,kernel:3)|>relu }
        model A( ){ func f( z:Latent[n] )->(y:Tensor[n])
        /// Doc.
        func g(x) // any
        }
        model M(part G:A=N(n:3),part F : A = none , n:Int=2){}
        """,
      output: """
        sequential block B(x) { return x |> conv(3, kernel: 3) |> relu }

        model A() {
          func f(z: Latent[n]) -> (y: Tensor[n])
          /// Doc.
          func g(x)  // any
        }

        model M(part G: A = N(n: 3), part F: A = none, n: Int = 2) {}

        """),
    Case(name: "comment only", input: "  // hello  \n\n\n", output: "// hello\n"),
    Case(
      name: "spaces", input: "let  a=1+2*-3\nlet b=[1,2 , 3][0]\nlet c = !(a==b)&&a<b||a>=b",
      output: """
        let a = 1 + 2 * -3
        let b = [1, 2, 3][0]
        let c = !(a == b) && a < b || a >= b

        """),
    Case(
      name: "blank lines",
      input: """
        import A from "a"
        let a = 1



        let b = 2
        block B(x) {

          return x

        }
        let c = 1
        """,
      output: """
        import A from "a"
        let a = 1

        let b = 2

        block B(x) {
          return x
        }

        let c = 1

        """),
    Case(
      name: "comments stay",
      input: """
        // head
        /// Doc.
        block B(x) { // after the brace
        // own line
        let y = x   // trailing
           |> relu  // on a stage

        // last
        }
        // end
        """,
      output: """
        // head
        /// Doc.
        block B(x) {  // after the brace
          // own line
          let y = x  // trailing
            |> relu  // on a stage

          // last
        }
        // end

        """),
    Case(
      name: "comments in lists",
      input: "let a = [1, // one\n 2 // two\n]\nlet b = f(\n // above\n x)",
      output: """
        let a = [
          1,  // one
          2  // two
        ]

        // above
        let b = f(x)

        """),
    Case(
      name: "pipes keep their lines",
      input: "let y = x |> relu |> f(1)\n     |> g @ \"a\" |> h\n",
      output: """
        let y = x |> relu |> f(1)
          |> g @ "a" |> h

        """),
    Case(
      name: "long pipe",
      input: """
        let y = x |> conv(2 * channels, kernel: 3, bias: none) @ "1" |> batchNorm @ "2" \
        |> leakyRelu(0.2) |> glu
        """,
      output: """
        let y = x
          |> conv(2 * channels, kernel: 3, bias: none) @ "1"
          |> batchNorm @ "2"
          |> leakyRelu(0.2)
          |> glu

        """),
    Case(
      name: "signature",
      input: """
        model M(n:Int=3) {
        func generate(caption: Text[n](vocabulary: "captions"), z: Normal[100], \
        epsilon: Normal[100]) -> (image: Image[3, 256, 256](-1...1), mu: Tensor[100]) { return z }
        }
        """,
      output: """
        model M(n: Int = 3) {
          func generate(caption: Text[n](vocabulary: "captions"), z: Normal[100], epsilon: Normal[100])
              -> (image: Image[3, 256, 256](-1 ... 1), mu: Tensor[100]) { return z }
        }

        """),
    Case(
      name: "statements",
      input: """
        model M() { objective o(x: Tensor[1]) { repeat 3 {t in
          minimize x   over x   using adam( rate : t ) }
          if a {  b = 1 } else if c { b = 2 } else { b = 3 }
          for i in 0..<3 { b = i }
          let (p,q) = (a:1, b:2)
          sample z:Normal[3]
          let y = if a { 1 }
            else { 2 }
          let v = G.f(z) with "l{1}" as u { u*2 }
          return [z for i in r] } }
        """,
      output: """
        model M() {
          objective o(x: Tensor[1]) {
            repeat 3 { t in
              minimize x over x using adam(rate: t)
            }
            if a { b = 1 } else if c { b = 2 } else { b = 3 }
            for i in 0 ..< 3 { b = i }
            let (p, q) = (a: 1, b: 2)
            sample z: Normal[3]
            let y = if a { 1 }
              else { 2 }
            let v = G.f(z) with "l{1}" as u { u * 2 }
            return [z for i in r]
          }
        }

        """),
  ]

  @Test(arguments: cases)
  func formats(example: Case) throws {
    let once = try Formatter.format(SourceFile(name: "in", text: example.input))
    #expect(once == example.output)
    let twice = try Formatter.format(SourceFile(name: "out", text: once))
    #expect(twice == once, "formatting twice")
    #expect(tokens(once) == tokens(example.input), "no token is changed")
    #expect(comments(once) == comments(example.input), "no comment is lost")
  }

  @Test func keepsTextsThatDoNotParse() {
    #expect(throws: DiagnosticFailure.self) {
      try Formatter.format(SourceFile(name: "bad", text: "let a ="))
    }
  }

  private func tokens(_ text: String) -> [String] {
    let source = SourceFile(name: "", text: text)
    return Lexer.lex(source, file: 0).tokens.map {
      String(decoding: source.bytes[Int($0.start)..<Int($0.end)], as: UTF8.self)
    }
  }

  private func comments(_ text: String) -> Set<String> {
    let source = SourceFile(name: "", text: text)
    return Set(
      Lexer.lex(source, file: 0).comments.map {
        var line = String(decoding: source.bytes[$0.range.start..<$0.range.end], as: UTF8.self)
        while line.last == " " { line.removeLast() }
        return line
      })
  }
}
