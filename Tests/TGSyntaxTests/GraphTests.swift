import Foundation
import TGDiagnostics
import TGIR
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// The repository's folder.
let repository = GraphPages.repository

/// Reads and elaborates a graph of the box by its name; on failure the rendered findings are the error.
func elaborated(_ page: String, _ options: ElaborationOptions = ElaborationOptions()) throws
  -> Elaborated
{
  let loader: Library.Loader = { (path: String) throws(Library.LoadingError) -> [UInt8] in
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Library.LoadingError("no such file")
    }
    return Array(data)
  }
  let file = GraphPages.file(page).path
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
    var page: String
    var model: String? = nil
    var settings: [String: String] = [:]
    var functions: [String]
    /// Numbers in the tensors of the root, means and variances not counted.
    var parameters: [String: Int] = [:]
    var testDescription: String { page + (model.map { " " + $0 } ?? "") }
  }

  static let cases = [
    Case(page: "damsm", functions: ["encode"], parameters: ["": 2_075_320]),
    Case(
      page: "attngan", functions: ["generate"],
      parameters: ["": 7_084_592, "text": 2_075_320]),
    Case(
      page: "attngan",
      settings: ["g": "48", "residuals": "3", "entries": "27297", "length": "20"],
      functions: ["generate"], parameters: ["": 13_811_456, "text": 8_629_420]),
    Case(
      page: "tagan", functions: ["edit", "paint"], parameters: ["": 28_771_651]),
    Case(
      page: "tagan", settings: ["entries": "100"],
      functions: ["edit", "encode", "look", "finish", "paint"],
      parameters: ["": 28_771_651 + 30_000]),
    Case(
      page: "tagan", model: "Discriminator", functions: ["judge"],
      parameters: ["": 15_432_263]),
    Case(
      page: "stylegan1",
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 26_212_019]),
    Case(
      page: "stylegan1-port", functions: ["generate", "map", "synthesize"],
      parameters: ["": 26_212_019]),
    Case(
      page: "stylegan2", settings: ["resolution": "256"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 30_034_338]),
    Case(
      page: "stylegan2", settings: ["multiplier": "1"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 24_900_764]),
    Case(
      page: "stylegan2-ada", settings: ["channels": "16384"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 24_900_764]),
    Case(
      page: "stylegan1", settings: ["names": "genforce"],
      functions: ["generate", "map", "meanLatent", "truncate", "synthesize"],
      parameters: ["": 26_212_019]),
    Case(
      page: "pggan", functions: ["generate"], parameters: ["": 23_071_507]),
    Case(
      page: "biggan", functions: ["generate", "embed", "synthesize"],
      parameters: ["": 70_433_988]),
    Case(
      page: "biggan", settings: ["deep": "true"], functions: ["generate", "embed", "synthesize"],
      parameters: ["": 50_244_484]),
    Case(
      page: "biggan-hub", functions: ["generate", "truncated", "embed", "synthesize"],
      parameters: ["": 82_097_604]),
    Case(
      page: "biggan-deep", functions: ["generate", "truncated", "embed", "synthesize"],
      parameters: ["": 50_388_609]),
    Case(page: "biggan-block", functions: ["block"]),
    Case(page: "singan-birds", functions: ["generate", "chain"]),
    Case(
      page: "inception-v3", functions: ["classify", "features"],
      parameters: ["": 23_834_568]),
    Case(
      page: "inception-frechet", functions: ["features", "taps", "classify"],
      parameters: ["": 21_785_568 + 2_049 * 1_008]),
    Case(page: "damsm-image-encoder", functions: ["encode"], parameters: ["": 22_506_720]),
    Case(
      page: "damsm-similarity", model: "DAMSMSimilarity", functions: ["compare", "rank"],
      parameters: ["text": 2_075_320, "cnn": 22_506_720]),
    Case(
      page: "damsm-similarity", model: "MatchingLoss", settings: ["count": "6"],
      functions: ["lose"]),
    Case(
      page: "resnet", functions: ["classify", "features"], parameters: ["": 25_557_032]),
    Case(
      page: "resnet", settings: ["depth": "18"], functions: ["classify", "features"],
      parameters: ["": 11_689_512]),
    Case(page: "inception-mixed6b", functions: ["block"]),
    Case(
      page: "indomain", functions: ["encode"], parameters: ["": 165_326_848]),
    Case(
      page: "lxmert", functions: ["encode", "guess"], parameters: ["": 228_051_752]),
    Case(page: "lxmert", settings: ["task": "nlvr2"], functions: ["judge"]),
    Case(
      page: "oscar", functions: ["encode", "guess"], parameters: ["": 111_684_668]),
    Case(
      page: "oscar", settings: ["task": "classify", "labels": "3129"], functions: ["classify"],
      parameters: ["": 113_466_681]),
    Case(
      page: "oscar", settings: ["layers": "24", "width": "1024", "heads": "16"],
      functions: ["encode", "guess"], parameters: ["": 338_330_428]),
    Case(
      page: "sentence-encoder", functions: ["encode", "compare"],
      parameters: ["": 22_713_216 - 384 * 385]),
    Case(
      page: "lxmert-cross-layer", functions: ["block"],
      parameters: ["": 16_539_648]),
    Case(
      page: "vgg16", model: "VGG16", functions: ["features"],
      parameters: ["": 14_714_688]),
    Case(
      page: "vgg16", model: "VGG16", settings: ["classes": "1000"],
      functions: ["features", "classify"], parameters: ["": 138_357_544]),
    Case(
      page: "vgg19", settings: ["classes": "1000"], functions: ["features", "classify"],
      parameters: ["": 143_667_240]),
    Case(
      page: "vgg16", model: "VGG16Caffe", functions: ["features"],
      parameters: ["": 7_635_264]),
    Case(
      page: "vgg19", functions: ["features"], parameters: ["": 12_944_960]),
    Case(
      page: "lpips", functions: ["distance"],
      parameters: ["": 1_472, "vgg": 14_714_688]),
    Case(
      page: "lpips", settings: ["trunk": "alex"], functions: ["distance"],
      parameters: ["": 1_152, "alex": 2_469_696]),
    Case(
      page: "lpips", settings: ["trunk": "squeeze"], functions: ["distance"],
      parameters: ["": 2_240, "squeeze": 722_496]),
    Case(
      page: "googlenet", functions: ["classify", "features"], parameters: ["": 6_624_904]),
    Case(
      page: "efficientnet-lite0", functions: ["classify", "features"],
      parameters: ["": 4_652_008]),
    Case(page: "open-nsfw", functions: ["classify"], parameters: ["": 5_891_266]),
    Case(
      page: "mtcnn", functions: ["propose", "refine", "decide"],
      parameters: ["P": 6_632, "R": 100_178, "O": 389_040]),
    Case(page: "alexnet", functions: ["features"], parameters: ["": 2_469_696]),
    Case(page: "squeezenet", functions: ["features"], parameters: ["": 722_496]),
    Case(
      page: "gan-int-cls", functions: ["generate", "judge", "features"],
      parameters: ["G": 18_909_699, "D": 4_032_321]),
    Case(
      page: "gan-int-cls",
      settings: ["g": "196", "d": "196", "coco": "true"],
      functions: ["generate", "judge", "features"],
      parameters: ["G": 41_107_551, "D": 36_190_301]),
    Case(page: "style-encoder", functions: ["encode"]),
    Case(page: "style-transfer", functions: ["transfer"]),
    Case(page: "idinvert", functions: ["encode", "synthesize"]),
  ]

  @Test(arguments: cases, [1, 3])
  func elaborates(example: Case, batch: Int) throws {
    let clock = ContinuousClock()
    var result: Elaborated?
    let time = try clock.measure {
      result = try elaborated(
        example.page,
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
      let buffers = [
        "w_avg", "noise", "noise_const", "u0", "weight_u", "weight_v", "running_means",
        "running_vars",
      ]
      let own = model.parameters.filter { parameter in
        parameter.root == root && !statistics.contains(parameter.role)
          && !parameter.name.hasPrefix("noises.")
          && !buffers.contains { parameter.name.hasSuffix($0) }
      }
      #expect(own.map(\.shape.count).reduce(0, +) == count, "numbers of root `\(root)`")
    }
    print("\(example.page) batch \(batch): \(time)")
    #expect(time < .seconds(5), "a second is the aim; this bound is for busy machines")
  }
}
