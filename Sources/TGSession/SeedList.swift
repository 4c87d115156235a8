/// Seeds as written on the command line: `0-35,97`.
package struct SeedList: Hashable, Sendable {
  /// The seeds in the order written, repetitions included.
  package let seeds: [UInt64]

  /// The most seeds of one run.
  package static let limit = 1_000_000

  /// Reads numbers and ranges, separated by commas; nil if the text is something else, a range runs
  /// backwards or there are more than `limit` seeds.
  package init?(_ text: String) {
    var seeds: [UInt64] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Self.number($0)
      }
      guard let first = ends.first.flatMap({ $0 }) else { return nil }
      switch ends.count {
      case 1: seeds.append(first)
      case 2:
        guard let last = ends[1], first <= last, last - first < UInt64(Self.limit) else {
          return nil
        }
        seeds += first...last
      default: return nil
      }
      guard seeds.count <= Self.limit else { return nil }
    }
    self.seeds = seeds
  }

  private static func number(_ text: Substring) -> UInt64? {
    let digits = text.trimmed
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return UInt64(digits)
  }
}

extension Substring {
  /// The text without spaces at its ends.
  fileprivate var trimmed: Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
