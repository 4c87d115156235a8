import Foundation
import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGSyntax
import Testing

/// The objective that `tgc --invert` adds: what is searched, what passes through, what is refused, and
/// that it is the one that would be written by hand.
@Suite struct InvertedPageTests {
  /// A page by its text, with its imports of `Graphs`.
  private static func library(_ text: String, path: String) throws -> Library {
    try Library(path: path) { (name: String) throws(Library.LoadingError) -> [UInt8] in
      if name == path { return Array(text.utf8) }
      let file = repository.appending(path: "Graphs/\(name)").path
      guard let data = FileManager.default.contents(atPath: file) else {
        throw Library.LoadingError("no such file")
      }
      return Array(data)
    }
  }

  private static func inverted(
    _ text: String, path: String = "mnist/case.tgraph", function: String? = nil,
    _ options: ElaborationOptions = ElaborationOptions()
  ) throws -> InvertedPage {
    try InvertedPage(library(text, path: path), function: function, options: options)
  }

  private static func page(_ path: String) throws -> String {
    try String(contentsOf: repository.appending(path: "Graphs/\(path)"), encoding: .utf8)
  }

  private static func refusal(_ text: String, function: String? = nil) -> Diagnostic? {
    do {
      _ = try inverted(text, function: function)
      return nil
    } catch { return (error as? DiagnosticFailure)?.diagnostics.first }
  }

  /// What an objective of a model puts out at each stage, as text.
  ///
  /// - Parameter name: nil where the model has one.
  private static func graphs(
    _ model: GraphModel, of name: String? = nil
  ) throws -> [GraphStage: String] {
    var texts: [GraphStage: String] = [:]
    for objective in model.objectives where name == nil || objective.form.name == name {
      for stage in Set(objective.graph.outputs.map(\.stage)) {
        texts[stage] = PrintedGraph(try part(of: objective.graph, at: stage)).text
      }
    }
    return texts
  }

  /// What the outputs of a stage need of a graph.
  private static func part(of graph: Graph, at stage: GraphStage) throws -> Graph {
    var whole = graph
    whole.outputs = graph.outputs.filter { $0.stage == stage }
    var result = Graph(name: graph.name)
    var values: [Value: Value] = [:]
    for (index, isLive) in whole.live.enumerated() where isLive {
      let node = graph.nodes[index]
      values[Value(index)] = try result.insert(
        node.op, node.operands.compactMap { values[$0] }, origin: node.origin)
    }
    result.outputs = whole.outputs.compactMap { output in
      values[output.value].map { output.moved(to: $0) }
    }
    return result
  }

  /// A page of `Graphs` with the objective as somebody would write it.
  struct ByHand: CustomTestStringConvertible, Sendable {
    var path: String
    var model: String
    var codes: Int
    var label: Bool
    var testDescription: String { path }

    var text: String {
      let (taken, given) = label ? (", label: Label[10]", ", label") : ("", "")
      return """
        import \(model) from "../\(path).tgraph"

        model ByHand() {
          part G = \(model)()

          objective invert(target: Image[1, 28, 28](-1 ... 1, fit: "stretch")\(taken))
              -> (z: Latent[\(codes)], image: Image[1, 28, 28](-1 ... 1)) {
            sample random: Normal[\(codes)]
            var z = random
            repeat 500 {
              minimize (pixels: mse(G.generate(z\(given)), target))
                over z using lbfgs(history: 100)
            }
            return (z: z, image: G.generate(z\(given)))
          }
        }
        """
    }
  }

