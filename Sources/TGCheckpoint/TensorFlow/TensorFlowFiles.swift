package import TGTensor

/// The files that one TensorFlow checkpoint is made of, and their names.
///
/// Version 2 is `PREFIX.index` with `PREFIX.data-00000-of-00001` and so on, version 1 one file. Names are
/// made of the prefix and of numbers, never of what a key says. A text, mostly called `checkpoint`, says
/// which prefix is the latest; it is followed to files of its own folder only.
enum TensorFlowFiles {
  /// The most data files that five digits number.
  static let shardLimit = 99_999
  /// The longest text that says which checkpoint is the latest, in bytes.
  private static let listLimit = 1 << 20
  private static let indexSuffix = ".index"
  private static let listKey = "model_checkpoint_path"

  /// Lists the variables of a table in another table.
  ///
  /// - Parameter name: the name of the file without folders.
  /// - Throws: `TensorFlowFault`, `CheckpointFault.tooMuch`.
  static func collect(
    _ file: ByteRegion, name: String, beside siblings: Siblings,
    into builder: inout EntryTableBuilder
  ) throws(CheckpointFault) -> Checkpoint.Format {
    let table = try SortedTable(file)
    guard !SavedSlices.begins(table) else {
      try SavedSlices(table).collect(into: &builder)
      return .tensorFlow1
    }
    let bundle = try TensorBundle(table) { (number, count) throws(CheckpointFault) in
      guard name.hasSuffix(indexSuffix) else { throw .tensorFlow(.indexName) }
      let shard = shard(number, of: count, prefix: String(name.dropLast(indexSuffix.count)))
      guard let file = try siblings.file(shard) else { throw .tensorFlow(.missing(shard)) }
      return file
    }
    try bundle.collect(into: &builder)
    return .tensorFlow2
  }

  /// True for an index, by its name and its first entry, that does not end as one.
  static func isCutOff(_ file: ByteRegion, name: String) -> Bool {
    name.hasSuffix(indexSuffix) && file.prefix(2) == [0, 0] && !SortedTable.ends(file)
  }

  /// The name of a data file: `PREFIX.data-00000-of-00001`.
  private static func shard(_ number: Int, of count: Int, prefix: String) -> String {
    func digits(_ number: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
    return "\(prefix).data-\(digits(number))-of-\(digits(count))"
  }

  /// The name of the index that belongs to a data file; nil for a name that is not one of those.
  static func index(ofData name: String) -> String? {
    let suffix = name.suffix(20)
    let parts = suffix.split(separator: "-", omittingEmptySubsequences: false)
    guard suffix.count == 20, name.count > 20, parts.count == 4, parts[0] == ".data",
      parts[2] == "of", let number = Int(parts[1]), let count = Int(parts[3]),
      shard(number, of: count, prefix: "") == suffix
    else { return nil }
    return name.dropLast(20) + indexSuffix
  }

  /// The path that is read for one that was given: the index of a prefix or of a data file, the latest
  /// checkpoint of a list; otherwise the path itself.
  static func resolved(_ path: String) -> String {
    guard Path.exists(path), !Path.isFolder(path) else {
      return Path.exists(path + indexSuffix) ? path + indexSuffix : path
    }
    let siblings = Siblings.beside(path)
    var name = index(ofData: Path.baseName(path)).flatMap { siblings.contains($0) ? $0 : nil }
    if name == nil, !Path.isSpecial(path), let file = try? MappedFile(path: path) {
      name = (try? latest(ByteRegion(file), beside: siblings)).flatMap(\.self)
    }
    return name.map { Path.join(Path.folder(path), $0) } ?? path
  }

  // MARK: The list

  /// The file that a list says is the latest checkpoint; nil if the bytes are no list.
  ///
  /// - Throws: `TensorFlowFault` for a list that is malformed, or speaks of a file that is not there.
  static func latest(
    _ file: ByteRegion, beside siblings: Siblings
  ) throws(CheckpointFault) -> String? {
    guard file.prefix(listKey.utf8.count).elementsEqual(listKey.utf8) else { return nil }
    guard file.count <= listLimit else { throw .tensorFlow(.list) }
    let lines = file.prefix(file.count).split(separator: UInt8(ascii: "\n"))
    let values = lines.compactMap { line in value(line) }
    guard values.count == 1 else { throw .tensorFlow(.list) }
    // A path that was written elsewhere: the files are beside the list, or nowhere.
    let parts = values[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let name = FileName.text(of: parts[parts.count - 1])
    guard !["", ".", ".."].contains(name), !name.utf8.contains(0) else {
      throw .tensorFlow(.list)
    }
    if siblings.contains(name + indexSuffix) { return name + indexSuffix }
    guard siblings.contains(name) else { throw .tensorFlow(.latest(name)) }
    return name
  }

  /// The text that a line says the latest checkpoint is; nil for another line, and one that is malformed.
  private static func value(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    var rest = line.dropFirst(listKey.utf8.count)
    guard line.starts(with: listKey.utf8) else { return nil }
    rest = rest.drop { $0 == 0x20 || $0 == 9 }
    guard rest.first == UInt8(ascii: ":") else { return nil }
    rest = rest.dropFirst().drop { $0 == 0x20 || $0 == 9 }
    guard let quote = rest.first, quote == 0x22 || quote == 0x27 else { return nil }
    rest = rest.dropFirst()
    var result: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == quote { return rest.allSatisfy { $0 <= 0x20 } ? result : nil }
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard let next = rest.popFirst() else { return nil }
      let digits = ([next] + rest).prefix { (0x30...0x37).contains($0) }.prefix(3)
      if digits.count == 3, let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
        result.append(byte)
        rest = rest.dropFirst(2)
      } else if [0x22, 0x27, UInt8(ascii: "\\")].contains(next) {
        result.append(next)
      } else {
        return nil
      }
    }
    return nil
  }
}

extension Checkpoint {
  /// The file that is read for one that was given. Of a TensorFlow checkpoint this is the index: a
  /// prefix, which is no file, a data file and the list `checkpoint` stand for it. Every other file is
  /// itself.
  package static func resolved(_ file: GivenFile) -> GivenFile {
    guard !file.isPiped else { return file }
    let path = TensorFlowFiles.resolved(file.path)
    return path == file.path ? file : GivenFile(path: path)
  }
}
