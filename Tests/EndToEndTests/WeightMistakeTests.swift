import Foundation
import TGTensor
import TGTestSupport
import Testing

/// Files whose tensors are not those of the page: each mistake is named as what it is, at the line
/// that reads the tensor, and `ignore` is proposed only where nothing of the scope is read.
@Suite struct WeightMistakeTests {
  /// A page, a file, the finding, what is said of them, and what is not.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var id: String
    var body: String
    var file: [String: [Int]]
    var says: [String]
    var silent = ["ignore \""]
    var input = "x: Tensor[6]"
    var testDescription: String { name }
  }

  private static let lstm: [String: [Int]] = [
    "rnn.weight_ih_l0": [16, 6], "rnn.weight_hh_l0": [16, 4], "rnn.bias_ih_l0": [16],
    "rnn.bias_hh_l0": [16],
  ]
  private static func with(_ base: [String: [Int]], _ more: [String: [Int]]) -> [String: [Int]] {
    base.merging(more) { $1 }
  }

  static let cases = [
    Case(
      name: "a recurrence told to do without its biases", id: "declined-tensor",
      body: "(lstm(x, 4, bias: none) @ \"rnn.*_l0\").final", file: lstm,
      says: [
        "page.tgraph:3:13: error: `lstm` here has `bias: none`; net.safetensors has its biases "
          + "`rnn.bias_hh_l0` and `rnn.bias_ih_l0`", "hint: leave out `bias: none`",
      ], input: "x: Tensor[5, 6]"),
    Case(
      name: "a layer told to do without its bias", id: "declined-tensor",
      body: "x |> linear(4, bias: none) @ \"a\"", file: ["a.weight": [4, 6], "a.bias": [4]],
      says: [
        "page.tgraph:3:17: error: `linear` here has `bias: none`; net.safetensors has its bias "
          + "`a.bias`"
      ]),
    Case(
      name: "a norm that is affine in the file", id: "declined-tensor",
      body: "x |> reshape([6, 1, 1]) |> instanceNorm @ \"n\" |> reshape([6]) |> linear(4) @ \"a\"",
      file: ["n.weight": [6], "n.bias": [6], "a.weight": [4, 6], "a.bias": [4]],
      says: ["`instanceNorm` here has no `affine: true`", "`n.bias` and `n.weight`"]),
    Case(
      name: "a bias that the file lacks", id: "missing-tensor", body: "x |> linear(4) @ \"a\"",
      file: ["a.weight": [4, 6]],
      says: [
        "page.tgraph:3:17: error: net.safetensors has `a.weight`, but no `a.bias`: `linear` has "
          + "no bias there", "hint: say `bias: none`",
      ]),
    Case(
      name: "biases of a recurrence that the file lacks", id: "missing-tensor",
      body: "(lstm(x, 4) @ \"rnn.*_l0\").final",
      file: ["rnn.weight_ih_l0": [16, 6], "rnn.weight_hh_l0": [16, 4]],
      says: ["but no `rnn.bias_ih_l0` and `rnn.bias_hh_l0`", "say `bias: none`"],
      input: "x: Tensor[5, 6]"),
    Case(
      name: "an index that is off", id: "tensor-index",
      body: "x |> linear(5) @ \"0\" |> relu |> linear(4) @ \"1\"",
      file: ["0.weight": [5, 6], "0.bias": [5], "2.weight": [4, 5], "2.bias": [4]],
      says: [
        "page.tgraph:3:44: error: no tensor `1.weight`: net.safetensors has it at `2.weight`",
        "is the index 1 off by 1?",
      ]),
    Case(
      name: "an index at which something else stands", id: "tensor-index",
      body: "x |> linear(5) @ \"net.0\" |> linear(4) @ \"net.1\"",
      file: [
        "net.0.weight": [5, 6], "net.0.bias": [5], "net.1.weight": [5], "net.1.bias": [5],
        "net.2.weight": [4, 5], "net.2.bias": [4],
      ],
      says: [
        "`net.1.weight` is 5 in net.safetensors, 4 × 5 here; `net.2.weight` has that shape"
      ]),
    Case(
      name: "a gru for an lstm", id: "other-recurrence", body: "(gru(x, 4) @ \"rnn.*_l0\").final",
      file: lstm,
      says: [
        "page.tgraph:3:13: error: `gru` here reads `rnn.weight_hh_l0` as 3 gates of 4; "
          + "net.safetensors has 4 of 4: it holds an `lstm`", "hint: say `lstm`",
      ], input: "x: Tensor[5, 6]"),
    Case(
      name: "an lstm for a gru of another width", id: "other-recurrence",
      body: "(lstm(x, 4) @ \"rnn.*_l0\").final",
      file: [
        "rnn.weight_ih_l0": [24, 6], "rnn.weight_hh_l0": [24, 8], "rnn.bias_ih_l0": [24],
        "rnn.bias_hh_l0": [24],
      ], says: ["it holds a `gru`"], input: "x: Tensor[5, 6]"),
    Case(
      name: "one direction of two", id: "unread-tensors", body: "(lstm(x, 4) @ \"rnn.*_l0\").final",
      file: with(
        lstm,
        Dictionary(uniqueKeysWithValues: lstm.map { ($0.key + "_reverse", $0.value) })),
      says: [
        "`lstm` here reads `rnn.weight_ih_l0`, but nobody reads", "and 1 more beside it",
        "the network is bidirectional",
      ], input: "x: Tensor[5, 6]"),
    Case(
      name: "a matrix stored by TensorFlow", id: "tensor-layout", body: "x |> linear(4) @ \"a\"",
      file: ["a.weight": [6, 4], "a.bias": [4]],
      says: [
        "`a.weight` is 6 × 4 in net.safetensors, 4 × 6 here: another layout",
        "transpose(parameter(\"weight\", [6, 4]))",
      ]),
    Case(
      name: "a kernel stored by TensorFlow", id: "tensor-layout",
      body:
        "x |> reshape([6, 1, 1]) |> conv(4, kernel: [3, 1], padding: [1, 0]) @ \"a\" |> reshape([4])",
      file: ["a.weight": [3, 1, 6, 4], "a.bias": [4]],
      says: ["permute(parameter(\"weight\", [3, 1, 6, 4]), [3, 2, 0, 1])"]),
    Case(
      name: "a transposed convolution for a convolution", id: "tensor-layout",
      body: "x |> reshape([6, 1, 1]) |> conv(4, kernel: 1) @ \"a\" |> reshape([4])",
      file: ["a.weight": [6, 4, 1, 1], "a.bias": [4]],
      says: ["that is the layout of `convTranspose`"]),
    Case(
      name: "a convolution of one pixel for a matrix", id: "tensor-layout",
      body: "x |> linear(4) @ \"a\"",
      file: ["a.weight": [4, 6, 1, 1], "a.bias": [4]],
      says: ["reshape(parameter(\"weight\", [4, 6, 1, 1]), [4, 6])"]),
    Case(
      name: "another size of the network", id: "tensor-shape", body: "x |> linear(4) @ \"a\"",
      file: ["a.weight": [8, 6], "a.bias": [8]],
      says: ["`a.weight` is 8 × 6 in net.safetensors, 4 × 6 here", "--set"]),
    Case(
      name: "another network's file", id: "other-network",
      body:
        "x |> linear(5) @ \"fc1\" |> linear(5) @ \"fc2\" |> linear(5) @ \"fc3\" |> linear(5) @ \"fc4\" |> linear(4) @ \"0\"",
      file: ["features.0.weight": [64, 3, 3, 3], "features.0.bias": [64], "0.bias": [4]],
      says: [
        "net.safetensors fits 1 of the 10 tensors that the graph reads: it holds another network",
        "the file has 3 tensors, the first: `0.bias`, 4; `features.0.bias`, 64",
        "the graph reads: `fc1.weight`, 5 × 6",
      ]),
    Case(
      name: "weight_norm", id: "stored-form", body: "x |> linear(4) @ \"a\"",
      file: ["a.weight_g": [4, 1], "a.weight_v": [4, 6], "a.bias": [4]],
      says: [
        "stores `a.weight` in the form of weight_norm as `a.weight_g` and `a.weight_v`",
        "section 14 of spec/tgraph.md",
      ]),
    Case(
      name: "weight_norm as a parametrization", id: "stored-form", body: "x |> linear(4) @ \"a\"",
      file: [
        "a.parametrizations.weight.original0": [4, 1],
        "a.parametrizations.weight.original1": [4, 6], "a.bias": [4],
      ], says: ["in the form of weight_norm"]),
    Case(
      name: "spectral_norm", id: "stored-form", body: "x |> linear(4) @ \"a\"",
      file: ["a.weight_orig": [4, 6], "a.weight_u": [4], "a.weight_v": [6], "a.bias": [4]],
      says: ["in the form of spectral_norm as `a.weight_orig`, `a.weight_u` and `a.weight_v`"]),
    Case(
      name: "plain weights for stored parts", id: "stored-form",
      body: "x |> linear(4, weight: parameter(\"weight_orig\", [4, 6])) @ \"a\"",
      file: ["weight": [4, 6], "a.bias": [4]],
      says: ["has `weight` itself, not `weight_orig`"]),
    Case(
      name: "DataParallel inside a name", id: "stored-form",
      body: "x |> linear(5) @ \"net.a\" |> linear(4) @ \"b\"",
      file: [
        "net.module.a.weight": [5, 6], "net.module.a.bias": [5], "b.weight": [4, 5], "b.bias": [4],
      ],
      says: [
        "net.safetensors has `net.module.a.weight` for `net.a.weight`: DataParallel put `module` "
          + "into 2 names"
      ]),
    Case(
      name: "a part that nobody reads", id: "unread-tensors", body: "x |> linear(4) @ \"net.a\"",
      file: [
        "net.a.weight": [4, 6], "net.a.bias": [4], "net.aux.weight": [3, 6], "net.aux.bias": [3],
        "loss": [1],
      ],
      says: [
        "net.safetensors has 3 tensors that the graph does not read",
        "say so in the model: ignore \"loss\", ignore \"net.aux.*\"",
      ], silent: ["ignore \"net.*\""]),
  ]

  @Test(arguments: cases)
  func isNamedAsWhatItIs(example: Case) throws {
    let fixture = try PageFixture()
    try fixture.write(
      "model M() {\n  func f(\(example.input)) -> (y: Tensor[4]) {\n    return \(example.body)\n  }\n}",
      to: "page.tgraph")
    try fixture.write(example.file, to: "net.safetensors")
    let outcome = try fixture.run("page.tgraph --weights net.safetensors -o p.tplan")
    #expect(outcome.status == 65)
    #expect(outcome.messages.contains("[\(example.id)]"), "\(outcome.messages)")
    for words in example.says {
      #expect(outcome.messages.contains(words), "\(outcome.messages)")
    }
    for words in example.silent {
      #expect(!outcome.messages.contains(words), "\(outcome.messages)")
    }
  }

  /// Roots that are not the model's, given twice, or of which the file has nothing.
  @Test(arguments: [
    ("--weights X=net.npz", "unknown-root", "no weight root `X`", "its roots are `G`, `D`"),
    (
      "--weights G=net.npz --weights G=net.npz", "root-twice", "two files for the weight root",
      "the roots are `G`, `D`"
    ),
    (
      "--weights G=other.npz", "missing-tensors", "other.npz has none of the tensors",
      "the graph reads `a.weight`, `a.bias`"
    ),
  ])
  func rootsAreTheModels(options: String, id: String, says: String, and: String) throws {
    let fixture = try PageFixture()
    try fixture.write(
      """
      model Net() { func f(x: Tensor[6]) -> (y: Tensor[4]) { return x |> linear(4) @ "a" } }

      model M() {
        part G = Net()
        part D = Net()
        func f(x: Tensor[6]) -> (y: Tensor[4]) { return G.f(x) }
        func g(x: Tensor[6]) -> (y: Tensor[4]) { return D.f(x) }
      }
      """, to: "page.tgraph")
    try fixture.write(["a.weight": [4, 6], "a.bias": [4]], to: "net.npz")
    try fixture.write(["b.weight": [4, 6], "b.scale": [4]], to: "other.npz")
    let outcome = try fixture.run("page.tgraph --model M -o p.tplan " + options)
    #expect(outcome.status == 65)
    for words in ["[\(id)]", says, and] {
      #expect(outcome.messages.contains(words), "\(words): \(outcome.messages)")
    }
  }

  @Test func numbersThatAreNoneAreNamed() throws {
    let fixture = try PageFixture()
    try fixture.write(
      "model M() { func f(x: Tensor[6]) -> (y: Tensor[4]) { return x |> linear(4) @ \"a\" } }",
      to: "page.tgraph")
    var numbers = [Float](repeating: 1, count: 24)
    (numbers[9], numbers[11], numbers[20]) = (.nan, .infinity, .nan)
    try fixture.write(
      [
        "a.weight": HostTensor([4, 6], numbers),
        "a.bias": HostTensor([4], [Float](repeating: .greatestFiniteMagnitude, count: 4)),
      ], to: "net.safetensors")
    let line = "page.tgraph --weights net.safetensors -o p.tplan"
    let warned = try fixture.run(line)
    #expect(warned.status == 0)
    #expect(
      warned.messages.contains(
        "warning: `a.weight` of net.safetensors has 2 that are no number (NaN) and 1 infinite "
          + "among 24 numbers, the first at [1, 3] [not-finite]"), "\(warned.messages)")
    #expect(!warned.messages.contains("a.bias"))
    let strict = try fixture.run(line + " --strict")
    #expect(strict.status == 65)
  }
}
