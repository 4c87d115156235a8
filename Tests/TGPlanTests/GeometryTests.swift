import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// What is said of views must be true of the positions they name, one by one.
@Suite struct GeometryTests {
  private func positions(_ view: View) -> [Int] {
    Array(StridedOrder(dimensions: view.dimensions, strides: view.strides, offset: view.offset))
  }

  private func arbitrary(_ random: inout SeededNumbers) -> View {
    let rank = random.int(0...4)
    return View(
      slot: 0, offset: random.pick([0, 1, 4, 7, 16]),
      dimensions: (0..<rank).map { _ in random.int(1...4) },
      strides: (0..<rank).map { _ in random.pick([0, 1, 2, 3, 4, 8, 12, 16, 64]) })
  }

  @Test func viewsSaidToBeDistinctOrDisjointAreSo() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededNumbers(seed: seed)
    var (distinct, disjoint) = (0, 0)
    for _ in 0..<20_000 {
      let (a, b) = (arbitrary(&random), arbitrary(&random))
      let (inA, inB) = (positions(a), positions(b))
      #expect(a.last == inA.max())
      if a.hasDistinctPositions {
        #expect(Set(inA).count == inA.count)
        distinct += 1
      }
      if a.isDisjoint(from: b) {
        #expect(Set(inA).isDisjoint(with: inB))
        disjoint += 1
      }
      #expect(a.isDisjoint(from: b) == b.isDisjoint(from: a))
      #expect(!a.isDisjoint(from: a))
    }
    #expect(distinct > 2000)
    #expect(disjoint > 2000)
  }

  @Test func permutedTensorsAreDistinct() {
    var random = SeededNumbers(seed: 1)
    for _ in 0..<200 {
      let shape = Shape((0..<4).map { _ in random.int(1...5) })
      let order = [0, 1, 2, 3].shuffled(using: &random)
      let view = View(
        slot: 0, dimensions: order.map { shape[$0] }, strides: order.map { shape.strides[$0] })
      #expect(view.hasDistinctPositions)
    }
  }

  @Test func slicesOfOneTensorAreDisjoint() {
    var random = SeededNumbers(seed: 2)
    for _ in 0..<200 {
      let shape = Shape((0..<4).map { _ in random.int(2...5) })
      let axis = random.int(0...3)
      let cut = random.int(1...(shape[axis] - 1))
      var first = shape.dimensions
      first[axis] = cut
      var second = shape.dimensions
      second[axis] -= cut
      let a = View(slot: 0, dimensions: first, strides: shape.strides)
      let b = View(
        slot: 0, offset: cut * shape.strides[axis], dimensions: second, strides: shape.strides)
      #expect(a.isDisjoint(from: b))
    }
  }

  /// Random slots with random times, the conflict found by comparing every pair.
  @Test func conflictsAreFoundAsByComparingAllPairs() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededNumbers(seed: seed)
    var conflicts = 0
    for _ in 0..<2000 {
      var function = PlanFunction(name: "f", batch: 1)
      let count = random.int(1...12)
      // Slot i is written by instruction i of a chain and read again later.
      function.slots = (0..<count).map { _ in
        Slot(kind: .arena, offset: random.int(0...40) * 64, count: random.int(1...64))
      }
      for index in 0..<count {
        let earlier = index == 0 ? [] : [random.int(0...(index - 1))]
        function.instructions.append(
          PlacedInstruction(
            .map(
              PointwiseMap(
                program: PointwiseProgram(operandCount: earlier.count, steps: [.init(.constant)]),
                operands: earlier.map { View(slot: $0, shape: [1]) },
                output: View(slot: index, shape: [1]))), label: "", source: ""))
      }
      let lifetimes = SlotLifetimes(of: function)
      var pairs = Set<[Int]>()
      for a in 0..<count {
        for b in 0..<a {
          let (first, second) = (function.slots[a], function.slots[b])
          let together = lifetimes.ranges[a]!.overlaps(lifetimes.ranges[b]!)
          if together, first.offset < second.offset + second.byteCount,
            second.offset < first.offset + first.byteCount
          {
            pairs.insert([b, a])
          }
        }
      }
      let found = lifetimes.conflict(in: function)
      #expect((found == nil) == pairs.isEmpty)
      if let found {
        #expect(pairs.contains([min(found.first, found.second), max(found.first, found.second)]))
        conflicts += 1
      }
    }
    #expect(conflicts > 100 && conflicts < 1900)
  }
}
