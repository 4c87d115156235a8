/// The named tensors that the functions of an objective work on, for all items of a batch.
struct TensorStore {
  /// One tensor: the rows of all items, one after the other.
  struct Entry {
    /// `batch · size` numbers in the framework's order.
    var elements: [Float]
    /// Changes whenever the numbers may have changed.
    var version: Int
  }

  /// How many rows.
  let batch: Int
  private var numbers: [String: Int] = [:]
  private var entries: [Entry] = []
  private var versions = 0

  /// An empty store.
  init(batch: Int) { self.batch = batch }

  /// The tensor of a name.
  subscript(name: String) -> Entry? { numbers[name].map { entries[$0] } }

  /// Puts a whole tensor in.
  mutating func put(_ elements: [Float], as name: String) {
    versions += 1
    if let number = numbers[name] {
      entries[number] = Entry(elements: elements, version: versions)
    } else {
      numbers[name] = entries.count
      entries.append(Entry(elements: elements, version: versions))
    }
  }

  /// Puts some rows of a tensor in; a tensor that is new or of another size is put in whole.
  mutating func put(_ elements: [Float], as name: String, rows: [Bool]) {
    guard let number = numbers[name], entries[number].elements.count == elements.count,
      rows.contains(false)
    else { return put(elements, as: name) }
    versions += 1
    entries[number].version = versions
    let size = elements.count / batch
    for row in rows.indices where rows[row] {
      for index in row * size..<(row + 1) * size {
        entries[number].elements[index] = elements[index]
      }
    }
  }

  /// Copies a part of a vector into the same part of a row.
  mutating func copy(_ vector: [Float], from start: Int, into name: String, row: Int) {
    guard let number = numbers[name] else { return }
    versions += 1
    entries[number].version = versions
    let size = entries[number].elements.count / batch
    guard start + size <= vector.count else { return }
    for index in 0..<size { entries[number].elements[row * size + index] = vector[start + index] }
  }

  /// The numbers of one row.
  func row(_ row: Int, of name: String) -> ArraySlice<Float>? {
    guard let entry = self[name] else { return nil }
    let size = entry.elements.count / batch
    return entry.elements[row * size..<(row + 1) * size]
  }
}
