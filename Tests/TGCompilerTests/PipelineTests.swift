import Foundation
import TGCompiler
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// The order of passes, the forms that they need and establish, and the pipeline cut short.
@Suite struct PipelineTests {
  /// Which pipelines are refused, and with which words.
  private static let broken: [(passes: [any Pass], words: [String])] = [
    (
      [FoldConstants(), FuseEpilogues()],
      ["FuseEpilogues", "chainsFused", "no pass before it establishes"]
    ),
    (
      [FoldConstants(), SimplifyShapes(), SinkTransposes(), FoldScales()],
      ["FoldScales", "constantsFolded", "SinkTransposes before it undoes"]
    ),
    (
      [
        FoldConstants(), SimplifyShapes(), SinkTransposes(), FoldConstants(), FuseElementwise(),
        MaskBeforeMaxPoolGradient(),
      ], ["MaskBeforeMaxPoolGradient", "singleFunctions", "FuseElementwise before it undoes"]
    ),
    ([PackMasks()], ["PackMasks", "scheduled"]),
  ]

  @Test(arguments: 0..<4) func aPassWithoutWhatItNeedsIsRefusedByName(_ number: Int) throws {
    var pipeline = Pipeline(level: .none)
    pipeline.passes = Self.broken[number].passes
    #expect {
      try pipeline.run(Graph(name: "f"))
    } throws: { error in
      let message = (error as? RewriteError)?.message ?? ""
      return Self.broken[number].words.allSatisfy { message.contains($0) }
    }
  }

  @Test(arguments: OptimizationLevel.allCases)
  func thePassesOfALevelStandInOrder(_ level: OptimizationLevel) throws {
    #expect(try Pipeline(level: level).run(Graph(name: "f")) == Graph(name: "f"))
  }

  /// A pass that does not do what it says: it leaves a graph as it is, whatever that is.
  private struct Claiming: Pass {
    static let name = "Claiming"
    static let establishes: Set<GraphForm> = [.constantsFolded]
    func run(_ graph: Graph) throws -> Graph { graph }
  }

  /// A pass that needs what a graph of the front end should have.
  private struct Asking: Pass {
    static let name = "Asking"
    static let needs: Set<GraphForm> = [.singleFunctions]
    func run(_ graph: Graph) throws -> Graph { graph }
  }

  private static func message(_ passes: [any Pass], _ graph: Graph) -> String {
    var pipeline = Pipeline(level: .none, verifies: true)
    pipeline.passes = passes
    do { _ = try pipeline.run(graph) } catch { return (error as? RewriteError)?.message ?? "" }
    return ""
  }

  @Test func theVerifierChecksWhatAPassNeedsAndEstablishes() throws {
    let unfolded = try PassCase.parsed(
      """
      graph "f" {
        %0 = constant() shape=[] values=[3.0]f : []
        %1 = map(%0) program={1: square(0)} : []
        output "y" = %1
      }
      """)
    #expect(
      Self.message([Claiming()], unfolded)
        == "after Claiming the graph has not the form constantsFolded")
    let dead = try PassCase.parsed(
      """
      graph "f" {
        %0 = input() name="x" shape=[2] : [2]
        %1 = map(%0) program={1: square(0)} : [2]
        output "y" = %0
      }
      """)
    #expect(Self.message([Asking()], dead) == "after Asking the graph has not the form noDeadNodes")
    let fused = try PassCase.parsed(
      """
      graph "f" {
        %0 = input() name="x" shape=[2] : [2]
        %1 = map(%0) program={1: square(0); tanh(1)} : [2]
        output "y" = %1
      }
      """)
    #expect(
      Self.message([Asking()], fused) == "before Asking the graph has not the form singleFunctions")
  }

  @Test func aPassIsNamedWithTheNumberOfItsRun() throws {
    var pipeline = Pipeline(level: .exact)
    #expect(Set(pipeline.labels).count == pipeline.passes.count)
    try pipeline.stop(after: "SimplifyShapes#2")
    #expect(
      pipeline.labels == ["FoldConstants", "SimplifyShapes", "SinkTransposes", "SimplifyShapes#2"])
    #expect(throws: RewriteError.self) { try pipeline.stop(after: "FuseEpilogues") }
  }

  /// After each pass what is left is lowered, runs, and means the same.
  @Test(arguments: Pipeline(level: .reassociating).labels)
  func aPipelineCutShortMakesARunningPlan(_ label: String) throws {
    var numbers = SeededNumbers(seed: 6)
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: [1, 3, 6, 4]), [])
    let kernel = try builder.constant(numbers.tensor([4, 3, 3, 3]))
    let convolved = try builder.convolution(
      builder.upsample(x, by: [2, 2]), kernel, padding: Padding(1, 1))
    let scale = try builder.constant(numbers.tensor([4, 1, 1]))
    let pooled = try builder.pool(
      .maximum, builder.map(.relu, builder.multiply(convolved, scale)), kernel: [2, 2],
      stride: [2, 2], padding: Padding(0, 0))
    builder.output(
      "loss", try builder.insert(Reduce(.mean, axes: [1, 2, 3]), [builder.map(.square, pooled)]))
    let graph = try Differentiate(objective: "loss", towards: [.input("x")]).run(builder.graph)
    let test = GraphCase(graph: graph, inputs: ["x": numbers.tensor([1, 3, 6, 4])])
    let expected = test.reference()
    for (name, tensor) in try test.run(level: .reassociating, stopAfter: label) {
      #expect(try parityError(tensor, #require(expected[name])) <= 1e-5, "\(name)")
    }
  }
}

/// The table of passes in `spec/ir.md`.
@Suite struct PassTableTests {
  @Test func theTableSaysWhatThePassesSay() throws {
    let spec = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("spec/ir.md")
    let lines = try String(contentsOf: spec, encoding: .utf8).split(separator: "\n").map(
      String.init)
    let head = try #require(lines.firstIndex { $0.hasPrefix("| pass | needs |") })
    let stated = lines[(head + 2)...].prefix { $0.hasPrefix("|") }.map(Self.cells)
    let pipeline = Pipeline(level: .reassociating)
    let expected = zip(pipeline.labels, pipeline.passes).map { label, pass in
      let kind = type(of: pass)
      return [[label]] + [kind.needs, kind.establishes, kind.undoes].map { $0.map(\.rawValue) }
    }
    #expect(stated == expected.map { $0.map { Set($0) } })
    for form in GraphForm.allCases {
      #expect(lines.contains { $0.hasPrefix("| `\(form)` | ") }, "\(form) is not explained")
    }
  }

  /// The names in each cell of a row.
  private static func cells(_ row: String) -> [Set<String>] {
    row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { cell in
      Set(
        cell.split(separator: ",").map {
          $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
        }.filter { !$0.isEmpty })
    }
  }
}
