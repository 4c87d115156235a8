/// An array of an `.npy` file: float32, or exact whole numbers.
package struct NumpyArray: Hashable, Sendable {
  /// The elements, row-major.
  package enum Elements: Hashable, Sendable {
    /// Numbers with a fraction; float64 and float16 files are converted to this.
    case float32([Float])
    /// Whole numbers; every integer type and bool are converted to this.
    case int64([Int64])
  }

  /// The extents, outermost first.
  package let shape: Shape
  /// The elements, `shape.count` of them.
  package let elements: Elements

  /// Makes an array of a tensor.
  package init(_ tensor: HostTensor) {
    shape = tensor.shape
    elements = .float32(tensor.elements)
  }

  /// Makes an array of whole numbers; traps unless there is one for each position of the shape.
  package init(_ shape: Shape, integers: [Int64]) {
    precondition(shape.count == integers.count, "an array has as many elements as its shape")
    self.shape = shape
    elements = .int64(integers)
  }

  /// The elements as float32.
  package var tensor: HostTensor {
    switch elements {
    case .float32(let elements): HostTensor(shape, elements)
    case .int64(let elements): HostTensor(shape, elements.map { Float($0) })
    }
  }

  /// The elements of an `.npy` file, as they are stored.
  ///
  /// - Throws: `NumpyError` if the file is not an array of numbers, exactly as long as its head
  ///   says.
  package static func stored(_ file: ByteRegion) throws(NumpyError) -> StoredElements {
    let header = try NumpyHeader(file)
    guard let data = file.region(header.dataOffset..<file.count) else { throw .truncated }
    return try elements(
      data, type: header.type, isBigEndian: header.isBigEndian, dimensions: header.dimensions,
      isColumnMajor: header.isColumnMajor)
  }

  /// Shape and type of the array whose `.npy` file begins with these bytes and has `count` bytes;
  /// its elements are not needed.
  ///
  /// - Throws: `NumpyError`, also if the file is not as long as its head says.
  package static func form(
    ofHead head: ByteRegion, count: Int
  ) throws(NumpyError) -> (shape: Shape, type: StoredType) {
    let header = try NumpyHeader(head)
    guard let shape = Shape(checking: header.dimensions) else {
      throw .view(.extents(header.dimensions))
    }
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: header.type.size)
    guard !overflow, size <= count - header.dataOffset else { throw .truncated }
    guard size == count - header.dataOffset else {
      throw .trailing(count - header.dataOffset - size)
    }
    return (shape, header.type)
  }

  /// The pickle inside an `.npy` file of Python objects; nil for an array of numbers.
  ///
  /// - Throws: `NumpyError` if the file is neither.
  package static func pickle(_ file: ByteRegion) throws(NumpyError) -> ByteRegion? {
    do {
      _ = try NumpyHeader(file)
      return nil
    } catch {
      guard case .type(let name, _) = error, name == "|O" || name == "O" else { throw error }
      return file.region(try NumpyHeader.text(of: file).dataOffset..<file.count)
    }
  }

  /// The elements of an array whose bytes and description come from somewhere else.
  package static func elements(
    _ data: ByteRegion, type: StoredType, isBigEndian: Bool, dimensions: [Int],
    isColumnMajor: Bool
  ) throws(NumpyError) -> StoredElements {
    guard let shape = Shape(checking: dimensions) else { throw .view(.extents(dimensions)) }
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow, data.count >= size else { throw .truncated }
    guard data.count == size else { throw .trailing(data.count - size) }
    var strides: [Int]?
    if isColumnMajor, shape.count > 0 { strides = shape.reversed.strides.reversed() }
    do {
      return try StoredElements(
        data, type: type, dimensions: dimensions, strides: strides, isBigEndian: isBigEndian)
    } catch { throw .view(error) }
  }

  /// The first bytes of every `.npy` file.
  package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The element type that NumPy calls by a name such as `<f4`, and whether the highest byte comes
  /// first; nil for what is not read: text, objects, structures, complex and wider numbers.
  package static func element(named name: String) -> (type: StoredType, isBigEndian: Bool)? {
    var text = Substring(name)
    let order = text.first
    if let order, "<>|=".contains(order) { text.removeFirst() }
    let types: [Substring: StoredType] = [
      "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16,
      "i1": .int8, "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool,
    ]
    return types[text].map { ($0, order == ">" && $0.size > 1) }
  }

  /// What a type that is not read is, if it is one of numbers: `complex64`; nil for others.
  package static func numbers(named name: String) -> String? {
    let kinds: [Substring: String] = [
      "c8": "complex64", "c16": "complex128", "c32": "complex256", "f16": "float128",
      "f12": "float96",
    ]
    return kinds[name.drop { "<>|=".contains($0) }]
  }

  /// Reads the bytes of an `.npy` file.
  package init(_ file: ByteRegion) throws(NumpyError) {
    self.init(try NumpyArray.stored(file))
  }

  /// Reads elements that are stored somewhere: whole numbers exactly, others as float32.
  package init(_ stored: StoredElements) {
    shape = stored.shape
    elements = stored.integers().map { .int64($0) } ?? .float32(stored.tensor().elements)
  }

  /// Reads an `.npy` file.
  ///
  /// - Throws: `NumpyError`; `.unreadable` if there is no such regular file.
  package static func read(path: String) throws(NumpyError) -> NumpyArray {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .unreadable(error) }
    return try NumpyArray(ByteRegion(file))
  }

  /// The bytes of an `.npy` file (version 1.0, row-major, little-endian, elements 64-byte aligned).
  package var encoded: [UInt8] {
    let name: String
    let extents = shape.dimensions.map { "\($0)," }.joined(separator: " ")
    var data: [UInt8] = []
    switch elements {
    case .float32(let elements):
      name = "<f4"
      data.reserveCapacity(4 * elements.count)
      for element in elements { data.append(littleEndian: element.bitPattern) }
    case .int64(let elements):
      name = "<i8"
      data.reserveCapacity(8 * elements.count)
      for element in elements { data.append(littleEndian: UInt64(bitPattern: element)) }
    }
    let tuple = shape.rank > 1 ? String(extents.dropLast()) : extents
    var head = Array("{'descr': '\(name)', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
    let padding = 63 - (10 + head.count) % 64
    head += [UInt8](repeating: 0x20, count: padding) + [0x0a]
    var file = NumpyArray.magic + [1, 0]
    file.append(littleEndian: UInt16(head.count))
    return file + head + data
  }
}

extension Shape {
  /// The same extents, innermost first.
  fileprivate var reversed: Shape { Shape(dimensions.reversed()) }
}

extension [UInt8] {
  /// Appends the bytes of a whole number, lowest first.
  package mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}

/// Why a file is not an array that we read.
package enum NumpyError: Error, Hashable, Sendable {
  /// The file cannot be read at all.
  case unreadable(MappedFileError)
  /// The file does not begin with NumPy's magic.
  case notNumpy
  /// The file is shorter than its head says.
  case truncated
  /// More bytes follow than the head says.
  case trailing(Int)
  /// A version of the format that does not exist.
  case version(Int, Int)
  /// The head is not the literal that NumPy writes; how.
  case header(String)
  /// Elements that are not numbers of a type we hold: objects, text, structures, complex numbers.
  case type(String, dimensions: [Int])
  /// Extents that cannot be.
  case view(StoredElements.ViewFault)
}
