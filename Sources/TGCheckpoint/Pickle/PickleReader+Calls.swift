import TGTensor

/// The fixed constructors: each checks the form of its arguments and makes one of our own values.
extension PickleReader {
  /// Makes the value that a listed constructor describes.
  mutating func call(_ callee: PickleItem, _ argumentItem: PickleItem) throws(PickleFault) {
    guard case .object(let place) = callee, case .constructor(let constructor) = objects[place],
      let arguments = tuple(argumentItem)
    else { throw .stack("a call") }
    switch constructor {
    case .orderedDictionary: try push(.dictionary(try orderedPairs(arguments)))
    case .rebuildTensor where arguments.count == 4,
      .rebuildTensorV2 where arguments.count == 6 || arguments.count == 7:
      try push(.tensor(try torchTensor(arguments)))
    case .rebuildParameter where arguments.count == 3:
      guard case .object(let place) = arguments[0], case .tensor = objects[place] else {
        throw .arguments(of: "torch._utils._rebuild_parameter")
      }
      push(arguments[0])
    case .size where arguments.count == 1 && tuple(arguments[0]) != nil: push(arguments[0])
    case .device where arguments.count <= 2: try push(.opaque("torch.device"))
    case .encode: try push(.bytes(try encoded(arguments)))
    case .numpyReconstruct:
      guard arguments.count == 3, case .object(let place) = arguments[0],
        case .constructor(.numpyArray) = objects[place]
      else { throw .arguments(of: "numpy.core.multiarray._reconstruct") }
      try push(.array(NumpyObject(contents: nil)))
    case .numpyScalar: try push(.array(try numpyScalar(arguments)))
    case .numpyFromBuffer: try push(.array(try numpyFromBuffer(arguments)))
    case .numpyDtype: try push(.dtype(try numpyDtype(arguments)))
    case .opaque(let name): try push(.opaque(name))
    case .rebuildTensor, .rebuildTensorV2, .rebuildParameter, .size, .device, .storage,
      .numpyArray, .constant:
      throw .arguments(of: "\(constructor)")
    }
  }

  /// Gives a value its state.
  mutating func build(_ target: PickleItem, _ state: PickleItem) throws(PickleFault) {
    guard case .object(let place) = target else { throw .stack("BUILD") }
    switch objects[place] {
    case .dictionary:
      // Attributes such as `_metadata`, which say nothing about tensors.
      guard case .object(let place) = state else { throw .state(of: "collections.OrderedDict") }
      switch objects[place] {
      case .dictionary, .tuple: break
      default: throw .state(of: "collections.OrderedDict")
      }
    case .opaque: break
    case .dtype(var dtype):
      guard let fields = tuple(state), fields.count >= 2, let order = string(fields[1]) else {
        throw .state(of: "numpy.dtype")
      }
      dtype.order = order
      objects[place] = .dtype(dtype)
    case .array(let array):
      guard array.contents == nil, let fields = tuple(state), fields.count == 5,
        let dimensions = integers(fields[1]), let dtype = dtype(fields[2]),
        case .bool(let isColumnMajor) = fields[3]
      else { throw .state(of: "numpy.ndarray") }
      if dtype.name.hasPrefix("O"), case .object(let items) = fields[4],
        case .list = objects[items]
      {
        // An array of Python objects is the list of them.
        objects[place] = objects[items]
        return
      }
      guard let bytes = bytes(fields[4]) else { throw .state(of: "numpy.ndarray") }
      objects[place] = .array(
        NumpyObject(
          contents: .init(
            dtype: dtype, dimensions: dimensions, isColumnMajor: isColumnMajor, bytes: bytes)))
    default: throw .stack("BUILD")
    }
  }

  /// Makes a reference to a storage from the tuple that `torch.save` writes.
  mutating func pushStorage(_ id: PickleItem) throws(PickleFault) {
    guard allowsStorages, let fields = tuple(id), fields.count == 5 || fields.count == 6,
      string(fields[0]) == "storage", case .object(let place) = fields[1],
      case .constructor(.storage(let type)) = objects[place], let key = string(fields[2]),
      string(fields[3]) != nil, case .int(let count) = fields[4], count >= 0
    else { throw .persistentID }
    var storage = TorchStorage(key: key, type: type, count: count)
    if fields.count == 6, fields[5] != .none {
      guard let view = tuple(fields[5]), view.count == 3, string(view[0]) != nil,
        case .int(let offset) = view[1], case .int(let length) = view[2], offset >= 0, length >= 0
      else { throw .persistentID }
      storage.viewOffset = offset
      storage.viewCount = length
    }
    try push(.storage(storage))
  }

