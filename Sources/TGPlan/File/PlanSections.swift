internal import TGTensor

/// A small plan file taken apart in memory, to be looked at or put together again with right offsets
/// and checksums.
package struct PlanSections: Hashable, Sendable {
  /// The weight section.
  package var weights: [UInt8]
  /// The text section.
  package var texts: [UInt8]
  /// The message section.
  package var message: [UInt8]

  /// Makes a file of its sections.
  package init(weights: [UInt8], texts: [UInt8], message: [UInt8]) {
    self.weights = weights
    self.texts = texts
    self.message = message
  }

  /// Takes a file apart.
  ///
  /// - Throws: `PlanError` if the header is not sound.
  package init(file: [UInt8]) throws(PlanError) {
    let header = try PlanHeader(Array(file.prefix(PlanHeader.size)), fileLength: file.count)
    func bytes(_ section: PlanSection) -> [UInt8] {
      Array(file[header[section].offset..<header[section].offset + header[section].length])
    }
    self.init(weights: bytes(.weights), texts: bytes(.texts), message: bytes(.message))
  }

  /// The whole file.
  package var file: [UInt8] {
    var blocks = BlockSums()
    unsafe blocks.update(weights.span.bytes)
    let sums = blocks.finished().littleEndianBytes
    let header = PlanHeader(
      weights: (weights.count, SHA256.hash(weights)), sums: sums, texts: texts,
      message: message)
    var file = header.encoded() + weights
    for (section, bytes) in [(PlanSection.sums, sums), (.texts, texts), (.message, message)] {
      file += [UInt8](repeating: 0, count: header[section].offset - file.count) + bytes
    }
    return file
  }

  /// A file with the header's own checksum made right again.
  package static func resealed(_ file: [UInt8]) -> [UInt8] {
    let end = PlanHeader.size - SHA256.byteCount
    guard file.count >= PlanHeader.size else { return file }
    return Array(file[..<end]) + SHA256.hash(Array(file[..<end])) + file[PlanHeader.size...]
  }
}
