import Foundation
import TGTestSupport
import Testing

/// What a plan cannot hold is found by `--check`, with the line; compiling says the same.
@Suite struct PlanRuleTests {
  /// A page, where its finding stands, and words of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var page: String
    var location: String
    var words: String
    var options = ""
    var testDescription: String { name }
  }

  private static func model(_ body: String) -> String { "model M() {\n  \(body)\n}" }
  private static let long = String(repeating: "n", count: 257)
  private static func function(_ inputs: String, _ results: String, _ body: String) -> String {
    model("func f(\(inputs)) -> (\(results)) {\n    return \(body)\n  }")
  }

  static let cases = [
    // The pages of the cases that began this.
    Case(
      name: "a function shared at two numbers of channels",
      page: model(
        """
        func t(x) { return x |> conv(4, kernel: 3) @ "t" }
          func a(image: Image[1, 6, 8](-1 ... 1)) -> (v: Tensor[4, 6, 8]) { return t(image) }
          func b(image: Image[3, 6, 8](-1 ... 1)) -> (v: Tensor[4, 6, 8]) { return t(image) }
        """), location: "page.tgraph:4:76: error",
      words: "`t.weight` is 4 × 1 × 3 × 3 in `a` and 4 × 3 × 3 × 3 in `b`"),
    Case(
      name: "a function shared at two widths",
      page: model(
        """
        func t(x) { return x |> linear(4) @ "t" }
          func a(u: Tensor[5]) -> (v: Tensor[4]) { return t(u) }
          func b(u: Tensor[7]) -> (v: Tensor[4]) { return t(u) }
        """), location: "page.tgraph:3:51: note", words: "`a` reads it from here"),
    Case(
      name: "a norm shared at two numbers of channels",
      page: model(
        """
        func t(x) { return x |> batchNorm @ "t" }
          func a(image: Image[1, 6, 8](-1 ... 1)) -> (v: Tensor[1, 6, 8]) { return t(image) }
          func b(image: Image[3, 6, 8](-1 ... 1)) -> (v: Tensor[3, 6, 8]) { return t(image) }
        """), location: "page.tgraph:4:76: error", words: "`t.weight` (and 3 more) is 1 in `a`"),
    Case(
      name: "a parameter of two shapes, and two numbers where it is missing",
      page: model(
        """
        func a(u: Tensor[2]) -> (v: Tensor[2]) { return u + parameter("p", [2], absent: 1) }
          func b(u: Tensor[2]) -> (v: Tensor[2]) { return u + parameter("p", [2], absent: 2) }
        """), location: "page.tgraph:3:55: error", words: "1 where it is missing in `a`"),
    Case(
      name: "a picture of two channels",
      page: function("image: Image[2, 8, 8](0 ... 1)", "out: Tensor[2, 8, 8]", "image |> relu"),
      location: "page.tgraph:2:17: error", words: "a picture has 1 or 3 channels, not 2"),
    Case(
      name: "a result of four channels",
      page: function(
        "x: Tensor[4, 8, 8]", "image: Image[4, 8, 8](0 ... 1)", "x |> sigmoid"),
      location: "page.tgraph:2:41: error", words: "1 or 3 channels, not 4"),
    Case(
      name: "a range that float32 cannot tell apart",
      page: function("x: Image[3, 8, 8](1 ... 1.00000001)", "y: Tensor[3, 8, 8]", "x * 1"),
      location: "page.tgraph:2:28: error", words: "is no range of float32"),
    Case(
      name: "a range wider than float32",
      page: function("x: Uniform[3](-3e38 ... 3e38)", "y: Tensor[3]", "x * 1"),
      location: "page.tgraph:2:24: error", words: "is no range of float32"),
    Case(
      name: "more classes than ids",
      page: function("x: Label[16777217]", "y: Tensor[]", "x * 1"),
      location: "page.tgraph:2:13: error", words: "at most 16777216 classes"),
    Case(
      name: "more rows than ids",
      page: function(
        "c: Text[4](vocabulary: \"w\")", "y: Tensor[4, 2]",
        "embedding(c.ids, weight: parameter(\"t\", [16777217, 2]))"),
      location: "page.tgraph:3:37: error", words: "at most 16777216 rows"),
    Case(
      name: "more words than a text has",
      page: function("c: Text[65537](vocabulary: \"w\")", "y: Tensor[]", "c.length * 1"),
      location: "page.tgraph:2:13: error", words: "at most 65536 words"),
    Case(
      name: "a vocabulary with a slash",
      page: function("c: Text[4](vocabulary: \"a/b\")", "y: Tensor[]", "c.length * 1"),
      location: "page.tgraph:2:33: error", words: "a vocabulary is not called \"a/b\""),
    Case(
      name: "a vocabulary of two lines",
      page: function("c: Text[4](vocabulary: \"a\\nb\")", "y: Tensor[]", "c.length * 1"),
      location: "page.tgraph:2:33: error", words: "a vocabulary is not called"),
    Case(
      name: "a vocabulary without a name",
      page: function("c: Text[4](vocabulary: \"\")", "y: Tensor[]", "c.length * 1"),
      location: "page.tgraph:2:33: error", words: "a vocabulary is not called \"\""),
    Case(
      name: "more vocabularies than a plan has",
      page: function(
        (0..<65).map { "c\($0): Text[2](vocabulary: \"v\($0)\")" }.joined(separator: ", "),
        "y: Tensor[]", (0..<65).map { "c\($0).length" }.joined(separator: " + ")),
      location: "page.tgraph:2:", words: "at most 64 vocabularies"),
    Case(
      name: "a name of an input",
      page: function("\(long): Tensor[2]", "y: Tensor[2]", "\(long) * 1"),
      location: "page.tgraph:2:10: error", words: "a name of 257 letters"),
    Case(
      name: "a name of a model",
      page: "model M\(long)() { func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      location: "page.tgraph:1:7: error", words: "a name of 258 letters"),
    Case(
      name: "two results of one name",
      page: function("x: Tensor[2]", "y: Tensor[2], y: Tensor[2]", "(y: x, y: x * 2)"),
      location: "page.tgraph:2:42: error", words: "two results are called `y`"),
    Case(
      name: "two terms of one name",
      page: model(
        "objective o(x: Tensor[2]) -> (w: Tensor[2]) {\n    var w = x\n    repeat 3 {\n      minimize (a: sum(w), a: mean(w)) over w using adam(rate: 1)\n    }\n    return w\n  }"
      ), location: "page.tgraph:5:16: error", words: "two terms are called `a`"),
    Case(
      name: "two starts of one name",
      page: model(
        "objective o(x: Tensor[2]) -> (w: Tensor[2]) {\n    var w = start(a: x, a: 2 * x)\n    repeat 3 { minimize sum(square(w)) over w using adam(rate: 1) }\n    return w\n  }"
      ), location: "page.tgraph:3:28: error", words: "two starts are called `a`"),
    Case(
      name: "more loops than an objective has",
      page: model(
        "objective o(x: Tensor[2]) -> (w: Tensor[2]) {\n    var w = x\n"
          + String(
            repeating: "    repeat 3 { minimize sum(square(w)) over w using adam(rate: 1) }\n",
            count: 65) + "    return w\n  }"), location: "page.tgraph:68:12: error",
      words: "at most 64 loops"),
    Case(
      name: "more entry points than a plan has functions",
      page: model(
        (0..<257).map { "func f\($0)(x: Tensor[1]) -> Tensor[1] { return x * 1 }" }.joined(
          separator: "\n  ")), location: "page.tgraph:258:8: error",
      words: "`M` has 257 entry points; a plan has at most 256 functions"),
    Case(
      name: "more functions in all batch sizes than a plan has",
      page: model(
        (0..<100).map { "func f\($0)(x: Tensor[1]) -> Tensor[1] { return x * 1 }" }.joined(
          separator: "\n  ")), location: "page.tgraph:87:8: error",
      words: "100 functions in 3 batch sizes are 300; a plan has at most 256",
      options: "--batch 1,2,3"),
    Case(
      name: "more inputs than a function has",
      page: function(
        "x: [Tensor[1] for i in 0 ..< 1024]", "y: Tensor[1]", "sum(x)"),
      location: "page.tgraph:2:8: error", words: "`f` has 1025 inputs and outputs"),
    Case(
      name: "a padding beyond instructions",
      page: function(
        "x: Tensor[1, 8, 8]", "y: Tensor[1, 8, 8]",
        "conv(x, 1, kernel: 101, dilation: 60000, padding: \"same\")"),
      location: "page.tgraph:3:12: error", words: "a padding of 3000000 positions"),
    Case(
      name: "more resampled positions than a plan has",
      page: function(
        "x: Tensor[16, 1000000]", "y: Tensor[]",
        (0..<17).map { "sum(reverse(x * \($0), axis: 1))" }.joined(separator: " + ")),
      location: "page.tgraph:3:", words: "more than 250000 steps to unfold"),
    Case(
      name: "a constant too large to compute",
      page: function(
        "x: Tensor[1]", "y: Tensor[1]", "x + sum(pad(constant([[1]]), [10000, 10000]))"),
      location: "page.tgraph:3:20: error", words: "computed at compile time"),
    Case(
      name: "weights that take too long to compute",
      page: function(
        "x: Tensor[3000]", "y: Tensor[3000]",
        "linear(x, weight: matmul(parameter(\"a\", [3000, 3000]), "
          + "parameter(\"b\", [3000, 3000])), bias: none)"),
      location: "page.tgraph:3:30: error", words: "multiplications at compile time"),
  ]

  @Test(arguments: cases)
  func isFoundByCheckingWithItsLine(example: Case) throws {
    let outcome = try PageFixture().refusal(of: example.page, example.options)
    #expect(outcome.status == 65)
    #expect(outcome.messages.contains(example.location), "\(outcome.messages)")
    #expect(outcome.messages.contains(example.words), "\(outcome.messages)")
    #expect(!outcome.messages.contains("make the plan again"))
  }

  /// Control characters in texts that a plan keeps are the command line's mistake.
  @Test func licenceIsPlainText() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.function("x: Tensor[1]", "y: Tensor[1]", "x * 1"), to: "page.tgraph")
    let outcome = try fixture.run("page.tgraph --synthetic-weights 1 --licence a\u{1}b -o p.tplan")
    #expect(outcome.status == 64)
    #expect(outcome.messages.contains("--licence has control characters"))
  }

  // MARK: Work

  /// Pages of few bytes that would be unrolled for a long time, or into much memory.
  @Test(arguments: [
    "var y = x\n    for i in 0 ..< 300 { for j in 0 ..< 300 { y = y + i } }\n    return y",
    "for i in 0 ..< 100000 { for j in 0 ..< 100000 { } }\n    return x",
    "let l = [i for i in 0 ..< 50000]\n    for i in 0 ..< 90000 { let k = l + l }\n    return x",
    "let l = [[[0 for k in 0 ..< 900] for j in 0 ..< 900] for i in 0 ..< 900]\n    return x",
    "var t = \"0123456789\"\n    for i in 0 ..< 13 { t = \"{t}{t}\" }\n    for i in 0 ..< 90000 { let k = \"{t}\" }\n    return x",
    "var l = [1]\n    for i in 0 ..< 60 { l = [l, l] }\n    return same(x, l)",
    "var t = (a: 1, b: 2)\n    for i in 0 ..< 60 { t = (a: t, b: t) }\n    return same(x, t)",
    "for i in 0 ..< 90000 { let k = unknown }\n    return x",
    "return sum([x * i for i in 0 ..< 90000])",
    "return concat([x for i in 0 ..< 90000])[0 ..< 1]",
    "return concat(split(expand(x, [90000]), [1 for i in 0 ..< 90000]))[0 ..< 1]",
    "return x |> B30",
  ])
  func workIsBounded(body: String) throws {
    let blocks =
      "block B0(x) { return x + 1 }\n"
      + (1...30).map { "block B\($0)(x) { return x |> B\($0 - 1) |> B\($0 - 1) }\n" }.joined()
    let page = """
      \(blocks)func same(x, l) { return x }
      model M() {
        func f(x: Tensor[1]) -> (y: Tensor[1]) {
          \(body)
        }
      }
      """
    let outcome = try PageFixture().refusal(of: page)
    #expect(outcome.status == 65)
    #expect(outcome.messages.contains("[limit]"), "\(outcome.messages)")
    #expect(outcome.messages.contains("page.tgraph:"))
  }

  @Test func memoryIsBounded() throws {
    let fixture = try PageFixture()
    try fixture.write(
      Self.function("x: Tensor[4000]", "y: Tensor[4000]", "linear(x, 4000) @ \"a\""),
      to: "page.tgraph")
    let early = try fixture.run("page.tgraph --synthetic-weights 1 --max-memory 64 -o p.tplan")
    #expect(early.status == 71)
    #expect(early.messages.contains("compiling this page takes at least"))
    #expect(early.messages.contains("--max-memory"))
    #expect(!FileManager.default.fileExists(atPath: fixture.folder.path("p.tplan")))
    let enough = try fixture.run("page.tgraph --synthetic-weights 1 --max-memory 2000 -o p.tplan")
    #expect(enough.status == 0, "\(enough.messages)")
    try fixture.write(
      Self.function(
        "x: Tensor[64, 512, 512]", "y: Tensor[64, 512, 512]",
        "conv(x, 64, kernel: 3) @ \"a\""), to: "wide.tgraph")
    let arena = try fixture.run("wide.tgraph --synthetic-weights 1 --max-memory 110 -o p.tplan")
    #expect(arena.status == 71)
    #expect(try fixture.run("page.tgraph --check --max-memory 0").status == 64)
  }
}
