internal import TGTensor

/// The first 512 bytes of a plan file. Layout: `spec/plan.md`.
struct PlanHeader {
  /// The bytes of a header.
  static let size = 512
  /// The format that this program reads and writes.
  static let version = 1
  /// What parts of the file begin at a multiple of, in bytes.
  static let alignment = 64
  /// The first bytes of every plan file.
  static let magic: [UInt8] = Array("TGPLAN".utf8) + [0x1A, 0x0A]
  /// The names of features that this program knows; a file may require others.
  static let knownFeatures: [String] = []
  /// The most features that a header can name.
  static let maximumFeatures = 6

  private static let byteOrder: UInt64 = 0x0403_0201
  private static let featureStart = 32 + 64 * PlanSection.allCases.count
  private static let featureSize = 32
  private static let checksumStart = size - SHA256.byteCount

  /// Where a section lies and what its bytes hash to.
  struct Entry: Equatable {
    /// The first byte, from the start of the file.
    var offset: Int
    /// The number of bytes.
    var length: Int
    /// The SHA-256 of its bytes.
    var hash: [UInt8]
  }

  /// One entry per section, in the order of `PlanSection`.
  var sections: [Entry]
  /// What a reader must know to read the file.
  var features: [String] = []

  /// The entry of a section.
  subscript(section: PlanSection) -> Entry { sections[section.rawValue] }

