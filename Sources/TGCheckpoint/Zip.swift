import TGTensor

/// A zip archive read strictly: every member must be described alike in the directory at the end
/// and before its data, so that no two readers can see different contents.
///
/// Members may not overlap. Stored and deflated members, ZIP64, data descriptors. No encryption, no duplicates, no spanning.
/// Sizes are claims until checked: a member may grow at most `ZipArchive.growth`-fold (or to
/// 16 MiB), all of them together `totalGrowth`-fold (or to 64 MiB).
struct ZipArchive {
  /// One file of the archive, as the directory describes it.
  struct Member {
    var name: String
    fileprivate var nameBytes: [UInt8]
    fileprivate var flags: UInt16
    fileprivate var method: UInt16
    fileprivate var checksum: UInt32
    fileprivate var compressed: UInt64
    fileprivate var size: UInt64
    fileprivate var headOffset: UInt64
    /// Where its bytes are; known once the head before them has been compared.
    fileprivate var range = 0..<0
  }

  /// The greatest plausible ratio of inflated to deflated size for one member.
  static let growth = 100
  /// The greatest plausible ratio of all inflated sizes to the size of the archive.
  static let totalGrowth = 32

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
    var rest = UInt64(64 << 20) + UInt64(Self.totalGrowth) * UInt64(file.count)
    for member in members where member.method != 0 {
      guard member.size <= rest else { throw .bomb(member: member.name, claimed: member.size) }
      rest -= member.size
    }
    for position in members.indices {
      members[position].range = try ZipArchive.range(of: members[position], in: file)
    }
    let places = members.map { (start: Int($0.headOffset), end: $0.range.upperBound) }
      .sorted { $0 < $1 }
    for (place, next) in zip(places, places.dropFirst()) where next.start < place.end {
      throw .damaged("two members share bytes")
    }
    if let last = places.last, last.end > Int(end.directoryOffset) {
      throw .damaged("a member reaches into the directory")
    }
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
    guard let data = file.region(member.range) else { return nil }
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

  /// Where the bytes of a member are, after the head before them has been compared with the
  /// directory.
  private static func range(
    of member: Member, in file: ByteRegion
  ) throws(ZipFault) -> Range<Int> {
    let name = member.name
    guard member.headOffset + 30 <= UInt64(file.count),
      let head = file.bytes(Int(member.headOffset)..<Int(member.headOffset) + 30)
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
    let nameLength = Int(try fields.half())
    let extraLength = Int(try fields.half())
    let nameStart = Int(member.headOffset) + 30
    let start = nameStart + nameLength + extraLength
    guard start <= file.count, let tail = file.bytes(nameStart..<start) else {
      throw .damaged("the head of '\(name)' lies outside the file")
    }
    guard tail.prefix(nameLength).elementsEqual(member.nameBytes) else {
      throw .disagreement(member: name, about: "the name")
    }
    var extra = ZipFields([UInt8](tail.dropFirst(nameLength)))
    try extra.widen(of: name, &size, &compressed)
    guard flags == member.flags else { throw .disagreement(member: name, about: "the flags") }
    guard method == member.method else { throw .disagreement(member: name, about: "the method") }
    guard member.compressed <= UInt64(file.count - start) else {
      throw .damaged("'\(name)' reaches beyond the file")
    }
    let range = start..<start + Int(member.compressed)
    // With bit 3 the numbers stand after the data, and zeros may stand before it.
    let isDescribed = flags & 8 != 0
    guard checksum == member.checksum || (isDescribed && checksum == 0),
      compressed == member.compressed || (isDescribed && compressed == 0),
      size == member.size || (isDescribed && size == 0),
      !isDescribed || describes(member, at: range.upperBound, in: file)
    else { throw .disagreement(member: name, about: "sizes or checksum") }
    return range
  }

  /// True if a data descriptor of the member's sizes and checksum stands at a place. Its signature
  /// is optional and its sizes have 32 or 64 bits.
  private static func describes(
    _ member: Member, at offset: Int, in file: ByteRegion
  ) -> Bool {
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
