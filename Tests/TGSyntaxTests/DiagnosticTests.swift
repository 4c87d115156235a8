import Foundation
import TGDiagnostics
import TGIR
import TGSyntax
import Testing

/// Elaborates a text as `Graphs/spec/case.tgraph`, imports read from `Graphs` or from `files`.
func check(
  _ text: String, _ options: ElaborationOptions = ElaborationOptions(),
  files: [String: String] = [:]
) throws(DiagnosticFailure) -> Elaborated {
  let loader: Library.Loader = { (path: String) throws(Library.LoadingError) -> [UInt8] in
    if path == "spec/case.tgraph" { return Array(text.utf8) }
    if let known = files[path] { return Array(known.utf8) }
    guard
      let data = FileManager.default.contents(
        atPath: repository.appending(path: "Graphs/\(path)").path)
    else { throw Library.LoadingError("no such file") }
    return Array(data)
  }
  return try Elaborator(Library(path: "spec/case.tgraph", loader: loader)).elaborate(options)
}

/// The findings of a text.
func findings(
  _ text: String, _ options: ElaborationOptions = ElaborationOptions(),
  files: [String: String] = [:]
) -> [Diagnostic] {
  do throws(DiagnosticFailure) {
    _ = try check(text, options, files: files)
    return []
  } catch {
    return error.diagnostics
  }
}

@Suite struct DiagnosticTests {
  @Test func aPageHasAtMost256Files() {
    var files: [String: String] = [:]
    for number in 1...256 { files["spec/f\(number).tgraph"] = "block B\(number)(x) { return x }" }
    let imports = (1...256).map { "import B\($0) from \"f\($0).tgraph\"\n" }
    let page = "model M() { func f(x: Tensor[2]) -> (y: Tensor[2]) { return B1(x) } }"
    let found = findings(imports.joined() + page, files: files)
    #expect(found.map(\.id) == ["import-limit"])
    #expect(findings(imports.dropLast().joined() + page, files: files).isEmpty)
  }

  /// A statement that is wrong, the id of the finding, and the text under its caret.
  struct Statement: CustomTestStringConvertible, Sendable {
    var statement: String
    var id: String
    var location: String
    var testDescription: String { statement }

    init(_ statement: String, _ id: String, _ location: String) {
      self.statement = statement
      self.id = id
      self.location = location
    }
  }