  @Test(arguments: [
    ByHand(path: "dcgan/fashion-mnist-dcgan", model: "Generator", codes: 100, label: false),
    ByHand(path: "mnist/mnist-mlp-gan", model: "Generator", codes: 64, label: false),
    ByHand(path: "mnist/mnist-cgan", model: "MnistCGAN", codes: 10, label: true),
  ])
  func isTheOneWrittenByHand(page: ByHand) throws {
    let options = ElaborationOptions(model: page.model, batch: 2)
    let added = try Elaborator(
      Self.inverted(
        Self.page("\(page.path).tgraph"), path: "\(page.path).tgraph", options
      ).library
    ).elaborate(options).model
    let written = try Elaborator(
      Self.library(page.text, path: "spec/case.tgraph")
    ).elaborate(ElaborationOptions(batch: 2)).model
    let (one, other) = (try Self.graphs(added), try Self.graphs(written))
    for part in [GraphStage.round(0), .once(after: 1)] {
      let text = try #require(one[part])
      #expect(text == other[part]?.replacing("root=\"G\"", with: "root=\"\""), "\(part)")
    }
    let (mine, theirs) = (added.objectives[0].form, written.objectives[0].form)
    #expect(mine.loops[0].variables == theirs.loops[0].variables)
    #expect(mine.loops[0].numbers == theirs.loops[0].numbers)
    #expect(mine.loops[0].rounds == theirs.loops[0].rounds)
    #expect(mine.loops[0].starts == ["random", "zero"])
    let given = added.objectives[0].given.map(\.name)
    #expect(given == written.objectives[0].given.map(\.name))
  }

  /// What `--emit page` shows is in style where the page is, and means the same.
  @Test(arguments: [
    "mnist/mnist-cgan", "stylegan/stylegan1-port", "mnist/mnist-vae",
    "gan-int-cls/gan-int-cls", "tagan/tagan",
  ])
  func thePageMeansTheSame(path: String) throws {
    let file = path + ".tgraph"
    let inverted = try Self.inverted(Self.page(file), path: file)
    let source = SourceFile(name: file, text: inverted.text)
    #expect(try Formatter.format(source) == inverted.text)
    let added = try Elaborator(inverted.library).elaborate(ElaborationOptions()).model
    let shown = try Elaborator(Self.library(inverted.text, path: file))
      .elaborate(ElaborationOptions()).model
    #expect(added.objectives.count == 1)
    #expect(try Self.graphs(added) == Self.graphs(shown))
  }

