import Foundation
import TGScores
import TGTensor
import Testing

/// Kernel distance, class score, precision and recall against direct enumeration.
@Suite struct SetScoreTests {
  private static func rows(_ count: Int, _ width: Int, _ f: (Int, Int) -> Double) -> Features {
    var rows = Features(width: width)
    for row in 0..<count { rows.append((0..<width).map { Float(f(row, $0)) }) }
    return rows
  }

  private static func line(_ numbers: [Float]) -> Features {
    Features(HostTensor([numbers.count, 1], numbers))
  }

  @Test func generatorGivesTheNumbersOfNumPy() {
    // numpy.random.RandomState(2020).permutation(8), and its first 32-bit numbers for the seed 5489.
    var random = NumpyRandom(seed: 5489)
    #expect([random.next(), random.next()] == [3_499_211_612, 581_869_302])
    random = NumpyRandom(seed: 2020)
    #expect(random.permutation(8) == [6, 2, 1, 4, 5, 3, 7, 0])
  }

  @Test func kernelDistanceOfWholeSetsIsTheDefinition() throws {
    let (one, two) = (
      Self.rows(6, 3) { sin(1 + Double($0) + 2 * Double($1)) },
      Self.rows(6, 3) { cos(0.5 + 1.5 * Double($0) + Double($1)) }
    )
    func kernel(_ a: Features, _ i: Int, _ b: Features, _ j: Int) -> Double {
      pow((0..<3).reduce(0) { $0 + a[i, $1] * b[j, $1] } / 3 + 1, 3)
    }
    var expected = 0.0
    for i in 0..<6 {
      for j in 0..<6 {
        if i != j { expected += (kernel(one, i, one, j) + kernel(two, i, two, j)) / 30 }
        expected -= 2 * kernel(one, i, two, j) / 36
      }
    }
    let result = try #require(
      KernelDistance.ofSubsets(one, two, subsets: 3, size: 6, seed: 1))
    #expect(abs(result.mean - expected) < 1e-12)
    // A subset of all rows is the set, in whatever order.
    #expect(result.deviation < 1e-12)
    #expect(abs(result.mean + 0.366_746_074_9) < 1e-6)
    #expect(KernelDistance.ofSubsets(one, two, subsets: 3, size: 7, seed: 1) == nil)
  }

  @Test func kernelDistanceOfSubsetsIsThatOfTheRowsDrawn() throws {
    let one = Self.rows(90, 7) { sin(Double($0 * $0 % 31) + 2 * Double($1)) }
    let two = Self.rows(80, 7) { cos(Double($0 * $0 % 29) + 3 * Double($1)) }
    var random = NumpyRandom(seed: 9)
    func subset(_ set: Features) -> Features {
      let drawn = random.choice(set.count, size: 70)
      return Self.rows(70, 7) { set[drawn[$0], $1] }
    }
    var values: [Double] = []
    for _ in 0..<2 {
      let (left, right) = (subset(one), subset(two))
      let whole = KernelDistance.ofSubsets(left, right, subsets: 1, size: 70, seed: 0)
      values.append(try #require(whole).mean)
    }
    let result = try #require(KernelDistance.ofSubsets(one, two, subsets: 2, size: 70, seed: 9))
    #expect(abs(result.mean - (values[0] + values[1]) / 2) < 1e-12)
    #expect(abs(result.deviation - abs(values[0] - values[1]) / 2) < 1e-12)
  }

  @Test func classScoreIsTheDefinition() throws {
    let logits = Self.rows(20, 4) { 3 * sin(1 + 1.7 * Double($0) + 2.3 * Double($1)) }
    let scores = try #require(ClassScore.ofSplits(logits, splits: 10, seed: nil))
    for (split, score) in scores.enumerated() {
      let shares = (2 * split..<2 * split + 2).map { (row: Int) -> [Double] in
        let powers = (0..<4).map { exp(logits[row, $0]) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
      }
      var divergence = 0.0
      for share in shares {
        for place in 0..<4 {
          let mean = (shares[0][place] + shares[1][place]) / 2
          divergence += share[place] * (log(share[place]) - log(mean)) / 2
        }
      }
      #expect(abs(score - exp(divergence)) < 1e-12)
    }
    let (mean, deviation) = spread(scores)
    #expect(abs(mean - 1.504_643_466_3) < 1e-6 && abs(deviation - 0.174_095_223_6) < 1e-6)
    let shuffled = spread(try #require(ClassScore.ofSplits(logits, splits: 10, seed: 2020)))
    #expect(abs(shuffled.mean - 1.507_895_548_2) < 1e-6)
    #expect(ClassScore.ofSplits(logits, splits: 21, seed: nil) == nil)
  }

  @Test func classesThatAreNeverSeenAreNoTrouble() throws {
    // Three rows that are each sure of another class of three: the score is 3.
    let logits = Self.rows(3, 5) { $0 == $1 ? 5000 : 0 }
    let scores = try #require(ClassScore.ofSplits(logits, splits: 1, seed: nil))
    #expect(abs(scores[0] - 3) < 1e-12)
  }

  @Test(arguments: [(3, 1.0), (1, 0.8)])
  func precisionAndRecallAreThoseOfPointsOnALine(neighbours: Int, precision: Double) throws {
    let result = try #require(
      Manifolds(
        generated: Self.line([0, 1, 2, 3, 10]), real: Self.line([0.5, 1.5, 2.5, 20, 21, 22, 23]),
        neighbours: neighbours))
    #expect(abs(result.precision - precision) < 1e-12)
    #expect(abs(result.recall - 3.0 / 7) < 1e-12)
    #expect(abs(result.balance - 2 * precision * 3 / 7 / (precision + 3.0 / 7)) < 1e-12)
  }

  @Test func precisionAndRecallOfManyPointsAreTheEnumeration() throws {
    let fakes = Self.rows(90, 3) { sin(Double($0 * $0 % 53) * 0.9 + 1.3 * Double($1)) }
    let reals = Self.rows(75, 3) { 1.2 * cos(Double($0 * $0 % 47) * 0.7 + 2.1 * Double($1)) }
    func distance(_ a: Features, _ i: Int, _ b: Features, _ j: Int) -> Double {
      (0..<3).reduce(0) { $0 + pow(a[i, $1] - b[j, $1], 2) }
    }
    func share(_ points: Features, inside balls: Features) -> Double {
      let radii = (0..<balls.count).map { i in
        (0..<balls.count).filter { $0 != i }.map { distance(balls, i, balls, $0) }.sorted()[3]
      }
      let inside = (0..<points.count).count { i in
        radii.indices.contains(where: { distance(points, i, balls, $0) <= radii[$0] })
      }
      return Double(inside) / Double(points.count)
    }
    let result = try #require(Manifolds(generated: fakes, real: reals, neighbours: 4))
    #expect(result.precision == share(fakes, inside: reals))
    #expect(result.recall == share(reals, inside: fakes))
    #expect(result.precision > 0 && result.precision < 1)
  }

  @Test func equalPointsLieInBallsWithoutExtent() throws {
    // Each point stands there twice, so that the nearest other one is at distance 0.
    let points = Self.rows(40, 2050) { sin(Double($0 / 2 * 7 + $1)) }
    let result = try #require(Manifolds(generated: points, real: points, neighbours: 1))
    #expect(result.precision == 1 && result.recall == 1)
  }
}
