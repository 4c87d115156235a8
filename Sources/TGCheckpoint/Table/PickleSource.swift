import TGTensor

/// The values of one pickle.
struct PickleSource: EntrySource {
  let document: PickleDocument
  /// Where the bytes of its storages are, if torch wrote it.
  let contents: Torch.Contents?

  func part(_ part: UInt32) -> String {
    let item = PickleItem(bits: part)
    return document.int(item).map { "\($0)" } ?? document.string(item) ?? ""
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let item = PickleItem(bits: value)
    switch document.meaning(item) {
    case .int: return Checkpoint.Form(shape: [], kind: .numbers(.int64))
    case .float: return Checkpoint.Form(shape: [], kind: .numbers(.float64))
    case .tensor(let tensor):
      if let unread = tensor.unread { return .unread(unread, tensor.dimensions) }
      do {
        let shape = try tensor.check(contents, name: name)
        return Checkpoint.Form(shape: shape, kind: .numbers(tensor.type.stored ?? .float32))
      } catch {
        guard case .view(_, .expanded) = error else { throw error }
        return .unread("an expanded tensor beyond measure", tensor.dimensions)
      }
    case .array(let array):
      guard array.element != nil else {
        return .unread(
          "an array of type \(NumpyArray.numbers(named: array.dtype.full) ?? array.dtype.full)",
          array.dimensions)
      }
      let elements = try document.elements(of: array, name: name)
      return Checkpoint.Form(shape: elements.shape, kind: .numbers(elements.type))
    case .unread(let kind, let dimensions): return .unread(kind, dimensions)
    default: return .unread("no tensor", [])
    }
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    switch document.meaning(PickleItem(bits: value)) {
    case .int(let value): return StoredElements(scalar: value)
    case .float(let value): return StoredElements(scalar: value)
    case .tensor(let tensor): return try tensor.elements(contents, name: name)
    case .array(let array) where array.element != nil:
      return try document.elements(of: array, name: name)
    case .array(let array):
      throw .unread(
        name: name,
        "an array of type \(NumpyArray.numbers(named: array.dtype.full) ?? array.dtype.full)")
    case .unread(let kind, _): throw .unread(name: name, kind)
    default: throw .unread(name: name, "no tensor")
    }
  }

  func kind(_ value: UInt32) -> String {
    switch document.meaning(PickleItem(bits: value)) {
    case .none: "nothing"
    case .bool: "a boolean"
    case .text, .byteString: "text"
    case .bytes: "bytes"
    case .set: "a set"
    case .array: "an array of values that are not numbers"
    case .dictionary: "a value whose key is no text and no whole number"
    case .other(let kind): kind
    case .list(let index), .tuple(let index): "a list of \(document.count(of: index)) numbers"
    case .int, .float, .tensor, .unread: "a value"
    }
  }
}

/// Walks the value of a pickle and names what it finds: keys of dictionaries and positions in lists,
/// joined by dots.
struct TensorCollector {
  /// Containers in containers.
  static let depth = 64
  /// A longer list of plain numbers is a record of something; its items have no names.
  private static let longList = 256

  private let source: PickleSource
  private let number: UInt32
  private var builder: EntryTableBuilder
  private var visits = 0
  /// A value that many others share is visited once for each: bounded by what the stream can say.
  private let visitLimit: Int

  /// Collects everything below the outermost value into a table, under a name if one is given.
  static func collect(
    _ source: PickleSource, into builder: inout EntryTableBuilder,
    folder: UInt32 = 0
  ) throws(CheckpointFault) {
    let number = builder.add(source)
    var collector = TensorCollector(source, number, builder)
    try collector.visit(
      source.document.root, folder: folder, part: EntryTable.noPart, depth: 0)
    builder = collector.builder
  }

  private init(_ source: PickleSource, _ number: UInt32, _ builder: EntryTableBuilder) {
    self.source = source
    self.number = number
    self.builder = builder
    visitLimit = min(EntryTableBuilder.limit, 10_000 + 4 * source.document.instructions)
  }

  private mutating func visit(
    _ item: PickleItem, folder: UInt32, part: UInt32, depth: Int
  ) throws(CheckpointFault) {
    guard depth <= Self.depth else { throw .tooMuch(.depth(limit: Self.depth)) }
    visits += 1
    guard visits <= visitLimit else { throw .tooMuch(.values(limit: visitLimit)) }
    let document = source.document
    switch document.meaning(item) {
    case .list(let index), .tuple(let index):
      let count = document.count(of: index)
      guard count <= Self.longList || !document.holdsNumbers(index) else {
        try add(folder, part, item, isTensor: false)
        return
      }
      let inner = try open(folder, part)
      for (position, item) in document.contents(of: index).enumerated() {
        guard let name = PickleItem(small: position) else { break }
        try visit(item, folder: inner, part: name.bits, depth: depth + 1)
      }
    case .dictionary(let index):
      let inner = try open(folder, part)
      var key: PickleItem?
      for item in document.contents(of: index) {
        guard let name = key else {
          key = item
          continue
        }
        key = nil
        if document.int(name) != nil || document.string(name) != nil {
          try visit(item, folder: inner, part: name.bits, depth: depth + 1)
        } else {
          // Kept under the name of the dictionary: its own would be no name.
          try add(folder, part, document.root, isTensor: false)
        }
      }
    case .int, .float, .tensor, .unread: try add(folder, part, item, isTensor: true)
    case .array(let array):
      let isNumbers = array.element != nil || NumpyArray.numbers(named: array.dtype.full) != nil
      try add(folder, part, item, isTensor: isNumbers)
    case .none, .bool, .text, .byteString, .bytes, .set, .other:
      try add(folder, part, item, isTensor: false)
    }
  }

  private mutating func open(_ folder: UInt32, _ part: UInt32) throws(CheckpointFault) -> UInt32 {
    try builder.add(EntryTable.Folder(parent: folder, part: part, source: number))
  }

  /// Adds a value, after a look at whether it can be what it claims.
  private mutating func add(
    _ folder: UInt32, _ part: UInt32, _ item: PickleItem, isTensor: Bool
  ) throws(CheckpointFault) {
    if isTensor {
      let name = part == EntryTable.noPart ? "" : source.part(part)
      _ = try source.form(item.bits, name: name)
    }
    try builder.add(
      EntryTable.Row(folder: folder, part: part, source: number, value: item.bits),
      isTensor: isTensor)
  }
}