  @Test func everyKindOfInputIsSearchedOrPassedOn() throws {
    let inverted = try Self.inverted(
      """
      model M(z: Int = 6, layers: Int = 2) {
        func side(l) { return 4 * (l + 1) }
        func draw(
          z: Normal[z], target: Tensor[3], w: Latent[4],
          noise: [Normal[1, side(l), side(l)] for l in 0 ..< layers],
          u: Uniform[2](-1 ... 3), words: Sequence[3, 2], size: Int = 8, label: Label[5],
          photo: Image[3, 8, 8](0 ... 1, fit: "pad") = 0
        ) -> (small: Image[3, 4, 4](0 ... 1), large: Image[3, size, size](-2 ... 2), other: Tensor[6]) {
          let all = concat([z, target, w, u, mean(words.values, axis: 0), oneHot(label, 5)])
          let x = all |> linear(3 * size * size) @ "a" |> reshape([3, size, size])
          let y = x + photo + reshape(mean(noise[0]), [1, 1, 1]) + resize(noise[1], [8, 8], filter: "nearest")
          return (small: avgPool(x, 2), large: y, other: z)
        }
      }
      """)
    let form = inverted.text
    for part in [
      "size: Int = 8", "target2: Image[3, size, size](-2 ... 2, fit: \"crop\")",
      "target: Tensor[3]", "words: Sequence[3, 2]",
      "photo: Image[3, 8, 8](0 ... 1, fit: \"pad\") = 0",
      "noise: [Latent[1, side(l), side(l)] for l in 0 ..< layers]", "z: Latent[z]",
      "sample randomZ: Normal[z]",
      "var noise = start(random: randomNoise, zero: [0 * n for n in randomNoise])",
      "(-1) + (3 - (-1)) * (0.5 + 0.5 * erf(u / sqrt(2)))", "over z, w, noise, u using",
    ] {
      #expect(form.contains(part), "\(part) in \(form)")
    }
    let model = try Elaborator(inverted.library).elaborate(ElaborationOptions(batch: 2)).model
    let objective = try #require(model.objectives.first)
    #expect(objective.form.loops[0].variables == ["z", "w", "noise.0", "noise.1", "u"])
    #expect(
      objective.results.map(\.name) == ["z", "w", "noise.0", "noise.1", "u", "large"])
  }

  @Test func theFunctionIsTheOneNamedOrTheFirstOrTheOnlyOne() throws {
    func model(_ order: [String]) -> String {
      let functions = [
        "draw":
          "func draw(z: Normal[4]) -> (a: Image[1, 2, 2](0 ... 1)) { return z |> reshape([1, 2, 2]) }",
        "paint":
          "func paint(w: Latent[4]) -> (a: Image[1, 2, 2](0 ... 1)) { return w |> reshape([1, 2, 2]) }",
        "see":
          "func see(x: Image[1, 2, 2](0 ... 1)) -> (y: Tensor[4]) { return x |> reshape([4]) }",
      ]
      return "model M() {\n" + order.compactMap { functions[$0] }.joined(separator: "\n") + "\n}\n"
    }
    #expect(try Self.inverted(model(["draw", "paint", "see"])).text.contains("`draw` backwards"))
    #expect(try Self.inverted(model(["see", "paint"])).text.contains("`paint` backwards"))
    #expect(
      try Self.inverted(model(["see", "paint", "draw"]), function: "draw").text
        .contains("`draw` backwards"))
    let several = try #require(Self.refusal(model(["see", "paint", "draw"])))
    #expect(several.id == "invert" && several.hint == "say --invert paint or --invert draw")
    let none = try #require(Self.refusal(model(["see"])))
    #expect(none.id == "invert" && none.hint?.contains("Normal") == true)
    let other = try #require(Self.refusal(model(["draw", "see"]), function: "see"))
    #expect(other.message.contains("`see`") && other.hint == "say --invert draw")
    let absent = try #require(Self.refusal(model(["draw"]), function: "drew"))
    #expect(absent.message.contains("`drew`") && absent.range != nil)
  }

  @Test func anObjectiveOfThePageStaysAlone() throws {
    let added = try Self.inverted(Self.page("mnist/mnist-vae.tgraph"))
    let again = try #require(Self.refusal(added.text))
    #expect(again.id == "invert" && again.message.contains("`invert`") && again.range != nil)
  }

  /// What is wrong in the generated text has its location there.
  @Test func findingsHaveALocation() throws {
    let inverted = try Self.inverted(
      """
      model M() {
        func draw(z: Normal[4]) -> (a: Image[1, 2, 2](0 ... 1)) {
          return z * batchMean(z) |> reshape([1, 2, 2])
        }
      }
      """)
    do throws(DiagnosticFailure) {
      _ = try Elaborator(inverted.library).elaborate(ElaborationOptions())
      Issue.record("a batch that mixes its items was inverted")
    } catch {
      let range = try #require(error.diagnostics.first?.range)
      let file = inverted.library.sources.files[range.file]
      #expect(file.name == "mnist/case.tgraph --invert")
      #expect(file.line(file.position(of: range.start).line).contains("minimize"))
    }
  }

  /// A page whose network sees pictures, and what the objective that it joins has for terms.
  struct Network: CustomTestStringConvertible, Sendable {
    var path: String
    var model: String?
    var function: String?
    var settings: [(String, String)]
    var terms: [String]
    var testDescription: String { "\(path) \(model ?? "")" }
  }

  @Test(arguments: [
    Network(
      path: "vgg/vgg16", settings: [("features.size", "32"), ("featureWeight", "0.5")],
      terms: ["pixels", "features"]),
    Network(
      path: "vgg/vgg16", model: "VGG16Caffe", function: "features",
      settings: [("features.size", "16")],
      terms: ["pixels", "features"]),
    Network(
      path: "lpips/lpips", settings: [("features.size", "28")], terms: ["pixels", "perceptual"]),
  ])
  func aNetworkOfFeaturesJoins(network: Network) throws {
    let path = "mnist/mnist-vae.tgraph"
    var library = try Self.library(Self.page(path), path: path)
    let file = try library.add(path: network.path + ".tgraph") {
      (name: String) throws(Library.LoadingError) -> [UInt8] in
      guard let text = try? Self.page(name) else { throw Library.LoadingError("no such file") }
      return Array(text.utf8)
    }.get()
    let given = ElaborationOptions.Part(
      name: "", file: file, model: network.model, function: network.function)
    let inverted = try InvertedPage(
      library, function: nil, features: given, options: ElaborationOptions())
    var options = ElaborationOptions(settings: network.settings, batch: 2)
    options.parts = [inverted.features].compactMap(\.self)
    let model = try Elaborator(inverted.library).elaborate(options).model
    #expect(model.objectives.map(\.form.name) == ["invert"])
    #expect(model.objectives.first?.form.loops.first?.terms == network.terms)
    #expect(model.roots.map(\.name).contains { $0.hasPrefix("features") })
    #expect(model.roots.first?.name == "", "the page's own file stays the unnamed one")
  }

  /// A network whose weight is 0 has no term, and so no column in the table of losses.
  @Test(arguments: [
    ("0", "0", ["pixels"]), ("0.1", "0", ["pixels", "features"]),
    ("0", "0.1", ["pixels", "perceptual"]), ("0.1", "0.1", ["pixels", "features", "perceptual"]),
  ])
  func aNetworkOfWeightZeroHasNoTerm(features: String, perceptual: String, terms: [String]) throws {
    let page = "gan-int-cls/gan-int-cls-inversion.tgraph"
    let small = [("g", "1"), ("d", "2"), ("textSize", "6"), ("narrowed", "3"), ("z", "5")]
    let settings = small + [("features", features), ("perceptual", perceptual)]
    let model = try Elaborator(try Self.library(Self.page(page), path: page))
      .elaborate(ElaborationOptions(settings: settings)).model
    #expect(!model.objectives.isEmpty)
    for objective in model.objectives {
      #expect(objective.form.loops.map(\.terms) == [terms], "\(objective.form.name)")
    }
  }

  /// `inversion` with a generator is what `--invert` makes of that generator.
  @Test func thePageOfInversionIsTheSame() throws {
    let path = "dcgan/dcgan.tgraph"
    let small = [("g", "4"), ("z", "6")]
    let added = try Elaborator(Self.inverted(Self.page(path), path: path).library)
      .elaborate(ElaborationOptions(settings: small)).model
    let page = "inversion/inversion.tgraph"
    var library = try Self.library(Self.page(page), path: page)
    let file = try library.add(path: path) { (name: String) throws(Library.LoadingError) in
      guard let text = try? Self.page(name) else { throw Library.LoadingError("no such file") }
      return Array(text.utf8)
    }.get()
    var options = ElaborationOptions(settings: small.map { ("G." + $0.0, $0.1) })
    options.parts = [.init(name: "G", file: file)]
    let given = try Elaborator(library).elaborate(options).model
    let (one, other) = (try Self.graphs(added, of: "invert"), try Self.graphs(given, of: "invert"))
    #expect(one.count > 1)
    for (stage, text) in one {
      #expect(text == other[stage]?.replacing("root=\"G\"", with: "root=\"\""), "\(stage)")
    }
  }

  @Test func aNetworkSeesPictures() throws {
    var library = try Self.library(Self.page("mnist/mnist-vae.tgraph"), path: "mnist/case.tgraph")
    let other = "model Net() { func f(x: Tensor[2]) -> (y: Tensor[2]) { return x } }"
    let file = try library.add(path: "net.tgraph") { _ in Array(other.utf8) }.get()
    #expect {
      try InvertedPage(
        library, function: nil, features: .init(name: "", file: file), options: .init())
    } throws: {
      let found = ($0 as? DiagnosticFailure)?.diagnostics.first
      return found?.id == "invert" && found?.range?.file == file
    }
  }
}
