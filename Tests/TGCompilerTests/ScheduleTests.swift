import Foundation
import TGCompiler
import TGIR
import TGOps
import TGPlan
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// The order of nodes, and how few bytes plans need at once.
@Suite struct ScheduleTests {
  /// An expression in which each value is used once: how a matrix is made of others.
  private indirect enum Tree {
    case leaf(Shape, number: Int)
    case product(Tree, Tree)
    case softmax(Tree)

    /// A tree of a shape `[1, rows, columns]`.
    init(_ rows: Int, _ columns: Int, depth: Int, _ numbers: inout SeededNumbers) {
      let inner = [1, 8, 64, 256][Int.random(in: 0..<4, using: &numbers)]
      switch depth == 0 ? 0 : Int.random(in: 0..<5, using: &numbers) {
      // A number of its own, so that no two leaves are one node.
      case 0:
        let number = Int.random(in: 0..<1 << 20, using: &numbers)
        self = .leaf([1, rows, columns], number: number)
      case 1: self = .softmax(Tree(rows, columns, depth: depth - 1, &numbers))
      default:
        self = .product(
          Tree(rows, inner, depth: depth - 1, &numbers),
          Tree(inner, columns, depth: depth - 1, &numbers))
      }
    }

    var products: Int {
      switch self {
      case .leaf: 0
      case .softmax(let inner): inner.products
      case .product(let left, let right): 1 + left.products + right.products
      }
    }

    /// Adds the tree to a graph; bit n of `flips` says whether the right side of product n is made first.
    func add(_ x: Value, _ flips: inout Int, to builder: inout GraphBuilder) throws -> Value {
      switch self {
      case .leaf(let shape, let number):
        let wide = try builder.broadcast(x, to: shape.dimensions)
        return try builder.map(.leakyRelu, wide, immediate: Float(number))
      case .softmax(let inner):
        let operand = try inner.add(x, &flips, to: &builder)
        return try builder.insert(SoftmaxOp(axis: 2, logarithmic: false), [operand])
      case .product(let left, let right):
        let isRightFirst = flips & 1 == 1
        flips >>= 1
        let first = try (isRightFirst ? right : left).add(x, &flips, to: &builder)
        let second = try (isRightFirst ? left : right).add(x, &flips, to: &builder)
        return try builder.insert(MatMul(), isRightFirst ? [second, first] : [first, second])
      }
    }

    func graph(flips: Int) throws -> Graph {
      var (builder, flips) = (GraphBuilder(name: "f"), flips)
      let x = try builder.insert(Input(name: "x", shape: [1, 1, 1]), [])
      builder.output("y", try add(x, &flips, to: &builder))
      return builder.graph
    }
  }

  /// No order that makes one operand of a product after the other has a lower peak.
  @Test(arguments: 0..<60)
  func ofTreesTheBestOrderIsFound(seed: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(seed))
    var tree = Tree(64, 8, depth: 4, &numbers)
    while !(2...8).contains(tree.products) { tree = Tree(64, 8, depth: 4, &numbers) }
    let peaks = try (0..<1 << tree.products).map {
      Schedule.peakBytes(of: try tree.graph(flips: $0))
    }
    let worst = try #require(peaks.indices.max { peaks[$0] < peaks[$1] })
    let found = try Schedule().run(tree.graph(flips: worst))
    let best = try #require(peaks.min())
    #expect(Schedule.peakBytes(of: found) <= best, "seed \(seed), of \(Set(peaks).sorted())")
  }

  /// Whatever the graph, its values stay, and the peak is no higher; the plan needs what was estimated.
  @Test(arguments: 0..<100)
  func noGraphNeedsMoreThanAsWritten(seed: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(seed))
    var builder = GraphBuilder(name: "f")
    var values = [try builder.insert(Input(name: "x", shape: [1, 48]), [])]
    for _ in 0..<Int.random(in: 3...30, using: &numbers) {
      let a = values[Int.random(in: 0..<values.count, using: &numbers)]
      let same = values.filter { builder.shape($0) == builder.shape(a) }
      let b = same[Int.random(in: 0..<same.count, using: &numbers)]
      let count = builder.shape(a)[1]
      switch Int.random(in: 0..<5, using: &numbers) {
      case 0: values.append(try builder.insert(SoftmaxOp(axis: 1, logarithmic: false), [a]))
      case 1: values.append(try builder.map(.tanh, a))
      case 2 where count > 6:
        values.append(try builder.slice(a, axis: 1, from: 2, count: count / 2))
      case 3 where count < 200: values.append(try builder.insert(Concat(axis: 1), [a, b]))
      default: values.append(try builder.add(a, b))
      }
    }
    builder.output("y", try #require(values.last))
    builder.output("z", values[values.count / 2])
    let found = try PassCase.expectMeaning(Schedule(), builder.graph)
    #expect(Schedule.peakBytes(of: found) <= Schedule.peakBytes(of: builder.graph))
    let inputs = ["x": numbers.tensor([1, 48])]
    let built = try GraphCase(graph: builder.graph, inputs: inputs).compiled(level: .exact)
    #expect(built.reports[0].peakOrdered <= built.reports[0].peakAsWritten)
    #expect(MemoryMap(built.plan.functions[0]).peakBytes == built.reports[0].liveBytes)
  }

  /// Pages in full size: no arena is more than a twentieth larger than what is alive at once.
  @Test(arguments: [
    "alexnet", "attngan", "controlgan", "lpips", "squeezenet", "tiny-darknet", "val",
  ])
  func arenasAreHardlyLargerThanWhatIsAlive(page: String) throws {
    let path = GraphPages.file(page).path
    let library = try Library(path: path) { path throws(Library.LoadingError) in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Library.LoadingError("no such file")
      }
      return Array(data)
    }
    var compilation = Compilation()
    compilation.syntheticSeed = 1
    let reports = try compilation.run(library).built.reports.filter { $0.arenaBytes >= 1 << 20 }
    #expect(!reports.isEmpty)
    for report in reports {
      #expect(report.arenaBytes >= report.liveBytes, "\(report.name)")
      #expect(20 * report.arenaBytes <= 21 * report.liveBytes, "\(report.name)")
      #expect(report.peakOrdered <= report.peakAsWritten, "\(report.name)")
    }
  }
}
