import TGTensor

extension ProtoReader {
  /// The extents in a `TensorShapeProto`.
  ///
  /// - Throws: `TensorFlowFault.record`; `TensorFlowFault.entry` for extents that are not known or
  ///   cannot be multiplied.
  func dimensions(_ field: Field, of name: String) throws(CheckpointFault) -> [Int] {
    var dimensions: [Int] = []
    var fields = ProtoReader(try message(field), of: name)
    while let field = try fields.next() {
      switch field.number {
      case 2:
        guard dimensions.count < TensorSlice.rankLimit else {
          throw .tensorFlow(.entry(name: name, "has more than \(TensorSlice.rankLimit) axes"))
        }
        dimensions.append(try fields.extent(field, of: name))
      case 3:
        guard try fields.varint(field) == 0 else {
          throw .tensorFlow(.entry(name: name, "does not say its shape"))
        }
      default: break
      }
    }
    guard Shape(checking: dimensions) != nil else {
      throw .tensorFlow(.entry(name: name, "has an impossible shape"))
    }
    return dimensions
  }

  /// The size of one axis; none is stored for 0, and all ones for one that is not known.
  private func extent(_ field: Field, of name: String) throws(CheckpointFault) -> Int {
    var size: UInt64 = 0
    var fields = ProtoReader(try message(field), of: name)
    while let field = try fields.next(1) { size = try fields.varint(field) }
    guard let size = Int(exactly: size) else {
      throw .tensorFlow(.entry(name: name, "has an impossible shape"))
    }
    return size
  }
}