  @Test(arguments: [
    Statement("let y = x + v", "rank", "+"),
    Statement("let y = x * s", "rank", "*"),
    Statement("let y = s + reshape(s, [6, 4])", "shape-mismatch", "+"),
    Statement("let y = sum(x, axis: 3)", "axis", "3"),
    Statement("let y = prelu(x, slopes: 2)", "prelu", "2"),
    Statement("let y = sum(x, axis: -4)", "axis", "-4"),
    Statement("let y = sum(x, axes: [1, 1])", "axis", "[1, 1]"),
    Statement("let y = permute(x, [0, 1])", "axis", "[0, 1]"),
    Statement(
      "let y = conv(x, 4, kernel: 4, stride: 2)", "padding", "conv(x, 4, kernel: 4, stride: 2)"),
    Statement(
      "let y = convTranspose(x, 4, kernel: 4)", "padding", "convTranspose(x, 4, kernel: 4)"),
    Statement("let y = conv(x, 4, kernel: 3, padding: \"valid\")", "padding", "\"valid\""),
    Statement("let y = conv(x, 4, kernel: 3, padding: [1, 2, 3])", "padding", "[1, 2, 3]"),
    Statement("let y = avgPool(x, 3, padding: 1)", "padding", "1"),
    Statement(
      "let y = conv(x, 4, kernel: 11, padding: 0)", "kernel-size",
      "conv(x, 4, kernel: 11, padding: 0)"),
    Statement("let y = conv(x, 4, kernel: 3, groups: 2)", "groups", "2"),
    Statement("let y = conv(v, 4, kernel: 3)", "rank", "conv(v, 4, kernel: 3)"),
    Statement(
      "let y = conv(x, weight: parameter(\"w\", [4, 5, 3, 3]))", "weight-shape",
      "parameter(\"w\", [4, 5, 3, 3])"),
    Statement(
      "let y = conv(x, weight: reshape(x, [1, 3, 8, 8]), bias: none, padding: 0)", "weight-input",
      "reshape(x, [1, 3, 8, 8])"),
    Statement("let y = linear(v)", "missing-argument", "linear(v)"),
    Statement("let y = linear(v, 3, wieght: none)", "argument-name", "wieght"),
    Statement("let y = linear(v, 3, out: 4)", "argument-twice", "out"),
    Statement("let y = linear(x: v, 3)", "argument-order", "3"),
    Statement("let y = relu(v, 3)", "argument-count", "3"),
    Statement("let y = relu(v) @ \"a\"", "address", "\"a\""),
    Statement("let y = leakyRelu(v)", "missing-argument", "leakyRelu(v)"),
    Statement("let y = linear(v, 5 / 2)", "whole", "5 / 2"),
    Statement("let y = linear(v, 0)", "number", "0"),
    Statement("let y = linear(v, true)", "type", "true"),
    Statement("let y = linear(v, 3, weight: none)", "argument", "none"),
    Statement("let y = 9223372036854775807 + 1", "number", "+"),
    Statement("let y = 1 / 0", "number", "/"),
    Statement("let y = 1e38 * 10", "number", "*"),
    Statement("let y = reshape(x, [5, 5])", "reshape", "[5, 5]"),
    Statement("let y = reshape(x, [-1, 5])", "reshape", "[-1, 5]"),
    Statement(
      "let y = reshape(x, [2147483647, 2147483647, 2147483647])", "reshape",
      "[2147483647, 2147483647, 2147483647]"),
    Statement("let y = expand(x, [3, 9, 8])", "shape-mismatch", "expand(x, [3, 9, 8])"),
    Statement("let y = expand(v, [5, 8, 8])", "rank", "expand(v, [5, 8, 8])"),
    Statement("let y = perChannel(x)", "rank", "perChannel(x)"),
    Statement("let y = transpose(v)", "rank", "transpose(v)"),
    Statement("let y = concat([x, s])", "concat", "concat([x, s])"),
    Statement("let y = concat([])", "argument", "[]"),
    Statement("let y = stack([v, s])", "shape-mismatch", "stack([v, s])"),
    Statement("let y = split(v, [2, 2])", "split", "[2, 2]"),
    Statement("let y = pad(x, [1, 1])", "pad", "[1, 1]"),
    Statement("let y = matmul(s, s)", "matmul", "matmul(s, s)"),
    Statement("let y = matmul(1, s)", "rank", "matmul(1, s)"),
    Statement("let y = x[3]", "items", "3"),
    Statement("let y = x[0 ..< 4]", "items", "0 ..< 4"),
    Statement("let y = x[0, 0, 0, 0]", "items", "0"),
    Statement("let y = [1, 2][2]", "items", "2"),
    Statement("let y = 3[0]", "items", "3"),
    Statement("let y = glu(v)", "glu", "glu(v)"),
    Statement("let y = constant([[1], [1, 2]])", "constant", "constant([[1], [1, 2]])"),
    Statement("let y = fir(x, [1, -1])", "fir", "[1, -1]"),
    Statement("let y = resize(x, [4, 4], filter: \"bilinar\")", "convention", "\"bilinar\""),
    Statement(
      "let y = resize(x, [4, 4], filter: \"bilinear\", scale: 1000)", "resize",
      "resize(x, [4, 4], filter: \"bilinear\", scale: 1000)"),
    Statement("let y = rescale(x, 0 ... 1)", "image-range", "x"),
    Statement("let y = rescale(i, 0 ... 1, from: 0 ... 255)", "image-range", "0 ... 255"),
    Statement("let y = mse(i, rescale(i, 0 ... 1))", "image-range", "mse(i, rescale(i, 0 ... 1))"),
    Statement("let y = if v == 0 { 1 } else { 2 }", "condition", "=="),
    Statement("let y = if v { 1 } else { 2 }", "condition", "v"),
    Statement("let y = if 1 { 1 } else { 2 }", "condition", "1"),
    Statement("let y = [a for a in v]", "type", "v"),
    Statement("let y = [a for a in 0 ..< 1000000000]", "limit", "0 ..< 1000000000"),
    Statement("let y = \"{v}\"", "type", "v"),
    Statement("let y = true + 1", "type", "+"),
    Statement("let y = -true", "type", "-true"),
    Statement("let y = vv", "unknown-name", "vv"),
    Statement("let y = reluu(v)", "unknown-name", "reluu"),
    Statement("let y = relu", "operation-value", "relu"),
    Statement("let y = v(3)", "call", "v"),
    Statement("let y = (v)(3)", "call", "(v)"),
    Statement("let y = v.hight", "member", "hight"),
    Statement("let y = v.height", "member", "height"),
    Statement("let y = (a: v, b: v).c", "member", "c"),
    Statement("let y = c.values", "member", "values"),
    Statement("let y = p.go", "member", "go"),
    Statement("let y = p.went(v)", "unknown-name", "went"),
    Statement("let y = Other(3)", "model-call", "Other"),
    Statement("let (y, z) = [v]", "pattern", "[v]"),
    Statement("let (y, z) = 3", "pattern", "3"),
    Statement("let x = v", "duplicate-name", ""),
    Statement("let k = v\n    k = v", "let-assigned", "k"),
    Statement("let k: Int = 2.5", "whole", "2.5"),
    Statement("let k: Tensor[4] = v", "type-shape", "v"),
    Statement("let k: Tenser[4] = v", "unknown-type", "Tenser"),
    Statement("let k: Tensor = v", "type", "Tensor"),
    Statement("let k: Image[3, 8, 8] = x", "type", "Image[3, 8, 8]"),
    Statement("let k: Image[3, 8](0 ... 1) = x", "type", "Image[3, 8](0 ... 1)"),
    Statement("let k: Image[3, 8, 8](1 ... 0) = x", "type", "1 ... 0"),
    Statement("let k: Image[3, 8, 8](0 ... 1) = i", "image-range", "i"),
    Statement("let k: Image[3, 8, 8](0 ... 1, fit: \"zoom\") = x", "convention", "\"zoom\""),
    Statement(
      "let k: Image[3, 8, 8](0 ... 1, filter: \"box\") = x", "convention",
      "Image[3, 8, 8](0 ... 1, filter: \"box\")"),
    Statement("require 1 > 2, \"no {1 + 1}\"", "require", "1 > 2"),
    Statement("sample k: Normal[3]", "objective-only", "sample k: Normal[3]"),
    Statement(
      "let y = Stamp(v) @ \"a\"\n    let z = Stamp(v) @ \"a\"", "tensor-twice", "Stamp(v) @ \"a\""),
    Statement("let y = [Stamp(v) @ \"a\" for k in 0 ..< 2]", "tensor-twice", "Stamp(v) @ \"a\""),
    Statement(
      "let y = parameter(\"a\", [2])\n    let z = parameter(\"a\", [3])", "tensor-twice",
      "parameter(\"a\", [3])"),
    Statement(
      "let y = parameter(\"a\", [100000, 100000])", "tensor-size",
      "parameter(\"a\", [100000, 100000])"),
    Statement("let y = outside(v)", "weights-outside", "linear(x, 3)"),
    Statement("let y = shared(v) @ \"a\"", "address", "\"a\""),
    Statement("let y = endless(v)", "recursion", "endless(x)"),
    Statement("let y = silent(v)", "no-return", "silent"),
    Statement("let y = two(v)", "results", "x"),
    Statement("let y = circular", "recursion", "circular"),
    Statement("let y = gradient(2 * v, over: v)", "gradient", "2 * v"),
    Statement("let y = gradient(sum(v), over: constant([1]))", "gradient", "constant([1])"),
    Statement("let y = gradient(sum(v), over: 3)", "type", "3"),
    Statement("let y = gradient(sum(v), over: [v, s])", "not-differentiable", "[v, s]"),
    Statement("let y = gradient(sum(detach(v)), over: v)", "not-differentiable", "v"),
    Statement("let y = gradient(sum(floor(v)), over: v)", "not-differentiable", "floor(v)"),
    Statement(
      "let y = gradient(sum(square(gradient(sum(square(maxPool(x, 2))), over: x))), over: x)",
      "not-differentiable", "maxPool(x, 2)"),
    Statement("let y = p.go(v) with \"b\" as t", "tap-missing", "\"b\""),
    Statement("let y = p.go(v) with \"a\" as t { sum(t) }", "tap-shape", "sum(t)"),
    Statement("let y = p.go(p.go(v)) with \"a\" as t", "tap-twice", "\"a\""),
    Statement("let y = shared(3, 4, 5)", "argument-count", "4"),
    Statement("let y = shared()", "missing-argument", "shared()"),
    Statement("let y = lstm(v, 3)", "rank", "lstm(v, 3)"),
    Statement("let y = lstm(s, 3, length: 4)", "type", "4"),
    Statement("let y = gru(s, 3, bias: v) @ \"a\"", "type", "v"),
    Statement("let y = lstm(s, 3, weightHidden: none) @ \"a\"", "argument", "none"),
    Statement("let y = lstm(s, weightInput: s) @ \"a\"", "weight-input", "s"),
    Statement("let y = gru(s, weightInput: s) @ \"a\"", "weight-shape", "s"),
    Statement(
      "let y = lstm(s, 2, weightHidden: constant([[1, 2]])) @ \"a\"", "weight-shape",
      "constant([[1, 2]])"),
    Statement(
      "let y = convTranspose(x, 4, 3, stride: 2, padding: 1, outputPadding: 2) @ \"a\"",
      "output-padding", "2"),
    Statement(
      "let y = convTranspose(x, 4, 3, padding: 1, outputPadding: [0, 1]) @ \"a\"",
      "output-padding", "[0, 1]"),
    Statement(
      "let y = convTranspose(x, 4, 3, stride: 2, dilation: 3, padding: 1, outputPadding: 3) @ \"a\"",
      "output-padding", "3"),
    Statement(
      "let y = embedding(constant([0, 5]), 5, 2) @ \"a\"", "no-such-row", "constant([0, 5])"),
    Statement("let y = oneHot(constant([0.5]), 3)", "no-such-row", "constant([0.5])"),
    Statement("let y = oneHot(-1, 3)", "no-such-row", "-1"),
    Statement(
      "let y = softmax(s, axis: 1, where: v)", "shape-mismatch", "softmax(s, axis: 1, where: v)"),
  ])
  func reportsStatements(example: Statement) {
    let text = """
      let circular = circular + 1
      func outside(x) { return linear(x, 3) }
      func endless(x) { return endless(x) }
      func silent(x) { let y = x }
      func two(x) -> (a: Tensor[5], b: Tensor[5]) { return x }
      block Stamp(x) { return x |> linear(5) @ "inner" }
      model Other() {
        func go(x: Tensor[5]) -> Tensor[5] { return x |> linear(5) @ "a" }
      }
      model M() {
        part p = Other()
        func shared(x) { return linear(x, 5) }
        func f(x: Tensor[3, 8, 8], v: Tensor[5], s: Tensor[4, 6], i: Image[3, 8, 8](-1 ... 1), c: Text[4]())
            -> (out: Tensor[]) {
          \(example.statement)
          return sum(v)
        }
      }
      """
    let found = findings(text, ElaborationOptions(model: "M"))
    #expect(found.map(\.id) == [example.id])
    guard let range = found.first?.range, !example.location.isEmpty else { return }
    let bytes = Array(text.utf8)
    #expect(
      String(decoding: bytes[range.start..<range.end], as: UTF8.self) == example.location)
  }

  @Test func reportsOptions() {
    let text = "model M(n: Int = 2) { func f(x: Tensor[n]) -> Tensor[n] { return x } }"
    let cases: [(ElaborationOptions, String?)] = [
      (ElaborationOptions(model: "N"), "model"),
      (ElaborationOptions(settings: [("m", "3")]), "setting"),
      (ElaborationOptions(settings: [("n", "x y")]), "setting"),
      (ElaborationOptions(settings: [("n", "2.5")]), "whole"),
      (ElaborationOptions(settings: [("n", "-1")]), "number"),
      (ElaborationOptions(batch: 0), "batch"),
      (ElaborationOptions(functions: ["g"]), "function"),
      (ElaborationOptions(settings: [("n", "3")], batch: 2, functions: ["f"]), nil),
    ]
    for (options, id) in cases { #expect(findings(text, options).first?.id == id) }
  }

  /// Findings of several statements are reported together, and once for all uses of a block.
  @Test func reportsSeveralAndEachOnce() {
    let text = """
      block Bad(x) {
        let y = x + nobody
        return y |> relu
      }
      model M() {
        func f(x: Tensor[3]) -> Tensor[3] {
          let a = Bad(x)
          let b = Bad(a)
          let c = x + somebody
          let d = x
          d = c
          for i in 0 ... 2.5 { d = x }
          if x > 0 { d = x }
          let e = d + elsewhere
          return x |> linear(3) |> linear(4) @ "b"
        }
        func g(x: Tensor[3]) -> Tensor[3] { return Bad(x) }
      }
      """
    #expect(
      findings(text).map(\.id) == [
        "unknown-name", "unknown-name", "let-assigned", "type", "condition", "type-shape",
      ])
  }

  @Test func remarksOnUnusedInputs() throws {
    let text = """
      model M() {
        func f(x: Tensor[3], z: Normal[3], c: Text[4]()) -> Tensor[3] { return x + c.length }
      }
      """
    let warnings = try check(text).warnings
    #expect(warnings.map(\.id) == ["unused-input"])
    #expect(warnings.map(\.message) == ["no result of `f` needs `z`"])
  }

  /// What a person reads: location, both shapes, where they come from, what to do.
  @Test func readsWell() throws {
    let text = """
      block Style(x, w) {
        let s = w |> linear(512) @ "dense"
        return x * s
      }
      model M() {
        func f(x: Tensor[512, 4, 4], w: Tensor[512]) -> Tensor[512, 4, 4] {
          return Style(x, w) @ "layer0"
        }
      }
      """
    var sources = SourceTable()
    _ = sources.add(SourceFile(name: "style.tgraph", text: text))
    let rendered = findings(text).map { TextRenderer(sources: sources).render($0) }
    #expect(
      rendered == [
        """
        style.tgraph:3:12: error: [C 512, H 4, W 4] * [C 512]: ranks differ, nothing is promoted [rank]
         3 |   return x * s
           |            ^
        style.tgraph:6:10: note: [C 512, H 4, W 4] comes from here
         6 |   func f(x: Tensor[512, 4, 4], w: Tensor[512]) -> Tensor[512, 4, 4] {
           |          ^^^^^^^^^^^^^^^^^^^^
        style.tgraph:2:16: note: [C 512] comes from here
         2 |   let s = w |> linear(512) @ "dense"
           |                ^^^^^^^^^^^^^^^^^^^^^
        style.tgraph:7:12: note: reached by Style @ "layer0" (line 7)
         7 |     return Style(x, w) @ "layer0"
           |            ^^^^^^^^^^^^^^^^^^^^^^
        hint: perChannel(…) makes it [512, 1, 1]
        """
      ])
  }
}
