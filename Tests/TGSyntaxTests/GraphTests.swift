import Foundation
import TGDiagnostics
import TGIR
import TGSyntax
import TGTensor
import Testing

/// The repository's folder.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Reads and elaborates a graph of the box; on failure the rendered findings are the error.
func elaborated(_ path: String, _ options: ElaborationOptions = ElaborationOptions()) throws
  -> Elaborated
{
  let loader: Library.Loader = { (path: String) throws(Library.LoadingError) -> [UInt8] in
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Library.LoadingError("no such file")
    }
    return Array(data)
  }
  let file = repository.appending(path: "Graphs/\(path)").path
  let (sources, result) = Library.read(path: file, loader: loader)
  do throws(DiagnosticFailure) {
    return try Elaborator(result.get()).elaborate(options)
  } catch {
    throw Rendered(error, sources)
  }
}

/// Findings as a person reads them.
struct Rendered: Error, CustomStringConvertible {
  var description: String

  init(_ failure: DiagnosticFailure, _ sources: SourceTable) {
    let renderer = TextRenderer(sources: sources)
    description = "\n" + failure.diagnostics.map { renderer.render($0) }.joined(separator: "\n")
  }
}

@Suite struct GraphTests {
  /// A graph of the box with what its fact sheet says of it.
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var model: String? = nil
    var settings: [String: String] = [:]
    var functions: [String]
    /// Numbers in the tensors of the root, means and variances not counted.
    var parameters: [String: Int] = [:]
    var testDescription: String { path + (model.map { " " + $0 } ?? "") }
  }

  static let cases = [
    Case(path: "text/damsm.tgraph", functions: ["encode"], parameters: ["": 2_075_320]),
    Case(
      path: "text-to-image/attngan.tgraph", functions: ["generate"],
      parameters: ["": 7_084_592, "text": 2_075_320]),
    Case(
      path: "text-to-image/attngan.tgraph",
      settings: ["g": "48", "residuals": "3", "entries": "27297", "length": "20"],
      functions: ["generate"], parameters: ["": 13_811_456, "text": 8_629_420]),
    Case(
      path: "manipulation/tagan.tgraph", functions: ["edit", "paint"], parameters: ["": 28_771_651]),
    Case(
      path: "manipulation/tagan.tgraph", settings: ["entries": "100"],
      functions: ["edit", "encode", "look", "finish", "paint"],
      parameters: ["": 28_771_651 + 30_000]),
    Case(
      path: "manipulation/tagan.tgraph", model: "Discriminator", functions: ["judge"],
      parameters: ["": 15_432_263]),
    Case(
      path: "generators/stylegan1.tgraph",
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 26_212_019]),
    Case(
      path: "generators/stylegan1-port.tgraph", functions: ["generate", "map", "synthesize"],
      parameters: ["": 26_212_019]),
    Case(
      path: "generators/stylegan2.tgraph", settings: ["resolution": "256"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 30_034_338]),
    Case(
      path: "generators/stylegan2.tgraph", settings: ["multiplier": "1"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 24_900_764]),
    Case(
      path: "generators/stylegan2-ada.tgraph", settings: ["channels": "16384"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 24_900_764]),
    Case(
      path: "generators/biggan.tgraph", functions: ["generate"], parameters: ["": 70_433_988]),
    Case(path: "generators/biggan-block.tgraph", functions: ["block"]),
    Case(path: "generators/singan-birds.tgraph", functions: ["generate", "chain"]),
    Case(path: "encoders/inception-v3.tgraph", functions: ["features"]),
    Case(path: "encoders/inception-mixed6b.tgraph", functions: ["block"]),
    Case(
      path: "encoders/indomain.tgraph", functions: ["encode"], parameters: ["": 165_326_848]),
    Case(
      path: "vision-language/lxmert.tgraph", settings: ["layers": "1"], functions: ["cross"],
      parameters: ["": 16_539_648]),
    Case(
      path: "vision-language/lxmert-cross-layer.tgraph", functions: ["block"],
      parameters: ["": 16_539_648]),
    Case(
      path: "perceptual/vgg16.tgraph", model: "VGG16", functions: ["features"],
      parameters: ["": 14_714_688]),
    Case(
      path: "perceptual/vgg16.tgraph", model: "VGG16Caffe", functions: ["relu4_3"],
      parameters: ["": 7_635_264]),
    Case(
      path: "perceptual/vgg19.tgraph", functions: ["features"], parameters: ["": 12_944_960]),
    Case(
      path: "perceptual/lpips.tgraph", functions: ["distance"],
      parameters: ["": 1_472, "vgg": 14_714_688]),
    Case(
      path: "text-to-image/gan-int-cls.tgraph", functions: ["generate", "judge", "features"],
      parameters: ["G": 18_909_699, "D": 4_032_321]),
    Case(
      path: "text-to-image/gan-int-cls.tgraph",
      settings: ["g": "196", "d": "196", "coco": "true"],
      functions: ["generate", "judge", "features"],
      parameters: ["G": 41_107_551, "D": 36_190_301]),
    Case(path: "encoders/style-encoder.tgraph", functions: ["encode"]),
    Case(path: "text-to-image/style-transfer.tgraph", functions: ["transfer"]),
    Case(path: "inversion/idinvert.tgraph", functions: ["encode", "synthesize"]),
  ]

  @Test(arguments: cases, [1, 3])
  func elaborates(example: Case, batch: Int) throws {
    let clock = ContinuousClock()
    var result: Elaborated?
    let time = try clock.measure {
      result = try elaborated(
        example.path,
        ElaborationOptions(
          model: example.model,
          settings: example.settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
          batch: batch))
    }
    let model = try #require(result?.model)
    #expect(model.functions.map(\.graph.name) == example.functions)
    for function in model.functions {
      #expect(throws: Never.self) { try function.graph.verify() }
      #expect(function.outputs.map(\.name) == function.graph.outputs.map(\.name))
    }
    for (root, count) in example.parameters.sorted(by: { $0.key < $1.key }) {
      let statistics = ["mean", "variance"]
      let own = model.parameters.filter { parameter in
        parameter.root == root && !statistics.contains(parameter.role)
          && !parameter.name.hasSuffix("w_avg") && !parameter.name.hasSuffix("noise")
          && !parameter.name.hasSuffix("u0") && !parameter.name.hasPrefix("noises.")
          && !parameter.name.hasSuffix("noise_const")
      }
      #expect(own.map(\.shape.count).reduce(0, +) == count, "numbers of root `\(root)`")
    }
    print("\(example.path) batch \(batch): \(time)")
    #expect(time < .seconds(5), "a second is the aim; this bound is for busy machines")
  }
}
