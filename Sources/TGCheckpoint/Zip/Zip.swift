import Synchronization
import TGTensor

/// A zip archive read strictly: every member must be described alike in the directory at the end
/// and before its data, so that no two readers can see different contents.
///
/// Entries for folders, and what Macs and desktops add (`__MACOSX`, `.DS_Store`, `._name`), are passed
/// over. If no member has a checksum, none was written and none is compared.
/// Members may not overlap. Stored and deflated members, ZIP64, data descriptors. No encryption, no
/// duplicates, no spanning.
/// Sizes are claims until checked: a member may grow at most `ZipArchive.growth`-fold (or to
/// 16 MiB), all of them together `totalGrowth`-fold (or to 64 MiB).
struct ZipArchive: Sendable {
  /// One file of the archive, as the directory describes it.
  private struct Member {
    var isDeflated: Bool
    var checksum: UInt32
    var size: UInt64
    /// Where its bytes are.
    var range: Range<Int>
  }

  /// The greatest plausible ratio of inflated to deflated size for one member.
  static let growth = 100
  /// The greatest plausible ratio of all inflated sizes to the size of the archive.
  static let totalGrowth = 32

  /// The names of the files, in the order of the directory.
  let names: [String]
  private let members: [Member]
  private let file: ByteRegion
  private let index: [String: Int]
  private let hasChecksums: Bool
  private let last = LastInflated()

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
    var names: [String] = []
    var members: [Member] = []
    var index: [String: Int] = [:]
    var extents: [Range<Int>] = []
    var rest = UInt64(64 << 20) + UInt64(Self.totalGrowth) * UInt64(file.count)
    var hasChecksums = false
    for _ in 0..<end.members {
      let entry = try ZipEntry(&fields)
      let range = try entry.range(in: file)
      extents.append(Int(entry.headOffset)..<range.upperBound)
      if entry.method != 0 {
        guard entry.size <= rest else { throw .bomb(member: entry.name, claimed: entry.size) }
        rest -= entry.size
      }
      guard !entry.isBeside else { continue }
      guard index.updateValue(members.count, forKey: entry.name) == nil else {
        throw .duplicate(entry.name)
      }
      if entry.checksum != 0 { hasChecksums = true }
      names.append(entry.name)
      members.append(
        Member(
          isDeflated: entry.method != 0, checksum: entry.checksum, size: entry.size,
          range: range))
    }
    guard fields.isAtEnd else { throw .damaged("the directory is longer than its members") }
    extents.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    for (extent, next) in zip(extents, extents.dropFirst())
    where next.lowerBound < extent.upperBound {
      throw .damaged("two members share bytes")
    }
    if let last = extents.last, last.upperBound > Int(end.directoryOffset) {
      throw .damaged("a member reaches into the directory")
    }
    self.names = names
    self.members = members
    self.index = index
    self.hasChecksums = hasChecksums
  }

  /// True if there is a member of this name.
  func contains(_ name: String) -> Bool { index[name] != nil }

  /// The size of a compressed member when it is inflated; nil if it is stored, or not there.
  ///
  /// - Throws: `ZipFault.bomb` if the size is implausible.
  func inflatedSize(of name: String) throws(ZipFault) -> Int? {
    guard let position = index[name], members[position].isDeflated else { return nil }
    let member = members[position]
    let plausible = max(
      16 << 20, member.range.count.multipliedReportingOverflow(by: Self.growth).0)
    guard member.size <= UInt64(plausible) else { throw .bomb(member: name, claimed: member.size) }
    return Int(member.size)
  }

  /// The contents of a member, checked against its checksum: a window into the archive if it is
  /// stored, inflated otherwise. Nil if there is no such member.
  func contents(of name: String) throws(ZipFault) -> ByteRegion? {
    guard let position = index[name] else { return nil }
    let member = members[position]
    guard let data = file.region(member.range) else { return nil }
    guard let size = try inflatedSize(of: name) else {
      try compare(data, with: member, name)
      return data
    }
    if let known = last[position] { return known }
    guard let bytes = Inflate.inflated(data, size: size) else { throw .inflate(name) }
    let inflated = ByteRegion(bytes)
    try compare(inflated, with: member, name)
    last[position] = inflated
    return inflated
  }

  /// The first bytes of a member, not checked, and how many it has in all. Nil if there is no such
  /// member.
  func head(of name: String, _ count: Int) throws(ZipFault) -> (head: ByteRegion, count: Int)? {
    guard let position = index[name], let data = file.region(members[position].range) else {
      return nil
    }
    guard let size = try inflatedSize(of: name) else { return (data, data.count) }
    guard let head = Inflate.inflated(data, size: size, atMost: count) else { throw .inflate(name) }
    return (ByteRegion(head), size)
  }

  private func compare(
    _ contents: ByteRegion, with member: Member, _ name: String
  ) throws(ZipFault) {
    guard !hasChecksums || Inflate.checksum(contents) == member.checksum else {
      throw .checksum(name)
    }
  }
}

/// The member that was inflated last: tensors that share a storage are read one after the other.
private final class LastInflated: Sendable {
  private let state = Mutex<(position: Int, contents: ByteRegion)?>(nil)

  subscript(position: Int) -> ByteRegion? {
    get { state.withLock { $0?.position == position ? $0?.contents : nil } }
    set { state.withLock { $0 = newValue.map { (position, $0) } } }
  }
}
