import TGTensor

/// The values of a Torch7 file under their names. Parts and values are indices.
struct Torch7Source: EntrySource {
  /// Something with a name.
  enum Item: Sendable {
    /// The object that is a tensor, and the first item that is the same view of the same storage.
    case tensor(Int, first: UInt32)
    case number(Double)
    /// An object that has a name already.
    case again(Int)
    case other(String)
    /// A table of plain numbers, and how many.
    case numbers(Int)
  }

  /// What the file says.
  let document: Torch7Document
  /// The parts of names.
  let parts: [Torch7Field.Part]
  /// The values.
  let items: [Item]
  /// Where each object is at home: the object around it and the part of its name.
  let homes: [Int: (outer: Int?, part: Torch7Field.Part)]

  func part(_ part: UInt32) -> String { text(parts[Int(part)]) ?? "" }

  private func text(_ part: Torch7Field.Part) -> String? {
    switch part {
    case .none: nil
    case .number(let number): "\(number)"
    case .text(let range): document.text(range)
    case .modules: "modules"
    }
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    switch items[Int(value)] {
    case .number: return Checkpoint.Form(shape: [], kind: .numbers(.float64))
    case .tensor(let object, _):
      guard let (tensor, type, bytes) = view(object) else { return .unread("no tensor", []) }
      do {
        let shape = try StoredElements.checked(
          byteCount: bytes.count, type: type, dimensions: tensor.dimensions, offset: tensor.offset,
          strides: tensor.strides
        ).shape
        return Checkpoint.Form(shape: shape, kind: .numbers(type))
      } catch {
        guard case .expanded = error else { throw .view(name: name, error) }
        return .unread("an expanded tensor beyond measure", tensor.dimensions)
      }
    case .again, .other, .numbers: return .unread("no tensor", [])
    }
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    switch items[Int(value)] {
    case .number(let number): return StoredElements(scalar: number)
    case .tensor(let object, _):
      guard let (tensor, type, bytes) = view(object) else { break }
      if case .unread(let kind) = try form(value, name: name).kind {
        throw .unread(name: name, kind)
      }
      do {
        return try StoredElements(
          bytes, type: type, dimensions: tensor.dimensions, offset: tensor.offset,
          strides: tensor.strides)
      } catch { throw .view(name: name, error) }
    case .again, .other, .numbers: break
    }
    throw .unread(name: name, "no tensor")
  }

  /// A tensor, the type of its elements and its storage.
  private func view(_ object: Int) -> (Torch7Tensor, StoredType, ByteRegion)? {
    guard case .tensor(let tensor) = document.objects[object], let index = tensor.storage,
      case .storage(let kind, let bytes) = document.objects[index],
      let type = kind.type(long: document.longType)
    else { return nil }
    return (tensor, type, bytes)
  }

  func shared(_ value: UInt32) -> UInt32? {
    if case .tensor(_, let first) = items[Int(value)] { first } else { nil }
  }

  func kind(_ value: UInt32) -> String {
    switch items[Int(value)] {
    case .tensor, .number: "a value"
    case .again(let object): "the same as '\(path(to: object))'"
    case .other(let kind): kind
    case .numbers(let count): "a list of \(count) numbers"
    }
  }

  /// The name of an object.
  private func path(to object: Int) -> String {
    var names: [String] = []
    var next: Int? = object
    while let inner = next, let home = homes[inner], names.count <= TensorCollector.depth {
      if let name = text(home.part) { names.append(name) }
      next = home.outer
    }
    return names.reversed().joined(separator: ".")
  }
}
