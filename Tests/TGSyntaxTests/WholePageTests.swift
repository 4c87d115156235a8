import TGDiagnostics
import Testing

/// Pages that are wrong as a whole, not in one statement.
@Suite struct WholePageTests {
  /// Texts, with the id of the finding.
  @Test(arguments: [
    ("let a = 1", "model"),
    ("model M() { }", "function"),
    ("model M() { func f(x) { return x } }", "function"),
    ("model M(n: Int) { func f(x: Tensor[2]) -> Tensor[2] { return x } }", "missing-argument"),
    (
      "model M() { let n = 1\n let n = 2\n func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "duplicate-name"
    ),
    ("model M() { part p = M()\n func f(x: Tensor[2]) -> Tensor[2] { return x } }", "recursion"),
    ("model M() { part p = N()\n func f(x: Tensor[2]) -> Tensor[2] { return x } }", "unknown-name"),
    ("let N = 3", "name-case"),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize sum(w) over w using adam(rate: 1) }\n return w }\n func f(x: Tensor[2]) -> Tensor[2] { return o(x) } }",
      "objective-only"
    ),
    (
      "block B(x) { return x }\nmodel M() { part p = B()\n func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "type"
    ),
    (
      "model N() { root \"a\"\n func g(x: Tensor[2]) -> Tensor[2] { return x } }\nmodel M() { part p = N() @ \"s\"\n func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "root-part"
    ),
    (
      "model M() { optional \"a\" = none\n func f(x: Tensor[2]) -> Tensor[2] { return x } }", "type"
    ),
    ("model M() { func f(x: Tensor[2]) -> Tensor[3] { return x } }", "type-shape"),
    (
      "model M() { func f(x: Tensor[2]) -> (a: Tensor[2], b: Tensor[2]) { return (a: x, c: x) } }",
      "results"
    ),
    ("model M() { func f(x: Tensor[2, 1073741824]) -> Tensor[] { return sum(x) } }", "tensor-size"),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize w over w using adam(rate: 1) }\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { repeat 3 { minimize sum(x) over x using adam(rate: 1) }\n return x } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize sum(w) over w using 3 }\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n minimize sum(w) over w using adam(rate: 1)\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { let a = w }\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize sum(w) over w using adam(rate: 1)\n minimize sum(w) over w using adam(rate: 1) }\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize (a: sum(w), sum(w)) over w using adam(rate: 1) }\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { w = 2 * w\n minimize sum(w) over w using adam(rate: 1) }\n return w } }",
      "objective-order"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { repeat 2 { minimize sum(w) over w using adam(rate: 1) } }\n return w } }",
      "objective-order"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize sum(w) over w using adam(rate: 1)\n sample e: Normal[2] }\n return w } }",
      "objective-order"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { minimize sum(w) over w using adam(rate: -1) }\n return w } }",
      "recipe"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { t in minimize sum(w) over w using lbfgs(rate: t) }\n return w } }",
      "recipe"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = x\n repeat 3 { sample e: Normal[2]\n minimize sum(w * e) over w using lbfgs() }\n return w } }",
      "minimize"
    ),
    (
      "model M() { objective o(x: Tensor[2]) -> Tensor[2] { var w = start(x)\n repeat 3 { minimize sum(w) over w using lbfgs() }\n return w } }",
      "argument-name"
    ),
    (
      "import A from \"none.tgraph\"\nmodel M() { func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "import-missing"
    ),
    (
      "import A from \"/etc/passwd\"\nmodel M() { func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "import-path"
    ),
    (
      "import Nobody from \"../attngan/damsm.tgraph\"\nmodel M() { func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "import-name"
    ),
    (
      "import A from \"case.tgraph\"\nmodel M() { func f(x: Tensor[2]) -> Tensor[2] { return x } }",
      "import-cycle"
    ),
  ])
  func reportsTexts(text: String, id: String) { #expect(findings(text).map(\.id) == [id]) }
}
