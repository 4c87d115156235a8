import TGCompiler
import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// The cut of a graph into stages: IR text before, IR text after, and the meaning of both.
@Suite struct StageCutTests {
  private static func graph(_ text: String) throws -> Graph {
    var printed = PrintedGraph(Graph(name: ""))
    printed.text = text + "\n"
    return try GraphText.parse(printed)
  }

  /// Cuts a graph, compares the pieces with texts, and what they compute with what the graph means.
  private static func expect(_ text: String, becomes pieces: String) throws {
    let graph = try graph(text)
    let cut = try StageCut.cut(graph)
    let texts = cut.map { PrintedGraph($0.graph).text }
    #expect(texts.joined() == pieces + "\n")
    for piece in cut { try piece.graph.verify() }

    var numbers = SeededNumbers(seed: 3)
    var given: [Input: HostTensor] = [:]
    for case let input as Input in graph.nodes.map(\.op) {
      given[input] = numbers.tensor(input.shape)
    }
    var store: [String: ReferenceTensor] = [:]
    for piece in cut {
      let made = piece.graph.evaluated { node in
        guard let input = node.op as? Input else { return nil }
        if piece.kept.contains(input.name) { return store[input.name] }
        let own = Input(name: input.name, shape: input.shape, stage: piece.stage)
        return given[own].map { ReferenceTensor($0) }
      }
      var whole = graph
      whole.outputs = graph.outputs.filter { $0.stage == piece.stage }
      let meant = whole.evaluated { node in
        (node.op as? Input).flatMap { given[$0] }.map { ReferenceTensor($0) }
      }
      for (name, tensor) in meant { #expect(made[name] == tensor, "\(piece.stage) \(name)") }
      store.merge(made) { $1 }
    }
  }

  @Test func whatARoundDoesNotChangeIsComputedOnce() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="target" shape=[2, 3] : [2, 3]
        %1 = map(%0) program={1: tanh(0)} : [2, 3]
        %2 = input() name="w" shape=[2, 3] stage="round 0" : [2, 3]
        %3 = map(%2, %1) program={2: subtract(0, 1)} : [2, 3]
        %4 = reduce(%3) function=1 program={1: square(0)} axes=[1] : [2]
        %5 = constant() shape=[2, 3] values=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]f : [2, 3]
        %6 = input() name="w" shape=[2, 3] stage="once 1" : [2, 3]
        %7 = map(%6, %5) program={2: add(0, 1)} : [2, 3]
        output "w" role="variable" = %5
        output "loss" stage="round 0" role="loss" = %4
        output "code" stage="once 1" = %7
      }
      """,
      becomes: """
        graph "fit once 0" {
          %0 = input() name="target" shape=[2, 3] : [2, 3]
          %1 = map(%0) program={1: tanh(0)} : [2, 3]
          %2 = constant() shape=[2, 3] values=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]f : [2, 3]
          output "w" role="variable" = %2
          output "kept.v0" role="kept" = %1
        }
        graph "fit round 0" {
          %0 = input() name="kept.v0" shape=[2, 3] : [2, 3]
          %1 = input() name="w" shape=[2, 3] : [2, 3]
          %2 = map(%1, %0) program={2: subtract(0, 1)} : [2, 3]
          %3 = reduce(%2) function=1 program={1: square(0)} axes=[1] : [2]
          output "loss" role="loss" = %3
        }
        graph "fit once 1" {
          %0 = constant() shape=[2, 3] values=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]f : [2, 3]
          %1 = input() name="w" shape=[2, 3] : [2, 3]
          %2 = map(%1, %0) program={2: add(0, 1)} : [2, 3]
          output "code" = %2
        }
        """)
  }

  /// What is computed of a variable before the update goes to the projection.
  @Test func aRoundHandsOverToItsProjection() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="n" shape=[1, 3] stage="round 0" : [1, 3]
        %1 = map(%0) program={1: tanh(0)} : [1, 3]
        %2 = reduce(%1) function=0 program={1: } axes=[1] : [1]
        %3 = input() name="w" shape=[1, 3] stage="projection 0" : [1, 3]
        %4 = map(%3, %1) program={2: minimum(0, 1)} : [1, 3]
        output "loss" stage="round 0" role="loss" = %2
        output "w" stage="projection 0" role="variable" = %4
      }
      """,
      becomes: """
        graph "fit round 0" {
          %0 = input() name="n" shape=[1, 3] : [1, 3]
          %1 = map(%0) program={1: tanh(0)} : [1, 3]
          %2 = reduce(%1) function=0 program={1: } axes=[1] : [1]
          output "loss" role="loss" = %2
          output "kept.v0" role="kept" = %1
        }
        graph "fit projection 0" {
          %0 = input() name="kept.v0" shape=[1, 3] : [1, 3]
          %1 = input() name="w" shape=[1, 3] : [1, 3]
          %2 = map(%1, %0) program={2: minimum(0, 1)} : [1, 3]
          output "w" role="variable" = %2
        }
        """)
  }

  /// A picture that is compared with one that a spatial op makes is handed over as that op makes it.
  @Test func whatSpatialOpsReadIsHandedOverChannelsLast() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="target" shape=[1, 3, 4, 4] : [1, 3, 4, 4]
        %1 = input() name="w" shape=[1, 2, 2, 3] stage="round 0" : [1, 2, 2, 3]
        %2 = upsample(%1) factors=[2, 2] : [1, 4, 4, 3]
        %3 = transpose(%2) permutation=[0, 3, 1, 2] : [1, 3, 4, 4]
        %4 = map(%3, %0) program={2: subtract(0, 1)} : [1, 3, 4, 4]
        output "d" stage="round 0" = %4
      }
      """,
      becomes: """
        graph "fit once 0" {
          %0 = input() name="target" shape=[1, 3, 4, 4] : [1, 3, 4, 4]
          %1 = transpose(%0) permutation=[0, 2, 3, 1] : [1, 4, 4, 3]
          output "kept.v0" role="kept" = %1
        }
        graph "fit round 0" {
          %0 = input() name="kept.v0" shape=[1, 4, 4, 3] : [1, 4, 4, 3]
          %1 = transpose(%0) permutation=[0, 3, 1, 2] : [1, 3, 4, 4]
          %2 = input() name="w" shape=[1, 2, 2, 3] : [1, 2, 2, 3]
          %3 = upsample(%2) factors=[2, 2] : [1, 4, 4, 3]
          %4 = transpose(%3) permutation=[0, 3, 1, 2] : [1, 3, 4, 4]
          %5 = map(%4, %1) program={2: subtract(0, 1)} : [1, 3, 4, 4]
          output "d" = %5
        }
        """)
  }

  /// What works element by element between a value and a spatial op passes on how the op reads, through
  /// other ops of the same stage too.
  @Test func whatSpatialOpsReadThroughMapsIsHandedOverChannelsLast() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="x" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
        %1 = map(%0) program={1: tanh(0)} : [1, 2, 4, 4]
        %2 = input() name="w" shape=[1, 2] stage="round 0" : [1, 2]
        %3 = reshape(%2) shape=[1, 2, 1, 1] : [1, 2, 1, 1]
        %4 = map(%1, %3) program={2: multiply(0, 1)} : [1, 2, 4, 4]
        %5 = map(%4, %3) program={2: add(0, 1)} : [1, 2, 4, 4]
        %6 = transpose(%5) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
        %7 = upsample(%6) factors=[2, 2] : [1, 8, 8, 2]
        output "y" stage="round 0" = %7
      }
      """,
      becomes: """
        graph "fit once 0" {
          %0 = input() name="x" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
          %1 = map(%0) program={1: tanh(0)} : [1, 2, 4, 4]
          %2 = transpose(%1) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
          output "kept.v0" role="kept" = %2
        }
        graph "fit round 0" {
          %0 = input() name="kept.v0" shape=[1, 4, 4, 2] : [1, 4, 4, 2]
          %1 = transpose(%0) permutation=[0, 3, 1, 2] : [1, 2, 4, 4]
          %2 = input() name="w" shape=[1, 2] : [1, 2]
          %3 = reshape(%2) shape=[1, 2, 1, 1] : [1, 2, 1, 1]
          %4 = map(%1, %3) program={2: multiply(0, 1)} : [1, 2, 4, 4]
          %5 = map(%4, %3) program={2: add(0, 1)} : [1, 2, 4, 4]
          %6 = transpose(%5) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
          %7 = upsample(%6) factors=[2, 2] : [1, 8, 8, 2]
          output "y" = %7
        }
        """)
  }

  /// The same of a norm; and two transpositions that cancel are none.
  @Test func whatIsReadThroughANormIsHandedOverAsItIsRead() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="x" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
        %1 = map(%0) program={1: tanh(0)} : [1, 2, 4, 4]
        %2 = map(%0) program={1: square(0)} : [1, 2, 4, 4]
        %3 = input() name="w" shape=[1] stage="round 0" : [1]
        %4 = map(%1, %3) program={2: multiply(0, 1)} : [1, 2, 4, 4]
        %5 = normalize(%4) axes=[2, 3] epsilon=0.5 epilogue={1: } : [1, 2, 4, 4]
        %6 = transpose(%5) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
        %7 = upsample(%6) factors=[2, 2] : [1, 8, 8, 2]
        %8 = transpose(%2) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
        %9 = map(%8, %3) program={2: add(0, 1)} : [1, 4, 4, 2]
        %10 = transpose(%9) permutation=[0, 3, 1, 2] : [1, 2, 4, 4]
        output "y" stage="round 0" = %7
        output "t" stage="round 0" = %10
      }
      """,
      becomes: """
        graph "fit once 0" {
          %0 = input() name="x" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
          %1 = map(%0) program={1: tanh(0)} : [1, 2, 4, 4]
          %2 = map(%0) program={1: square(0)} : [1, 2, 4, 4]
          %3 = transpose(%1) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
          output "kept.v0" role="kept" = %3
          output "kept.v1" role="kept" = %2
        }
        graph "fit round 0" {
          %0 = input() name="kept.v0" shape=[1, 4, 4, 2] : [1, 4, 4, 2]
          %1 = transpose(%0) permutation=[0, 3, 1, 2] : [1, 2, 4, 4]
          %2 = input() name="kept.v1" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
          %3 = input() name="w" shape=[1] : [1]
          %4 = map(%1, %3) program={2: multiply(0, 1)} : [1, 2, 4, 4]
          %5 = normalize(%4) axes=[2, 3] epsilon=0.5 epilogue={1: } : [1, 2, 4, 4]
          %6 = transpose(%5) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
          %7 = upsample(%6) factors=[2, 2] : [1, 8, 8, 2]
          %8 = transpose(%2) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
          %9 = map(%8, %3) program={2: add(0, 1)} : [1, 4, 4, 2]
          %10 = transpose(%9) permutation=[0, 3, 1, 2] : [1, 2, 4, 4]
          output "y" = %7
          output "t" = %10
        }
        """)
  }

  /// Four axes alone make no picture; nor does what is channels-last already, or is read so by its own
  /// stage only.
  @Test func whatNoSpatialOpReadsStaysAsItIs() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="a" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
        %1 = transpose(%0) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
        %2 = upsample(%1) factors=[1, 2] : [1, 4, 8, 2]
        %3 = transpose(%2) permutation=[0, 3, 1, 2] : [1, 2, 4, 8]
        %4 = input() name="w" shape=[1, 2, 4, 4] stage="round 0" : [1, 2, 4, 4]
        %5 = map(%4, %0) program={2: multiply(0, 1)} : [1, 2, 4, 4]
        %6 = reduce(%3) function=0 program={1: } axes=[3] : [1, 2, 4]
        %7 = reduce(%5) function=0 program={1: } axes=[3] : [1, 2, 4]
        %8 = transpose(%2) permutation=[0, 3, 1, 2] : [1, 2, 4, 8]
        output "s" role="variable" = %6
        output "a" stage="round 0" = %7
        output "b" stage="round 0" = %8
      }
      """,
      becomes: """
        graph "fit once 0" {
          %0 = input() name="a" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
          %1 = transpose(%0) permutation=[0, 2, 3, 1] : [1, 4, 4, 2]
          %2 = upsample(%1) factors=[1, 2] : [1, 4, 8, 2]
          %3 = transpose(%2) permutation=[0, 3, 1, 2] : [1, 2, 4, 8]
          %4 = reduce(%3) function=0 program={1: } axes=[3] : [1, 2, 4]
          output "s" role="variable" = %4
          output "kept.v0" role="kept" = %0
          output "kept.v1" role="kept" = %2
        }
        graph "fit round 0" {
          %0 = input() name="kept.v0" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
          %1 = input() name="kept.v1" shape=[1, 4, 8, 2] : [1, 4, 8, 2]
          %2 = input() name="w" shape=[1, 2, 4, 4] : [1, 2, 4, 4]
          %3 = map(%2, %0) program={2: multiply(0, 1)} : [1, 2, 4, 4]
          %4 = reduce(%3) function=0 program={1: } axes=[3] : [1, 2, 4]
          %5 = transpose(%1) permutation=[0, 3, 1, 2] : [1, 2, 4, 8]
          output "a" = %4
          output "b" = %5
        }
        """)
  }

  /// Moves, cheap maps of little, and what has no rows of items are computed again. The last extent of
  /// the matrix is the batch's by chance.
  @Test func whatIsSmallBeforeIsHandedOverBefore() throws {
    try Self.expect(
      """
      graph "fit" {
        %0 = input() name="z" shape=[3, 2] : [3, 2]
        %1 = map(%0) program={1: tanh(0)} : [3, 2]
        %2 = transpose(%1) permutation=[1, 0] : [2, 3]
        %3 = reduce(%2) function=0 program={1: } axes=[0] : [3]
        %4 = reshape(%1) shape=[3, 2, 1] : [3, 2, 1]
        %5 = constant() shape=[8] values=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]f : [8]
        %6 = map(%4, %5) program={2: multiply(0, 1)} : [3, 2, 8]
        %7 = input() name="w" shape=[3, 2, 8] stage="round 0" : [3, 2, 8]
        %8 = map(%7, %6) program={2: add(0, 1)} : [3, 2, 8]
        output "a" stage="round 0" = %8
        output "b" stage="round 0" = %3
      }
      """,
      becomes: """
        graph "fit once 0" {
          %0 = input() name="z" shape=[3, 2] : [3, 2]
          %1 = map(%0) program={1: tanh(0)} : [3, 2]
          output "kept.v0" role="kept" = %1
        }
        graph "fit round 0" {
          %0 = input() name="kept.v0" shape=[3, 2] : [3, 2]
          %1 = transpose(%0) permutation=[1, 0] : [2, 3]
          %2 = reduce(%1) function=0 program={1: } axes=[0] : [3]
          %3 = reshape(%0) shape=[3, 2, 1] : [3, 2, 1]
          %4 = constant() shape=[8] values=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]f : [8]
          %5 = map(%3, %4) program={2: multiply(0, 1)} : [3, 2, 8]
          %6 = input() name="w" shape=[3, 2, 8] : [3, 2, 8]
          %7 = map(%6, %5) program={2: add(0, 1)} : [3, 2, 8]
          output "a" = %7
          output "b" = %2
        }
        """)
  }

  /// An entry point has one stage besides what is constant.
  @Test func anEntryPointIsOnePiece() throws {
    let graph = try Self.graph(
      """
      graph "draw" {
        %0 = input() name="z" shape=[2, 3] : [2, 3]
        %1 = constant() shape=[3] values=[1.0, 2.0, 3.0]f : [3]
        %2 = map(%1) program={1: square(0)} : [3]
        %3 = map(%0, %2) program={2: add(0, 1)} : [2, 3]
        output "y" = %3
      }
      """)
    #expect(graph.stages == [.given, .constant, .constant, .given])
    let pieces = try StageCut.cut(graph)
    #expect(pieces.map(\.stage) == [.given] && pieces[0].kept.isEmpty)
    var same = pieces[0].graph
    same.name = graph.name
    #expect(same == graph)
  }

  /// The functions of an objective without results: also the end is one, for the plan to name.
  @Test func anObjectiveBecomesFunctionsWithRoles() throws {
    let graph = try Self.graph(
      """
      graph "fit" {
        %0 = input() name="target" shape=[2, 3] : [2, 3]
        %1 = input() name="w" shape=[2, 3] stage="round 0" : [2, 3]
        %2 = map(%1, %0) program={2: subtract(0, 1)} : [2, 3]
        %3 = reduce(%2) function=1 program={1: square(0)} axes=[1] : [2]
        %4 = input() name="w" shape=[2, 3] stage="projection 0" : [2, 3]
        %5 = map(%4) program={1: tanh(0)} : [2, 3]
        output "w.zero" role="start w zero" = %0
        output "loss" stage="round 0" role="loss" = %3
        output "w" stage="projection 0" role="variable" = %5
      }
      """)
    var form = PlanObjective(name: "fit", finish: "")
    form.loops = [.init(start: "", step: "", rounds: 3, method: .adam)]
    form.loops[0].variables = ["w"]
    let w = GraphInterface(name: "w", kind: .latent, role: .variable, shape: [2, 3])
    let staged = try GraphObjective(
      form: form, batch: 2, graph: graph,
      given: [GraphInterface(name: "target", kind: .tensor, shape: [2, 3])],
      later: [.init(stage: .round(0), item: w), .init(stage: .projection(0), item: w)],
      results: [], range: SourceRange(file: 0, start: 0, end: 0)
    ).cut()
    #expect(staged.form.functions == ["fit.start", "fit.step", "fit.project", "fit.finish"])
    #expect(staged.functions.map(\.graph.name) == staged.form.functions)
    #expect(staged.functions.map(\.role) == [.prepare, .gradient, .project, .finish])
    #expect(
      staged.functions.map { $0.inputs.map(\.role) } == [
        [.value], [.kept, .variable], [.variable], [],
      ])
    #expect(
      staged.functions.map { $0.outputs.map(\.role) } == [
        [.start(of: "w", named: "zero"), .kept], [.loss, .gradient(of: "w")], [.variable], [],
      ])
    #expect(staged.functions[1].outputs.last?.shape == [2, 3])
  }

  @Test func stagesAreOrderedByTimeAndReadBack() {
    let stages: [GraphStage] = [
      .constant, .given, .round(0), .projection(0), .once(after: 1), .round(1), .projection(1),
      .once(after: 2),
    ]
    #expect(stages.shuffled().sorted() == stages)
    for stage in stages { #expect(GraphStage(stage.description) == stage) }
    for text in ["", "once", "round -1", "round x", "constant 1", "finish 0", "round 1 "] {
      #expect(GraphStage(text) == nil, "\(text)")
    }
  }
}
