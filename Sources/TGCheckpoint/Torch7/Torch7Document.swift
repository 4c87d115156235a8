import TGTensor

/// What a Torch7 file says: values that refer to objects by number.
struct Torch7Document: Sendable {
  /// A value. Objects are numbered from 0 in the order in which they begin.
  enum Value: Sendable {
    case nothing
    case number(Double)
    /// Where the text stands in the file.
    case text(Range<Int>)
    case boolean
    case object(Int)
    /// A function; nothing of it is kept.
    case function
    /// The word "modules", as a key.
    case modules
  }

  /// A key of a table and what it stands for.
  struct Pair: Sendable {
    var key: Value
    var value: Value
  }

  /// What a number of an object stands for.
  enum Object: Sendable {
    case table([Pair])
    /// An object of a class: its name, and nearly always a table of all fields.
    case instance(String, Value)
    case tensor(Torch7Tensor)
    case storage(Torch7Class, ByteRegion)
    case function
  }

  /// The file.
  let file: ByteRegion
  /// What a `long` is stored as.
  let longType: StoredType
  /// All objects.
  var objects: [Object]
  /// Objects of classes that are a table of somebody else's: it is not theirs to be looked into, so
  /// that each table is looked into once, however many objects there are.
  let borrowers: Set<Int>
  /// The value that the file is.
  let root: Value

  /// The field of an object's table, by its name; nil if there is none.
  func field(_ name: StaticString, of value: Value?) -> Value? {
    pairs(of: value)?.first { isText($0.key, name) }?.value
  }

  /// The keys and values of a table, or of the fields of an object; nil for anything else.
  func pairs(of value: Value?) -> [Pair]? {
    guard case .object(let index) = value else { return nil }
    switch objects[index] {
    case .table(let pairs): return pairs
    case .instance(_, .object(let fields)):
      guard !borrowers.contains(index), case .table(let pairs) = objects[fields] else { return nil }
      return pairs
    default: return nil
    }
  }

  /// True if a value is this text.
  func isText(_ value: Value, _ text: StaticString) -> Bool {
    guard case .text(let range) = value, range.count == text.utf8CodeUnitCount else { return false }
    return file.bytes(range) == Array(text.description.utf8)
  }
}

/// A view of a storage; nothing of it is checked against the storage yet.
struct Torch7Tensor: Hashable, Sendable {
  /// The extents.
  var dimensions: [Int]
  /// In elements.
  var strides: [Int]
  /// The first element, from 0.
  var offset: Int
  /// The object that is its storage; nil for an empty tensor.
  var storage: Int?
}

/// A class of tensors or storages of numbers.
struct Torch7Class: Hashable, Sendable {
  /// The whole name: `torch.CudaTensor`.
  let name: String
  /// True for storages.
  let isStorage: Bool
  /// What its numbers are called, `Cuda` and all; a tensor has a storage of the same.
  let numbers: String

  /// A class of tensors or storages by its name; nil for any other class.
  init?(_ name: String) {
    guard name.hasPrefix("torch.") else { return nil }
    self.name = name
    let rest = name.dropFirst("torch.".count)
    if rest.hasSuffix("Tensor") {
      isStorage = false
      numbers = String(rest.dropLast("Tensor".count))
    } else if rest.hasSuffix("Storage") {
      isStorage = true
      numbers = String(rest.dropLast("Storage".count))
    } else {
      return nil
    }
  }

  /// The type of the elements, on the processor as on a graphics card; nil if it is not known.
  func type(long: StoredType) -> StoredType? {
    switch numbers == "Cuda" ? "Float" : numbers {
    case "Float": .float32
    case "Byte", "CudaByte": .uint8
    case "Char", "CudaChar": .int8
    case "Short", "CudaShort": .int16
    case "Int", "CudaInt": .int32
    case "Long", "CudaLong": long
    case "Double", "CudaDouble": .float64
    case "Half", "CudaHalf": .float16
    default: nil
    }
  }
}
