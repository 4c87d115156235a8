import TGCheckpoint
import TGTensor
import Testing

/// Archives that say one thing in their directory and another before their data.
@Suite struct ZipTests {
  /// One change of a sound archive and what comes of it.
  struct Change: Sendable, CustomTestStringConvertible {
    var name: String
    /// Which record is changed: "PK" and these two bytes.
    var record: [UInt8]
    /// The offset in the record and the new bytes.
    var offset: Int
    var bytes: [UInt8]
    var fault: ZipFault
    var testDescription: String { name }

    init(
      _ name: String, in record: [UInt8], at offset: Int, _ bytes: [UInt8], _ fault: ZipFault
    ) {
      self.name = name
      self.record = record
      self.offset = offset
      self.bytes = bytes
      self.fault = fault
    }
  }

  private static let head: [UInt8] = [3, 4]
  private static let directory: [UInt8] = [1, 2]
  private static let end: [UInt8] = [5, 6]
  private static let first = "other name/data.pkl"

  @Test(arguments: [
    Change(
      "name before the data", in: head, at: 30, [0x4f],
      .disagreement(member: first, about: "the name")),
    Change(
      "method before the data", in: head, at: 8, [8],
      .disagreement(member: first, about: "the method")),
    Change(
      "flags before the data", in: head, at: 6, [2],
      .disagreement(member: first, about: "the flags")),
    Change(
      "size before the data", in: head, at: 22, [1],
      .disagreement(member: first, about: "sizes or checksum")),
    Change(
      "checksum before the data", in: head, at: 14, [0, 0, 0, 0],
      .disagreement(member: first, about: "sizes or checksum")),
    Change(
      "no head", in: directory, at: 42, [1],
      .damaged("there is no head where '\(first)' should begin")),
    Change("encrypted", in: directory, at: 8, [1], .encrypted(first)),
    Change("strongly encrypted", in: directory, at: 8, [0x40], .encrypted(first)),
    Change("patched", in: directory, at: 8, [0x20], .feature(member: first, flags: 0x20)),
    Change("method", in: directory, at: 10, [14], .method(member: first, 14)),
    Change(
      "stored size", in: directory, at: 20, [0, 0],
      .disagreement(member: first, about: "stored and original size")),
    Change("disk", in: directory, at: 34, [1], .spanned),
    Change(
      "position", in: directory, at: 42, [0xff, 0xff, 0xff, 0x7f],
      .damaged("the head of '\(first)' lies outside the file")),
    Change("absolute name", in: directory, at: 46, [0x2f], .badName("/ther name/data.pkl")),
    Change("backslash", in: directory, at: 46, [0x5c], .badName("\\ther name/data.pkl")),
    Change(
      "name that is not UTF-8", in: directory, at: 46, [0xff],
      .badName("\u{fffd}ther name/data.pkl")),
    Change(
      "fewer members", in: end, at: 8, [1, 0, 1, 0],
      .damaged("the directory is longer than its members")),
    Change("more members", in: end, at: 8, [99, 0, 99, 0], .damaged("a record is cut off")),
    Change("two disks", in: end, at: 4, [1], .spanned),
    Change(
      "directory elsewhere", in: end, at: 16, [0],
      .damaged("the directory does not lie before its end record")),
  ])
  func contradictionsAreRefused(_ change: Change) throws {
    var bytes = try Fixtures.bytes("comment.pth")
    let record = [0x50, 0x4b] + change.record
    // The comment of this archive contains the mark of an end record; the true one is before it.
    let position = try #require(
      bytes.indices.first { bytes[$0...].starts(with: record) })
    bytes.replaceSubrange(
      position + change.offset..<position + change.offset + change.bytes.count, with: change.bytes)
    #expect(refusal(of: bytes) == .zip(change.fault))
  }

  @Test func twoMembersOfOneNameAreRefused() throws {
    // One member is renamed to another, before its data and in the directory.
    var bytes = try Fixtures.bytes("arrays.npz")
    for position in bytes.indices where bytes[position...].starts(with: Array("f8.npy".utf8)) {
      bytes[position + 1] = UInt8(ascii: "4")
    }
    #expect(refusal(of: bytes) == .zip(.duplicate("f4.npy")))
  }

  @Test func bytesBeforeOrAfterTheArchiveAreRefused() throws {
    let bytes = try Fixtures.bytes("comment.pth")
    #expect(refusal(of: bytes + [0]) != nil)
    #expect(refusal(of: bytes[..<4] + [0] + bytes[4...]) != nil)
  }

  @Test func zip64RecordsMustAgree() throws {
    let bytes = try Fixtures.bytes("zip64.pth")
    #expect(refusal(of: bytes) == nil)
    // Every byte of the three end records, one at a time.
    let start = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4b, 6, 6]) })
    var accepted: [Int] = []
    for position in start..<bytes.count {
      for flip in [1, 0x80] as [UInt8] {
        var damaged = bytes
        damaged[position] ^= flip
        if refusal(of: damaged) == nil { accepted.append(position - start) }
      }
    }
    // Only the versions that made and need the format say nothing about the contents.
    #expect(accepted.allSatisfy { (12..<16).contains($0) }, "\(accepted)")
  }
}
