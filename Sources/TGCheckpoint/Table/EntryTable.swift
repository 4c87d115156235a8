import TGTensor

/// Where the values of a part of a file are: a pickle, the head of a safetensors file, an archive of
/// arrays. What a value is is read from the file whenever it is asked for.
protocol EntrySource: Sendable {
  /// One part of a name; `part` is what the source put into the table.
  func part(_ part: UInt32) -> String

  /// What a value is; the name serves errors.
  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form

  /// The elements of a value that is a tensor; the name serves errors.
  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements

  /// What a value is that is neither tensor nor number.
  func kind(_ value: UInt32) -> String

  /// The first value that is the same view of the same numbers, where a file says so of a tensor.
  func shared(_ value: UInt32) -> UInt32?
}

extension EntrySource {
  /// Nothing is said.
  func shared(_ value: UInt32) -> UInt32? { nil }
}

/// The names and indices of everything in a file, in 16 bytes for each.
final class EntryTable: Sendable {
  /// A value and its name.
  struct Row: Sendable {
    /// The folder that its name continues, from 1; 0 at the top.
    var folder: UInt32
    /// The last part of its name, as the source knows it; `noPart` if there is none.
    var part: UInt32
    var source: UInt32
    var value: UInt32
  }

  /// A container, of whose name the names in it are continuations.
  struct Folder: Sendable {
    var parent: UInt32
    var part: UInt32
    var source: UInt32
    /// Whether a slash, not a dot, joins its part to what lies in it.
    var isPath = false
  }

  /// The part of a value that is not named, or of a container whose values have its own name.
  static let noPart = UInt32.max

  let sources: [any EntrySource]
  private let folders: ChunkedArray<Folder>
  let tensors: ChunkedArray<Row>
  let others: ChunkedArray<Row>
  private let index: NameIndex

  /// - Throws: `CheckpointFault.duplicateName`.
  init(_ builder: EntryTableBuilder) throws(CheckpointFault) {
    sources = builder.sources
    folders = builder.folders
    tensors = builder.tensors
    others = builder.others
    var index = NameIndex(builder.tensors.count)
    let rows = builder.tensors
    let folders = builder.folders
    let sources = builder.sources
    for row in 0..<rows.count {
      let name = Self.name(rows[row], folders, sources)
      let isNew = index.insert(name, at: row) {
        Self.name(rows[$0], folders, sources) == name
      }
      guard isNew else { throw .duplicateName(name) }
    }
    self.index = index
  }

  /// The whole name of a row.
  func name(_ row: Row) -> String { Self.name(row, folders, sources) }

  /// The row of a tensor of a name; nil if there is none.
  func row(of name: String) -> Int? {
    index.row(of: name) { self.name(self.tensors[$0]) == name }
  }

  private static func name(
    _ row: Row, _ folders: ChunkedArray<Folder>, _ sources: [any EntrySource]
  ) -> String {
    var parts: [String] = []
    if row.part != noPart { parts.append(sources[Int(row.source)].part(row.part)) }
    var folder = row.folder
    while folder > 0 {
      let outer = folders[Int(folder) - 1]
      if outer.part != noPart {
        let part = sources[Int(outer.source)].part(outer.part)
        parts.append(parts.isEmpty ? part : part + (outer.isPath ? "/" : "."))
      }
      folder = outer.parent
    }
    return parts.reversed().joined()
  }
}

/// A table under construction.
struct EntryTableBuilder {
  /// The most values that a file may hold.
  static let limit = 600_000

  private(set) var sources: [any EntrySource] = []
  private(set) var folders = ChunkedArray<EntryTable.Folder>()
  private(set) var tensors = ChunkedArray<EntryTable.Row>()
  private(set) var others = ChunkedArray<EntryTable.Row>()

  /// Adds a source; the result is its number.
  mutating func add(_ source: any EntrySource) -> UInt32 {
    sources.append(source)
    return UInt32(sources.count - 1)
  }

  /// Adds a container; the result is its number, from 1.
  mutating func add(_ folder: EntryTable.Folder) throws(CheckpointFault) -> UInt32 {
    guard folders.count < Self.limit else { throw .tooMuch(.values(limit: Self.limit)) }
    folders.append(folder)
    return UInt32(folders.count)
  }

  /// Adds a value, a tensor or something else.
  mutating func add(_ row: EntryTable.Row, isTensor: Bool) throws(CheckpointFault) {
    guard tensors.count + others.count < Self.limit else {
      throw .tooMuch(.values(limit: Self.limit))
    }
    if isTensor { tensors.append(row) } else { others.append(row) }
  }
}

/// Finds names without holding them: eight bytes for each.
private struct NameIndex: Sendable {
  /// The index of a row, from 1, and some bits of the hash of its name.
  private var slots: [UInt64]

  init(_ count: Int) {
    var size = 16
    while size < 2 * count { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  /// Adds a name unless it is there; `isSame` compares it with that of another row.
  mutating func insert(_ name: String, at row: Int, isSame: (Int) -> Bool) -> Bool {
    let hash = Self.hash(name)
    var slot = Int(hash & UInt64(slots.count - 1))
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32, isSame(Int(slots[slot] & 0xffff_ffff) - 1) {
        return false
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = hash & ~0xffff_ffff | UInt64(row + 1)
    return true
  }

  /// The row of a name.
  func row(of name: String, isSame: (Int) -> Bool) -> Int? {
    let hash = Self.hash(name)
    var slot = Int(hash & UInt64(slots.count - 1))
    while slots[slot] != 0 {
      let row = Int(slots[slot] & 0xffff_ffff) - 1
      if slots[slot] >> 32 == hash >> 32, isSame(row) { return row }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Seeded anew by each process, so that no file can choose names that meet.
  private static func hash(_ name: String) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(name)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
