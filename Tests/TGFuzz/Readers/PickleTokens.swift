import TGTensor

/// A file cut into the instructions of its pickles and the raw bytes that follow them.
struct PickleTokens {
  private var tokens: [[UInt8]] = []
  private var tail: [UInt8]

  init(_ file: [UInt8]) {
    var rest = file[...]
    while let length = PickleTokens.length(rest) {
      tokens.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
      // Between streams only the mark of a protocol can follow.
      if tokens.last == [0x2e], rest.first != 0x80 { break }
    }
    tail = Array(rest)
  }

  /// The file with instructions moved about and their operands replaced.
  func mutated(with other: PickleTokens, _ random: inout Random) -> [UInt8] {
    var result = tokens
    for _ in 0...random.below(3) {
      guard !result.isEmpty else { break }
      switch random.below(4) {
      case 0: result = random.rearranged(result, with: other.tokens)
      case 1: result.insert(random.one(of: PickleTokens.idioms), at: random.below(result.count))
      default:
        let place = random.below(result.count)
        result[place] = operand(of: result[place], &random)
      }
    }
    let end = random.once(in: 4) ? random.damaged(tail) : tail
    return result.flatMap { $0 } + end
  }

  /// The file with one of the files that lie in it damaged so, its length right again.
  func mutatedInside(_ random: inout Random) -> [UInt8] {
    let places = tokens.indices.filter {
      [0x42, 0x43].contains(tokens[$0].first) && inside(tokens[$0]).starts(with: [0x80, 2, 0x8a])
    }
    guard !places.isEmpty else { return mutated(with: self, &random) }
    var result = tokens
    let place = random.one(of: places)
    let file = PickleTokens(inside(tokens[place]))
    let changed = file.mutated(with: file, &random)
    result[place] = [0x42]
    result[place].append(littleEndian: UInt32(truncatingIfNeeded: changed.count))
    result[place] += changed
    return result.flatMap { $0 } + tail
  }

  /// The operand of an instruction of bytes.
  private func inside(_ token: [UInt8]) -> [UInt8] {
    Array(token.dropFirst(token.first == 0x43 ? 2 : 5))
  }

  /// The same instruction with another operand.
  private func operand(of token: [UInt8], _ random: inout Random) -> [UInt8] {
    guard let code = token.first else { return token }
    switch UInt32(code) {
    case UInt32(UInt8(ascii: "c")):
      return random.one(of: tokens.filter { $0.first == code } + PickleTokens.idioms)
    case 0x4b, 0x4d, 0x4a, 0x71, 0x72, 0x68, 0x6a:
      // Small numbers turn up as wrong shapes and strides, great ones as impossible ones.
      if random.once(in: 2) { return [code] + small(token.count - 1, &random) }
      return [code] + random.numberBytes(token.count - 1)
    case 0x58, 0x54, 0x42:
      return [code] + random.numberBytes(2) + token.dropFirst(3)
    default:
      guard token.count > 1 else { return [UInt8(truncatingIfNeeded: random.next())] }
      return [code] + random.damaged(Array(token.dropFirst()))
    }
  }

  private func small(_ count: Int, _ random: inout Random) -> [UInt8] {
    (0..<count).map { $0 == 0 ? UInt8(random.below(16)) : 0 }
  }

  /// Instructions that attacks are made of.
  private static let idioms: [[UInt8]] =
    [
      "cposix\nsystem\n", "c__builtin__\neval\n", "ccollections\nOrderedDict\n", "ctorch\nSize\n",
      "ctorch_utils.persistence\n_reconstruct_persistent_obj\n", "ctfutil\nNetwork\n",
      "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nLongStorage\n", "cnumpy\ndtype\n",
      "cnumpy\nndarray\n", "c_codecs\nencode\n", "ctorch._utils\n_rebuild_parameter\n", "(", "t",
      "R", "b", "Q", "l", "d", "u", "e", "s", "2", "0", "1", "(((((((", "]", "}", ")", "h\u{0}",
      "K\u{1}", "N",
    ].map { Array($0.utf8) } + [[0x81], [0x93], [0x94], [0x85], [0x91], [0x8f, 0x28, 0x90]]

  /// The bytes of the instruction at the start; nil if it is none or not all there.
  private static func length(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let code = bytes.first else { return nil }
    func number(_ width: Int) -> Int {
      bytes.dropFirst().prefix(min(width, 4)).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let length: Int
    switch Character(Unicode.Scalar(code)) {
    case "I", "L", "F", "S", "V", "p", "g", "P": return line(bytes)
    case "c", "i":
      guard let first = line(bytes), let second = line(bytes.dropFirst(first)) else { return nil }
      return first + second
    case "K", "q", "h", "\u{80}", "\u{82}": length = 2
    case "M", "\u{83}": length = 3
    case "J", "r", "j", "\u{84}": length = 5
    case "G", "\u{95}": length = 9
    case "U", "C", "\u{8c}", "\u{8a}": length = 2 + number(1)
    case "T", "X", "B", "\u{8b}": length = 5 + number(4)
    case "\u{8d}", "\u{8e}", "\u{96}": length = 9 + number(8)
    case "(", ")", "t", "l", "d", "e", "u", "a", "s", "]", "}", ".", "N", "0", "1", "2", "R", "b",
      "Q", "o", "\u{81}", "\u{85}"..."\u{89}", "\u{8f}"..."\u{91}", "\u{93}", "\u{94}":
      length = 1
    default: return nil
    }
    return length <= bytes.count ? length : nil
  }

  private static func line(_ bytes: ArraySlice<UInt8>) -> Int? {
    bytes.firstIndex(of: 0x0a).map { $0 - bytes.startIndex + 1 }
  }
}
