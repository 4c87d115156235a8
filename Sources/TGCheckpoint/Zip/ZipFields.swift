import TGTensor

/// Little-endian numbers read one after the other from records of a zip archive.
struct ZipFields {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ count: Int) throws(ZipFault) -> [UInt8] {
    guard count <= bytes.count - position else { throw .damaged("a record is cut off") }
    defer { position += count }
    return [UInt8](bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws(ZipFault) { _ = try take(count) }

  mutating func half() throws(ZipFault) -> UInt16 { UInt16(try number(2)) }

  mutating func word() throws(ZipFault) -> UInt32 { UInt32(try number(4)) }

  mutating func long() throws(ZipFault) -> UInt64 { try number(8) }

  private mutating func number(_ count: Int) throws(ZipFault) -> UInt64 {
    guard count <= bytes.count - position else { throw .damaged("a record is cut off") }
    defer { position += count }
    return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads these extra fields of a member: a ZIP64 field replaces the sizes that are all ones.
  mutating func widen(
    of name: String, _ size: inout UInt64, _ compressed: inout UInt64
  ) throws(ZipFault) {
    var offset: UInt64 = 0
    try widen(of: name, &size, &compressed, &offset)
  }

  /// The same, with the position of the member's head as the third number.
  mutating func widen(
    of name: String, _ size: inout UInt64, _ compressed: inout UInt64, _ offset: inout UInt64
  ) throws(ZipFault) {
    var isWidened = false
    while !isAtEnd {
      let kind = try half()
      var field = ZipFields(try take(Int(half())))
      guard kind == 1 else { continue }
      guard !isWidened else { throw .disagreement(member: name, about: "two ZIP64 fields") }
      isWidened = true
      if size == 0xffff_ffff { size = try field.long() }
      if compressed == 0xffff_ffff { compressed = try field.long() }
      if offset == 0xffff_ffff { offset = try field.long() }
    }
    guard size < 1 << 62, compressed < 1 << 62, offset < 1 << 62 else {
      throw .damaged("'\(name)' claims a size beyond 2^62 bytes")
    }
  }
}

/// The end of an archive: where its directory lies.
struct ZipEnd {
  var members: UInt64
  var directorySize: UInt64
  var directoryOffset: UInt64
  /// Where the end records begin, and so the directory ends.
  var start: Int

  init(_ file: ByteRegion) throws(ZipFault) {
    guard file.count >= 22 else { throw .noDirectory }
    let tailStart = max(0, file.count - 22 - 65_535)
    let tail = file.bytes(tailStart..<file.count) ?? []
    // The last record whose comment ends exactly with the file.
    let found = stride(from: tail.count - 22, through: 0, by: -1).first { position in
      tail[position] == 0x50 && tail[position + 1] == 0x4b && tail[position + 2] == 5
        && tail[position + 3] == 6
        && position + 22 + Int(tail[position + 20]) + Int(tail[position + 21]) << 8 == tail.count
    }
    guard let found else { throw .noDirectory }
    start = tailStart + found
    var fields = ZipFields([UInt8](tail[(found + 4)..<(found + 20)]))
    guard try fields.half() == 0, try fields.half() == 0 else { throw .spanned }
    let here = try fields.half()
    members = UInt64(try fields.half())
    guard UInt64(here) == members else { throw .spanned }
    directorySize = UInt64(try fields.word())
    directoryOffset = UInt64(try fields.word())
    try widen(file)
  }

  /// Takes the numbers from the ZIP64 end record, if there is one.
  private mutating func widen(_ file: ByteRegion) throws(ZipFault) {
    let isNeeded =
      members == 0xffff || directorySize == 0xffff_ffff || directoryOffset == 0xffff_ffff
    guard start >= 20, let bytes = file.bytes(start - 20..<start) else {
      if isNeeded { throw .damaged("the ZIP64 end record is missing") }
      return
    }
    var locator = ZipFields(bytes)
    guard try locator.word() == 0x0706_4b50 else {
      if isNeeded { throw .damaged("the ZIP64 end record is missing") }
      return
    }
    guard try locator.word() == 0 else { throw .spanned }
    let position = try locator.long()
    guard try locator.word() == 1 else { throw .spanned }
    guard position < UInt64(start), start - 20 - Int(position) >= 56,
      let record = file.bytes(Int(position)..<start - 20)
    else { throw .damaged("the ZIP64 end record lies outside the file") }
    var fields = ZipFields(record)
    guard try fields.word() == 0x0606_4b50, try fields.long() == UInt64(record.count - 12) else {
      throw .damaged("the ZIP64 end record does not begin as one")
    }
    try fields.skip(4)
    guard try fields.long() == 0 else { throw .spanned }
    let here = try fields.long()
    let wide = (members: try fields.long(), size: try fields.long(), offset: try fields.long())
    guard here == wide.members else { throw .spanned }
    guard members == 0xffff || members == wide.members,
      directorySize == 0xffff_ffff || directorySize == wide.size,
      directoryOffset == 0xffff_ffff || directoryOffset == wide.offset
    else { throw .damaged("the two end records disagree") }
    members = wide.members
    directorySize = wide.size
    directoryOffset = wide.offset
    start = Int(position)
  }
}
