package import TGTensor

extension Safetensors {
  /// The bytes of a safetensors file of float32 tensors.
  ///
  /// Tensors and metadata are sorted by name and the head is padded with spaces to a multiple of
  /// 8 bytes: equal contents give equal bytes.
  ///
  /// - Throws: `CheckpointFault.duplicateName`.
  package static func encoded(
    _ tensors: [(name: String, tensor: HostTensor)], metadata: [String: String] = [:]
  ) throws(CheckpointFault) -> [UInt8] {
    let sorted = tensors.sorted { $0.name < $1.name }
    for (first, second) in zip(sorted, sorted.dropFirst()) where first.name == second.name {
      throw .duplicateName(first.name)
    }
    var members: [JSON.Member] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
      members.append(
        JSON.Member("__metadata__", .object(pairs.map { JSON.Member($0.key, .string($0.value)) })))
    }
    var end = 0
    for (name, tensor) in sorted {
      let start = end
      end += 4 * tensor.elements.count
      members.append(
        JSON.Member(
          name,
          .object([
            JSON.Member("dtype", .string("F32")),
            JSON.Member("shape", .array(tensor.shape.dimensions.map { .integer($0) })),
            JSON.Member("data_offsets", .array([.integer(start), .integer(end)])),
          ])))
    }
    var head = Array(JSON.object(members).text().utf8)
    head += [UInt8](repeating: 0x20, count: (8 - head.count % 8) % 8)
    var file: [UInt8] = []
    file.reserveCapacity(8 + head.count + end)
    file.append(littleEndian: UInt64(head.count))
    file += head
    for (_, tensor) in sorted {
      for element in tensor.elements { file.append(littleEndian: element.bitPattern) }
    }
    return file
  }
}
