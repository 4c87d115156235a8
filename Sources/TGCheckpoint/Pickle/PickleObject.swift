import TGTensor

/// A value on the stack of the pickle reader. Containers and strings lie in one table, so that a
/// value shared by a memo stays one value and nothing deep is ever released recursively.
enum PickleItem: Hashable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  /// A place in the table of objects.
  case object(Int)
}

/// A value with contents, in the table of the reader.
enum PickleObject {
  /// A whole number of more than 64 bits, two's complement, lowest byte first.
  case long([UInt8])
  case text(String)
  /// A string of Python 2: bytes whose encoding nobody wrote down.
  case byteString([UInt8])
  case bytes([UInt8])
  case tuple([PickleItem])
  case list([PickleItem])
  case dictionary([PicklePair])
  case set([PickleItem])
  case constructor(PickleConstructor)
  case storage(TorchStorage)
  case tensor(TorchTensor)
  /// A NumPy element type; its byte order becomes known with its state.
  case dtype(NumpyDtype)
  case array(NumpyObject)
  /// A value of a known, harmless class that no tensor needs: its name.
  case opaque(String)
}

/// A key and its value.
struct PicklePair {
  var key: PickleItem
  var value: PickleItem
}

/// A reference to the bytes behind tensors, as `torch.save` writes it.
struct TorchStorage: Hashable {
  var key: String
  var type: StoredType
  /// Elements in the whole storage, as claimed.
  var count: Int
  /// Where a view of the storage begins, in elements (files before 2018).
  var viewOffset = 0
  /// The length of that view, in elements; nil for the whole storage.
  var viewCount: Int?
}

/// A view of a storage, as `torch.save` writes it; nothing of it is checked yet.
struct TorchTensor {
  var storage: TorchStorage
  var offset: Int
  var dimensions: [Int]
  var strides: [Int]
}

/// An element type of NumPy under construction.
struct NumpyDtype {
  /// The name without byte order: `f4`.
  var name: String
  /// The byte order as NumPy writes it.
  var order: String = "="
}

/// An array or a scalar of NumPy.
struct NumpyObject {
  /// What is known once the state has come.
  var contents: Contents?

  struct Contents {
    var dtype: NumpyDtype
    var dimensions: [Int]
    var isColumnMajor: Bool
    var bytes: [UInt8]
  }
}

/// Everything that may stand behind a name in a pickle. There is no other way to make a value.
enum PickleConstructor: Hashable {
  case orderedDictionary
  case rebuildTensor
  case rebuildTensorV2
  case rebuildParameter
  case storage(StoredType)
  case size
  case device
  case numpyReconstruct
  case numpyScalar
  case numpyFromBuffer
  case numpyDtype
  case numpyArray
  /// `_codecs.encode`, by which Python 3 writes bytes in old protocols.
  case encode
  /// A constant that means nothing for tensors, such as `torch.float32`.
  case constant(String)
  /// A class of plain attributes or counts that training scripts keep beside the tensors; its
  /// values become opaque, whatever they are made of.
  case opaque(String)

  /// The constructor of a full name, `module.name`; nil for every name outside the list.
  init?(named name: String) {
    if let constructor = Self.table[name] {
      self = constructor
      return
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.first == "torch", parts.count == 2 || (parts.count == 3 && parts[1] == "cuda"),
      let last = parts.last
    else { return nil }
    if last.hasSuffix("Storage"), let type = Self.storages[String(last.dropLast(7))] {
      self = .storage(type)
    } else if parts.count == 2, StoredType(rawValue: String(last)) != nil {
      self = .constant(name)
    } else {
      return nil
    }
  }

  private static let table: [String: PickleConstructor] = [
    "collections.OrderedDict": .orderedDictionary,
    "torch._utils._rebuild_tensor": .rebuildTensor,
    "torch._utils._rebuild_tensor_v2": .rebuildTensorV2,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch.Size": .size,
    "torch.device": .device,
    "numpy.core.multiarray._reconstruct": .numpyReconstruct,
    "numpy._core.multiarray._reconstruct": .numpyReconstruct,
    "numpy.core.multiarray.scalar": .numpyScalar,
    "numpy._core.multiarray.scalar": .numpyScalar,
    "numpy.core.numeric._frombuffer": .numpyFromBuffer,
    "numpy._core.numeric._frombuffer": .numpyFromBuffer,
    "numpy.dtype": .numpyDtype,
    "numpy.ndarray": .numpyArray,
    "_codecs.encode": .encode,
    "argparse.Namespace": .opaque("argparse.Namespace"),
    "collections.Counter": .opaque("collections.Counter"),
  ]

  private static let storages: [String: StoredType] = [
    "Double": .float64, "Float": .float32, "Half": .float16, "BFloat16": .bfloat16,
    "Long": .int64, "Int": .int32, "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool,
  ]
}
