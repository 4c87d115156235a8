import TGTensor

/// A zip archive read strictly: every member must be described alike in the directory at the end
/// and before its data, so that no two readers can see different contents.
///
/// Stored and deflated members, ZIP64, data descriptors. No encryption, no duplicates, no spanning.
/// Sizes are claims until checked: a member may grow at most `ZipArchive.growth`-fold (or to
/// 16 MiB).
struct ZipArchive {
  /// One file of the archive.
  struct Member {
    var name: String
    fileprivate var nameBytes: [UInt8]
    fileprivate var flags: UInt16
    fileprivate var method: UInt16
    fileprivate var checksum: UInt32
    fileprivate var compressed: UInt64
    fileprivate var size: UInt64
    fileprivate var headOffset: UInt64
  }

  /// The greatest plausible ratio of inflated to deflated size for tensors.
  static let growth = 100

  /// In the order of the directory.
  let members: [Member]
  private let file: ByteRegion
  private let index: [String: Int]

  /// True if the bytes begin as a zip archive does.
  static func begins(_ file: ByteRegion) -> Bool {
    let head = file.prefix(4)
    return head == [0x50, 0x4b, 3, 4] || head == [0x50, 0x4b, 5, 6]
  }

  /// Reads the directory.
  init(_ file: ByteRegion) throws(ZipFault) {
    self.file = file
    let end = try ZipEnd(file)
    guard end.members <= 200_000 else { throw .tooManyMembers(end.members) }
    guard end.directoryOffset <= UInt64(end.start),
      end.directorySize == UInt64(end.start) - end.directoryOffset,
      let directory = file.bytes(Int(end.directoryOffset)..<end.start)
    else { throw .damaged("the directory does not lie before its end record") }
    var fields = ZipFields(directory)
    var members: [Member] = []
    var index: [String: Int] = [:]
    for _ in 0..<end.members {
      let member = try Member(&fields)
      guard index.updateValue(members.count, forKey: member.name) == nil else {
        throw .duplicate(member.name)
      }
      members.append(member)
    }
    guard fields.isAtEnd else { throw .damaged("the directory is longer than its members") }
    self.members = members
    self.index = index
  }

  /// True if there is a member of this name.
  func contains(_ name: String) -> Bool { index[name] != nil }

  /// The contents of a member, checked against its checksum: a window into the archive if it is
  /// stored, inflated otherwise. Nil if there is no such member.
  func contents(of name: String) throws(ZipFault) -> ByteRegion? {
    guard let position = index[name] else { return nil }
    let member = members[position]
    let data = try self.data(of: member)
    let contents: ByteRegion
    if member.method == 0 {
      contents = data
    } else {
      let plausible = max(16 << 20, data.count.multipliedReportingOverflow(by: Self.growth).0)
      guard member.size <= UInt64(plausible) else {
        throw .bomb(member: name, claimed: member.size)
      }
      guard let inflated = Inflate.inflated(data, size: Int(member.size)) else {
        throw .inflate(name)
      }
      contents = ByteRegion(inflated)
    }
    guard Inflate.checksum(contents) == member.checksum else { throw .checksum(name) }
    return contents
  }

  /// The raw bytes of a member, after the head before them has been compared with the directory.
  private func data(of member: Member) throws(ZipFault) -> ByteRegion {
    let name = member.name
    guard member.headOffset <= UInt64(file.count),
      let head = file.bytes(
        Int(member.headOffset)..<min(file.count, Int(member.headOffset) + 30 + 2 * 65_536))
    else { throw .damaged("the head of '\(name)' lies outside the file") }
    var fields = ZipFields(head)
    guard try fields.word() == 0x0403_4b50 else {
      throw .damaged("there is no head where '\(name)' should begin")
    }
    _ = try fields.half()
    let flags = try fields.half()
    let method = try fields.half()
    _ = try fields.word()
    let checksum = try fields.word()
    var compressed = UInt64(try fields.word())
    var size = UInt64(try fields.word())
    let nameLength = try fields.half()
    let extraLength = try fields.half()
    guard try fields.take(Int(nameLength)) == member.nameBytes else {
      throw .disagreement(member: name, about: "the name")
    }
    var extra = ZipFields(try fields.take(Int(extraLength)))
    try extra.widen(of: name, &size, &compressed)
    guard flags == member.flags else { throw .disagreement(member: name, about: "the flags") }
    guard method == member.method else { throw .disagreement(member: name, about: "the method") }
    let (start, end) = (
      Int(member.headOffset) + fields.position,
      (member.headOffset + UInt64(fields.position)).addingReportingOverflow(member.compressed)
    )
    guard !end.overflow, end.partialValue <= UInt64(file.count),
      let data = file.region(start..<Int(end.partialValue))
    else { throw .damaged("'\(name)' reaches beyond the file") }
    if flags & 8 == 0 {
      guard checksum == member.checksum, compressed == member.compressed, size == member.size
      else { throw .disagreement(member: name, about: "sizes or checksum") }
    } else {
      guard checksum == 0 || checksum == member.checksum,
        compressed == 0 || compressed == member.compressed, size == 0 || size == member.size,
        describes(member, at: Int(end.partialValue))
      else { throw .disagreement(member: name, about: "sizes or checksum") }
    }
    return data
  }

  /// True if a data descriptor of the member's sizes and checksum stands at a place. Its signature
  /// is optional and its sizes have 32 or 64 bits.
  private func describes(_ member: Member, at offset: Int) -> Bool {
    let found = file.bytes(offset..<min(file.count, offset + 24)) ?? []
    for signature in [[0x50, 0x4b, 7, 8], []] as [[UInt8]] {
      for bits in [32, 64] {
        var expected = signature
        expected.append(littleEndian: member.checksum)
        for size in [member.compressed, member.size] {
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

extension ZipArchive.Member {
  /// Reads one record of the directory.
  fileprivate init(_ fields: inout ZipFields) throws(ZipFault) {
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
