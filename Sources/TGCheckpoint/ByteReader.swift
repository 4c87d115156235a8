import TGTensor

/// Bytes read one after the other through a window, so that large files are not copied.
struct ByteReader {
  private let region: ByteRegion
  private let windowSize: Int
  private var window: [UInt8] = []
  private var windowStart = 0

  /// The position of the next byte, from the start of the region.
  private(set) var position: Int

  /// Reads from a position; a small window suits a single look.
  init(_ region: ByteRegion, at position: Int = 0, window: Int = 1 << 16) {
    self.region = region
    self.position = position
    windowSize = window
  }

  /// The bytes that are left.
  var remaining: Int { region.count - position }

  /// The next byte, which stays the next one; nil at the end.
  mutating func peek() -> UInt8? {
    if position - windowStart >= window.count {
      guard remaining > 0 else { return nil }
      window = region.bytes(position..<position + min(remaining, windowSize)) ?? []
      windowStart = position
    }
    return window[position - windowStart]
  }

  /// The next byte; nil at the end.
  mutating func next() -> UInt8? {
    let byte = peek()
    if byte != nil { position += 1 }
    return byte
  }

  /// The range of the next bytes, which are passed over; nil if so many are not there.
  mutating func skip(_ count: UInt64) -> Range<Int>? {
    guard count <= UInt64(remaining) else { return nil }
    let start = position
    position += Int(count)
    if position < windowStart || position > windowStart + window.count { window = [] }
    if window.isEmpty { windowStart = position }
    return start..<position
  }
}
