import TGONNX
import TGTensor

/// The tensors of an ONNX file: its initialisers, and those of its `Constant` nodes by the names of their
/// results. Parts and values are indices of both.
struct ONNXSource: EntrySource {
  private let tensors: [ONNXTensor]

  /// - Throws: `CheckpointFault.onnx` for bytes that are no ONNX file.
  init(_ file: ByteRegion) throws(CheckpointFault) {
    let model: ONNXModel
    do { model = try ONNXModel(decoding: file) } catch { throw .onnx(error) }
    tensors = model.graph.tensors
  }

  /// Lists the tensors in a table, in the order of the file.
  func collect(into builder: inout EntryTableBuilder) throws(CheckpointFault) {
    let number = builder.add(self)
    for (index, tensor) in tensors.enumerated() {
      _ = try form(UInt32(index), name: tensor.name)
      try builder.add(
        EntryTable.Row(folder: 0, part: UInt32(index), source: number, value: UInt32(index)),
        isTensor: true)
    }
  }

  func part(_ part: UInt32) -> String { tensors[Int(part)].name }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let tensor = tensors[Int(value)]
    switch tensor.content {
    case .external: return .unread("a tensor in another file (external data)", tensor.dimensions)
    default: break
    }
    guard tensor.storedType != nil else {
      return .unread("a tensor of type \(tensor.typeName)", tensor.dimensions)
    }
    let elements = try elements(value, name: name)
    return Checkpoint.Form(shape: elements.shape, kind: .numbers(elements.type))
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    let tensor = tensors[Int(value)]
    do throws(ONNXTensor.Fault) { return try tensor.elements() } catch {
      switch error {
      case .type(let type): throw .unread(name: name, "a tensor of type \(type)")
      case .external: throw .unread(name: name, "a tensor in another file (external data)")
      case .view(let fault): throw .view(name: name, fault)
      case .count, .field: throw .onnxTensor(name: name, error)
      }
    }
  }

  func kind(_ value: UInt32) -> String { "a tensor" }
}

extension Checkpoint {
  /// True for a tensor of an ONNX file that its nodes reckon with instead of weights.
  package func isReckonedWith(_ entry: Entry) -> Bool {
    guard format == .onnx, case .numbers(let type) = entry.form.kind else { return false }
    return ONNXTensor.isReckonedWith(type, rank: entry.shape.rank)
  }
}
