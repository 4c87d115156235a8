package import TGTensor

/// The value of a pickle of plain data, such as the vocabularies that come with text encoders.
package enum PickleValue: Hashable, Sendable {
  /// Python's `None`.
  case none
  /// A boolean.
  case bool(Bool)
  /// A whole number of at most 64 bits.
  case int(Int)
  /// A number with a fraction.
  case float(Double)
  /// Text; a string of Python 2 whose bytes are UTF-8 counts as such.
  case string(String)
  /// Bytes, or a string of Python 2 that is not UTF-8.
  case bytes([UInt8])
  /// A list.
  case list([PickleValue])
  /// A tuple.
  case tuple([PickleValue])
  /// A set, in the order of the file.
  case set([PickleValue])
  /// A dictionary, in the order of the file; no two keys are equal.
  case dictionary([Pair])
  /// An array of numbers, of NumPy or torch.
  case array(NumpyArray)
  /// Something harmless that is none of these: its kind.
  case other(String)

  /// A key and its value.
  package struct Pair: Hashable, Sendable {
    /// The key.
    package let key: PickleValue
    /// What it stands for.
    package let value: PickleValue

    /// Makes a pair.
    package init(key: PickleValue, value: PickleValue) {
      self.key = key
      self.value = value
    }
  }
}

extension PickleValue {
  /// The text; nil for anything else.
  package var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The whole number; nil for anything else.
  package var int: Int? { if case .int(let value) = self { value } else { nil } }

  /// The items of a list or a tuple; nil for anything else.
  package var items: [PickleValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// The pairs of a dictionary; nil for anything else.
  package var pairs: [Pair]? { if case .dictionary(let pairs) = self { pairs } else { nil } }
}

extension Checkpoint {
  /// Reads a pickle of plain data (`captions.pickle`, `word2idx.pkl`), or a file of `torch.save`
  /// that holds such, under the rules that hold for checkpoints: nothing is executed. An `.npy` file
  /// is an array of numbers or the list of its objects.
  ///
  /// - Throws: `CheckpointError`.
  package static func readPlainData(path: String) throws(CheckpointError) -> PickleValue {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch {
      throw CheckpointError(path: path, fault: .unreadable(error))
    }
    return try readPlainData(ByteRegion(file), path: path)
  }

  /// Reads the bytes of such a file; the path serves errors only.
  package static func readPlainData(
    _ file: ByteRegion, path: String
  ) throws(CheckpointError) -> PickleValue {
    do {
      var stream = file
      if file.prefix(6) == NumpyArray.magic {
        guard let inner = try objects(file) else { return .array(try numbers(file)) }
        stream = inner
      }
      let (_, document, contents) = try pickled(stream)
      var builder = PickleValueBuilder(document, contents)
      return try builder.value(document.root, depth: 0)
    } catch { throw CheckpointError(path: path, fault: error) }
  }
}

extension Checkpoint {
  /// The pickle inside an `.npy` file of objects.
  private static func objects(_ file: ByteRegion) throws(CheckpointFault) -> ByteRegion? {
    do { return try NumpyArray.pickle(file) } catch { throw .numpy(member: "", error) }
  }

  /// The numbers of an `.npy` file.
  private static func numbers(_ file: ByteRegion) throws(CheckpointFault) -> NumpyArray {
    do { return try NumpyArray(file) } catch { throw .numpy(member: "", error) }
  }
}

/// Makes plain values of the objects of a pickle.
private struct PickleValueBuilder {
  private let document: PickleDocument
  private let contents: Torch.Contents?
  /// Values that may still be made: shared objects are copied wherever they are used.
  private var allowance: Int
  private let limit: Int
  /// The arrays read so far, by their object: each is read once, however often it is used.
  private var arrays: [Int: NumpyArray] = [:]

  init(_ document: PickleDocument, _ contents: Torch.Contents?) {
    self.document = document
    self.contents = contents
    limit = 10_000 + 4 * document.instructions
    allowance = limit
  }

  mutating func value(_ item: PickleItem, depth: Int) throws(CheckpointFault) -> PickleValue {
    guard depth <= TensorCollector.Limit.depth else {
      throw .tooMuch(.depth(limit: TensorCollector.Limit.depth))
    }
    allowance -= 1
    guard allowance >= 0 else { throw .tooMuch(.values(limit: limit)) }
    switch item {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .object(let place): return try object(place, depth: depth)
    }
  }

  private mutating func object(
    _ place: Int, depth: Int
  ) throws(CheckpointFault) -> PickleValue {
    switch document.objects[place] {
    case .text(let text): return .string(text)
    case .byteString(let bytes):
      return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
    case .bytes(let bytes): return .bytes(bytes)
    case .list(let items): return .list(try values(items, depth: depth + 1))
    case .tuple(let items): return .tuple(try values(items, depth: depth + 1))
    case .set(let items): return .set(try values(items, depth: depth + 1))
    case .dictionary(let pairs): return .dictionary(try dictionary(pairs, depth: depth + 1))
    case .tensor(let tensor):
      guard let contents else { throw .torch(.missingStorage(tensor.storage.key)) }
      return .array(read(try contents.elements(of: tensor, name: ""), at: place))
    case .array(let array):
      guard let elements = try array.elements(name: "") else {
        return .other("an array of values that are not numbers")
      }
      return .array(read(elements, at: place))
    case .long: return .other("a number of more than 64 bits")
    case .storage: return .other("a storage without a tensor")
    case .constructor, .dtype: return .other("a type")
    case .opaque(let kind): return .other(kind)
    }
  }

  private mutating func read(_ elements: StoredElements, at place: Int) -> NumpyArray {
    if let known = arrays[place] { return known }
    let result = NumpyArray(elements)
    arrays[place] = result
    return result
  }

  private mutating func values(
    _ items: [PickleItem], depth: Int
  ) throws(CheckpointFault) -> [PickleValue] {
    guard items.count <= allowance else { throw .tooMuch(.values(limit: limit)) }
    var result: [PickleValue] = []
    result.reserveCapacity(items.count)
    for item in items { result.append(try value(item, depth: depth)) }
    return result
  }

  private mutating func dictionary(
    _ pairs: [PicklePair], depth: Int
  ) throws(CheckpointFault) -> [PickleValue.Pair] {
    var result: [PickleValue.Pair] = []
    var keys: Set<PickleValue> = []
    for pair in pairs {
      let key = try value(pair.key, depth: depth)
      guard keys.insert(key).inserted else { throw .duplicateName(key.string ?? "") }
      result.append(PickleValue.Pair(key: key, value: try value(pair.value, depth: depth)))
    }
    return result
  }
}
