package import TGTensor

/// What a vector of an index stands for: a picture, a caption, or both.
package struct IndexEntry: Hashable, Sendable {
  /// The path of a picture as it was given; nil if there is none.
  package let file: String?
  /// What is said of it; nil if nothing is.
  package let caption: String?

  /// Makes an entry.
  package init(file: String?, caption: String?) {
    self.file = file
    self.caption = caption
  }

  /// The line of the entry in the file of entries.
  var json: JSON {
    .object(
      [("file", file), ("caption", caption)].compactMap { name, text in
        text.map { JSON.Member(name, .string($0)) }
      })
  }
}

/// Vectors that stand for pictures and captions, by which these are found: what is nearest has the
/// largest cosine.
///
/// On disk an index is two files: `X.npy`, float32 `[entries, numbers]`, a row for each entry as its
/// network gave it; and `X.jsonl`, an object on each line for each row, with `file`, `caption` or both.
/// They may come from anywhere: whatever does not hold together is refused.
package struct VectorIndex: Hashable, Sendable {
  /// What the rows stand for.
  package let entries: [IndexEntry]
  /// How many numbers a vector has.
  package let dimension: Int
  /// The vectors at length 1, row-major.
  let rows: [Float]

  /// Makes an index of vectors of any length but 0.
  ///
  /// - Parameters:
  ///   - vectors: `entries.count` rows of `dimension` numbers.
  ///   - path: what errors call the index.
  /// - Throws: `RetrievalError`.
  package init(
    _ vectors: HostTensor, entries: [IndexEntry], path: String
  ) throws(RetrievalError) {
    let shape = vectors.shape
    guard shape.rank == 2, shape[0] > 0, shape[1] > 0 else { throw .form(path: path, shape: shape) }
    guard shape[0] == entries.count else {
      throw .counts(path: path, vectors: shape[0], entries: entries.count)
    }
    let width = shape[1]
    var rows: [Float] = []
    rows.reserveCapacity(shape.count)
    for row in 0..<shape[0] {
      let vector = vectors.elements[row * width..<(row + 1) * width]
      if let bad = vector.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(path: path, row: row, column: bad - vector.startIndex)
      }
      guard let unit = Cosine.unit(vector) else { throw .noDirection(path: path, row: row) }
      rows += unit
    }
    (self.entries, self.rows, dimension) = (entries, rows, width)
  }

  /// Reads an index.
  ///
  /// - Parameter path: the array, `X.npy`; the entries are read from `X.jsonl`.
  /// - Throws: `RetrievalError`.
  package static func read(path: String) throws(RetrievalError) -> VectorIndex {
    let array: NumpyArray
    do { array = try NumpyArray.read(path: path) } catch {
      if case .unreadable(let fault) = error { throw .unreadable(fault) }
      throw .array(path: path, error)
    }
    guard case .float32(let elements) = array.elements else {
      throw .form(path: path, shape: array.shape)
    }
    let entries = try entries(path: entriesPath(beside: path))
    return try VectorIndex(HostTensor(array.shape, elements), entries: entries, path: path)
  }

  /// The path of the entries of an array.
  package static func entriesPath(beside path: String) -> String {
    Path.withoutSuffix(path) + ".jsonl"
  }

  /// Makes sure that vectors of so many numbers can be looked up.
  ///
  /// - Throws: `RetrievalError.dimension`.
  package func demand(dimension: Int, of output: String, path: String) throws(RetrievalError) {
    guard dimension == self.dimension else {
      throw .dimension(path: path, found: self.dimension, output: output, expected: dimension)
    }
  }

  /// Writes both files, the entries first; each appears whole or not at all.
  ///
  /// - Parameter vectors: as they are to be stored, in the order of the entries.
  /// - Throws: `AtomicFileError`.
  package static func save(
    _ vectors: HostTensor, entries: [IndexEntry], to path: String
  ) throws(AtomicFileError) {
    let lines = entries.map { $0.json.text() + "\n" }.joined()
    try AtomicFile.save(Array(lines.utf8), to: entriesPath(beside: path))
    try AtomicFile.save(NumpyArray(vectors).encoded, to: path)
  }

  private static func entries(path: String) throws(RetrievalError) -> [IndexEntry] {
    let file = try JSONRecords(lines: path)
    var entries: [IndexEntry] = []
    for record in file.records {
      let entry = IndexEntry(
        file: try file.optionalText("file", of: record),
        caption: try file.optionalText("caption", of: record))
      guard entry.file != nil || entry.caption != nil else {
        throw file.fault(record, "an entry has a 'file', a 'caption' or both")
      }
      entries.append(entry)
    }
    return entries
  }
}
