import TGTensor

/// Walks the value of a pickle and names what it finds: keys of dictionaries and positions in lists,
/// joined by dots.
struct TensorCollector {
  /// The most that a checkpoint may hold.
  enum Limit {
    static let values = 1_000_000
    static let depth = 64
    static let nameBytes = 64 << 20
  }

  private let document: PickleDocument
  private let contents: Torch.Contents?
  private(set) var entries: [Checkpoint.Entry] = []
  private(set) var skipped: [Checkpoint.Skipped] = []
  private var nameBytes = 0
  private var visits = 0
  /// A value that many others share is visited once for each: bounded by what the stream can say.
  private let visitLimit: Int

  /// Collects everything below the outermost value; storages come from `contents`.
  init(_ document: PickleDocument, _ contents: Torch.Contents?) throws(CheckpointFault) {
    self.document = document
    self.contents = contents
    visitLimit = min(Limit.values, 10_000 + 4 * document.instructions)
    try visit(document.root, name: "", depth: 0)
  }

  private mutating func visit(
    _ item: PickleItem, name: String, depth: Int
  ) throws(CheckpointFault) {
    guard depth <= Limit.depth else { throw .tooMuch(.depth(limit: Limit.depth)) }
    visits += 1
    guard visits <= visitLimit else { throw .tooMuch(.values(limit: visitLimit)) }
    nameBytes += name.utf8.count
    guard nameBytes <= Limit.nameBytes else {
      throw .tooMuch(.nameBytes(limit: Limit.nameBytes))
    }
    switch item {
    case .none: skip(name, "nothing")
    case .bool: skip(name, "a boolean")
    case .int(let value): add(name, StoredElements(scalar: value))
    case .float(let value): add(name, StoredElements(scalar: value))
    case .object(let place): try visit(document.objects[place], name: name, depth: depth)
    }
  }

  private mutating func visit(
    _ object: PickleObject, name: String, depth: Int
  ) throws(CheckpointFault) {
    switch object {
    case .tensor(let tensor):
      guard let contents else { throw .torch(.missingStorage(tensor.storage.key)) }
      add(name, try contents.elements(of: tensor, name: name))
    case .array(let array):
      if let elements = try array.elements(name: name) {
        add(name, elements)
      } else {
        skip(name, "an array of values that are not numbers")
      }
    case .list(let items), .tuple(let items):
      for (position, item) in items.enumerated() {
        try visit(item, name: join(name, "\(position)"), depth: depth + 1)
      }
    case .dictionary(let pairs):
      for pair in pairs {
        if let key = key(pair.key) {
          try visit(pair.value, name: join(name, key), depth: depth + 1)
        } else {
          skip(name, "a value whose key is no text and no whole number")
        }
      }
    case .text, .byteString: skip(name, "text")
    case .bytes: skip(name, "bytes")
    case .long: skip(name, "a number of more than 64 bits")
    case .set: skip(name, "a set")
    case .storage: skip(name, "a storage without a tensor")
    case .constructor, .dtype: skip(name, "a type")
    case .opaque(let kind): skip(name, kind)
    }
  }

  private func key(_ item: PickleItem) -> String? {
    switch item {
    case .int(let value): "\(value)"
    case .object(let place): document.objects[place].string
    case .none, .bool, .float: nil
    }
  }

  private func join(_ name: String, _ part: String) -> String {
    name.isEmpty ? part : "\(name).\(part)"
  }

  private mutating func add(_ name: String, _ elements: StoredElements) {
    entries.append(Checkpoint.Entry(name: name, elements: elements))
  }

  private mutating func skip(_ name: String, _ kind: String) {
    skipped.append(Checkpoint.Skipped(name: name, kind: kind))
  }
}

extension NumpyObject {
  /// The array's elements; nil if they are not numbers. The name serves errors.
  func elements(name: String) throws(CheckpointFault) -> StoredElements? {
    guard let contents else { throw .numpy(member: name, .truncated) }
    let type: StoredType
    do {
      let order = contents.dtype.order == "|" ? "" : contents.dtype.order
      type = try NumpyArray.type(named: order + contents.dtype.name)
    } catch {
      if case .type = error { return nil }
      throw .numpy(member: name, error)
    }
    do {
      return try NumpyArray.elements(
        ByteRegion(contents.bytes), type: type, dimensions: contents.dimensions,
        isColumnMajor: contents.isColumnMajor)
    } catch { throw .numpy(member: name, error) }
  }
}
