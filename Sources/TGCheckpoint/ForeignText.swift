package import TGTensor

/// Files that are found where a text was expected: captions, words, vectors of words.
package enum ForeignText {
  /// What a file is that is no text, and what to do, in a sentence; nil if it may be a text.
  package static func reason(_ file: ByteRegion) -> String? {
    let head = file.prefix(4096)
    if let name = encodings.first(where: { head.starts(with: $0.mark) })?.name {
      return "this is \(name) text; save it as UTF-8"
    }
    if ZipArchive.begins(file) { return zip(file) }
    if let name = kinds.first(where: { head.starts(with: $0.magic) }) {
      return "this is \(name.what)"
    }
    switch ForeignFile(file, name: "") {
    case .empty: return "the file is empty"
    case .gitLFSPointer:
      return "this is a Git-LFS pointer, not the file; fetch that with Git LFS where it came from"
    case .html:
      return "this is a web page; the download gave an error or a preview: use the link to the raw "
        + "file"
    case .tar: return "this is a tar archive; unpack it first"
    case .compressed(let kind, let command):
      return "this is \(kind) data; " + ForeignFile.unpacking(by: command)
    case .framework(let kind, _): return "this is \(kind), not a text"
    case .archive: return zip(file)
    case .other(let kind): return "this is \(kind), not a text"
    case .unknown, nil: break
    }
    if isWord2vec(head) {
      return "this is word2vec's binary form; write it as text, in Python with gensim: "
        + "KeyedVectors.load_word2vec_format(IN, binary=True).save_word2vec_format(OUT)"
    }
    return head.contains(0) ? "this is binary data, not a text" : nil
  }

  /// True for a line of two numbers, as word vectors begin with, before bytes that are no text.
  private static func isWord2vec(_ head: [UInt8]) -> Bool {
    guard let end = head.firstIndex(of: 0x0A) else { return false }
    let fields = head[..<end].split(separator: 0x20)
    return fields.count == 2
      && fields.allSatisfy { $0.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x0D } }
      && head[end...].contains { $0 < 0x20 && !(9...13).contains($0) }
  }

  /// What a zip archive holds.
  private static func zip(_ file: ByteRegion) -> String {
    guard let archive = try? ZipArchive(file) else {
      return "this is a zip archive, and a damaged one; fetch it again and unpack it"
    }
    let names = archive.names
    if names.contains(where: { $0.hasSuffix("/data.pkl") }) {
      return "this is a file of torch.save, not a text"
    }
    if names.contains("[Content_Types].xml") {
      return "this is an Office document; save it as plain text in UTF-8"
    }
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    return "this is a zip archive; unpack it (it holds "
      + names.prefix(3).map { String($0.prefix(80)) }.joined(separator: ", ") + more + ")"
  }

  private static let encodings: [(mark: [UInt8], name: String)] = [
    ([0xFF, 0xFE, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"), ([0xFF, 0xFE], "UTF-16"),
    ([0xFE, 0xFF], "UTF-16"),
  ]

  private static let kinds: [(magic: [UInt8], what: String)] = [
    (
      [0xBA, 0x16, 0x4F, 0x2F],
      "a binary model of fastText; write the vectors of your words as text: "
        + "fasttext print-word-vectors MODEL.bin < WORDS.txt > WORDS.vec"
    ),
    ([0x93] + Array("NUMPY".utf8), "an array of NumPy, not a text"),
    ([3, 0, 0, 0, 1, 0, 0, 0], "a Torch7 file (.t7), not a text"),
    ([4, 0, 0, 0, 1, 0, 0, 0], "a Torch7 file (.t7), not a text"),
    ([0x80, 2], "a pickle, not a text"), ([0x80, 3], "a pickle, not a text"),
    ([0x80, 4], "a pickle, not a text"), ([0x80, 5], "a pickle, not a text"),
  ]
}
