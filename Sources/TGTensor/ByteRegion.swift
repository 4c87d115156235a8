/// A run of bytes of a mapped file or of memory, shared without a copy.
package struct ByteRegion: Sendable {
  private enum Backing: Sendable {
    case file(MappedFile)
    case memory([UInt8])
    case numbers([Float])
  }

  private let backing: Backing
  private let start: Int

  /// The number of bytes.
  package let count: Int

  /// The whole of a mapped file.
  package init(_ file: MappedFile) { self.init(.file(file), 0, file.count) }

  /// Bytes in memory.
  package init(_ bytes: [UInt8]) { self.init(.memory(bytes), 0, bytes.count) }

  private init(_ backing: Backing, _ start: Int, _ count: Int) {
    self.backing = backing
    self.start = start
    self.count = count
  }

  /// Numbers of float32 in memory, four bytes each, the lowest first.
  package init(numbers: [Float]) { self.init(.numbers(numbers), 0, 4 * numbers.count) }

  /// Part of the region, positions counted from its start; nil if the range reaches outside.
  package func region(_ range: Range<Int>) -> ByteRegion? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    return ByteRegion(backing, start + range.lowerBound, range.count)
  }

  /// A copy of part of the region; nil if the range reaches outside.
  package func bytes(_ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    let absolute = start + range.lowerBound..<start + range.upperBound
    switch backing {
    case .file(let file): return file.bytes(absolute)
    case .memory(let bytes): return [UInt8](bytes[absolute])
    case .numbers(let numbers):
      return absolute.map { position in
        UInt8(truncatingIfNeeded: numbers[position / 4].bitPattern >> (8 * (position % 4)))
      }
    }
  }

  /// A copy of the first bytes, fewer if the region is shorter.
  package func prefix(_ length: Int) -> [UInt8] { bytes(0..<min(length, count)) ?? [] }

  /// Lends the bytes to a closure.
  package func withSpan<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch backing {
    case .file(let file):
      try file.withSpan { (all) throws(Failure) in try body(all.extracting(start..<start + count)) }
    case .memory(let bytes):
      try body(unsafe bytes.span.bytes.extracting(start..<start + count))
    case .numbers(let numbers):
      try body(unsafe numbers.span.bytes.extracting(start..<start + count))
    }
  }
}
