import TGTensor

/// What an item of a pickle describes.
enum PickleMeaning {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(PickleSpan)
  case byteString(PickleSpan)
  case bytes(ByteRegion)
  /// A container, by its index.
  case list(Int), tuple(Int), set(Int), dictionary(Int)
  /// A module of torch: its class, and the dictionary of its attributes.
  case module(String, Int)
  /// A network of NVIDIA's TensorFlow library, or of its Theano library: its class, and the dictionary
  /// of its attributes.
  case network(String, Int)
  case tensor(TorchTensor)
  case array(NumpyObject)
  /// A tensor that exists and is not read: what it is, and its extents as far as they are known.
  case unread(String, [Int])
  /// Nothing that a graph could need: what it is.
  case other(String)
}

extension PickleDocument {
  /// What an item describes. Nothing is computed that the file does not hold as it is.
  func meaning(_ item: PickleItem, depth: Int = 0) -> PickleMeaning {
    switch item.form {
    case .none, .nothing: return .none
    case .bool(let value): return .bool(value)
    case .object(let index): return object(index, depth: depth)
    case .small, .literal, .farLiteral:
      switch literal(item) {
      case .int(let value): return .int(value)
      case .float(let value): return .float(value)
      case .long: return .other("a number of more than 64 bits")
      case .text(let span): return .text(span)
      case .byteString(let span): return .byteString(span)
      case .bytes(let span): return bytes(span).map { .bytes($0) } ?? .other("bytes")
      case nil: return .none
      }
    }
  }

  private func object(_ index: Int, depth: Int) -> PickleMeaning {
    let record = records[index]
    switch record.kind {
    case .tuple: return .tuple(index)
    case .list: return .list(index)
    case .set: return .set(index)
    case .dictionary: return .dictionary(index)
    case .storage: return .other("a storage without a tensor")
    case .name:
      let name = names[record.first]
      return .other(name.meaning == .opaque ? name.full : "a type")
    case .call:
      // Values are made of values, but never of themselves.
      guard depth < 16 else { return .other("a value made of itself") }
      return result(of: index, depth: depth + 1)
    }
  }

  /// The name that a call calls, or that was called to get what it calls.
  func callee(of index: Int) -> PickleName? {
    var index = index
    for _ in 0..<16 {
      guard let callee = items[records[index].first].objectIndex else { return nil }
      switch records[callee].kind {
      case .name: return names[records[callee].first]
      case .call: index = callee
      default: return nil
      }
    }
    return nil
  }

  /// The arguments and the state of a call; the state is nil if none came.
  func parts(of index: Int) -> (arguments: [PickleItem], state: PickleItem?) {
    let record = records[index]
    let state = PickleItem(bits: record.more)
    return (tuple(items[record.first + 1]) ?? [], state == .nothing ? nil : state)
  }

  /// True if a container holds plain numbers only.
  func holdsNumbers(_ index: Int) -> Bool {
    contents(of: index).allSatisfy { item in
      switch item.form {
      case .small: true
      case .literal, .farLiteral:
        switch literal(item) {
        case .int, .float: true
        default: false
        }
      case .none, .nothing, .bool, .object: false
      }
    }
  }

  private func result(of index: Int, depth: Int) -> PickleMeaning {
    guard let callee = items[records[index].first].objectIndex, records[callee].kind == .name else {
      return closed(index, self.callee(of: index)?.full ?? "a value")
    }
    let name = names[records[callee].first]
    let (arguments, state) = parts(of: index)
    switch name.meaning {
    case .tensor(let maker):
      guard state == nil else { return .unread("a tensor with a state that is not known", []) }
      return tensor(maker, arguments, depth: depth)
    case .tensorClass: return legacyTensor(name, arguments, state)
    case .parameter:
      guard (1...2).contains(arguments.count), state == nil else {
        return .unread("a parameter with arguments that are not known", [])
      }
      return inner(arguments[0], depth: depth)
    case .size:
      guard arguments.count == 1, let index = arguments[0].objectIndex,
        records[index].kind == .tuple
      else { return .other("torch.Size") }
      return .tuple(index)
    case .set:
      guard arguments.count == 1, let index = arguments[0].objectIndex,
        [.list, .tuple, .set].contains(records[index].kind)
      else { return .other("a set") }
      return .set(index)
    case .encode: return encoded(arguments).map { .bytes(ByteRegion($0)) } ?? .other("bytes")
    case .numpyReconstruct, .numpyScalar, .numpyFromBuffer:
      return array(name.meaning, arguments, state, depth: depth)
    case .dillArray: return dillArray(arguments, depth: depth)
    case .bytearray: return .other("bytes")
    case .complex: return .other("a complex number")
    case .numpyDtype, .dtype: return .other("a type")
    case .loadFromBytes, .storage: return .other("a storage without a tensor")
    case .persistent: return closed(index, persistentClass(arguments) ?? name.full)
    case .opaque: return closed(index, name.full)
    case .orderedDictionary, .defaultDictionary, .getattr, .numpyArray: return .other(name.full)
    }
  }

