#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The constant numbers of a plan, read-only: a part of a mapped file, or memory of our own.
///
/// The first byte lies at a multiple of 64 bytes.
@safe package final class WeightSection: Sendable {
  /// The alignment of the first byte.
  package static let alignment = 64
  /// The number of bytes.
  package let count: Int
  private let base: UInt
  /// Where the section begins in the file, in bytes.
  private let fileOffset: Int
  /// What the bytes belong to; nil if they are our own.
  private let file: MappedFile?

  /// Lends a part of a mapped file; nil unless it lies inside the file, at a multiple of 64 bytes.
  package init?(file: MappedFile, offset: Int, count: Int) {
    guard offset >= 0, count >= 0, offset <= file.count, count <= file.count - offset,
      offset % Self.alignment == 0
    else { return nil }
    self.file = file
    self.count = count
    fileOffset = offset
    base = unsafe file.withBytes { UInt(bitPattern: $0.baseAddress) + UInt(offset) }
  }

  /// Copies numbers, or bytes, as they lie in memory; nil if there is no memory for them.
  package init?<Element: BitwiseCopyable>(elements: [Element]) {
    count = elements.count * MemoryLayout<Element>.stride
    file = nil
    fileOffset = 0
    var memory: UnsafeMutableRawPointer?
    guard unsafe posix_memalign(&memory, Self.alignment, max(1, count)) == 0,
      let memory = unsafe memory
    else { return nil }
    unsafe elements.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe memory.copyMemory(from: start, byteCount: source.count)
      }
    }
    base = UInt(bitPattern: memory)
  }

  deinit {
    if file == nil { unsafe free(UnsafeMutableRawPointer(bitPattern: base)) }
  }

  /// The byte at a position; traps outside the section.
  package func byte(at position: Int) -> UInt8 {
    precondition(position >= 0 && position < count, "a byte of the section")
    return unsafe bytes.load(fromByteOffset: position, as: UInt8.self)
  }

  /// Gives the memory back that some bytes of a mapped file take, because nothing reads them for now; does
  /// nothing for memory of our own.
  package func release(_ range: Range<Int>) {
    let inside = range.clamped(to: 0..<count)
    file?.release(fileOffset + inside.lowerBound..<fileOffset + inside.upperBound)
  }

  /// The bytes; valid as long as the section.
  @unsafe package var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: base), count: count)
  }
}
