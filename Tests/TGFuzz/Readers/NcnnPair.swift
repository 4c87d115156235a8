import TGTensor

/// The two files of an ncnn network.
struct NcnnPair {
  /// The `.param`.
  var text: [UInt8]
  /// The `.bin`.
  var numbers: [UInt8]

  init(text: [UInt8], numbers: [UInt8]) {
    self.text = text
    self.numbers = numbers
  }

  /// Takes both out of one input; a length beyond its end makes all of it text.
  init(joined: [UInt8]) {
    let length = joined.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let rest = joined.dropFirst(4)
    text = Array(rest.prefix(length))
    numbers = Array(rest.dropFirst(length))
  }

  /// Both in one input.
  var joined: [UInt8] {
    var result: [UInt8] = []
    result.append(littleEndian: UInt32(text.count))
    return result + text + numbers
  }

  /// Another network: words of its text replaced, lines left out or doubled with the counts right
  /// again, numbers damaged.
  func mutated(_ random: inout Random) -> NcnnPair {
    var result = self
    var lines = text.split(separator: 0x0a).map { Array($0) }
    guard lines.count > 2 else { return result }
    for _ in 0...random.below(2) {
      let place = 2 + random.below(lines.count - 2)
      switch random.below(4) {
      case 0 where lines.count > 3: lines.remove(at: place)
      case 1: lines.insert(lines[place], at: place)
      default:
        var words = lines[place].split(separator: 0x20).map { Array($0) }
        let word = random.below(words.count)
        let key = words[word].firstIndex(of: 0x3d).map { Array(words[word][...$0]) } ?? []
        words[word] = key + Array(random.one(of: Self.values).utf8)
        lines[place] = Array(words.joined(separator: [0x20]))
      }
    }
    if random.once(in: 2) {
      let outputs = lines.dropFirst(2).reduce(0) { sum, line in
        let words = line.split(separator: 0x20)
        return words.count > 3 ? sum + (Int(String(decoding: words[3], as: UTF8.self)) ?? 0) : sum
      }
      lines[1] = Array("\(lines.count - 2) \(outputs)".utf8)
    }
    result.text = Array(lines.joined(separator: [0x0a]))
    if random.once(in: 4) { result.numbers = random.damaged(numbers) }
    return result
  }

  private static let values = [
    "0", "1", "-1", "2147483647", "-2147483648", "99999999999", "1.5", "1,2,3", "\"a b\"", "-233",
    "Convolution", "PReLU", "Unknown", "x", "", "nan",
  ]
}