  /// A tensor that another value wraps, as it is.
  private func inner(_ item: PickleItem, depth: Int) -> PickleMeaning {
    switch meaning(item, depth: depth) {
    case .tensor(let tensor): .tensor(tensor)
    case .unread(let kind, let dimensions): .unread(kind, dimensions)
    case .array(let array): .array(array)
    default: .unread("a tensor made of something else", [])
    }
  }

  // MARK: Tensors of torch

  private func tensor(
    _ maker: PickleName.TensorMaker, _ arguments: [PickleItem], depth: Int
  ) -> PickleMeaning {
    let shape = { (index: Int) -> [Int] in
      index < arguments.count ? self.integers(arguments[index]) ?? [] : []
    }
    let unknown = "a tensor with arguments to '\(maker.rawValue)' that are not known"
    switch maker {
    case .v1 where arguments.count == 4, .v2 where arguments.count == 6 || arguments.count == 7,
      .v3 where arguments.count == 7 || arguments.count == 8:
      return view(maker, arguments) ?? .unread(unknown, shape(2))
    case .parameter where arguments.count == 3 && hasNoHooks(arguments[2]),
      .parameterWithState where arguments.count == 4 && hasNoHooks(arguments[2]):
      return inner(arguments[0], depth: depth)
    case .fromTypeV2 where arguments.count == 4, .fromType where arguments.count == 4:
      guard let function = name(arguments[0]), case .tensor(let maker) = function.meaning,
        let type = name(arguments[1]), let inner = tuple(arguments[2])
      else { return .unread(unknown, []) }
      let made = tensor(maker, inner, depth: depth + 1)
      switch type.meaning {
      case .tensorClass, .parameter: return depth < 16 ? made : .unread(unknown, [])
      default:
        let dimensions = inner.count > 2 ? integers(inner[2]) ?? [] : []
        return .unread("a tensor of the class '\(type.full)'", dimensions)
      }
    case .fromTensor where arguments.count == 4, .fromNumpy where arguments.count == 4,
      .xla where arguments.count == 4:
      let made = inner(arguments[0], depth: depth)
      guard case .dtype(let name) = name(arguments[1])?.meaning else { return .unread(unknown, []) }
      switch made {
      case .tensor(let tensor) where tensor.type.name == name: return made
      case .array(let array) where array.element?.type.rawValue == name: return made
      default: return .unread("a tensor that would be converted to \(name)", [])
      }
    case .sparse:
      let data = arguments.count == 2 ? tuple(arguments[1]) ?? [] : []
      let sizes = data.compactMap { $0.objectIndex }.compactMap { index -> [Int]? in
        guard case .tuple(let index) = object(index, depth: depth) else { return nil }
        return integers(index)
      }
      return .unread("a sparse tensor", sizes.first ?? [])
    case .quantised: return .unread("a quantised tensor", shape(2))
    case .meta: return .unread("a tensor without numbers (meta)", shape(1))
    case .nested: return .unread("a nested tensor", [])
    case .wrapper: return .unread("a tensor of a class of its own", shape(2))
    case .unknown: return .unread("a tensor made in a way that is not known", [])
    default: return .unread(unknown, [])
    }
  }

  /// Storage, offset, extents, strides, whether gradients are wanted, hooks, the type (v3) and what
  /// else is to be known of the tensor.
  private func view(
    _ maker: PickleName.TensorMaker, _ arguments: [PickleItem]
  ) -> PickleMeaning? {
    guard let storage = source(arguments[0]), let offset = int(arguments[1]),
      let dimensions = integers(arguments[2]), let strides = integers(arguments[3])
    else { return nil }
    var tensor = TorchTensor(
      storage: storage.source, type: storage.type, offset: offset, dimensions: dimensions,
      strides: strides)
    guard maker != .v1 else { return .tensor(tensor) }
    guard case .bool = arguments[4].form, hasNoHooks(arguments[5]) else { return nil }
    var rest = arguments[6...]
    if maker == .v3 {
      guard case .dtype(let name) = name(arguments[6])?.meaning, let type = TorchType(name: name)
      else { return nil }
      tensor.type = type
      rest = rest.dropFirst()
    }
    guard let properties = rest.first, properties != .none else { return .tensor(tensor) }
    guard let pairs = properties.objectIndex, records[pairs].kind == .dictionary else { return nil }
    let parts = [PickleItem](contents(of: pairs))
    for index in stride(from: 0, to: parts.count, by: 2) {
      guard case .bool(let isSet) = parts[index + 1].form else { return nil }
      switch string(parts[index]) {
      case "neg": tensor.isNegated = isSet
      // Of real numbers the conjugate is the number; complex ones are not read.
      case "conj": break
      case let other:
        guard isSet else { continue }
        return .unread(
          "a tensor with the property '\(other ?? "")', which is not known", dimensions)
      }
    }
    return .tensor(tensor)
  }

