import TGTensor

/// Names what a Torch7 file holds: keys of tables and fields of objects, joined by dots.
///
/// An object that can be reached in several ways is looked into once, under its shortest name, of
/// equally short ones the first; elsewhere it is listed as the same. So a file is walked in time
/// proportional to its size, whatever refers to what. A tensor is listed under every name that leads
/// to it from there.
struct Torch7Collector {
  /// A longer table of plain numbers is a record of something; its items have no names.
  private static let longList = 256

  private let document: Torch7Document
  private var homes: [Int: (outer: Int?, part: Torch7Field.Part)] = [:]
  private var parts: [Torch7Field.Part] = []
  private var items: [Torch7Source.Item] = []
  /// What is to be listed, in order.
  private var rows: [(folder: UInt32, part: UInt32, isTensor: Bool)] = []
  private var folders: [(parent: UInt32, part: UInt32)] = []
  /// The first item of each view of a storage.
  private var firsts: [Torch7Tensor: UInt32] = [:]
  /// Tables of more plain numbers than are named.
  private var longLists: Set<Int> = []
  /// Objects that were looked into.
  private var opened: Set<Int> = []

  /// Lists everything below the outermost value in a table.
  static func collect(
    _ document: Torch7Document, into builder: inout EntryTableBuilder
  ) throws(CheckpointFault) {
    var document = document
    document.modernize()
    var collector = Torch7Collector(document)
    collector.settle()
    try collector.list()
    let source = Torch7Source(
      document: document, parts: collector.parts, items: collector.items, homes: collector.homes)
    let number = builder.add(source)
    for folder in collector.folders {
      _ = try builder.add(
        EntryTable.Folder(parent: folder.parent, part: folder.part, source: number))
    }
    for (index, row) in collector.rows.enumerated() {
      let value = UInt32(index)
      if row.isTensor {
        let name = row.part == EntryTable.noPart ? "" : source.part(row.part)
        _ = try source.form(value, name: name)
      }
      try builder.add(
        EntryTable.Row(folder: row.folder, part: row.part, source: number, value: value),
        isTensor: row.isTensor)
    }
  }

  private init(_ document: Torch7Document) {
    self.document = document
    for (index, object) in document.objects.enumerated() {
      guard case .table(let pairs) = object, pairs.count > Self.longList else { continue }
      if pairs.allSatisfy({ if case .number = $0.value { true } else { false } }) {
        longLists.insert(index)
      }
    }
  }

  // MARK: Where objects are at home

  /// Gives each table and object the shortest way to it.
  private mutating func settle() {
    guard case .object(let root) = document.root else { return }
    homes[root] = (nil, .none)
    var level = [root]
    var depth = 0
    while !level.isEmpty, depth < TensorCollector.depth {
      depth += 1
      var next: [Int] = []
      for outer in level where !longLists.contains(outer) {
        for field in document.fields(of: outer) where field.aside == nil {
          guard case .object(let inner) = field.value, holds(inner), homes[inner] == nil else {
            continue
          }
          homes[inner] = (outer, field.part)
          next.append(inner)
        }
      }
      level = next
    }
  }

  /// True for what has parts of its own.
  private func holds(_ object: Int) -> Bool {
    switch document.objects[object] {
    case .table, .instance: true
    case .tensor, .storage, .function: false
    }
  }

  // MARK: The list

  /// What is to be listed next: a field, in a folder, of an object.
  private typealias Step = (field: Torch7Field, folder: UInt32, outer: Int?)

  /// Lists every value where it is at home, depth first, with a stack of our own.
  private mutating func list() throws(CheckpointFault) {
    var steps: [Step] = [(Torch7Field(part: .none, value: document.root), 0, nil)]
    while let (field, folder, outer) = steps.popLast() {
      guard items.count < EntryTableBuilder.limit, folders.count < EntryTableBuilder.limit else {
        throw .tooMuch(.values(limit: EntryTableBuilder.limit))
      }
      if let aside = field.aside {
        add(.other(aside.rawValue), field, folder)
        continue
      }
      guard case .object(let object) = field.value else {
        add(plain(field.value), field, folder)
        continue
      }
      switch document.objects[object] {
      case .tensor(let tensor): add(item(tensor, object), field, folder)
      case .storage(let kind, _): add(.other("a \(kind.name)"), field, folder)
      case .function: add(.other("a function"), field, folder)
      case .table(let pairs) where longLists.contains(object):
        add(.numbers(pairs.count), field, folder)
      case .table, .instance:
        guard let home = homes[object] else {
          add(.other("nested deeper than \(TensorCollector.depth) levels"), field, folder)
          continue
        }
        guard home.outer == outer, home.part == field.part, opened.insert(object).inserted
        else {
          add(.again(object), field, folder)
          continue
        }
        folders.append((folder, number(of: field.part)))
        let inner = UInt32(folders.count)
        for field in document.fields(of: object).reversed() { steps.append((field, inner, object)) }
      }
    }
  }

  private func plain(_ value: Torch7Document.Value) -> Torch7Source.Item {
    switch value {
    case .number(let number): .number(number)
    case .text, .modules: .other("text")
    case .boolean: .other("a boolean")
    case .function: .other("a function")
    case .nothing, .object: .other("nothing")
    }
  }

  /// A tensor that has numbers, with the first of the same.
  private mutating func item(_ tensor: Torch7Tensor, _ object: Int) -> Torch7Source.Item {
    guard tensor.storage != nil, !tensor.dimensions.isEmpty else {
      return .other("an empty tensor")
    }
    let first = firsts[tensor] ?? UInt32(items.count)
    firsts[tensor] = first
    return .tensor(object, first: first)
  }

  private mutating func add(_ item: Torch7Source.Item, _ field: Torch7Field, _ folder: UInt32) {
    let isTensor =
      switch item {
      case .tensor, .number: true
      case .again, .other, .numbers: false
      }
    rows.append((folder, number(of: field.part), isTensor))
    items.append(item)
  }

  /// The number of a part of a name.
  private mutating func number(of part: Torch7Field.Part) -> UInt32 {
    guard part != .none else { return EntryTable.noPart }
    parts.append(part)
    return UInt32(parts.count - 1)
  }
}
