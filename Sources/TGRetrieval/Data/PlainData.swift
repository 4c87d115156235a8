internal import TGTensor

extension RetrievalData {
  /// Our own form. `entries.jsonl`: an object on each line with `file`, a path inside the folder, and
  /// perhaps `caption`. `queries.jsonl`: `source`, a file of these, `text`, and either `target`, a file,
  /// or `target_caption`, where any picture with that caption is right. The picture that is shown is no
  /// answer.
  static func plain(_ folder: String) throws(RetrievalError) -> RetrievalData {
    let list = try JSONRecords(lines: Path.join(folder, "entries.jsonl"))
    var gallery = Gallery(folder: folder)
    for record in list.records {
      let file = try list.text("file", of: record)
      let caption = try list.optionalText("caption", of: record)
      guard gallery.add(file, caption: caption) else {
        throw list.fault(record, "the file \(file) stands twice")
      }
    }
    let queries = try JSONRecords(lines: Path.join(folder, "queries.jsonl"))
    let areCaptions = queries.records.first?.value["target_caption"] != nil
    let labels = gallery.entries.map { areCaptions ? $0.caption ?? "" : $0.file ?? "" }
    let known = Set(labels)
    var result: [Query] = []
    for record in queries.records {
      let source = try queries.text("source", of: record)
      guard let row = gallery.row(source) else {
        throw queries.fault(record, "entries.jsonl has no file \(source)")
      }
      let target = try queries.text(areCaptions ? "target_caption" : "target", of: record)
      let label = areCaptions ? target : Path.join(folder, target)
      guard known.contains(label) else {
        throw queries.fault(
          record, "entries.jsonl has no \(areCaptions ? "caption" : "file") \(target)")
      }
      result.append(
        Query(
          source: row, text: try queries.text("text", of: record), label: label,
          location: "\(queries.path):\(record.line)"))
    }
    return RetrievalData(
      entries: gallery.entries, labels: labels, queries: result, leavesOutSource: true)
  }
}
