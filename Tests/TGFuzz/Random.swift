/// A generator of numbers that follow from a seed (SplitMix64), and the damage made by them.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number below a positive bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True once in so many times.
  mutating func once(in times: Int) -> Bool { below(times) == 0 }

  /// One of some things.
  mutating func one<Item>(of items: [Item]) -> Item { items[below(items.count)] }

  /// A number that parsers trip over.
  mutating func number() -> UInt64 {
    let values: [UInt64] = [
      0, 1, 2, 7, 8, 63, 64, 127, 128, 255, 256, 1000, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000,
      0xffff_ffff, 1 << 32, 1 << 40, 1 << 60, 1 << 62, .max >> 1, .max >> 1 + 1, .max - 1, .max,
    ]
    return once(in: 4) ? next() >> UInt64(below(64)) : one(of: values)
  }

  /// The lowest bytes of such a number.
  mutating func numberBytes(_ count: Int) -> [UInt8] {
    let number = number()
    return (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64(min($0, 7)))) }
  }

  /// A file damaged without knowledge of its format, in one to four places.
  mutating func damaged(_ file: [UInt8], with corpus: [[UInt8]] = []) -> [UInt8] {
    var file = file
    for _ in 0...below(4) { damage(&file, corpus) }
    return file
  }

  private mutating func damage(_ file: inout [UInt8], _ corpus: [[UInt8]]) {
    guard !file.isEmpty else {
      file = [UInt8(truncatingIfNeeded: next())]
      return
    }
    let place = below(file.count)
    let length = min(file.count - place, 1 + below(once(in: 4) ? file.count : 8))
    switch below(8) {
    case 0, 1: file[place] ^= 1 << UInt8(below(8))
    case 2: file[place] = UInt8(truncatingIfNeeded: next())
    case 3:
      let bytes = numberBytes([1, 2, 4, 8][below(4)])
      for (offset, byte) in bytes.enumerated() where place + offset < file.count {
        file[place + offset] = byte
      }
    case 4: file.removeSubrange(place..<place + length)
    case 5: file.insert(contentsOf: file[place..<place + length], at: below(file.count + 1))
    case 6: file.removeSubrange((once(in: 4) ? place : file.count - 1)...)
    default:
      let other = corpus.isEmpty ? file : one(of: corpus)
      guard !other.isEmpty else { return }
      let start = below(other.count)
      let end = min(other.count, start + 1 + below(64))
      file.replaceSubrange(place..<place + length, with: other[start..<end])
    }
  }

  /// A list with items removed, repeated, exchanged or taken from elsewhere, in one to four places.
  mutating func rearranged<Item>(_ items: [Item], with others: [Item]) -> [Item] {
    var items = items
    for _ in 0...below(4) {
      guard !items.isEmpty else { return others }
      let place = below(items.count)
      switch below(5) {
      case 0: items.remove(at: place)
      case 1: items.insert(items[place], at: below(items.count + 1))
      case 2: items.swapAt(place, below(items.count))
      case 3: items.insert(one(of: others.isEmpty ? items : others), at: place)
      default: items[place] = one(of: others.isEmpty ? items : others)
      }
    }
    return items
  }

  /// A text with lines moved about, one of them damaged half of the time.
  mutating func damagedLines(of file: [UInt8], with corpus: [[UInt8]]) -> [UInt8] {
    let lines = corpus.map { $0.split(separator: 0x0a, omittingEmptySubsequences: false) }
    var changed = rearranged(
      file.split(separator: 0x0a, omittingEmptySubsequences: false), with: one(of: lines))
    if !changed.isEmpty, once(in: 2) {
      let place = below(changed.count)
      changed[place] = damaged(Array(changed[place]))[...]
    }
    return Array(changed.joined(separator: [0x0a]))
  }
}
