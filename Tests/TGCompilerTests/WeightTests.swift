import Synchronization
import TGCompiler
import TGDiagnostics
import TGOps
import TGPlan
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// Weights are computed once for all functions and batch sizes of a model, and let go when nobody
/// uses them any more.
@Suite struct WeightTests {
  /// Doubles a tensor and counts how often.
  private struct Doubling: WeightRule {
    final class Counter: Sendable, Hashable {
      let count = Atomic(0)
      static func == (a: Counter, b: Counter) -> Bool { a === b }
      func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }
    let counter: Counter
    func result(of operands: [HostTensor]) -> HostTensor {
      counter.count.add(1, ordering: .relaxed)
      return operands[0].map { $0 * 2 }
    }
  }

  private static func large() -> HostTensor {
    var numbers = SeededNumbers(seed: 1)
    return numbers.tensor([100, 100])
  }

  private static func doubled(_ weight: Weight, _ counter: Doubling.Counter) -> Weight {
    .made(by: Doubling(counter: counter), of: [weight], shape: weight.shape)
  }

  @Test func equalExpressionsAreOneAndComputedOnce() {
    let (leaf, counter) = (Weight(Self.large()), Doubling.Counter())
    let (one, other) = (Self.doubled(leaf, counter), Self.doubled(leaf, counter))
    #expect(one === other)
    #expect(counter.count.load(ordering: .relaxed) == 0)
    #expect(one.tensor == Self.large().map { $0 * 2 })
    other.settle()
    #expect(other.tensor == one.tensor)
    #expect(counter.count.load(ordering: .relaxed) == 1)
  }

  @Test func whatFollowsFromFewNumbersIsKnownByThem() {
    let counter = Doubling.Counter()
    let (one, other) = (Weight(HostTensor(scalar: 3)), Weight(HostTensor(scalar: 3)))
    #expect(Self.doubled(one, counter) == Self.doubled(other, counter))
    // So what is made of a large weight with each of them is one, too.
    struct Scaling: WeightRule {
      func result(of operands: [HostTensor]) -> HostTensor {
        operands[0].map { $0 * operands[1][0] }
      }
    }
    let leaf = Weight(Self.large())
    let made = [one, other].map { Weight.made(by: Scaling(), of: [leaf, $0], shape: leaf.shape) }
    #expect(made[0] === made[1])
    let numbers = Self.large()
    #expect(
      Weight(numbers) == Weight(Self.large()) && Set([Weight(numbers)]).contains(Weight(numbers)))
  }

  @Test func nobodyHoldsWhatIsNotNeededAnyMore() {
    var leaf: Weight? = Weight(Self.large())
    var middle: Weight? = leaf.map { Self.doubled($0, Doubling.Counter()) }
    let last = middle.map { Self.doubled($0, Doubling.Counter()) }
    weak let (heldLeaf, heldMiddle) = (leaf, middle)
    (leaf, middle) = (nil, nil)
    #expect(heldLeaf != nil && heldMiddle != nil)
    last?.settle()
    #expect(heldLeaf == nil && heldMiddle == nil)
    #expect(last?.tensor == Self.large().map { $0 * 4 })
  }

  @Test func longChainsNeedNoDeepStack() {
    struct Same: WeightRule {
      let step: Int
      func result(of operands: [HostTensor]) -> HostTensor { operands[0] }
    }
    var weight = Weight(Self.large())
    for step in 0..<200_000 {
      weight = .made(by: Same(step: step), of: [weight], shape: weight.shape)
    }
    #expect(weight.tensor == Self.large())
  }

  /// A normed weight, read by two functions.
  private static let page = """
    block Scaled(x, out: Int) {
      let w = parameter("weight", [out, x.shape[-1]])
      return linear(x, weight: w / sqrt(sum(square(w))), bias: none)
    }

    model M() {
      func one(x: Tensor[80]) -> (y: Tensor[80]) { return x |> Scaled(80) @ "a" |> relu }
      func two(x: Tensor[80]) -> (y: Tensor[80]) {
        return tanh(x) |> Scaled(80) @ "a" |> Scaled(80) @ "b"
      }
    }
    """

  private static func compiled(batches: [Int], level: OptimizationLevel) throws
    -> PlanBuilder.Result
  {
    var compilation = Compilation()
    compilation.level = level
    compilation.verifies = true
    compilation.batches = batches
    compilation.syntheticSeed = 1
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    return try compilation.run(library).built
  }

  @Test(arguments: [OptimizationLevel.none, .exact, .reassociating])
  func functionsAndBatchesShareTheirWeights(level: OptimizationLevel) throws {
    let alone = try Self.compiled(batches: [2], level: level)
    let together = try Self.compiled(batches: [1, 2, 8], level: level)
    #expect(alone.store.blobs == together.store.blobs)
    #expect(alone.store.blobs.map(\.count).max() == 80 * 80)
    #expect(alone.store.blobs.count { $0.count == 80 * 80 } == 2)
    #expect(alone.plan.functions == together.plan.functions.filter { $0.batch == 2 })
  }
}
