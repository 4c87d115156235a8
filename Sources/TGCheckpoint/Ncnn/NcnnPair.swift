package import TGTensor

extension Checkpoint {
  /// Reads an ncnn network: its text and its numbers. The path serves names and errors only.
  ///
  /// - Throws: `CheckpointError` with the path and what is wrong.
  package static func read(
    ncnn text: ByteRegion, weights: ByteRegion, path: String
  ) throws(CheckpointError) -> Checkpoint {
    do { return try ncnn(text, weights, path: path) } catch {
      throw CheckpointError(path: path, fault: error)
    }
  }

  private static func ncnn(
    _ text: ByteRegion, _ weights: ByteRegion, path: String
  ) throws(CheckpointFault) -> Checkpoint {
    var builder = EntryTableBuilder()
    try NcnnSource(NcnnNetwork(text), weights).collect(into: &builder)
    return try Checkpoint(fileName: fileName(path), format: .ncnn, file: text, builder)
  }

  /// Reads a network of which a half was named: `X.param` and `X.bin` lie side by side. The text says
  /// by its first line what it is; numbers belong to a network if there is such a text.
  ///
  /// - Returns: nil for a file that is no half of a network.
  /// - Throws: `NcnnFault.partner` if the other half is not there, and what is wrong with either.
  static func ncnn(
    halfOf file: ByteRegion, path: String
  ) throws(CheckpointFault) -> Checkpoint? {
    if NcnnNetwork.begins(file) {
      let other = stem(path) + ".bin"
      guard let weights = try? MappedFile(path: other) else {
        throw .ncnn(.partner(fileName(other), of: fileName(path)))
      }
      return try ncnn(file, ByteRegion(weights), path: path)
    }
    guard path.hasSuffix(".bin") else { return nil }
    let other = stem(path) + ".param"
    if let text = try? MappedFile(path: other), NcnnNetwork.begins(ByteRegion(text)) {
      return try ncnn(ByteRegion(text), file, path: path)
    }
    // Networks of half floats begin with the tag of half floats.
    guard file.prefix(4) == [0x47, 0x6b, 0x30, 0x01] else { return nil }
    throw .ncnn(.partner(fileName(other), of: fileName(path)))
  }

  /// The name of a file without folders.
  static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map { String($0) } ?? path
  }

  /// A path without the ending of its file's name.
  private static func stem(_ path: String) -> String {
    guard let dot = fileName(path).lastIndex(of: ".") else { return path }
    return String(path.dropLast(fileName(path)[dot...].count))
  }
}
