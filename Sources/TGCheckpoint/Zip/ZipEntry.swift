import TGTensor

/// One record of the directory of a zip archive.
struct ZipEntry {
  var name: String
  private var nameBytes: [UInt8]
  private var flags: UInt16
  private(set) var method: UInt16
  private(set) var checksum: UInt32
  private var compressed: UInt64
  private(set) var size: UInt64
  private(set) var headOffset: UInt64

  /// True for folders and for what Macs and desktops put into archives.
  var isBeside: Bool {
    if name.hasSuffix("/") { return true }
    let parts = name.split(separator: "/")
    return parts.first == "__MACOSX" || parts.last == ".DS_Store" || parts.last == "Thumbs.db"
      || parts.last.map { $0.hasPrefix("._") } ?? false
  }

  /// Where the bytes of the member are, after the head before them has been compared with this record.
  func range(in file: ByteRegion) throws(ZipFault) -> Range<Int> {
    guard headOffset + 30 <= UInt64(file.count),
      let head = file.bytes(Int(headOffset)..<Int(headOffset) + 30)
    else { throw .damaged("the head of '\(name)' lies outside the file") }
    var fields = ZipFields(head)
    guard try fields.word() == 0x0403_4b50 else {
      throw .damaged("there is no head where '\(name)' should begin")
    }
    _ = try fields.half()
    let flagsBefore = try fields.half()
    let methodBefore = try fields.half()
    _ = try fields.word()
    let checksumBefore = try fields.word()
    var compressedBefore = UInt64(try fields.word())
    var sizeBefore = UInt64(try fields.word())
    let nameLength = Int(try fields.half())
    let extraLength = Int(try fields.half())
    let nameStart = Int(headOffset) + 30
    let start = nameStart + nameLength + extraLength
    guard start <= file.count, let tail = file.bytes(nameStart..<start) else {
      throw .damaged("the head of '\(name)' lies outside the file")
    }
    guard tail.prefix(nameLength).elementsEqual(nameBytes) else {
      throw .disagreement(member: name, about: "the name")
    }
    var extra = ZipFields([UInt8](tail.dropFirst(nameLength)))
    try extra.widen(of: name, &sizeBefore, &compressedBefore)
    guard flagsBefore == flags else { throw .disagreement(member: name, about: "the flags") }
    guard methodBefore == method else { throw .disagreement(member: name, about: "the method") }
    guard compressed <= UInt64(file.count - start) else {
      throw .damaged("'\(name)' reaches beyond the file")
    }
    let range = start..<start + Int(compressed)
    // With bit 3 the numbers stand after the data, and zeros may stand before it.
    let isDescribed = flags & 8 != 0
    guard checksumBefore == checksum || (isDescribed && checksumBefore == 0),
      compressedBefore == compressed || (isDescribed && compressedBefore == 0),
      sizeBefore == size || (isDescribed && sizeBefore == 0),
      !isDescribed || isDescribedAgain(at: range.upperBound, in: file)
    else { throw .disagreement(member: name, about: "sizes or checksum") }
    return range
  }

  /// True if a data descriptor of the member's sizes and checksum stands at an offset. Its signature
  /// is optional and its sizes have 32 or 64 bits.
  private func isDescribedAgain(at offset: Int, in file: ByteRegion) -> Bool {
    let found = file.bytes(offset..<min(file.count, offset + 24)) ?? []
    for signature in [[0x50, 0x4b, 7, 8], []] as [[UInt8]] {
      for bits in [32, 64] {
        var expected = signature
        expected.append(littleEndian: checksum)
        for size in [compressed, size] {
          if bits == 64 {
            expected.append(littleEndian: size)
          } else {
            expected.append(littleEndian: UInt32(truncatingIfNeeded: size))
          }
        }
        if found.starts(with: expected) { return true }
      }
    }
    return false
  }
}

extension ZipEntry {
  /// Reads one record.
  init(_ fields: inout ZipFields) throws(ZipFault) {
    guard try fields.word() == 0x0201_4b50 else {
      throw .damaged("a record of the directory does not begin as one")
    }
    try fields.skip(4)
    flags = try fields.half()
    method = try fields.half()
    try fields.skip(4)
    checksum = try fields.word()
    compressed = UInt64(try fields.word())
    size = UInt64(try fields.word())
    let nameLength = try fields.half()
    let extraLength = try fields.half()
    let commentLength = try fields.half()
    guard try fields.half() == 0 else { throw .spanned }
    try fields.skip(6)
    headOffset = UInt64(try fields.word())
    nameBytes = try fields.take(Int(nameLength))
    var extra = ZipFields(try fields.take(Int(extraLength)))
    try fields.skip(Int(commentLength))
    let shown = String(decoding: nameBytes, as: UTF8.self)
    name = shown
    let parts = shown.split(separator: "/", omittingEmptySubsequences: false)
    guard !nameBytes.isEmpty, String(validating: nameBytes, as: UTF8.self) != nil,
      !nameBytes.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }),
      !shown.hasPrefix("/"), !parts.contains(".."), !parts.dropLast().contains("")
    else { throw .badName(shown) }
    try extra.widen(of: shown, &size, &compressed, &headOffset)
    guard flags & 0x41 == 0 else { throw .encrypted(shown) }
    // Bits 1 and 2 say how hard the deflater tried, bit 3 that a descriptor follows, 11 UTF-8.
    guard flags & ~0x080e == 0 else { throw .feature(member: shown, flags: flags) }
    guard method == 0 || method == 8 else { throw .method(member: shown, method) }
    guard method != 0 || compressed == size else {
      throw .disagreement(member: shown, about: "stored and original size")
    }
  }
}
