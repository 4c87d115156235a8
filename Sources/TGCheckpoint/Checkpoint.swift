package import TGTensor

/// The named tensors of a file.
package struct Checkpoint: Sendable {
  /// One named tensor; its elements are read when they are asked for.
  package struct Entry: Sendable {
    /// The name, parts joined by dots; empty for a file that is one bare tensor.
    package let name: String
    private let row: EntryTable.Row
    private let table: EntryTable
    /// Its name in the file.
    private let fullName: String

    init(_ row: EntryTable.Row, _ fullName: String, name: String, _ table: EntryTable) {
      self.name = name
      self.fullName = fullName
      self.row = row
      self.table = table
    }

    /// What it is.
    package var form: Form {
      // Read once before, when the table was made.
      (try? table.sources[Int(row.source)].form(row.value, name: fullName))
        ?? .unread("a tensor that cannot be read", [])
    }

    /// The extents as stored; empty if they are not known.
    package var shape: Shape { form.shape }

    /// What the tensors have in common that are one view of the same numbers under several names; nil
    /// where the file does not say that of a tensor.
    package var shared: SharedView? {
      table.sources[Int(row.source)].shared(row.value).map {
        SharedView(source: row.source, first: $0)
      }
    }

    /// The view of the file's bytes: shape, stored type, elements.
    ///
    /// - Throws: `CheckpointFault.unread` for a tensor whose meaning is not plain, and what is wrong
    ///   with compressed bytes.
    package func elements() throws(CheckpointFault) -> StoredElements {
      try table.sources[Int(row.source)].elements(row.value, name: fullName)
    }

    /// The elements converted to float32.
    ///
    /// - Throws: as `elements`, and `CheckpointFault.inexact` for whole numbers that float32 does not
    ///   hold.
    package func tensor() throws(CheckpointFault) -> HostTensor {
      let elements = try elements()
      if let number = elements.inexactInteger() {
        throw .inexact(name: fullName, elements.type, number)
      }
      return elements.tensor()
    }
  }

  /// One view of numbers that tensors of several names may be.
  package struct SharedView: Hashable, Sendable {
    fileprivate let source: UInt32
    fileprivate let first: UInt32
  }

  /// What a tensor is, without its elements.
  package struct Form: Hashable, Sendable {
    /// The extents; empty if they are not known.
    package let shape: Shape
    /// What its elements are.
    package let kind: Kind

    /// What the elements of a tensor are.
    package enum Kind: Hashable, Sendable {
      /// Numbers of this type.
      case numbers(StoredType)
      /// Something that is not read: what it is, "a sparse tensor".
      case unread(String)
    }

    /// A tensor that is not read.
    static func unread(_ kind: String, _ dimensions: [Int]) -> Form {
      Form(shape: Shape(checking: dimensions) ?? [], kind: .unread(kind))
    }

    /// The element type as reports show it: `float32`, or what it is instead.
    package var typeName: String {
      switch kind {
      case .numbers(let type): type.rawValue
      case .unread(let kind): kind
      }
    }
  }

  /// Something in the file that is no tensor and no number.
  package struct Skipped: Hashable, Sendable {
    /// The name that it would have.
    package let name: String
    /// What it is: "text", "nothing", "a boolean", the name of a class.
    package let kind: String
  }

  /// The container of a file.
  package enum Format: String, Hashable, Sendable, CustomStringConvertible {
    /// `torch.save` since version 1.6.
    case torchZip = "torch-zip"
    /// `torch.save` before version 1.6.
    case torchLegacy = "torch-legacy"
    /// A plain pickle, for instance of NumPy arrays.
    case pickle
    /// The safetensors format.
    case safetensors
    /// The tensors of a network in ONNX.
    case onnx
    /// One array of NumPy.
    case npy
    /// A zip archive of NumPy arrays.
    case npz
    /// A file of TensorFlow's older Saver.
    case tensorFlow1 = "tensorflow-1"
    /// An index and data files of TensorFlow.
    case tensorFlow2 = "tensorflow-2"
    /// An object that Torch7 saved.
    case torch7
    /// The two files of an ncnn network.
    case ncnn

    /// The name as reports show it.
    package var description: String { rawValue }
  }

  /// The name of the file without folders.
  package let fileName: String
  /// The container.
  package let format: Format
  /// The part of the names that is left out: of a subtree, its prefix.
  let prefix: String
  let table: EntryTable
  /// The rows of the tensors of a subtree; nil for all.
  private let rows: [UInt32]?
  private let file: ByteRegion

  init(
    fileName: String, format: Format, file: ByteRegion, _ builder: EntryTableBuilder
  ) throws(CheckpointFault) {
    self.init(
      fileName: fileName, format: format, file: file, table: try EntryTable(builder), prefix: "",
      rows: nil)
  }

  private init(
    fileName: String, format: Format, file: ByteRegion, table: EntryTable, prefix: String,
    rows: [UInt32]?
  ) {
    self.fileName = fileName
    self.format = format
    self.file = file
    self.table = table
    self.prefix = prefix
    self.rows = rows
  }

  /// The tensors, in the order of the file. No two have one name.
  package var entries: Entries { Entries(table: table, rows: rows, prefix: prefix) }

  /// Some tensors of a file; each is read from the file when it is asked for.
  package struct Entries: RandomAccessCollection, Sendable {
    fileprivate let table: EntryTable
    fileprivate let rows: [UInt32]?
    fileprivate let prefix: String

    /// 0.
    package var startIndex: Int { 0 }
    /// The number of tensors.
    package var endIndex: Int { rows?.count ?? table.tensors.count }

    /// The name of the tensor at a position.
    func name(at position: Int) -> String {
      let name = table.name(table.tensors[rows.map { Int($0[position]) } ?? position])
      return Checkpoint.rest(of: name, behind: prefix) ?? name
    }

    /// The tensor at a position.
    package subscript(position: Int) -> Entry {
      let row = table.tensors[rows.map { Int($0[position]) } ?? position]
      let name = table.name(row)
      return Entry(row, name, name: Checkpoint.rest(of: name, behind: prefix) ?? name, table)
    }
  }

  /// What else was found, in the order of the file.
  package var skipped: [Skipped] {
    (0..<table.others.count).compactMap { index in
      let row = table.others[index]
      return Self.rest(of: table.name(row), behind: prefix).map {
        Skipped(name: $0, kind: table.sources[Int(row.source)].kind(row.value))
      }
    }
  }

  /// The texts that a safetensors file carries besides tensors.
  package var metadata: [String: String] {
    // They were read once before, with the tensors.
    format == .safetensors ? (try? Safetensors.metadata(of: file)) ?? [:] : [:]
  }

  /// The tensor of a name.
  package subscript(name: String) -> Entry? {
    let full = prefix.isEmpty ? name : name.isEmpty ? prefix : "\(prefix).\(name)"
    return table.row(of: full).map { Entry(table.tensors[$0], full, name: name, table) }
  }

  /// The tensors whose names begin with a prefix, without it. The prefix is part of a path: `netG`
  /// finds `netG.0.weight` as `0.weight`, and a tensor named `netG` itself as the bare one; an empty
  /// prefix finds everything.
  package func subtree(_ part: String) -> Checkpoint {
    guard !part.isEmpty else { return self }
    let whole = prefix.isEmpty ? part : "\(prefix).\(part)"
    let found = (rows ?? (0..<UInt32(table.tensors.count)).map { $0 }).filter {
      Self.rest(of: table.name(table.tensors[Int($0)]), behind: whole) != nil
    }
    return Checkpoint(
      fileName: fileName, format: format, file: file, table: table, prefix: whole, rows: found)
  }

  /// The subtree of a name that someone gave; nothing is guessed. The path serves errors.
  ///
  /// - Throws: `CheckpointFault.noSubtree` if no tensor lies under it.
  package func subtree(named name: String, path: String) throws(CheckpointError) -> Checkpoint {
    let found = subtree(name)
    guard !found.entries.isEmpty else {
      throw CheckpointError(path: path, fault: .noSubtree(name, there: folders(limit: 8)))
    }
    return found
  }

  /// What is left of a name behind a prefix that is part of its path; nil if it is elsewhere.
  static func rest(of name: String, behind prefix: String) -> String? {
    guard !prefix.isEmpty else { return name }
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    return rest.isEmpty ? "" : rest.first == "." ? String(rest.dropFirst()) : nil
  }

  /// The first parts of the names, in the order of the file, at most so many.
  package func folders(limit: Int) -> [String] {
    var found: [String] = []
    let entries = entries
    for position in entries.indices.prefix(100_000) where found.count < limit {
      let first = entries.name(at: position).split(separator: ".").first.map { String($0) } ?? ""
      if !found.contains(first), !first.isEmpty { found.append(first) }
    }
    return found
  }
}
