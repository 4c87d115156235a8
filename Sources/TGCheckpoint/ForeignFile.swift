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
  /// A compressed file or packed folder of this kind, and the command that unpacks it.
  case compressed(String, command: String)
  /// A zip archive that is no checkpoint itself: the files in it that may be such, and the number of all.
  case archive(holds: [String], members: Int)
  /// Weights of another framework: what the file is, and how to get to a file that is read.
  case framework(String, advice: String)
  /// Another known kind of file.
  case other(String)
  /// Nothing that we know.
  case unknown

  /// What the first bytes say; nil if they do not speak against a checkpoint.
  init?(_ file: ByteRegion, name: String) {
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
      self = .compressed(kind.name, command: kind.command)
    } else if let kind = ForeignFile.frameworks.first(where: { begins($0.magic, at: $0.offset) }) {
      self = .framework(kind.name, advice: kind.advice)
    } else if let kind = ForeignFile.kinds.first(where: { begins($0.magic) }) {
      self = .other(kind.name)
    } else if let kind = ForeignFile.framework(head, name: name) {
      self = kind
    } else {
      return nil
    }
  }

  /// A zip archive without a checkpoint of its own.
  init(_ archive: ZipArchive) {
    let last = archive.names.map { $0.split(separator: "/").last.map { String($0) } ?? $0 }
    if last.contains("saved_model.pb") {
      self = .framework("a packed TensorFlow SavedModel", advice: ForeignAdvice.packedModel)
    } else if last.contains("model.weights.h5") {
      self = .framework("a Keras file (.keras)", advice: ForeignAdvice.keras)
    } else {
      let suffixes = [
        ".pth", ".pt", ".ckpt", ".pkl", ".pickle", ".safetensors", ".npz", ".npy", ".bin",
        ".pdparams",
        ".h5", ".onnx", ".zip", ".tar",
      ]
      self = .archive(
        holds: archive.names.filter { name in suffixes.contains { name.lowercased().hasSuffix($0) }
        },
        members: archive.names.count)
    }
  }

  /// What a file is that no reader took: a text, such as the answer of a server, or unknown.
  static func unclaimed(_ file: ByteRegion) -> ForeignFile {
    guard !isHDF5(file) else {
      return .framework("an HDF5 file (Keras .h5)", advice: ForeignAdvice.hdf5)
    }
    guard isText(file) else { return .unknown }
    let opening = String(
      decoding: file.prefix(1024).drop { $0 <= 0x20 }, as: UTF8.self)
    if opening.hasPrefix("{"),
      ["modelTopology", "weightsManifest", "layers-model", "graph-model"].contains(where: {
        opening.contains("\"\($0)\"")
      })
    {
      return .framework("the list of a TensorFlow.js model", advice: ForeignAdvice.script)
    }
    if opening.hasPrefix("name:"), opening.contains("layer") || opening.contains("input:") {
      return .framework(
        "the description of a Caffe network (.prototxt), without weights",
        advice: "its .caffemodel has them: " + ForeignAdvice.caffe)
    }
    if opening.hasPrefix("{"),
      opening.contains("\"weight_map\"") || opening.contains("\"metadata\"")
    {
      return .other(
        "the index of a safetensors checkpoint in several files: give one of the files it names")
    }
    if opening.hasPrefix("{") || opening.hasPrefix("[") { return .other("a JSON text") }
    return .other("a text file")
  }

  /// True if the first bytes are free of control characters and mostly ASCII.
  static func isText(_ file: ByteRegion) -> Bool {
    let head = file.prefix(1024)
    return head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (9...13).contains($0) }
      && head.count { $0 >= 0x80 } * 4 <= head.count
  }

  // MARK: What has no magic at its beginning

  private static func framework(_ head: [UInt8], name given: String) -> ForeignFile? {
    let name = given.lowercased()
    if let index = TensorFlowFiles.index(ofData: given) {
      return .framework(
        "the data of a TensorFlow checkpoint", advice: ForeignAdvice.index(index))
    }
    if (0x81...0x8f).contains(head[0]) || [0xde, 0xdf].contains(head[0]), isMap(head) {
      return .framework(
        "a msgpack file (Flax)", advice: ForeignAdvice.flax)
    }
    // Protocol buffers: a field's number and kind, its length or value, the next field.
    var message = Message(head)
    var fields: [Int] = []
    while fields.count < 6, let field = message.next() { fields.append(field.number) }
    if head[0] == 8, fields.count >= 2, let version = Message(head).first, version < 32 {
      if name.hasSuffix(".onnx") {
        return .framework(
          "an ONNX network without its nodes or its operator set",
          advice: "export it again (onnx.checker.check_model says what is wrong)")
      }
      if fields[1] == 2, name.hasSuffix(".pb") || version == 1 {
        return .framework("a TensorFlow SavedModel (.pb)", advice: ForeignAdvice.savedModel)
      }
    }
    if fields.first == 100 || head[0] == 0x0a && fields.contains(100)
      || [0x0a, 0x12].contains(head[0]) && name.hasSuffix(".caffemodel")
    {
      return .framework("a Caffe network (.caffemodel)", advice: ForeignAdvice.caffe)
    }
    if head[0] == 0x0a, name.hasSuffix(".meta") {
      return .framework("a TensorFlow graph (.meta)", advice: ForeignAdvice.metaGraph)
    }
    if head[0] == 0x0a, name.hasSuffix(".pb") {
      return .framework("a TensorFlow graph (.pb)", advice: ForeignAdvice.graph)
    }
    return nil
  }

  private static let hdf5 = [0x89] + Array("HDF\r\n".utf8) + [0x1a, 0x0a]

  /// True for HDF5 whose mark stands behind a block of the user's, of 512 bytes, 1024, and so on.
  private static func isHDF5(_ file: ByteRegion) -> Bool {
    var offset = 512
    while offset < file.count {
      if file.region(offset..<file.count)?.prefix(hdf5.count) == hdf5 { return true }
      // A file is never half as long as an `Int` reaches.
      offset *= 2
    }
    return false
  }

  /// True if a msgpack map begins with a text as its first key.
  private static func isMap(_ head: [UInt8]) -> Bool {
    let key = head.dropFirst(head[0] == 0xde ? 3 : head[0] == 0xdf ? 5 : 1)
    guard let first = key.first else { return false }
    let length = (0xa0...0xbf).contains(first) ? Int(first & 31) : 0
    guard length > 0 else { return first == 0xd9 }
    let text = key.dropFirst().prefix(length)
    return text.count == length && text.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
  }

  /// The fields of a protocol buffer, as far as its first bytes reach.
  private struct Message {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The number that the first field is.
    var first: UInt64? {
      var copy = self
      _ = copy.number()
      return copy.number()
    }

    mutating func next() -> (number: Int, UInt64)? {
      guard let tag = number(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
      guard tag & 7 == 0 || tag & 7 == 2, let value = number() else { return nil }
      if tag & 7 == 2 {
        guard value < 1 << 40 else { return nil }
        position += Int(value)
      }
      return (Int(tag >> 3), value)
    }

    private mutating func number() -> UInt64? {
      var result: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 63, by: 7) {
        guard position < bytes.count else { return nil }
        let byte = bytes[position]
        position += 1
        result |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return result }
      }
      return nil
    }
  }

  /// What to do with compressed data: by a command, if its program is there.
  static func unpacking(by command: String) -> String {
    let words = command.split(separator: " ")
    // Advice has no FILE.
    guard let program = words.first, words.last == "FILE" else {
      return "unpack it first: " + command
    }
    return "unpack it first"
      + (InstalledProgram.isThere(String(program)) ? ": " + command : " with any program for it")
  }

  // MARK: What has one

  private static let compressions: [(magic: [UInt8], name: String, command: String)] = [
    ([0x1f, 0x8b], "gzip", "gunzip FILE"),
    (Array("7z".utf8) + [0xbc, 0xaf, 0x27, 0x1c], "7z", "7z x FILE"),
    (Array("BZh".utf8), "bzip2", "bunzip2 FILE"),
    ([0xfd] + Array("7zXZ".utf8), "xz", "unxz FILE"),
    ([0x28, 0xb5, 0x2f, 0xfd], "zstd", "unzstd FILE"), (Array("Rar!".utf8), "rar", "unrar x FILE"),
    ([4, 0x22, 0x4d, 0x18], "lz4", "unlz4 FILE"), (Array("LZIP".utf8), "lzip", "lzip -d FILE"),
    ([0x78, 0x01], "zlib (joblib, perhaps)", joblib),
    ([0x78, 0x9c], "zlib (joblib, perhaps)", joblib),
    ([0x78, 0xda], "zlib (joblib, perhaps)", joblib),
  ]

  private static let joblib = "load it in its program and save its arrays by numpy.savez"

  private static let frameworks: [(magic: [UInt8], offset: Int, name: String, advice: String)] = [
    (hdf5, 0, "an HDF5 file (Keras .h5)", ForeignAdvice.hdf5),
    (Array("MATLAB 5.0".utf8), 0, "a MATLAB file (.mat, version 5)", matlab),
    (Array("MATLAB 7.3".utf8), 0, "a MATLAB file (.mat, version 7.3)", matlab),
    (Array("TFL3".utf8), 4, "a TensorFlow Lite network", ForeignAdvice.lite),
    (Array("GGUF".utf8), 0, "a GGUF file", "save its tensors by numpy.savez (gguf.GGUFReader)"),
    (Array("PAR1".utf8), 0, "a Parquet table", "save its columns by numpy.savez"),
    (
      [0xba, 0x16, 0x4f, 0x2f], 0, "a fastText model (.bin)",
      "give its words as text: the .vec file"
    ),
    ([0x12, 1, 0, 0, 0, 0, 0, 0], 0, "an MXNet file (.params)", "save its arrays by numpy.savez"),
    (
      [0, 0, 0, 0, 2, 0, 0, 0], 0, "Darknet weights (.weights)",
      "load them in PyTorch and save a state_dict"
    ),
  ]

  private static let matlab =
    "read it in Python (scipy.io.loadmat, or h5py for version 7.3) and save its arrays by numpy.savez"

  private static let kinds: [(magic: [UInt8], name: String)] = [
    ([0x89] + Array("PNG".utf8), "a PNG picture"), ([0xff, 0xd8, 0xff], "a JPEG picture"),
    (Array("GIF8".utf8), "a GIF picture"), (Array("RIFF".utf8), "a WebP picture or a sound"),
    (Array("%PDF".utf8), "a PDF document"), ([0x7f] + Array("ELF".utf8), "a program"),
    (Array("TGPLAN".utf8), "a TGraph plan"), (Array("SQLite format 3".utf8), "an SQLite database"),
    (Array("PTRT".utf8), "a TensorRT engine"), (Array("ptrt".utf8), "a TensorRT engine"),
    (Array("ftrt".utf8), "a TensorRT engine"),
  ]
}
