import TGTensor

/// The weights of an ncnn network: the numbers of a `.bin`, named after the layers of a `.param`. A
/// part is the index of a layer or, beyond the layers, of a buffer; a value that of a buffer.
struct NcnnSource: EntrySource {
  /// A run of weights and where it lies.
  private struct Tensor {
    var part: StaticString
    var dimensions: [Int]
    /// How its numbers are written.
    var encoding: Encoding
    /// Its bytes in the `.bin`, without tag and padding.
    var range: Range<Int>
  }

  /// How the numbers of a buffer are written.
  private enum Encoding {
    case float32, float16
    /// A number for each of 256 bytes, then the bytes.
    case table
  }

  private let names: [String]
  private let data: ByteRegion
  private var tensors: [Tensor] = []
  private var owners: [Int] = []

  /// Walks the weights of a network to exactly their end.
  ///
  /// - Throws: `CheckpointFault.ncnn`.
  init(_ network: NcnnNetwork, _ data: ByteRegion) throws(CheckpointFault) {
    names = network.layers.map(\.name)
    self.data = data
    var position = 0
    for (index, layer) in network.layers.enumerated() {
      for buffer in try layer.buffers() {
        let tensor = try tensor(buffer, of: layer, at: &position)
        tensors.append(tensor)
        owners.append(index)
      }
    }
    guard position == data.count else { throw .ncnn(.trailing(data.count - position)) }
  }

  /// Lists the weights in a table.
  func collect(into builder: inout EntryTableBuilder) throws(CheckpointFault) {
    let number = builder.add(self)
    var folder: (layer: Int, number: UInt32)?
    for (index, owner) in owners.enumerated() {
      let folderNumber: UInt32
      if let folder, folder.layer == owner {
        folderNumber = folder.number
      } else {
        folderNumber = try builder.add(
          EntryTable.Folder(parent: 0, part: UInt32(owner), source: number))
        folder = (owner, folderNumber)
      }
      try builder.add(
        EntryTable.Row(
          folder: folderNumber, part: UInt32(names.count + index), source: number,
          value: UInt32(index)), isTensor: true)
    }
  }

  // MARK: The walk

  private func tensor(
    _ buffer: NcnnBuffer, of layer: NcnnLayer, at position: inout Int
  ) throws(CheckpointFault) -> Tensor {
    guard let count = Shape(checking: buffer.dimensions)?.count else {
      throw .ncnn(.shape(layer.name))
    }
    // Every number takes at least one byte.
    guard count <= data.count - position else { throw .ncnn(.truncated(layer.name)) }
    let encoding = buffer.isTagged ? try tag(of: layer, at: &position) : .float32
    let size =
      switch encoding {
      case .float32: 4 * count
      case .float16: 2 * count
      case .table: 1024 + count
      }
    let padded = (size + 3) & ~3
    guard padded <= data.count - position else { throw .ncnn(.truncated(layer.name)) }
    defer { position += padded }
    return Tensor(
      part: buffer.part, dimensions: buffer.dimensions, encoding: encoding,
      range: position..<position + size)
  }

  private func tag(
    of layer: NcnnLayer, at position: inout Int
  ) throws(CheckpointFault) -> Encoding {
    guard data.count - position >= 4, let bytes = data.bytes(position..<position + 4) else {
      throw .ncnn(.truncated(layer.name))
    }
    position += 4
    switch bytes.reversed().reduce(UInt32(0), { $0 << 8 | UInt32($1) }) {
    case 0, 0x0002_c056: return .float32
    case 0x0130_6b47: return .float16
    case 0x000d_4b38: throw .ncnn(.int8(layer.name))
    default: return .table
    }
  }

  // MARK: The source

  func part(_ part: UInt32) -> String {
    let index = Int(part)
    return index < names.count ? names[index] : tensors[index - names.count].part.description
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let tensor = tensors[Int(value)]
    return Checkpoint.Form(
      shape: Shape(tensor.dimensions),
      kind: .numbers(tensor.encoding == .float16 ? .float16 : .float32))
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    let tensor = tensors[Int(value)]
    guard var bytes = data.region(tensor.range) else { throw .ncnn(.truncated(name)) }
    if tensor.encoding == .table { bytes = Self.looked(up: bytes) }
    do {
      return try StoredElements(
        bytes, type: tensor.encoding == .float16 ? .float16 : .float32,
        dimensions: tensor.dimensions)
    } catch { throw .view(name: name, error) }
  }

  /// The numbers, four bytes each, that a table and the bytes behind it stand for.
  private static func looked(up region: ByteRegion) -> ByteRegion {
    let bytes = region.prefix(region.count)
    var result: [UInt8] = []
    result.reserveCapacity(4 * (bytes.count - 1024))
    for index in bytes[1024...] { result += bytes[4 * Int(index)..<4 * Int(index) + 4] }
    return ByteRegion(result)
  }

  func kind(_ value: UInt32) -> String { "a tensor" }
}
