import TGTensor

/// A layer of an ncnn network, as a line of its `.param` says.
struct NcnnLayer: Sendable {
  /// A value of a layer's line.
  enum Value: Hashable, Sendable {
    case whole(Int)
    /// A number with a fraction, an array or a text: no weight depends on it.
    case other
  }

  /// What it does.
  var type: String
  /// Its own name.
  var name: String
  /// What its line says, by id.
  var values: [Int: Value]

  /// A whole number of the line, or what holds without it.
  ///
  /// - Throws: `NcnnFault.shape` for another kind of value.
  func whole(_ id: Int, or absent: Int = 0) throws(CheckpointFault) -> Int {
    switch values[id] {
    case nil: return absent
    case .whole(let value): return value
    case .other: throw .ncnn(.shape(name))
    }
  }
}

/// The text of a network, its `.param`: words between white space.
///
/// Source: ncnn's net.cpp and paramdict.cpp, which bound types and names to 255 bytes and ids to 31.
struct NcnnNetwork {
  /// The longest text that is read, in bytes.
  static let textLimit = 4 << 20

  /// The layers in their order, which is that of their weights.
  let layers: [NcnnLayer]

  /// True for the text of a network.
  static func begins(_ file: ByteRegion) -> Bool {
    let head = file.prefix(9)
    return head.starts(with: "7767517".utf8) && head.dropFirst(7).first.map { $0 <= 0x20 } ?? false
  }

  /// Reads the text of a network.
  ///
  /// - Throws: `CheckpointFault.ncnn`.
  init(_ file: ByteRegion) throws(CheckpointFault) {
    guard Self.begins(file) else { throw .ncnn(.line(1, "it does not begin with 7767517")) }
    guard file.count <= Self.textLimit else {
      throw .ncnn(.line(1, "the text is longer than \(Self.textLimit) bytes"))
    }
    var text = NcnnText(file.prefix(file.count))
    _ = try text.word("the first number")
    let layerCount = try text.count("the number of layers")
    let blobCount = try text.count("the number of blobs")
    var layers: [NcnnLayer] = []
    var blobs: Set<String> = []
    while text.hasMore {
      let type = try text.name("the type of a layer")
      let name = try text.name("the name of a layer")
      let inputs = try text.count("the number of inputs")
      let outputs = try text.count("the number of outputs")
      for _ in 0..<inputs { _ = try text.name("the name of an input") }
      for _ in 0..<outputs {
        let blob = try text.name("the name of an output")
        guard blobs.insert(blob).inserted else { throw .ncnn(.blob(blob)) }
      }
      layers.append(NcnnLayer(type: type, name: name, values: try text.values()))
    }
    guard layers.count == layerCount else {
      throw .ncnn(.count("layers", claimed: layerCount, found: layers.count))
    }
    guard blobs.count == blobCount else {
      throw .ncnn(.count("blobs", claimed: blobCount, found: blobs.count))
    }
    self.layers = layers
  }
}

/// The words of the text of a network.
private struct NcnnText {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func fault(_ what: String) -> CheckpointFault { .ncnn(.line(line, what)) }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 {
      if bytes[position] == 0x0a { line += 1 }
      position += 1
    }
  }

  /// True if there are more words.
  var hasMore: Bool {
    mutating get {
      skipSpace()
      return position < bytes.count
    }
  }

  /// The next word.
  mutating func word(_ what: String) throws(CheckpointFault) -> ArraySlice<UInt8> {
    guard hasMore else { throw fault("\(what) is missing; the file may be cut off") }
    let start = position
    while position < bytes.count, bytes[position] > 0x20 { position += 1 }
    return bytes[start..<position]
  }

  /// The next word as a name.
  mutating func name(_ what: String) throws(CheckpointFault) -> String {
    let word = try word(what)
    guard word.count <= 255, let text = String(validating: word, as: UTF8.self) else {
      throw fault("\(what) is longer than 255 bytes or no UTF-8")
    }
    return text
  }

  /// The next word as a number of things, of which there can be no more than bytes.
  mutating func count(_ what: String) throws(CheckpointFault) -> Int {
    guard let count = Self.whole(try word(what)), (0...bytes.count).contains(count) else {
      throw fault("\(what) cannot be")
    }
    return count
  }

  private static func whole(_ word: some Collection<UInt8>) -> Int? {
    guard word.count <= 12 else { return nil }
    return Int(String(decoding: word, as: UTF8.self))
  }

  // MARK: What a line says

  /// The values by id, `id=value`, as many as there are.
  mutating func values() throws(CheckpointFault) -> [Int: NcnnLayer.Value] {
    var values: [Int: NcnnLayer.Value] = [:]
    while let key = nextKey() {
      // Ids of the older arrays are -23300 less the id.
      let id = key <= -23300 ? -23300 - key : key
      guard (0..<32).contains(id), values[id] == nil else {
        throw fault("the id \(key) is none, or is there twice")
      }
      let value = try self.value()
      guard key <= -23300 else {
        values[id] = try meaning(of: value)
        continue
      }
      let items = value.split(separator: 0x2c, omittingEmptySubsequences: false)
      guard let count = items.first.flatMap({ Self.whole($0) }),
        count == items.count - 1, items.dropFirst().allSatisfy(isNumber)
      else { throw fault("the array of id \(id) is malformed") }
      values[id] = .other
    }
    return values
  }

  /// Passes over `id=` if that is what follows.
  private mutating func nextKey() -> Int? {
    guard hasMore else { return nil }
    let word = bytes[position...].prefix(13)
    guard let equals = word.firstIndex(of: 0x3d), let key = Self.whole(word[..<equals]) else {
      return nil
    }
    position = equals + 1
    return key
  }

  /// What stands behind `id=`: up to white space, or between quotes up to the end of the line.
  private mutating func value() throws(CheckpointFault) -> ArraySlice<UInt8> {
    let start = position
    let isQuoted = position < bytes.count && bytes[position] == 0x22
    if isQuoted {
      position += 1
      while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x0a {
        position += 1
      }
      guard position < bytes.count, bytes[position] == 0x22 else {
        throw fault("a text has no end")
      }
      position += 1
    }
    while position < bytes.count, bytes[position] > 0x20 { position += 1 }
    return bytes[start..<position]
  }

  private func meaning(of value: ArraySlice<UInt8>) throws(CheckpointFault) -> NcnnLayer.Value {
    guard let first = value.first else { throw fault("an id has no value") }
    if first == 0x22 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first & 0xdf { return .other }
    if let whole = Self.whole(value) { return .whole(whole) }
    guard value.split(separator: 0x2c, omittingEmptySubsequences: false).allSatisfy(isNumber)
    else { throw fault("a value is malformed") }
    return .other
  }

  private func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
    word.count <= 32 && Double(String(decoding: word, as: UTF8.self)) != nil
  }
}
