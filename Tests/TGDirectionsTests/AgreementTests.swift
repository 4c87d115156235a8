import TGDirections
import TGSession
import Testing

/// Differences that agree, and what chance would make of them.
@Suite struct AgreementTests {
  private func noise(_ name: String) -> [[Double]] {
    (0..<30).map { item in
      Noise(seed: 4, input: name, item: item).normals(12).map { Double($0) }
    }
  }

  @Test func equalDifferencesAgreeMoreThanChance() {
    let one = noise("a")
    let other = zip(one, noise("b")).map { a, b in zip(a, b).map { 2 * $0 + 0.5 * $1 } }
    let found = Agreement(one, other, shuffles: 100, seed: 1)
    #expect(found.cosines.count == 30 && found.shuffled.count == 100)
    #expect(found.mean > 0.9 && abs(found.chance) < 0.05)
    #expect(abs(found.probability - 1.0 / 101) < 1e-12)
    #expect(found == Agreement(one, other, shuffles: 100, seed: 1))
  }

  @Test func strangersAgreeByChanceOnly() {
    let found = Agreement(noise("a"), noise("b"), shuffles: 200, seed: 1)
    #expect(abs(found.mean) < 0.15 && found.probability > 0.01)
  }

  /// All differences point one way: shuffled pairs agree as well, so the pairs say nothing.
  @Test func oneDirectionForAllIsNoAgreementOfPairs() {
    let one = noise("a").map { $0.map { 3 + 0.1 * $0 } }
    let found = Agreement(one, one.reversed(), shuffles: 50, seed: 1)
    #expect(found.mean > 0.99 && found.chance > 0.99)
  }

  @Test func onePairHasNoChanceToBeHeldAgainst() {
    let found = Agreement([[1, 0]], [[1, 1]], shuffles: 10, seed: 0)
    #expect(found.shuffled.isEmpty && found.probability == 1)
    #expect(abs(found.mean - 0.5.squareRoot()) < 1e-15)
  }
}
