import TGTensor

/// A TensorFlow checkpoint of version 2: a table that says where each variable lies in which data file.
///
/// Source: TensorFlow's `tensor_bundle.proto` and `tensor_bundle.cc`. A value or part is a record of the
/// table.
struct TensorBundle: EntrySource {
  /// What the names of variables of TensorFlow 2 end in; left out.
  static let suffix = "/.ATTRIBUTES/VARIABLE_VALUE"
  /// What the name of other things that an object of TensorFlow 2 keeps has in it.
  private static let attribute = "/.ATTRIBUTES/"
  /// The description of objects that TensorFlow 2 puts beside variables.
  private static let objects = "_CHECKPOINTABLE_OBJECT_GRAPH"

  private let table: SortedTable
  /// The data files that variables lie in, by number.
  private var shards: [Int: ByteRegion] = [:]
  private let shardCount: Int

  /// One record: what a variable or a slice of one is.
  private struct Entry {
    var type = TensorFlowType(0)
    var dimensions: [Int] = []
    var shard = 0
    var offset = 0
    var size = 0
    var checksum: UInt64 = 0
    /// The slices in which it is stored; empty for one that is stored whole.
    var slices: [TensorSlice] = []
  }

  /// Reads the table, and opens the data files that it speaks of.
  ///
  /// - Parameters:
  ///   - files: gives a data file by its number and how many there are.
  /// - Throws: `TensorFlowFault`.
  init(
    _ table: SortedTable, files: (Int, Int) throws(CheckpointFault) -> ByteRegion
  ) throws(CheckpointFault) {
    self.table = table
    shardCount = try Self.header(table)
    var claimed = 0
    for record in 1..<table.count {
      let name = try Self.name(table.key(record))
      let entry = try Self.entry(table.value(record), name: name)
      guard entry.slices.isEmpty else { continue }
      guard entry.shard < shardCount else {
        throw .tensorFlow(.entry(name: name, "lies in a data file that is none of \(shardCount)"))
      }
      if shards[entry.shard] == nil {
        shards[entry.shard] = try files(entry.shard, shardCount)
      }
      guard let shard = shards[entry.shard], entry.offset <= shard.count,
        entry.size <= shard.count - entry.offset
      else { throw .tensorFlow(.entry(name: name, "reaches outside of its data file")) }
      if let size = entry.type.size {
        let (bytes, overflow) = Shape(entry.dimensions).count.multipliedReportingOverflow(by: size)
        guard !overflow, bytes == entry.size else {
          throw .tensorFlow(.entry(name: name, "has another number of bytes than its shape needs"))
        }
      }
      // Sizes lie inside of files: far from an overflow for as many records as there may be.
      claimed += entry.size
    }
    let held = shards.values.reduce(0) { $0 + $1.count }
    guard claimed <= held else { throw .tensorFlow(.claims(claimed, of: held)) }
  }

  /// The number of data files that the first record states.
  private static func header(_ table: SortedTable) throws(CheckpointFault) -> Int {
    guard table.count > 0, table.key(0).isEmpty else { throw .tensorFlow(.header) }
    var fields = ProtoReader(table.value(0), of: "its head")
    var count: UInt64 = 0
    while let field = try fields.next() {
      switch field.number {
      case 1: count = try fields.varint(field)
      case 2: guard try fields.varint(field) == 0 else { throw .tensorFlow(.bigEndian) }
      case 3:
        var version = ProtoReader(try fields.message(field), of: "its head")
        while let field = try version.next(2) {
          let least = try version.varint(field)
          guard least <= 1 else { throw .tensorFlow(.version(least)) }
        }
      default: break
      }
    }
    guard (1...UInt64(TensorFlowFiles.shardLimit)).contains(count) else {
      throw .tensorFlow(.shards(count))
    }
    return Int(count)
  }

  /// The name that a key is, for errors also of a slice.
  private static func name(_ key: ArraySlice<UInt8>) throws(CheckpointFault) -> String {
    let own = key.first == 0 ? key.dropFirst().prefix { $0 != 0 } : key
    guard let name = String(validating: own, as: UTF8.self) else {
      throw .tensorFlow(
        .entry(name: String(decoding: own, as: UTF8.self), "has a name that is no UTF-8"))
    }
    return name
  }

  private static func entry(
    _ value: ByteRegion, name: String
  ) throws(CheckpointFault) -> Entry {
    var entry = Entry()
    var fields = ProtoReader(value, of: name)
    while let field = try fields.next() {
      switch field.number {
      case 1: entry.type = TensorFlowType(try fields.varint(field))
      case 2: entry.dimensions = try fields.dimensions(field, of: name)
      case 3: entry.shard = try fields.size(field)
      case 4: entry.offset = try fields.size(field)
      case 5: entry.size = try fields.size(field)
      case 6:
        guard case .number(let checksum, .fixed32) = field.value else { throw fields.malformed }
        entry.checksum = checksum
      case 7:
        guard entry.slices.count < TensorSlice.limit else {
          throw .tensorFlow(
            .entry(name: name, "is stored in more than \(TensorSlice.limit) slices"))
        }
        entry.slices.append(try TensorSlice(try fields.message(field), of: name))
      default: break
      }
    }
    return entry
  }

