import TGScores
import Testing

/// R-precision by enumeration, and the slices of its folds.
@Suite struct RPrecisionTests {
  @Test func cosinesDecideAndTiesCount() {
    var precision = RPrecision()
    precision.add(picture: [1, 0], caption: [1, 1], wrong: [[0, 1], [-1, 0]])
    precision.add(picture: [1, 0], caption: [1, 1], wrong: [[0, 1], [3, 1]])
    precision.add(picture: [1, 0], caption: [2, 2], wrong: [[2, 2]])
    precision.add(picture: [0, 0], caption: [1, 1], wrong: [[5, 5]])
    #expect(precision.hits == [true, false, true, true])
    #expect(precision.share == 0.75)
    #expect(cosine([0, 0], [0, 0]) == 0)
  }

  @Test func publishedFoldsLackTheirLastEntry() throws {
    var precision = RPrecision()
    for index in 0..<43 {
      precision.add(picture: [1], caption: [index.isMultiple(of: 3) ? 1 : -1], wrong: [[0]])
    }
    var random = NumpyRandom(seed: 7)
    let order = random.permutation(43)
    func share(_ range: Range<Int>) -> Double {
      Double(range.count { order[$0].isMultiple(of: 3) }) / Double(range.count)
    }
    let published = try #require(precision.folds(4, .published, seed: 7))
    #expect(published == (0..<4).map { share($0 * 10..<$0 * 10 + 9) })
    let whole = try #require(precision.folds(4, .whole, seed: 7))
    #expect(whole == (0..<4).map { share($0 * 10..<$0 * 10 + 10) })
    #expect(precision.folds(43, .published, seed: 7) == nil)
    #expect(precision.folds(43, .whole, seed: 7)?.count == 43)
  }

  @Test func wrongCaptionsAreOfOtherClassesAndUniformOverPictures() throws {
    // Picture 2 has three captions, and its class one picture; pictures 0 and 1 share a class.
    let pool = try #require(
      WrongCaptions(captions: [[0], [1], [2, 3, 4], [5]], classes: [0, 0, 1, 2]))
    var random = NumpyRandom(seed: 3)
    let drawn = pool.draw(6000, for: 1, by: &random)
    #expect(Set(drawn) == [2, 3, 4, 5])
    let single = drawn.count { $0 == 5 }
    #expect((2800...3200).contains(single), "half of the draws are of picture 3")
    #expect(WrongCaptions(captions: [[0], [1]], classes: [4, 4]) == nil)
    #expect(WrongCaptions(captions: [[0], []], classes: [4, 5]) == nil)
  }
}
