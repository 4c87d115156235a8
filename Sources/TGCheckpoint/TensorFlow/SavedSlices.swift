import TGTensor

/// A TensorFlow checkpoint of version 1: one table with the variables and their elements.
///
/// Source: TensorFlow's `saved_tensor_slice.proto` and `tensor_slice_writer.cc`. The first record
/// describes all variables; each further one holds the elements of a slice, mostly of a whole variable.
/// A value or part is the number of a variable in the first record.
struct SavedSlices: EntrySource {
  private let table: SortedTable
  /// The description of each variable.
  private var variables: [ByteRegion] = []

  /// A variable as the first record describes it.
  private struct Variable {
    var name: [UInt8] = []
    var type = TensorFlowType(0)
    var dimensions: [Int] = []
    var slices: [TensorSlice] = []
  }

  /// True if the first record of a table is one of these, and not the head of version 2.
  static func begins(_ table: SortedTable) -> Bool {
    table.count > 0 && table.key(0).isEmpty && table.value(0).prefix(1) == [0x0a]
  }

  /// Reads the first record.
  ///
  /// - Throws: `TensorFlowFault`.
  init(_ table: SortedTable) throws(CheckpointFault) {
    self.table = table
    var fields = ProtoReader(table.value(0), of: "its head")
    while let field = try fields.next(1) {
      var list = ProtoReader(try fields.message(field), of: "its head")
      while let field = try list.next(1) {
        guard variables.count < EntryTableBuilder.limit else {
          throw .tooMuch(.values(limit: EntryTableBuilder.limit))
        }
        variables.append(try list.message(field))
      }
    }
  }

  private func variable(_ number: UInt32) throws(CheckpointFault) -> Variable {
    var variable = Variable()
    var name = "variable \(number + 1)"
    var fields = ProtoReader(variables[Int(number)], of: name)
    while let field = try fields.next() {
      switch field.number {
      case 1:
        let bytes = try fields.message(field)
        variable.name = bytes.prefix(bytes.count)
        guard let text = String(validating: variable.name, as: UTF8.self) else {
          throw .tensorFlow(.entry(name: name, "has a name that is no UTF-8"))
        }
        name = text
      case 2: variable.dimensions = try fields.dimensions(field, of: name)
      case 3: variable.type = TensorFlowType(try fields.varint(field))
      case 4:
        guard variable.slices.count < TensorSlice.limit else {
          throw .tensorFlow(
            .entry(name: name, "is stored in more than \(TensorSlice.limit) slices"))
        }
        variable.slices.append(try TensorSlice(try fields.message(field), of: name))
      default: break
      }
    }
    return variable
  }

  // MARK: The list

  /// Lists the variables in a table, in the order of the first record.
  ///
  /// - Throws: `TensorFlowFault` for slices that are not those of a variable.
  func collect(into builder: inout EntryTableBuilder) throws(CheckpointFault) {
    let number = builder.add(self)
    var used: Set<Int> = []
    for value in 0..<UInt32(variables.count) {
      let variable = try variable(value)
      let name = String(decoding: variable.name, as: UTF8.self)
      let tiling = try tiling(of: variable, name: name)
      for (slice, box) in zip(variable.slices, tiling.boxes) {
        let record = try record(of: slice, of: variable, name: name)
        guard used.insert(record).inserted else { throw .tensorFlow(.strangeSlices(-1)) }
        let list = try list(in: record, of: variable, name: name)
        guard variable.type.stored != nil else { continue }
        guard try list.count() == Shape(box.map(\.count)).count else {
          throw .tensorFlow(.entry(name: name, "has another number of elements than its shape"))
        }
      }
      try builder.add(
        EntryTable.Row(folder: 0, part: value, source: number, value: value), isTensor: true)
    }
    guard used.count == table.count - 1 else {
      throw .tensorFlow(.strangeSlices(table.count - 1 - used.count))
    }
  }

  private func tiling(
    of variable: Variable, name: String
  ) throws(CheckpointFault) -> SlicedTensor {
    do { return try SlicedTensor(variable.slices, in: variable.dimensions) } catch {
      throw .tensorFlow(.entry(name: name, error.rawValue))
    }
  }

  /// The record of a slice.
  private func record(
    of slice: TensorSlice, of variable: Variable, name: String
  ) throws(CheckpointFault) -> Int {
    guard let record = table.record(of: slice.key(of: variable.name)) else {
      throw .tensorFlow(.entry(name: name, "has a slice that is not in the file"))
    }
    return record
  }

  /// The elements in the record of a slice.
  private func list(
    in record: Int, of variable: Variable, name: String
  ) throws(CheckpointFault) -> TypedList {
    var tensor: ByteRegion?
    var fields = ProtoReader(table.value(record), of: name)
    while let field = try fields.next(2) {
      var data = ProtoReader(try fields.message(field), of: name)
      while let field = try data.next() {
        if field.number == 1 {
          let own = try data.message(field)
          guard own.prefix(own.count) == variable.name else {
            throw .tensorFlow(.entry(name: name, "has a slice with another name in it"))
          }
        }
        if field.number == 3 { tensor = try data.message(field) }
      }
    }
    guard let tensor else { throw fields.malformed }
    return TypedList(tensor, type: variable.type, name: name)
  }

  // MARK: The source

  func part(_ part: UInt32) -> String {
    // Read once before, when the table was made.
    (try? variable(part)).map { String(decoding: $0.name, as: UTF8.self) } ?? ""
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let variable = try variable(value)
    return variable.type.form(variable.dimensions)
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    let variable = try variable(value)
    guard let type = variable.type.stored else { throw variable.type.unread(name) }
    let tiling = try tiling(of: variable, name: name)
    var pieces: [ByteRegion] = []
    for (slice, box) in zip(variable.slices, tiling.boxes) {
      let record = try record(of: slice, of: variable, name: name)
      let list = try list(in: record, of: variable, name: name)
      pieces.append(try list.bytes(of: type, count: Shape(box.map(\.count)).count))
    }
    let bytes =
      pieces.count == 1
      ? pieces[0] : ByteRegion(tiling.joined(pieces, elementSize: type.size))
    do {
      return try StoredElements(bytes, type: type, dimensions: variable.dimensions)
    } catch { throw .view(name: name, error) }
  }

  func kind(_ value: UInt32) -> String { "a tensor" }
}
