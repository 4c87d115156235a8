/// The values of a binary Torch7 file, as ranges of its bytes. What makes no sense ends the list.
struct Torch7Values {
  private let bytes: [UInt8]
  /// Whole values: their bytes can stand for each other.
  private var values: [Range<Int>] = []
  /// Places of lengths, counts, indices and extents.
  private var numbers: [Int] = []
  /// Numbers of objects that have begun.
  private var seen: Set<Int> = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var position = 0
    _ = value(&position, depth: 0)
  }

  /// Another file: a value replaced by another of this or that file, or a number by another.
  func mutated(with other: Torch7Values, _ random: inout Random) -> [UInt8] {
    var result = bytes
    if random.once(in: 2), !values.isEmpty, !other.values.isEmpty {
      let place = values[random.below(values.count)]
      let new = random.one(of: other.values)
      result.replaceSubrange(place, with: other.bytes[new])
    } else if numbers.count > 1 {
      for _ in 0...random.below(2) {
        let place = numbers[random.below(numbers.count)]
        let new = random.one(of: [0, 1, 2, 3, 4, 7, 9, 64, 65, -1, .max, .min]) as Int32
        for byte in 0..<4 {
          result[place + byte] = UInt8(truncatingIfNeeded: new >> (8 * Int32(byte)))
        }
      }
    } else {
      result = random.damaged(result)
    }
    return result
  }

  private mutating func int(_ position: inout Int) -> Int? {
    guard position + 4 <= bytes.count else { return nil }
    let found = bytes[position..<position + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    numbers.append(position)
    position += 4
    return Int(Int32(bitPattern: found))
  }

  private mutating func block(_ position: inout Int) -> ArraySlice<UInt8>? {
    guard let count = int(&position), count >= 0, count <= bytes.count - position else {
      return nil
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// Passes over a value; false if it makes no sense.
  private mutating func value(_ position: inout Int, depth: Int) -> Bool {
    let start = position
    guard depth < 64, let tag = int(&position), contents(tag, &position, depth) else {
      return false
    }
    values.append(start..<position)
    return true
  }

  private mutating func contents(_ tag: Int, _ position: inout Int, _ depth: Int) -> Bool {
    switch tag {
    case 0: return true
    case 1:
      position += 8
      return position <= bytes.count
    case 2: return block(&position) != nil
    case 5: return int(&position) != nil
    case 3, 4:
      guard let index = int(&position) else { return false }
      guard seen.insert(index).inserted else { return true }
      return tag == 3 ? table(&position, depth) : object(&position, depth)
    default: return false
    }
  }

  private mutating func table(_ position: inout Int, _ depth: Int) -> Bool {
    guard let count = int(&position), count >= 0 else { return false }
    for _ in 0..<2 * min(count, 10_000) {
      guard value(&position, depth: depth + 1) else { return false }
    }
    return true
  }

  private mutating func object(_ position: inout Int, _ depth: Int) -> Bool {
    guard block(&position) != nil, let name = block(&position) else { return false }
    let text = String(decoding: name, as: UTF8.self)
    guard text.hasPrefix("torch.") else { return value(&position, depth: depth + 1) }
    if text.hasSuffix("Storage") {
      guard let count = int(&position), count >= 0, count <= 1 << 20 else { return false }
      position += 4 + count * (Self.sizes.first { text.contains($0.name) }?.size ?? 4)
      return position <= bytes.count
    }
    guard let rank = int(&position), (0...8).contains(rank) else { return false }
    for _ in 0..<2 * rank + 1 {
      guard int(&position) != nil else { return false }
      position += 4
    }
    return value(&position, depth: depth + 1)
  }

  private static let sizes: [(name: String, size: Int)] = [
    ("Byte", 1), ("Char", 1), ("Short", 2), ("Half", 2), ("Int", 4), ("Long", 8), ("Double", 8),
  ]
}
