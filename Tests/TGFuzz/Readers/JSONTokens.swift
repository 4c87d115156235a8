/// A text of literals cut into strings, numbers, words and single marks: JSON, or Python's literals.
struct JSONTokens {
  private var tokens: [[UInt8]] = []

  init(_ text: [UInt8]) {
    var rest = text[...]
    while let first = rest.first {
      var length = 1
      if first == 0x22 || first == 0x27 {
        let end = rest.dropFirst().firstIndex(of: first) ?? rest.endIndex - 1
        length = end - rest.startIndex + 1
      } else if JSONTokens.isWord(first) {
        length = rest.prefix { JSONTokens.isWord($0) }.count
      }
      tokens.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || [0x2d, 0x2b, 0x2e].contains(byte)
  }

  /// The text with tokens moved about and numbers replaced.
  func mutated(_ random: inout Random) -> [UInt8] {
    var result = tokens
    for _ in 0...random.below(3) {
      guard !result.isEmpty else { break }
      let numbers = result.indices.filter { (0x30...0x39).contains(result[$0].first ?? 0) }
      switch random.below(4) {
      case 0: result = random.rearranged(result, with: tokens)
      case 1: result.insert(random.one(of: JSONTokens.idioms), at: random.below(result.count))
      case 2:
        let place = random.below(result.count)
        result[place] = random.damaged(result[place])
      default:
        guard !numbers.isEmpty else { continue }
        let number = random.once(in: 2) ? UInt64(random.below(100)) : random.number()
        result[random.one(of: numbers)] = Array("\(number)".utf8)
      }
    }
    return result.flatMap { $0 }
  }

  private static let idioms: [[UInt8]] =
    [
      "[", "]", "{", "}", "(", ")", ",", ":", "null", "true", "False", "1e999", "-0", "0.5", "1L",
      "\"\\ud800\"", "\"\\u0000\"", "'<f4'", "\"F64\"", "'>i8'", "'|O'", " ", "\n",
      "[[[[[[[[[[[[[[[[[[[[", "\"__metadata__\":{},", "18446744073709551616",
    ].map { Array($0.utf8) } + [[0xff], [0]]
}
