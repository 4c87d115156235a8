import TGTensor

/// The values of one pickle.
struct PickleSource: EntrySource {
  let document: PickleDocument
  /// Where the bytes of its storages are, if torch wrote it.
  let contents: Torch.Contents?

  func part(_ part: UInt32) -> String {
    let item = PickleItem(bits: part)
    return document.int(item).map { "\($0)" } ?? document.string(item) ?? ""
  }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let item = PickleItem(bits: value)
    switch document.meaning(item) {
    case .int: return Checkpoint.Form(shape: [], kind: .numbers(.int64))
    case .float: return Checkpoint.Form(shape: [], kind: .numbers(.float64))
    case .tensor(let tensor):
      if let unread = tensor.unread { return .unread(unread, tensor.dimensions) }
      do {
        let shape = try tensor.check(contents, name: name)
        return Checkpoint.Form(shape: shape, kind: .numbers(tensor.type.stored ?? .float32))
      } catch {
        guard case .view(_, .expanded) = error else { throw error }
        return .unread("an expanded tensor beyond measure", tensor.dimensions)
      }
    case .array(let array):
      guard array.element != nil else {
        return .unread(
          "an array of type \(NumpyArray.numbers(named: array.dtype.full) ?? array.dtype.full)",
          array.dimensions)
      }
      let elements = try document.elements(of: array, name: name)
      return Checkpoint.Form(shape: elements.shape, kind: .numbers(elements.type))
    case .unread(let kind, let dimensions): return .unread(kind, dimensions)
    default: return .unread("no tensor", [])
    }
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    switch document.meaning(PickleItem(bits: value)) {
    case .int(let value): return StoredElements(scalar: value)
    case .float(let value): return StoredElements(scalar: value)
    case .tensor(let tensor): return try tensor.elements(contents, name: name)
    case .array(let array) where array.element != nil:
      return try document.elements(of: array, name: name)
    case .array(let array):
      throw .unread(
        name: name,
        "an array of type \(NumpyArray.numbers(named: array.dtype.full) ?? array.dtype.full)")
    case .unread(let kind, _): throw .unread(name: name, kind)
    default: throw .unread(name: name, "no tensor")
    }
  }

  func kind(_ value: UInt32) -> String {
    switch document.meaning(PickleItem(bits: value)) {
    case .none: "nothing"
    case .bool: "a boolean"
    case .text, .byteString: "text"
    case .bytes: "bytes"
    case .set: "a set"
    case .array(let array):
      array.element == nil ? "an array of values that are not numbers" : "an array of numbers"
    case .dictionary: "a value whose key is no text and no whole number"
    case .other(let kind), .module(let kind, _), .network(let kind, _): kind
    case .list(let index), .tuple(let index): "a list of \(document.count(of: index)) numbers"
    case .int(let number): "the number \(number)"
    case .float(let number): "the number \(number)"
    case .tensor, .unread: "a tensor that is not saved with a state_dict"
    }
  }
}
