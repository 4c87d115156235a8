package import TGTensor

extension ONNXTensor {
  /// Why the numbers of a tensor cannot be read.
  package enum Fault: Error, Hashable, Sendable {
    /// The elements are of a type that nothing here reads: its name.
    case type(String)
    /// They lie in another file.
    case external
    /// There are more or fewer bytes or numbers than the extents say.
    case count(expected: Int, found: Int)
    /// They stand in a field that is not that of their type.
    case field
    /// The extents cannot be.
    case view(StoredElements.ViewFault)
  }

  /// The type of the elements; nil for one that is not read.
  package var storedType: StoredType? {
    switch type {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .bool
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    case 16: .bfloat16
    case 17: .float8E4M3
    case 19: .float8E5M2
    default: nil
    }
  }

  /// The name of the element type, as reports show it.
  package var typeName: String { Self.typeName(type) }

  /// True for numbers that nodes reckon with instead of weights: whole ones, such as sizes and axes, and
  /// single ones without an axis, such as an epsilon or an exponent.
  package static func isReckonedWith(_ type: StoredType, rank: Int) -> Bool {
    !type.hasFraction || rank == 0
  }

  /// The name of an element type by its number.
  package static func typeName(_ type: Int) -> String {
    if let stored = ONNXTensor(name: "", dimensions: [], type: type, content: .none).storedType {
      return stored.rawValue
    }
    let others = [
      8: "string", 14: "complex64", 15: "complex128", 18: "float8_e4m3fnuz",
      20: "float8_e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1", 24: "float8_e8m0fnu",
      25: "uint2", 26: "int2",
    ]
    return others[type] ?? "number \(type)"
  }

  /// The elements, held against the extents.
  package func elements() throws(Fault) -> StoredElements {
    guard let type = storedType else { throw .type(typeName) }
    guard let shape = Shape(checking: dimensions) else { throw .view(.extents(dimensions)) }
    let bytes = try bytes(type)
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow, bytes.count == size else {
      throw .count(expected: shape.count, found: bytes.count / type.size)
    }
    do { return try StoredElements(bytes, type: type, dimensions: dimensions) } catch {
      throw .view(error)
    }
  }

  /// The bytes of the elements, row-major, little-endian.
  private func bytes(_ type: StoredType) throws(Fault) -> ByteRegion {
    switch content {
    case .external: throw .external
    case .none: return ByteRegion([])
    case .raw(let region): return region
    case .list(let field, let pieces):
      switch (field, type) {
      case (4, .float32), (10, .float64):
        return pieces.count == 1 ? pieces[0] : ByteRegion(pieces.flatMap { $0.prefix($0.count) })
      case (7, .int64), (11, .uint64), (11, .uint32): break
      case (5, let type) where type.size <= 4 && type != .float32 && type != .uint32: break
      default: throw .field
      }
      return ByteRegion(varints(pieces, size: type.size))
    }
  }

  /// Varints as numbers of so many bytes.
  private func varints(_ pieces: [ByteRegion], size: Int) -> [UInt8] {
    var result: [UInt8] = []
    for piece in pieces {
      var (value, shift) = (UInt64(0), UInt64(0))
      for byte in piece.prefix(piece.count) {
        value |= UInt64(byte & 0x7f) << shift
        shift += 7
        guard byte < 0x80 || shift >= 70 else { continue }
        for index in 0..<size { result.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
        (value, shift) = (0, 0)
      }
    }
    return result
  }
}

extension ONNXTensor.Fault: CustomStringConvertible {
  /// What is wrong, to follow the tensor's name.
  package var description: String {
    switch self {
    case .type(let name): "has elements of type \(name), which is not read"
    case .external:
      "lies in another file (external data), which is not read; "
        + "save the network with its weights inside (onnx.save_model(model, path))"
    case .count(let expected, let found):
      "has \(found) numbers, and its extents say \(expected)"
    case .field: "has its numbers in the field of another type"
    case .view(let fault): "\(fault)"
    }
  }
}
