/// The numbers of NumPy's `RandomState(seed)`: the Mersenne twister MT19937 (Matsumoto and Nishimura
/// 1998) with NumPy's way to whole numbers and permutations, so that a draw of others can be repeated.
package struct NumpyRandom: Sendable {
  private var state: [UInt32]
  private var position = 624

  /// Begins with a seed.
  package init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(624)
    for index in 1..<624 {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(index))
    }
  }

  /// The next 32 bits.
  package mutating func next() -> UInt32 {
    if position == 624 { turn() }
    var bits = state[position]
    position += 1
    bits ^= bits >> 11
    bits ^= bits << 7 & 0x9D2C_5680
    bits ^= bits << 15 & 0xEFC6_0000
    return bits ^ bits >> 18
  }

  /// A whole number of 0 ... largest, below 2³²: bits under a mask until they are small enough.
  package mutating func upTo(_ largest: Int) -> Int {
    guard largest > 0 else { return 0 }
    let mask = UInt32.max >> UInt32(UInt32(largest).leadingZeroBitCount)
    while true {
      let number = next() & mask
      if number <= UInt32(largest) { return Int(number) }
    }
  }

  /// The whole numbers below `count` in an order by chance, as `permutation(count)`.
  package mutating func permutation(_ count: Int) -> [Int] {
    var result = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { result.swapAt(last, upTo(last)) }
    return result
  }

  /// Some of the whole numbers below `count`, none twice, as `choice(count, size, replace=False)`.
  package mutating func choice(_ count: Int, size: Int) -> [Int] {
    Array(permutation(count).prefix(size))
  }

  private mutating func turn() {
    for index in 0..<624 {
      let bits = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7FFF_FFFF
      state[index] = state[(index + 397) % 624] ^ bits >> 1 ^ (bits & 1 == 1 ? 0x9908_B0DF : 0)
    }
    position = 0
  }
}