  /// Tensors of before version 0.1.10 get storage, offset, extents and strides as a state.
  private func legacyTensor(
    _ name: PickleName, _ arguments: [PickleItem], _ state: PickleItem?
  ) -> PickleMeaning {
    guard arguments.isEmpty, let state, let parts = tuple(state), parts.count == 4,
      let tensor = view(.v1, parts)
    else { return .unread("a tensor of the class '\(name.full)'", []) }
    return tensor
  }

  /// True for an empty dictionary, or nothing: hooks change what a tensor is used as.
  private func hasNoHooks(_ item: PickleItem) -> Bool {
    if case .none = item.form { return true }
    guard let index = item.objectIndex, records[index].kind == .dictionary else { return false }
    return count(of: index) == 0
  }

  /// Where the numbers of a tensor are: a storage of the file, or a file of `torch.save` in the bytes
  /// that a plain pickle holds.
  private func source(_ item: PickleItem) -> (source: TorchTensor.Source, type: TorchType)? {
    guard let index = item.objectIndex else { return nil }
    switch records[index].kind {
    case .storage:
      guard let storage = storage(items[records[index].first]) else { return nil }
      return (.storage(storage), storage.type)
    case .call:
      guard callee(of: index)?.meaning == .loadFromBytes else { return nil }
      let arguments = parts(of: index).arguments
      guard arguments.count == 1, let bytes = bytes(arguments[0]),
        let type = Torch.bareStorage(bytes)?.type
      else { return nil }
      return (.file(bytes), type)
    default: return nil
    }
  }

  /// A storage of the tuple that `torch.save` writes; nil for anything else.
  func storage(_ id: PickleItem) -> TorchStorage? {
    guard let fields = tuple(id), fields.count == 5 || fields.count == 6,
      string(fields[0]) == "storage", case .storage(let type) = name(fields[1])?.meaning,
      let key = string(fields[2]), string(fields[3]) != nil, let count = int(fields[4]), count >= 0
    else { return nil }
    var storage = TorchStorage(key: key, type: type, count: count)
    if fields.count == 6, fields[5] != .none {
      guard let view = tuple(fields[5]), view.count == 3, string(view[0]) != nil,
        let offset = int(view[1]), let length = int(view[2]), offset >= 0, length >= 0
      else { return nil }
      storage.viewOffset = offset
      storage.viewCount = length
    }
    return storage
  }

  /// The class in the tuple `("module", class, file, source text)`; nil for any other value.
  func describedClass(_ id: PickleItem) -> PickleItem? {
    guard let fields = tuple(id), fields.count == 4, string(fields[0]) == "module",
      name(fields[1]) != nil
    else { return nil }
    return fields[1]
  }

  /// Every storage that is named, by its key.
  ///
  /// - Throws: `TorchFault.unexpectedStorage` if one is named in two ways.
  func storages() throws(TorchFault) -> [String: TorchStorage] {
    var result: [String: TorchStorage] = [:]
    for index in 0..<records.count where records[index].kind == .storage {
      guard let storage = storage(items[records[index].first]) else { continue }
      let known = result.updateValue(storage, forKey: storage.key)
      guard known == nil || (known?.type == storage.type && known?.count == storage.count) else {
        throw .unexpectedStorage(storage.key)
      }
    }
    return result
  }

  // MARK: Arguments

  /// The whole numbers of a tuple or a list; nil for anything else.
  func integers(_ item: PickleItem) -> [Int]? {
    guard let index = item.objectIndex else { return nil }
    switch records[index].kind {
    case .tuple: return integers(index)
    case .call:
      guard case .tuple(let inner) = object(index, depth: 0) else { return nil }
      return integers(inner)
    default: return nil
    }
  }

  private func integers(_ index: Int) -> [Int]? {
    guard count(of: index) <= 64 else { return nil }
    var result: [Int] = []
    for item in contents(of: index) {
      guard let value = int(item) else { return nil }
      result.append(value)
    }
    return result
  }

  /// The bytes of a value of bytes, however they are written.
  func bytes(_ item: PickleItem) -> ByteRegion? {
    switch literal(item) {
    case .bytes(let span), .byteString(let span): return bytes(span)
    default: break
    }
    guard let index = item.objectIndex, records[index].kind == .call else { return nil }
    let arguments = parts(of: index).arguments
    switch callee(of: index)?.meaning {
    case .encode: return encoded(arguments).map { ByteRegion($0) }
    case .bytearray: return arguments.count == 1 ? bytes(arguments[0]) : nil
    default: return nil
    }
  }

  /// Text whose characters are bytes.
  private func encoded(_ arguments: [PickleItem]) -> [UInt8]? {
    guard arguments.count == 2, ["latin1", "latin-1"].contains(string(arguments[1])),
      case .text(let span) = literal(arguments[0]), let text = text(span)
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.unicodeScalars.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