  /// The header as bytes.
  func encoded() -> [UInt8] {
    var bytes = PlanHeader.magic
    for field in [PlanHeader.version, Int(PlanHeader.byteOrder), PlanHeader.size, sections.count] {
      bytes += PlanHeader.little(UInt64(field), bytes: 4)
    }
    bytes += PlanHeader.little(UInt64(features.count), bytes: 4) + [0, 0, 0, 0]
    for (index, entry) in sections.enumerated() {
      bytes += PlanHeader.little(UInt64(index), bytes: 8)
      bytes += PlanHeader.little(UInt64(entry.offset), bytes: 8)
      bytes += PlanHeader.little(UInt64(entry.length), bytes: 8)
      bytes += [UInt8](repeating: 0, count: 8) + entry.hash
    }
    for feature in features {
      bytes += feature.utf8
      bytes += [UInt8](repeating: 0, count: PlanHeader.featureSize - feature.utf8.count)
    }
    bytes += [UInt8](repeating: 0, count: PlanHeader.checksumStart - bytes.count)
    return bytes + SHA256.hash(bytes)
  }

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - bytes: The first bytes of the file, `size` of them if it has as many.
  ///   - fileLength: The bytes of the whole file.
  init(_ bytes: [UInt8], fileLength: Int) throws(PlanError) {
    guard bytes.count >= PlanHeader.magic.count,
      Array(bytes[..<PlanHeader.magic.count]) == PlanHeader.magic
    else {
      if !bytes.isEmpty, PlanHeader.magic.starts(with: bytes) {
        throw PlanError(.truncated(expected: PlanHeader.size, found: fileLength))
      }
      throw PlanError(.notAPlan(ForeignFile(startingWith: bytes)))
    }
    guard bytes.count >= PlanHeader.size else {
      throw PlanError(.truncated(expected: PlanHeader.size, found: fileLength))
    }
    func number(at position: Int, bytes count: Int) -> UInt64 {
      bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let version = number(at: 8, bytes: 4)
    let order = number(at: 12, bytes: 4)
    guard order == PlanHeader.byteOrder else { throw PlanError(.byteOrder) }
    guard version == PlanHeader.version else { throw PlanError(.version(Int(version))) }
    guard bytes[..<PlanHeader.checksumStart].elementsHash() == bytes[PlanHeader.checksumStart...]
    else { throw PlanError(.headerChecksum) }

    let featureCount = number(at: 24, bytes: 4)
    guard number(at: 16, bytes: 4) == PlanHeader.size,
      number(at: 20, bytes: 4) == PlanSection.allCases.count, number(at: 28, bytes: 4) == 0,
      featureCount <= PlanHeader.maximumFeatures
    else { throw PlanError(.header) }
    for index in 0..<Int(featureCount) {
      let start = PlanHeader.featureStart + index * PlanHeader.featureSize
      let name = bytes[start..<start + PlanHeader.featureSize].prefix { $0 != 0 }
      let printable = name.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !name.isEmpty
      guard printable else { throw PlanError(.header) }
      let feature = String(decoding: name, as: UTF8.self)
      guard PlanHeader.knownFeatures.contains(feature) else {
        throw PlanError(.requiredFeature(feature))
      }
      features.append(feature)
    }
    sections = []
    for section in PlanSection.allCases {
      let start = 32 + 64 * section.rawValue
      guard number(at: start, bytes: 8) == section.rawValue, number(at: start + 24, bytes: 8) == 0
      else { throw PlanError(.header) }
      guard let offset = Int(exactly: number(at: start + 8, bytes: 8)),
        let length = Int(exactly: number(at: start + 16, bytes: 8))
      else { throw PlanError(.section(section, .outsideFile)) }
      sections.append(
        Entry(offset: offset, length: length, hash: Array(bytes[start + 32..<start + 64])))
    }
    try checkOffsets(fileLength: fileLength)
    guard encoded() == Array(bytes[..<PlanHeader.size]) else { throw PlanError(.header) }
  }

  /// Makes the header of a file with these sections, and gives them their offsets.
  init(
    weights: (length: Int, hash: [UInt8]), sums: [UInt8], texts: [UInt8], message: [UInt8]
  ) {
    sections = [Entry(offset: PlanHeader.size, length: weights.length, hash: weights.hash)]
    for bytes in [sums, texts, message] {
      let end = sections[sections.count - 1].offset + sections[sections.count - 1].length
      sections.append(
        Entry(
          offset: PlanHeader.aligned(end), length: bytes.count,
          hash: SHA256.hash(bytes)))
    }
  }

  /// The sections stand in file order, each at the first aligned offset after the one before; the
  /// message ends the file. There is a checksum for each block of weights.
  private func checkOffsets(fileLength: Int) throws(PlanError) {
    var end = PlanHeader.size
    for section in PlanSection.allCases {
      let entry = self[section]
      guard entry.offset % PlanHeader.alignment == 0 else {
        throw PlanError(.section(section, .misaligned))
      }
      guard entry.offset == PlanHeader.aligned(end) else {
        throw PlanError(.section(section, .misplaced))
      }
      guard entry.length <= fileLength - entry.offset else {
        throw PlanError(.section(section, .outsideFile))
      }
      end = entry.offset + entry.length
    }
    guard self[.weights].length % 4 == 0 else {
      throw PlanError(.section(.weights, .misaligned))
    }
    guard self[.sums].length == 8 * BlockSums.count(ofBytes: self[.weights].length) else {
      throw PlanError(.section(.sums, .lengthMismatch))
    }
    guard end == fileLength else { throw PlanError(.trailingBytes(fileLength - end)) }
  }

  /// The next multiple of `alignment`, of an offset known to lie in a file.
  static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

  private static func little(_ value: UInt64, bytes count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }
}

/// The parts of a plan file behind its header, numbered as in the header, in file order.
package enum PlanSection: Int, Hashable, Sendable, CaseIterable {
  /// Raw float32, little endian; tensors at multiples of 64 bytes.
  case weights = 0
  /// A checksum of 64 bits for each block of weights.
  case sums = 1
  /// Encoded tokenizers, one after the other.
  case texts = 2
  /// The protobuf message `Plan`.
  case message = 3
}

extension ArraySlice<UInt8> {
  /// The SHA-256 of the bytes.
  fileprivate func elementsHash() -> ArraySlice<UInt8> {
    SHA256.hash(Array(self))[...]
  }
}
