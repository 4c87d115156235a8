import TGTensor

/// A pickle stream, read through a window so that large files are not copied.
struct PickleInput {
  private let region: ByteRegion
  private var window: [UInt8] = []
  private var windowStart = 0

  /// The position of the next byte, from the start of the file.
  private(set) var position: Int

  init(_ region: ByteRegion, at position: Int) {
    self.region = region
    self.position = position
  }

  /// The bytes that are left.
  var remaining: Int { region.count - position }

  mutating func byte() throws(PickleFault) -> UInt8 {
    if position - windowStart >= window.count {
      guard remaining > 0 else { throw .truncated }
      window = region.bytes(position..<position + min(remaining, 1 << 16)) ?? []
      windowStart = position
    }
    defer { position += 1 }
    return window[position - windowStart]
  }

  /// The next bytes; a length is believed only if that many bytes are there.
  mutating func take(_ count: UInt64) throws(PickleFault) -> [UInt8] {
    guard count <= UInt64(remaining) else { throw .truncated }
    let end = position + Int(count)
    defer { position = end }
    if end - windowStart <= window.count {
      return [UInt8](window[position - windowStart..<end - windowStart])
    }
    return region.bytes(position..<end) ?? []
  }

  /// A whole number of some bytes, lowest first.
  mutating func unsigned(_ count: Int) throws(PickleFault) -> UInt64 {
    var result: UInt64 = 0
    for shift in 0..<count { result |= UInt64(try byte()) << UInt64(8 * shift) }
    return result
  }

  /// The bytes up to the next line end, which is consumed.
  mutating func line() throws(PickleFault) -> [UInt8] {
    var line: [UInt8] = []
    while true {
      let next = try byte()
      if next == 0x0a { return line }
      line.append(next)
      guard line.count <= 1 << 24 else { throw .budget("bytes in a line", limit: 1 << 24) }
    }
  }
}
