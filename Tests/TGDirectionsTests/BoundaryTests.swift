import TGDirections
import TGSession
import Testing

/// Machines on sets whose plane is known, boundaries, and directions taken out of each other.
@Suite struct BoundaryTests {
  /// Two points at distance 2 on each side: with the intercept in the penalty the best machine for
  /// x = ±1 is w = 1, b = 0, with the margin at the points.
  @Test func twoPointsHaveTheirPlaneBetweenThem() {
    var settings = LinearSVM.Settings()
    settings.tolerance = 1e-10
    let machine = LinearSVM([[1], [-1]], labels: [true, false], settings: settings)
    #expect(machine.hasConverged)
    #expect(abs(machine.weights[0] - 1) < 1e-9 && abs(machine.intercept) < 1e-9)
  }

  /// A square and its mirror: margin 2 / |w| is the gap of 4 between the sets.
  @Test func theMarginOfASeparableSetIsItsGap() {
    let samples: [[Float]] = [[2, 1], [2, -1], [5, 3], [-2, 1], [-2, -1], [-7, 0]]
    let labels = [true, true, true, false, false, false]
    var settings = LinearSVM.Settings()
    settings.tolerance = 1e-10
    settings.mostPasses = 100_000
    let machine = LinearSVM(samples, labels: labels, settings: settings)
    #expect(machine.hasConverged)
    #expect(abs(2 / Vector.length(machine.weights) - 4) < 1e-6, "\(machine.weights)")
    #expect(abs(machine.weights[1]) < 1e-6)
    #expect(machine.accuracy(samples, labels: labels) == 1)
    // Samples on the margin are at 1 exactly, those behind it further away.
    #expect(abs(machine.value(of: [2, 1]) - 1) < 1e-6 && machine.value(of: [5, 3]) > 2)
  }

  /// The conditions of the optimum hold on noise that no plane divides: w is the weighted sum of the
  /// samples, and no sample beyond the margin pulls.
  @Test func costBoundsWhatAMislabelledSampleDoes() {
    let samples: [[Float]] = [[1], [1.1], [-1], [-1.1], [3]]
    let labels = [true, true, false, false, false]
    var settings = LinearSVM.Settings()
    settings.cost = 0.01
    settings.tolerance = 1e-12
    let machine = LinearSVM(samples, labels: labels, settings: settings)
    // Every sample is inside the margin at so small a cost, so each weighs C: 0.01 · (1 + 1.1 + 1 + 1.1 - 3).
    #expect(abs(machine.weights[0] - 0.012) < 1e-9)
    #expect(abs(machine.intercept + 0.01) < 1e-12)
  }

  @Test func theSeedDecidesTheOrderAndNothingElseDoes() {
    let samples = (0..<40).map { item in
      Noise(seed: 3, input: "x", item: item).normals(6)
    }
    let labels = samples.map { $0[0] + 0.3 * $0[1] > 0 }
    let one = LinearSVM(samples, labels: labels)
    #expect(one == LinearSVM(samples, labels: labels))
    #expect(Shuffle.order(9, seed: 1, name: "a").sorted() == Array(0..<9))
    #expect(Shuffle.order(9, seed: 1, name: "a") != Shuffle.order(9, seed: 2, name: "a"))
  }

  /// Scores are a linear function of the codes, so the normal is its gradient.
  @Test func aBoundaryFindsTheGradientOfItsScores() throws {
    let codes = (0..<4000).map { item in Noise(seed: 1, input: "z", item: item).normals(8) }
    let scores = codes.map { 3 * Double($0[2]) + 4 * Double($0[5]) }
    var settings = Boundary.Settings()
    settings.taken = 0.1
    let found = try Boundary(codes, scores: scores, settings: settings)
    let cosine = found.normal[2] * 0.6 + found.normal[5] * 0.8
    #expect(cosine > 0.95, "\(cosine)")
    #expect(abs(Vector.length(found.normal) - 1) < 1e-12)
    #expect(found.trained == 560 && found.validation.count == 240)
    #expect(found.remaining.count == 3200)
    #expect(found.validation.share > 0.98 && found.remaining.share > 0.85)
  }

  @Test func whatHasNoBoundaryIsRefused() {
    let codes: [[Float]] = (0..<10).map { [Float($0)] }
    #expect(throws: Boundary.Fault.tooFew(taken: 0, of: 10)) {
      try Boundary(codes, scores: (0..<10).map { Double($0) })
    }
    var settings = Boundary.Settings()
    settings.taken = 0.5
    #expect(throws: Boundary.Fault.allEqual(7)) {
      try Boundary(codes, scores: codes.map { _ in 7 }, settings: settings)
    }
  }

  @Test func countsAreSharesOrNumbers() {
    var settings = Boundary.Settings()
    #expect(settings.count(of: 1000) == 20)
    settings.taken = 30
    #expect(settings.count(of: 1000) == 30 && settings.count(of: 40) == 20)
  }

  /// One condition: n - (n·c) c. Two: the formula of the authors for boundaries that are not orthogonal.
  @Test func projectionsAreTheirEquations() throws {
    let p = [0.6, 0.0, 0.8]
    let c = [0.0, 0.6, 0.8]
    let one = try #require(Vector.projected(p, outOf: [c]))
    let share = Vector.product(p, c)
    let byHand = try #require(Vector.unit(zip(p, c).map { $0 - share * $1 }))
    for (a, b) in zip(one, byHand) { #expect(abs(a - b) < 1e-15) }
    let d = [1.0, 0.0, 0.0]
    let q = [0.5, 0.5, 0.1, 0.7]
    let c1 = try #require(Vector.unit([1, 2, 0, 0]))
    let c2 = try #require(Vector.unit([0, 1, 1, 0]))
    let n = try #require(Vector.unit(q))
    let g = Vector.product(c1, c2)
    let (x, y) = (Vector.product(n, c1), Vector.product(n, c2))
    let a = (x - y * g) / (1 - g * g)
    let b = (y - x * g) / (1 - g * g)
    let formula = try #require(
      Vector.unit(n.indices.map { n[$0] - a * c1[$0] - b * c2[$0] }))
    let both = try #require(Vector.projected(q, outOf: [c1, c2]))
    for (f, v) in zip(formula, both) { #expect(abs(f - v) < 1e-14) }
    #expect(abs(Vector.product(both, c1)) < 1e-15 && abs(Vector.product(both, c2)) < 1e-15)
    // The same condition twice is one; a direction out of itself is nothing.
    #expect(Vector.projected(p, outOf: [c, c]) == one)
    #expect(Vector.projected(d, outOf: [[-2, 0, 0]]) == nil)
    #expect(Vector.unit([0, 0]) == nil && Vector.cosine([0, 0], [1, 0]) == 0)
  }
}
