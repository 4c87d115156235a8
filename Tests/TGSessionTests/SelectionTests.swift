import TGSession
import Testing

/// Lists of seeds, and items cut into batches.
@Suite struct SelectionTests {
  @Test(
    arguments: [
      ("0", [0]), ("0-3,97", [0, 1, 2, 3, 97]), ("5-5", [5]), ("1, 2", [1, 2]),
      ("18446744073709551615", [UInt64.max]), ("3,3", [3, 3]),
    ] as [(String, [UInt64])])
  func seeds(text: String, expected: [UInt64]) {
    #expect(SeedList(text)?.seeds == expected)
  }

  @Test(arguments: [
    "", ",", "1,", "3-1", "1-2-3", "-1", "a", "0x3", "1.5", "0-99999999999", "٣",
    "18446744073709551616", "0-18446744073709551615",
  ])
  func seedsThatAreNone(text: String) {
    #expect(SeedList(text) == nil)
  }

  /// Count, sizes, then the batches as items and size; padding only where items are independent.
  @Test(
    arguments: [
      (1, [1, 8], [(1, 1)]), (8, [1, 8], [(8, 8)]), (10, [1, 8], [(8, 8), (1, 1), (1, 1)]),
      (3, [8], [(3, 8)]), (10, [8], [(8, 8), (2, 8)]), (7, [3, 4], [(4, 4), (3, 3)]),
      (1, [3, 8], [(1, 3)]),
    ] as [(Int, [Int], [(Int, Int)])])
  func batches(count: Int, sizes: [Int], expected: [(Int, Int)]) {
    let plan = BatchPlan(count: count, sizes: sizes, itemsInteract: false, belongTogether: true)
    #expect(plan?.chunks.map(\.items.count) == expected.map(\.0))
    #expect(plan?.chunks.map(\.size) == expected.map(\.1))
    #expect(plan?.chunks.flatMap { Array($0.items) } == Array(0..<count))
  }

  @Test func itemsThatInteractAreNeverPaddedOrCut() {
    func sizes(_ count: Int, _ sizes: [Int], together: Bool) -> [Int]? {
      BatchPlan(count: count, sizes: sizes, itemsInteract: true, belongTogether: together)?
        .chunks.map(\.size)
    }
    #expect(sizes(3, [1, 3, 8], together: true) == [3])
    #expect(sizes(3, [1, 8], together: true) == nil)
    #expect(sizes(4, [2], together: true) == nil)
    #expect(sizes(3, [1, 3], together: false) == [1, 1, 1])
    #expect(sizes(3, [3], together: false) == nil)
  }
}
