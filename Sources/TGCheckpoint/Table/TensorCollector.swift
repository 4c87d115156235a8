import TGTensor

/// Walks the value of a pickle and names what it finds: keys of dictionaries and positions in lists,
/// joined by dots; of modules and networks the names by which their programs know their tensors.
struct TensorCollector {
  /// Containers in containers.
  static let depth = 64
  /// A longer list of plain numbers is a record of something; its items have no names.
  private static let longList = 256

  let source: PickleSource
  private let number: UInt32
  private var builder: EntryTableBuilder
  private var visits = 0
  /// How many modules and networks contain what is visited.
  var openObjects = 0
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

  mutating func visit(
    _ item: PickleItem, folder: UInt32, part: UInt32, depth: Int
  ) throws(CheckpointFault) {
    guard depth <= Self.depth else { throw .tooMuch(.depth(limit: Self.depth)) }
    try countVisit()
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
    case .array(let array): try add(folder, part, item, isTensor: array.isOfNumbers)
    case .module(_, let attributes):
      try visitModule(attributes, in: open(folder, part), depth: depth)
    case .network(let kind, let attributes):
      try visitNetwork(kind, attributes, in: open(folder, part), depth: depth)
    case .none, .bool, .text, .byteString, .bytes, .set, .other:
      try add(folder, part, item, isTensor: false)
    }
  }

  /// Counts one look at a value.
  mutating func countVisit() throws(CheckpointFault) {
    visits += 1
    guard visits <= visitLimit else { throw .tooMuch(.values(limit: visitLimit)) }
  }

  /// Opens a container; with `isPath` a slash joins its name to those in it.
  mutating func open(
    _ folder: UInt32, _ part: UInt32, isPath: Bool = false
  ) throws(CheckpointFault) -> UInt32 {
    try builder.add(
      EntryTable.Folder(parent: folder, part: part, source: number, isPath: isPath))
  }

  /// Adds a value, after a look at whether it can be what it claims.
  mutating func add(
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
