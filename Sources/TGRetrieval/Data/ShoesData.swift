internal import TGTensor

extension RetrievalData {
  /// Shoes of the dialog-based retrieval of Guo et al.: `eval_im_names.txt`, a name on each line, is the
  /// gallery; `relative_captions_shoes.json`, records of `ReferenceImageName`, `ImageName` and
  /// `RelativeCaption`, are the queries, those whose pictures are both in the gallery. Pictures lie in
  /// folders `womens_*` or one below. The target alone is right, and the picture that is shown is no
  /// answer.
  static func shoes(_ folder: String) throws(RetrievalError) -> RetrievalData {
    let names = try LineFile(path: Path.join(folder, "eval_im_names.txt"))
    let found = places(folder)
    var gallery = Gallery(folder: folder)
    var rows: [String: Int] = [:]
    for line in names.lines {
      let name = String(line.text.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
      guard let place = found[name] else {
        throw names.fault(line, "no folder womens_* of \(folder) has the picture \(name)")
      }
      rows[name] = gallery.entries.count
      guard gallery.add(place, caption: nil) else {
        throw names.fault(line, "the picture \(name) stands twice")
      }
    }
    let list = try JSONRecords(array: Path.join(folder, "relative_captions_shoes.json"))
    var queries: [Query] = []
    for record in list.records {
      let target = try list.text("ImageName", of: record)
      let source = try list.text("ReferenceImageName", of: record)
      let text = try list.text("RelativeCaption", of: record)
      // The others are for training.
      guard let to = rows[target], let from = rows[source] else { continue }
      queries.append(
        Query(
          source: from, text: text, label: gallery.entries[to].file ?? "",
          location: "\(list.path):\(record.line)"))
    }
    return RetrievalData(
      entries: gallery.entries, labels: gallery.entries.map { $0.file ?? "" }, queries: queries,
      leavesOutSource: true)
  }

  /// The paths inside the folder of all pictures, by their names.
  private static func places(_ folder: String) -> [String: String] {
    let pattern = Path.pattern(of: folder)
    let start = (pattern == "." ? "" : pattern + "/") + "womens_*"
    let skipped = folder == "." ? 0 : (folder.hasSuffix("/") ? folder : folder + "/").count
    var places: [String: String] = [:]
    for path in ["/*.jpg", "/*/*.jpg"].flatMap({ Path.matching(start + $0) }) {
      places[Path.baseName(path)] = String(path.dropFirst(skipped))
    }
    return places
  }
}
