import TGTensor

/// Things that are found where a checkpoint was expected.
package enum ForeignFile: Hashable, Sendable {
  /// No bytes at all.
  case empty
  /// A Git-LFS pointer: the text that stands for a file which was not fetched.
  case gitLFSPointer(size: String?)
  /// A web page, as a failed download leaves it.
  case html
  /// The tar form of `torch.save` before version 0.1.10, or any other tar archive.
  case tar
  /// A compressed file or packed folder of this kind.
  case compressed(String)
  /// Another known kind of file.
  case other(String)
  /// Nothing that we know.
  case unknown

  /// What the first bytes say; nil if they do not speak against a checkpoint.
  init?(_ file: ByteRegion) {
    guard file.count > 0 else {
      self = .empty
      return
    }
    let head = file.prefix(1024)
    func begins(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
      head.dropFirst(offset).starts(with: bytes)
    }
    if begins(Array("version https://git-lfs".utf8)) {
      let lines = String(decoding: head, as: UTF8.self).split(separator: "\n")
      let size = lines.first { $0.hasPrefix("size ") }?.dropFirst(5)
      self = .gitLFSPointer(size: size.flatMap { Int($0) }.map { "\($0)" })
      return
    }
    let text = head.drop { $0 <= 0x20 || [0xef, 0xbb, 0xbf].contains($0) }.prefix(64)
    let opening = String(decoding: text, as: UTF8.self).lowercased()
    if ["<!doctype", "<html", "<head", "<?xml", "<!--", "<body", "<script"].contains(where: {
      opening.hasPrefix($0)
    }) {
      self = .html
    } else if begins(Array("ustar".utf8), at: 257) {
      self = .tar
    } else if let kind = ForeignFile.compressions.first(where: { begins($0.magic) }) {
      self = .compressed(kind.name)
    } else if let kind = ForeignFile.kinds.first(where: { begins($0.magic) }) {
      self = .other(kind.name)
    } else {
      return nil
    }
  }

  /// What a file is that no reader took: a text, such as the answer of a server, or unknown.
  static func unclaimed(_ file: ByteRegion) -> ForeignFile {
    isText(file) ? .other("a text file") : .unknown
  }

  /// True if the first bytes are free of control characters and mostly ASCII.
  static func isText(_ file: ByteRegion) -> Bool {
    let head = file.prefix(1024)
    return head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (9...13).contains($0) }
      && head.count { $0 >= 0x80 } * 4 <= head.count
  }

  private static let compressions: [(magic: [UInt8], name: String)] = [
    ([0x1f, 0x8b], "gzip"), (Array("7z".utf8) + [0xbc, 0xaf, 0x27, 0x1c], "7z"),
    (Array("BZh".utf8), "bzip2"), ([0xfd] + Array("7zXZ".utf8), "xz"),
    ([0x28, 0xb5, 0x2f, 0xfd], "zstd"), (Array("Rar!".utf8), "rar"),
  ]

  private static let kinds: [(magic: [UInt8], name: String)] = [
    ([0x89] + Array("HDF\r\n".utf8) + [0x1a, 0x0a], "an HDF5 file (Keras .h5)"),
    ([0x89] + Array("PNG".utf8), "a PNG picture"), ([0xff, 0xd8, 0xff], "a JPEG picture"),
    (Array("GIF8".utf8), "a GIF picture"), (Array("%PDF".utf8), "a PDF document"),
    (Array("GGUF".utf8), "a GGUF file"), ([0x7f] + Array("ELF".utf8), "a program"),
    (Array("TGPLAN".utf8), "a TGraph plan"),
    ([4, 0, 0, 0, 1, 0, 0, 0], "a Torch7 file (.t7)"),
    ([3, 0, 0, 0, 1, 0, 0, 0], "a Torch7 file (.t7)"),
  ]
}
