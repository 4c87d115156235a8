import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGSyntax
import TGTensor
import Testing

/// Which tensors a page asks for, and what it asks of them.
@Suite struct WeightReadingTests {
  private static func names(_ body: String, results: String) throws -> [String] {
    let page = "model M() { func f(x: Tensor[1, 4]) -> (y: Tensor[\(results)]) { return \(body) } }"
    return try check(page).model.parameters.map(\.name).sorted()
  }

  /// A recurrence of one word asks for all its tensors, so that its own file binds.
  @Test(arguments: ["lstm", "gru"], ["", ", reversed: true", ", length: 1 + sum(x)"])
  func oneStepAsksForItsOwnFile(operation: String, options: String) throws {
    for result in ["outputs", "final"] {
      let shape = result == "final" ? "3" : "1, 3"
      #expect(
        try Self.names("(\(operation)(x, 3\(options)) @ \"r\").\(result)", results: shape)
          == ["r.bias_hh", "r.bias_ih", "r.weight_hh", "r.weight_ih"])
      #expect(
        try Self.names(
          "(\(operation)(x, 3, bias: none\(options)) @ \"r\").\(result)", results: shape)
          == ["r.weight_hh", "r.weight_ih"])
    }
  }

  /// What is given is not asked for, and a recurrence that nobody needs asks for nothing.
  @Test func givenTensorsAreNotAskedFor() throws {
    #expect(
      try Self.names(
        "(gru(x, weightInput: transpose(parameter(\"k\", [4, 9])), biasHidden: none) @ \"r\").final",
        results: "3") == ["k", "r.bias_ih", "r.weight_hh"])
    let dead = """
      model M() {
        func f(x: Tensor[1, 4]) -> (y: Tensor[1, 4]) {
          let unused = lstm(x, 3) @ "r"
          return x
        }
      }
      """
    #expect(try check(dead).model.parameters.isEmpty)
  }

  /// A default of `none` is no default: an input is asked for, and a call has to give it.
  @Test func aDefaultOfNoneIsNone() throws {
    let page = """
      model M(drawn: Bool = false) {
        func stored() { return if drawn { none } else { [buffer("n", [2])] } }
        func f(x: Tensor[2], noise: [Normal[2] for i in 0 ..< 1] = stored()) -> (y: Tensor[2]) {
          return x + noise[0]
        }
        func g(x: Tensor[2]) -> (y: Tensor[2]) { return f(x) }
      }
      """
    let known = try check(page).model
    #expect(known.functions.map { $0.inputs.map(\.name) } == [["x"], ["x"]])
    #expect(known.parameters.map(\.name) == ["n"])
    let drawn = ElaborationOptions(settings: [("drawn", "true")], functions: ["f"])
    let open = try check(page, drawn).model
    #expect(open.functions.map { $0.inputs.map(\.name) } == [["x", "noise.0"]])
    #expect(open.functions[0].inputs[1].kind == .normal)
    #expect(open.parameters.isEmpty)
    let calling = ElaborationOptions(settings: [("drawn", "true")], functions: ["g"])
    #expect(findings(page, calling).map(\.id) == ["missing-argument"])
  }

  /// Noise of the StyleGAN pages: of the file, or inputs that are drawn or given.
  @Test(arguments: ["stylegan1", "stylegan2", "stylegan2-ada"])
  func noiseMapsCanBeInputs(page: String) throws {
    func model(_ mode: String) throws -> GraphModel {
      try elaborated(
        page,
        ElaborationOptions(
          settings: [("resolution", "16"), ("widest", "8"), ("noiseMode", mode)],
          functions: ["generate", "synthesize"])
      ).model
    }
    let maps = page == "stylegan1" ? 6 : 5
    for function in try model("random").functions {
      let noise = function.inputs.dropFirst()
      #expect(noise.map(\.name) == (0..<maps).map { "noise.\($0)" })
      #expect(noise.allSatisfy { $0.kind == .normal })
      #expect(noise.last?.shape == [1, 1, 16, 16])
    }
    #expect(try !model("random").parameters.contains { $0.shape.dimensions.suffix(2) == [16, 16] })
    let stored = try model("const")
    #expect(stored.functions.allSatisfy { $0.inputs.count == 1 })
    #expect(stored.parameters.filter { $0.shape.dimensions.suffix(2) == [16, 16] }.count == 2)
    guard page == "stylegan2-ada" else { return }
    let without = try model("none")
    #expect(without.functions.allSatisfy { $0.inputs.count == 1 })
    #expect(!without.parameters.contains { $0.name.hasSuffix("noise_const") })
  }

  /// The heads of both versions of LPIPS are known by their sums, their names being the same.
  @Test func headsOfAnotherVersionAreToldApart() throws {
    let newSums = [6.92599, 8.85833, 17.515, 51.5213, 47.0349]
    let oldSums = [3.64161, 1.96011, 1.1231, 20.10626, 25.68957]
    func holds(_ heads: String, sums: [Double], scale: Double = 1) throws -> Bool {
      let model = try elaborated(
        "lpips",
        ElaborationOptions(settings: [("size", "16"), ("heads", heads)])
      ).model
      let requirement = try #require(model.requirements.first)
      #expect(model.requirements.count == 1)
      let values = requirement.graph.evaluated { node in
        guard let parameter = node.op as? Parameter,
          let k = Int(parameter.name.dropFirst(3).prefix(1))
        else { return nil }
        let count = parameter.shape.count
        return ReferenceTensor(
          parameter.shape, repeating: sums[k] * (k == 3 ? scale : 1) / Double(count))
      }
      return try #require(values[GraphRequirement.output]).elements != [0]
    }
    #expect(try holds("0.1", sums: newSums))
    #expect(try !holds("0.1", sums: newSums, scale: 1.01))
    #expect(try !holds("0.1", sums: oldSums))
    #expect(try holds("0.0", sums: oldSums))
    #expect(try !holds("0.0", sums: oldSums, scale: 1.01))
    #expect(try !holds("0.0", sums: newSums))
    let own = try elaborated(
      "lpips", ElaborationOptions(settings: [("heads", "own"), ("size", "16")]))
    #expect(own.model.requirements.isEmpty)
  }
}
