internal import TGTensor

extension RetrievalData {
  /// A category of Fashion-IQ's part for validation: `image_splits/split.CATEGORY.val.json`, a list of
  /// ids, is the gallery; `captions/cap.CATEGORY.val.json`, records of `candidate`, `target` and two
  /// `captions`, are the queries; pictures are `images/ID.png` or `.jpg`. The text is "C0 and c1", as
  /// CLIP4Cir joins them; the target alone is right, and the picture that is shown stays in the gallery.
  static func fashionIQ(
    _ folder: String, category: String
  ) throws(RetrievalError) -> RetrievalData {
    let splits = Path.join(folder, "image_splits/split.\(category).val.json")
    var gallery = Gallery(folder: folder)
    for id in try ids(splits) {
      let files = ["png", "jpg"].map { "images/\(id).\($0)" }
      let file = files.first { Path.exists(Path.join(folder, $0)) } ?? files[0]
      guard gallery.add(file, caption: nil) else {
        throw .line(path: splits, line: 1, what: "the id \(id) stands twice")
      }
    }
    let list = try JSONRecords(array: Path.join(folder, "captions/cap.\(category).val.json"))
    var queries: [Query] = []
    for record in list.records {
      let rows = try ["candidate", "target"].map { name throws(RetrievalError) in
        let id = try list.text(name, of: record)
        let row = ["png", "jpg"].compactMap { gallery.row("images/\(id).\($0)") }.first
        guard let row else { throw list.fault(record, "\(splits) has no id \(id)") }
        return row
      }
      guard case .array(let texts) = record.value["captions"], texts.count == 2,
        case .string(let first) = texts[0], case .string(let second) = texts[1]
      else { throw list.fault(record, "'captions' are two texts") }
      queries.append(
        Query(
          source: rows[0], text: joined(first, second),
          label: gallery.entries[rows[1]].file ?? "", location: "\(list.path):\(record.line)"))
    }
    return RetrievalData(
      entries: gallery.entries, labels: gallery.entries.map { $0.file ?? "" }, queries: queries,
      leavesOutSource: false)
  }

  /// Two captions as one sentence.
  static func joined(_ first: String, _ second: String) -> String {
    func stripped(_ text: String) -> String {
      let ends: Set<Character> = [".", "?", ",", " "]
      let rest = text.drop { ends.contains($0) }.reversed().drop { ends.contains($0) }
      return String(rest.reversed())
    }
    let beginning = stripped(first)
    return beginning.prefix(1).uppercased() + beginning.dropFirst().lowercased() + " and "
      + stripped(second)
  }

  private static func ids(_ path: String) throws(RetrievalError) -> [String] {
    let bytes = Array(try LineFile.bytes(path))
    let value: JSON
    do { value = try JSON(parsing: bytes) } catch {
      let line = 1 + bytes.prefix(error.offset).count { $0 == 0x0A }
      throw .line(path: path, line: line, what: "\(error)")
    }
    guard case .array(let items) = value else {
      throw .line(path: path, line: 1, what: "this is no JSON array of ids")
    }
    var ids: [String] = []
    for (index, item) in items.enumerated() {
      guard case .string(let id) = item, !id.isEmpty, !id.contains("/") else {
        throw .line(path: path, line: 1, what: "item \(index + 1) is no id of a picture")
      }
      ids.append(id)
    }
    return ids
  }
}