  // MARK: The list

  /// Lists the variables in a table, in the order of their names.
  ///
  /// - Throws: `TensorFlowFault` for slices that are not those of a variable.
  func collect(into builder: inout EntryTableBuilder) throws(CheckpointFault) {
    let number = builder.add(self)
    var (found, used) = (0, 0)
    for record in 1..<table.count {
      guard table.key(record).first != 0 else {
        found += 1
        continue
      }
      let name = try Self.name(table.key(record))
      let entry = try Self.entry(table.value(record), name: name)
      used += entry.slices.count
      _ = try pieces(of: entry, key: table.key(record), name: name)
      let value = UInt32(record)
      let isText =
        entry.type.number == 7 && name.contains(Self.attribute) && !name.hasSuffix(Self.suffix)
      try builder.add(
        EntryTable.Row(folder: 0, part: value, source: number, value: value),
        isTensor: name != Self.objects && !isText)
    }
    guard found == used else { throw .tensorFlow(.strangeSlices(found - used)) }
  }

  /// The slices of a variable, checked against it; nil for one that is stored whole.
  private func pieces(
    of entry: Entry, key: ArraySlice<UInt8>, name: String
  ) throws(CheckpointFault) -> (tiling: SlicedTensor, entries: [Entry])? {
    guard !entry.slices.isEmpty else { return nil }
    let tiling: SlicedTensor
    do { tiling = try SlicedTensor(entry.slices, in: entry.dimensions) } catch {
      throw .tensorFlow(.entry(name: name, error.rawValue))
    }
    var entries: [Entry] = []
    for (slice, box) in zip(entry.slices, tiling.boxes) {
      guard let record = table.record(of: slice.key(of: Array(key))) else {
        throw .tensorFlow(.entry(name: name, "has a slice that is not in the file"))
      }
      let piece = try Self.entry(table.value(record), name: name)
      guard piece.slices.isEmpty, piece.type == entry.type, piece.dimensions == box.map(\.count)
      else { throw .tensorFlow(.entry(name: name, "has a slice of another type or shape")) }
      entries.append(piece)
    }
    return (tiling, entries)
  }

  // MARK: The source

  func part(_ part: UInt32) -> String {
    let name = String(decoding: table.key(Int(part)), as: UTF8.self)
    return name.hasSuffix(Self.suffix) ? String(name.dropLast(Self.suffix.count)) : name
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let entry = try Self.entry(table.value(Int(value)), name: name)
    return entry.type.form(entry.dimensions)
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    let entry = try Self.entry(table.value(Int(value)), name: name)
    guard let type = entry.type.stored else { throw entry.type.unread(name) }
    let bytes: ByteRegion
    if let pieces = try pieces(of: entry, key: table.key(Int(value)), name: name) {
      var regions: [ByteRegion] = []
      for entry in pieces.entries { regions.append(try data(of: entry, name: name)) }
      bytes = ByteRegion(pieces.tiling.joined(regions, elementSize: type.size))
    } else {
      bytes = try data(of: entry, name: name)
    }
    do {
      return try StoredElements(bytes, type: type, dimensions: entry.dimensions)
    } catch { throw .view(name: name, error) }
  }

  func kind(_ value: UInt32) -> String {
    table.key(Int(value)).elementsEqual(Self.objects.utf8) ? "a description of objects" : "text"
  }

  /// The bytes of what is stored whole, compared with their checksum.
  private func data(of entry: Entry, name: String) throws(CheckpointFault) -> ByteRegion {
    guard let bytes = shards[entry.shard]?.region(entry.offset..<entry.offset + entry.size) else {
      throw .tensorFlow(.entry(name: name, "reaches outside of its data file"))
    }
    guard UInt64(CRC32C.masked(bytes)) == entry.checksum else {
      throw .tensorFlow(.data(name: name))
    }
    return bytes
  }
}

extension TensorFlowType {
  /// What a variable of the type is.
  func form(_ dimensions: [Int]) -> Checkpoint.Form {
    guard let stored else { return .unread("a tensor of type \(name)", dimensions) }
    return Checkpoint.Form(shape: Shape(dimensions), kind: .numbers(stored))
  }

  /// The refusal of a variable of a type that is not read.
  func unread(_ variable: String) -> CheckpointFault {
    .unread(name: variable, "a tensor of type \(name)")
  }
}
