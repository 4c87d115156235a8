import TGTensor

/// The numbers, strings and blocks of a Torch7 file, one after the other.
///
/// Sources: torch7's File.lua and lib/TH/THDiskFile.c. A number of a text file ends with one newline,
/// an array of numbers too; strings and blocks are as they are, and one newline follows.
struct Torch7Stream {
  /// How numbers are written.
  enum Form: Hashable, Sendable {
    /// Little-endian; a `long` of C has 8 bytes, or 4 where the writer's C said so.
    case binary(longSize: Int)
    /// Decimal, with white space between.
    case text
  }

  /// How numbers are written here.
  let form: Form
  private let file: ByteRegion
  private var reader: ByteReader

  init(_ file: ByteRegion, _ form: Form) {
    self.file = file
    self.form = form
    reader = ByteReader(file)
  }

  /// The position of the next byte.
  var position: Int { reader.position }

  /// The bytes that are left.
  var remaining: Int { reader.remaining }

  /// The element type that a `long` is stored as.
  var longType: StoredType { form == .binary(longSize: 4) ? .int32 : .int64 }

  /// An error at the next byte.
  func fault(_ fault: Torch7Fault) -> CheckpointFault { .torch7(offset: position, fault) }

  // MARK: Numbers

  /// A number of 32 bits with a sign.
  mutating func int() throws(CheckpointFault) -> Int {
    if form == .text { return try ended(try whole(Int32.self)) }
    return Int(Int32(truncatingIfNeeded: try bits(4)))
  }

  /// A number of as many bits as a `long` has.
  mutating func long() throws(CheckpointFault) -> Int {
    switch form {
    case .text: try ended(try whole(Int64.self))
    case .binary(4): Int(Int32(truncatingIfNeeded: try bits(4)))
    case .binary: Int(truncatingIfNeeded: try bits(8))
    }
  }

  /// Some longs in a row; there are at most 64.
  mutating func longs(_ count: Int) throws(CheckpointFault) -> [Int] {
    var result: [Int] = []
    for _ in 0..<count { result.append(form == .text ? try whole(Int64.self) : try long()) }
    if count > 0 { try endLine() }
    return result
  }

  /// A number with a fraction.
  mutating func double() throws(CheckpointFault) -> Double {
    guard form == .text else { return Double(bitPattern: try bits(8)) }
    guard let value = Double(try word()) else { throw fault(.number) }
    return try ended(value)
  }

  private mutating func bits(_ count: Int) throws(CheckpointFault) -> UInt64 {
    var result: UInt64 = 0
    for place in 0..<count {
      guard let byte = reader.next() else { throw fault(.truncated) }
      result |= UInt64(byte) << (8 * UInt64(place))
    }
    return result
  }

  // MARK: Blocks

  /// The range of a length and as many bytes: a string, or what is passed over.
  mutating func block() throws(CheckpointFault) -> Range<Int> {
    try block(of: try int())
  }

  private mutating func block(of count: Int) throws(CheckpointFault) -> Range<Int> {
    guard count >= 0, let range = reader.skip(UInt64(count)) else { throw fault(.length(count)) }
    if count > 0 { try endLine() }
    return range
  }

  /// A short text: the name of a class.
  mutating func name() throws(CheckpointFault) -> String {
    let range = try block()
    guard range.count <= 1024, let bytes = file.bytes(range) else {
      throw fault(.length(range.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The elements of a storage, as many as said, little-endian.
  mutating func elements(_ type: StoredType, count: Int) throws(CheckpointFault) -> ByteRegion {
    guard form != .text || type.size == 1 else { return try written(type, count: count) }
    let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
    guard count >= 0, !overflow, size <= remaining else { throw fault(.length(count)) }
    guard let region = file.region(try block(of: size)) else { throw fault(.truncated) }
    return region
  }

  // MARK: Numbers as text

  private mutating func written(
    _ type: StoredType, count: Int
  ) throws(CheckpointFault) -> ByteRegion {
    // Each number takes at least a digit and a space.
    guard count >= 0, count <= remaining / 2 + 1 else { throw fault(.length(count)) }
    var bytes: [UInt8] = []
    for _ in 0..<count {
      let bits: UInt64?
      switch type {
      case .float32: bits = Float(try word()).map { UInt64($0.bitPattern) }
      case .float16: bits = Float(try word()).map { UInt64(Float16($0).bitPattern) }
      case .float64: bits = Double(try word())?.bitPattern
      case .int16: bits = UInt64(truncatingIfNeeded: try whole(Int16.self))
      case .int32: bits = UInt64(truncatingIfNeeded: try whole(Int32.self))
      default: bits = UInt64(truncatingIfNeeded: try whole(Int64.self))
      }
      guard let bits else { throw fault(.number) }
      for place in 0..<type.size { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * place))) }
    }
    if count > 0 { try endLine() }
    return ByteRegion(bytes)
  }

  private mutating func whole<Integer: FixedWidthInteger>(
    _ type: Integer.Type
  ) throws(CheckpointFault) -> Int {
    guard let value = Integer(try word()) else { throw fault(.number) }
    return Int(value)
  }

  /// The characters of a number behind white space.
  private mutating func word() throws(CheckpointFault) -> String {
    while let byte = reader.peek(), Self.isSpace(byte) { _ = reader.next() }
    var bytes: [UInt8] = []
    while let byte = reader.peek(), !Self.isSpace(byte) {
      guard bytes.count < 64, byte > 0x20, byte < 0x7f else { throw fault(.number) }
      bytes.append(byte)
      _ = reader.next()
    }
    guard !bytes.isEmpty else { throw fault(.truncated) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

  private mutating func ended<Number>(_ number: Number) throws(CheckpointFault) -> Number {
    try endLine()
    return number
  }

  /// Passes over the newline behind an array; in a binary file there is none.
  private mutating func endLine() throws(CheckpointFault) {
    guard form == .text else { return }
    guard let next = reader.next() else { throw fault(.truncated) }
    guard next == 0x0a else { throw fault(.number) }
  }
}
