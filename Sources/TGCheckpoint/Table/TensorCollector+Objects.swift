import TGTensor

/// Modules of torch and networks of NVIDIA's TensorFlow library.
extension TensorCollector {
  /// Names the tensors of a module as its `state_dict` does: parameters, buffers, then those of the
  /// modules in it. Buffers that are not saved, and the arguments of the outermost module, are listed;
  /// its other attributes are no part of its weights.
  mutating func visitModule(
    _ attributes: Int, in folder: UInt32, depth: Int
  ) throws(CheckpointFault) {
    for (key, value) in try pairs("_parameters", of: attributes) where value != .none {
      try add(folder, key.bits, value, isTensor: isTensor(value))
    }
    let buffers = try pairs("_buffers", of: attributes)
    let unsaved = buffers.isEmpty ? [] : unsavedBuffers(of: attributes)
    for (key, value) in buffers where value != .none {
      let isSaved = source.document.string(key).map { !unsaved.contains($0) } ?? false
      try add(folder, key.bits, value, isTensor: isSaved && isTensor(value))
    }
    for name in ["_init_args", "_init_kwargs"] {
      try listSettings(name, of: attributes, in: folder, depth: depth)
    }
    openObjects += 1
    for (key, value) in try pairs("_modules", of: attributes) where value != .none {
      try visit(value, folder: folder, part: key.bits, depth: depth + 1)
    }
    openObjects -= 1
  }

  /// Names the variables of a network as TensorFlow does: the names of its components and its own
  /// names of them, joined by slashes.
  mutating func visitNetwork(
    _ kind: String, _ attributes: Int, in folder: UInt32, depth: Int
  ) throws(CheckpointFault) {
    let document = source.document
    guard let variables = document.entry("variables", of: attributes)?.value.objectIndex,
      document.records[variables].kind == .list
    else { throw .nameless(kind) }
    for variable in document.contents(of: variables) {
      try countVisit()
      guard let parts = document.tuple(variable), parts.count == 2,
        document.string(parts[0]) != nil
      else { throw .nameless(kind) }
      try add(folder, parts[0].bits, parts[1], isTensor: isTensor(parts[1]))
    }
    try listSettings("static_kwargs", of: attributes, in: folder, depth: depth)
    openObjects += 1
    for (key, value) in try pairs("components", of: attributes) {
      guard case .network(let kind, let attributes) = document.meaning(value) else {
        try add(folder, key.bits, value, isTensor: false)
        continue
      }
      guard depth < Self.depth else { throw .tooMuch(.depth(limit: Self.depth)) }
      let component = try open(folder, key.bits, isPath: true)
      try visitNetwork(kind, attributes, in: component, depth: depth + 1)
    }
    openObjects -= 1
  }

  /// The pairs of a dictionary among the attributes of an object whose keys are text. All are counted.
  private mutating func pairs(
    _ name: String, of attributes: Int
  ) throws(CheckpointFault) -> [(key: PickleItem, value: PickleItem)] {
    guard let index = source.document.dictionary(name, of: attributes) else { return [] }
    var found: [(key: PickleItem, value: PickleItem)] = []
    for pair in source.document.pairs(of: index) {
      try countVisit()
      if source.document.string(pair.key) != nil { found.append(pair) }
    }
    return found
  }

  /// The names of the buffers that a `state_dict` leaves out, the first 64 of them.
  private func unsavedBuffers(of attributes: Int) -> Set<String> {
    let document = source.document
    guard let entry = document.entry("_non_persistent_buffers_set", of: attributes),
      case .set(let index) = document.meaning(entry.value)
    else { return [] }
    return Set(document.contents(of: index).prefix(64).compactMap { document.string($0) })
  }

  /// True for arrays and tensors, also those that are not read, and for single numbers.
  private func isTensor(_ item: PickleItem) -> Bool {
    switch source.document.meaning(item) {
    case .tensor, .unread, .int, .float: true
    case .array(let array): array.isOfNumbers
    default: false
    }
  }

  /// Lists the arguments with which the outermost object was made, which no graph reads.
  private mutating func listSettings(
    _ name: String, of attributes: Int, in folder: UInt32, depth: Int
  ) throws(CheckpointFault) {
    guard openObjects == 0, let entry = source.document.entry(name, of: attributes) else { return }
    try listSetting(entry.value, folder: folder, part: entry.key.bits, depth: depth + 1)
  }

  private mutating func listSetting(
    _ item: PickleItem, folder: UInt32, part: UInt32, depth: Int
  ) throws(CheckpointFault) {
    guard depth <= Self.depth else { throw .tooMuch(.depth(limit: Self.depth)) }
    try countVisit()
    let document = source.document
    switch document.meaning(item) {
    case .dictionary(let index):
      let inner = try open(folder, part)
      for (key, value) in document.pairs(of: index) {
        guard document.string(key) != nil else {
          try countVisit()
          continue
        }
        try listSetting(value, folder: inner, part: key.bits, depth: depth + 1)
      }
    case .list(let index), .tuple(let index):
      let inner = try open(folder, part)
      for (position, value) in document.contents(of: index).enumerated() {
        guard let name = PickleItem(small: position) else { break }
        try listSetting(value, folder: inner, part: name.bits, depth: depth + 1)
      }
    default: try add(folder, part, item, isTensor: false)
    }
  }
}