  // MARK: Arguments

  private func tuple(_ item: PickleItem) -> [PickleItem]? {
    guard case .object(let place) = item, case .tuple(let items) = objects[place] else {
      return nil
    }
    return items
  }

  private func integers(_ item: PickleItem) -> [Int]? {
    guard let items = tuple(item), items.count <= 64 else { return nil }
    var result: [Int] = []
    for item in items {
      guard case .int(let value) = item else { return nil }
      result.append(value)
    }
    return result
  }

  private func bytes(_ item: PickleItem) -> [UInt8]? {
    guard case .object(let place) = item else { return nil }
    switch objects[place] {
    case .bytes(let bytes), .byteString(let bytes): return bytes
    default: return nil
    }
  }

  private func dtype(_ item: PickleItem) -> NumpyDtype? {
    guard case .object(let place) = item, case .dtype(let dtype) = objects[place] else {
      return nil
    }
    return dtype
  }

  private mutating func spend(_ bytes: Int) throws(PickleFault) {
    copyAllowance -= bytes
    guard copyAllowance >= 0 else { throw .budget("bytes of copies", limit: 16 << 20) }
  }

  /// The contents of an ordered dictionary: Python 2 gives them as one list of pairs.
  private mutating func orderedPairs(
    _ arguments: [PickleItem]
  ) throws(PickleFault) -> [PicklePair] {
    if arguments.isEmpty { return [] }
    guard arguments.count == 1, case .object(let place) = arguments[0],
      case .list(let items) = objects[place]
    else { throw .arguments(of: "collections.OrderedDict") }
    try spend(32 * items.count)
    var pairs: [PicklePair] = []
    for item in items {
      guard case .object(let place) = item else {
        throw .arguments(of: "collections.OrderedDict")
      }
      switch objects[place] {
      case .list(let pair) where pair.count == 2, .tuple(let pair) where pair.count == 2:
        pairs.append(PicklePair(key: pair[0], value: pair[1]))
      default: throw .arguments(of: "collections.OrderedDict")
      }
    }
    return pairs
  }

  /// Storage, offset, extents, strides; what follows concerns gradients.
  private func torchTensor(_ arguments: [PickleItem]) throws(PickleFault) -> TorchTensor {
    guard case .object(let place) = arguments[0], case .storage(let storage) = objects[place],
      case .int(let offset) = arguments[1], let dimensions = integers(arguments[2]),
      let strides = integers(arguments[3])
    else { throw .arguments(of: "torch._utils._rebuild_tensor") }
    return TorchTensor(
      storage: storage, offset: offset, dimensions: dimensions, strides: strides)
  }

  /// Text whose characters are bytes.
  private mutating func encoded(_ arguments: [PickleItem]) throws(PickleFault) -> [UInt8] {
    guard arguments.count == 2, let text = string(arguments[0]),
      ["latin1", "latin-1"].contains(string(arguments[1]))
    else { throw .arguments(of: "_codecs.encode") }
    try spend(text.utf8.count)
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw .arguments(of: "_codecs.encode")
      }
      bytes.append(byte)
    }
    return bytes
  }

  private func numpyScalar(_ arguments: [PickleItem]) throws(PickleFault) -> NumpyObject {
    guard arguments.count == 2, let dtype = dtype(arguments[0]), let bytes = bytes(arguments[1])
    else { throw .arguments(of: "numpy.core.multiarray.scalar") }
    return NumpyObject(
      contents: .init(dtype: dtype, dimensions: [], isColumnMajor: false, bytes: bytes))
  }

  private func numpyFromBuffer(_ arguments: [PickleItem]) throws(PickleFault) -> NumpyObject {
    guard arguments.count == 4, let bytes = bytes(arguments[0]), let dtype = dtype(arguments[1]),
      let dimensions = integers(arguments[2]), let order = string(arguments[3])
    else { throw .arguments(of: "numpy.core.numeric._frombuffer") }
    return NumpyObject(
      contents: .init(
        dtype: dtype, dimensions: dimensions, isColumnMajor: order == "F", bytes: bytes))
  }

  private func numpyDtype(_ arguments: [PickleItem]) throws(PickleFault) -> NumpyDtype {
    guard arguments.count == 3, let name = string(arguments[0]), name.utf8.count <= 16 else {
      throw .arguments(of: "numpy.dtype")
    }
    return NumpyDtype(name: name)
  }
}
