import Foundation
import TGCompiler
import TGDiagnostics
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGRuntime
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// Graphs of the library in small sizes, with synthetic weights: every level and instruction set
/// against the graph's meaning in `Double`, and the same bits for any number of threads.
@Suite struct GraphLibraryTests {
  /// A graph with settings that make it small, and the functions that are tried.
  struct Case: Sendable, CustomTestStringConvertible {
    var page: String
    var settings: [(name: String, value: String)] = []
    var batch = 2
    var model: String?
    var functions: [String]?
    /// True for the objective that `tgc --invert` adds.
    var isInverted = false
    var testDescription: String { page + (model.map { " \($0)" } ?? "") }
  }

  static let cases = [
    Case(page: "damsm", settings: [("entries", "31"), ("length", "5"), ("nef", "12")]),
    Case(
      page: "attngan",
      settings: [
        ("g", "2"), ("entries", "31"), ("length", "5"), ("nef", "12"), ("z", "6"),
        ("condition", "6"), ("residuals", "1"),
      ], functions: ["generate"]),
    Case(
      page: "tagan",
      settings: [
        ("base", "4"), ("hidden", "6"), ("condition", "5"), ("wordSize", "7"), ("length", "5"),
        ("size", "16"), ("entries", "0"),
      ]),
    Case(
      page: "fashion-mnist-dcgan", functions: ["invert"], isInverted: true),
    Case(
      page: "gan-int-cls-inversion",
      settings: [
        ("g", "1"), ("d", "2"), ("textSize", "6"), ("narrowed", "3"), ("z", "5"),
        ("features", "0.1"),
      ], batch: 1, functions: ["invert"]),
    Case(
      page: "image2stylegan", settings: [("resolution", "16"), ("widest", "6")],
      batch: 1, functions: ["hierarchical"]),
    Case(
      page: "stylegan2-projector",
      settings: [("resolution", "16"), ("widest", "6"), ("samples", "5")], batch: 1),
    Case(page: "mnist-vae-inversion", functions: ["invert"]),
  ]

  /// The largest difference that is let pass, as a part of the largest number: gradients of means
  /// are small, an absolute bound would say nothing of them.
  static func error(_ name: String, _ actual: HostTensor, _ reference: ReferenceTensor) -> Double {
    guard name.hasPrefix("gradient.") else { return parityError(actual, reference) }
    let scale = reference.elements.map(abs).max() ?? 0
    let worst = zip(actual.elements, reference.elements).map { abs(Double($0.0) - $0.1) }.max()
    return scale > 0 ? (worst ?? .infinity) / scale / 10 : .infinity
  }

  @Test(arguments: cases)
  func computesWhatItMeans(testCase: Case) throws {
    for function in try Self.functions(testCase) {
      let expected = function.reference()
      let plain = try function.run(level: .none)
      for level in [OptimizationLevel.none, .exact, .reassociating] {
        for isa in ISA.available() {
          let actual = try function.run(level: level, isa: isa)
          for (name, tensor) in actual {
            let reference = try #require(expected[name])
            let error = Self.error(name, tensor, reference)
            #expect(error <= 1e-4, "\(function.graph.name).\(name) on \(isa) at O\(level.rawValue)")
          }
          if level == .exact, isa == ISA.best() {
            #expect(actual == plain, "O1 keeps every bit of \(function.graph.name)")
          }
        }
      }
    }
  }

  @Test(arguments: cases)
  func computesTheSameBitsWithAnyThreads(testCase: Case) throws {
    for function in try Self.functions(testCase) {
      let alone = try function.run(level: .reassociating, threads: 1)
      for threads in [2, 3, 4, 7] {
        let together = try function.run(level: .reassociating, threads: threads)
        #expect(together == alone, "\(function.graph.name) with \(threads) threads")
      }
    }
  }

  /// The slope of the loss along a direction, by central differences in `Double`, is the gradient's
  /// product with the direction.
  @Test(arguments: cases)
  func gradientsAreSlopes(testCase: Case) throws {
    for function in try Self.functions(testCase) where function.graph.name.contains(".step") {
      let leaves = function.graph.outputs.compactMap {
        $0.name.hasPrefix("gradient.") ? String($0.name.dropFirst(9)) : nil
      }
      #expect(!leaves.isEmpty)
      let values = function.reference()
      for leaf in leaves {
        let gradient = try #require(values["gradient." + leaf])
        var numbers = SeededNumbers(seed: 5)
        let direction = numbers.tensor(gradient.shape)
        func loss(_ step: Double) throws -> Double {
          let moved = function.graph.evaluated { node in
            guard let input = node.op as? Input else { return nil }
            var tensor = ReferenceTensor(function.inputs[input.name] ?? HostTensor(scalar: 0))
            if input.name == leaf {
              for i in tensor.elements.indices {
                tensor[i] += step * Double(direction.elements[i])
              }
            }
            return tensor
          }
          return try #require(moved["loss"]).elements.reduce(0, +)
        }
        let slope = try (loss(1e-6) - loss(-1e-6)) / 2e-6
        let product = zip(gradient.elements, direction.elements).reduce(0) {
          $0 + $1.0 * Double($1.1)
        }
        let scale = gradient.elements.reduce(0) { $0 + abs($1) }
        #expect(scale > 0)
        #expect(
          abs(slope - product) <= 1e-4 * scale,
          "\(function.graph.name) towards \(leaf): \(slope) and \(product)")
      }
    }
  }

  /// The functions of a case with seeded inputs: those of objectives too, differentiated, with bound
  /// weights; or the plain ones as the language makes them, with open weights.
  static func functions(_ testCase: Case, binds: Bool = true) throws -> [GraphCase] {
    let path = GraphPages.file(testCase.page).path
    var library = try Library(path: path) { path throws(Library.LoadingError) in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Library.LoadingError("no such file")
      }
      return Array(data)
    }
    if testCase.isInverted {
      library = try InvertedPage(
        library, function: nil,
        options: .init(model: testCase.model, settings: testCase.settings)
      ).library
    }
    let model = try Elaborator(library).elaborate(
      .init(
        model: testCase.model, settings: testCase.settings, batch: testCase.batch,
        functions: testCase.functions)
    ).model
    let binding = WeightBinding(model, syntheticSeed: 3)
    let parts =
      binds ? try StagedModel(model, sources: library.sources).allFunctions : model.functions
    return try parts.map { function in
      var graph = function.graph
      if binds { graph = try BindParameters(binding.weights).run(graph) }
      var numbers = SeededNumbers(seed: 11)
      var inputs: [String: HostTensor] = [:]
      for item in function.inputs {
        switch item.kind.source {
        case .words:
          let length = item.shape[1]
          inputs[item.name + ".lengths"] = HostTensor(
            [testCase.batch], (0..<testCase.batch).map { Float(max(1, length - 2 * $0)) })
          inputs[item.name] =
            item.shape.rank == 2
            ? numbers.wholeNumbers(item.shape, below: max(item.rows, 2))
            : numbers.tensor(item.shape)
        case .classes(let count):
          inputs[item.name] = numbers.wholeNumbers(item.shape, below: count)
        default:
          inputs[item.name] = numbers.tensor(item.shape)
        }
      }
      return GraphCase(graph: graph, inputs: inputs, batch: testCase.batch)
    }
  }
}
