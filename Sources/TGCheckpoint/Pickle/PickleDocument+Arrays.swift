import TGTensor

extension PickleDocument {
  /// What the functions of NumPy that make arrays are given: an array, or the objects of one.
  func array(
    _ maker: PickleName.Meaning, _ arguments: [PickleItem], _ state: PickleItem?, depth: Int
  ) -> PickleMeaning {
    let strange = PickleMeaning.unread("an array in a form that is not known", [])
    switch maker {
    case .numpyReconstruct:
      guard arguments.count == 3, let type = name(arguments[0]) else { return strange }
      guard type.meaning == .numpyArray else {
        return .unread("an array of the class '\(type.full)'", [])
      }
      guard let state, let fields = tuple(state), fields.count == 5,
        let dimensions = integers(fields[1]), let dtype = dtype(fields[2]),
        case .bool(let isColumnMajor) = fields[3].form
      else { return strange }
      if dtype.name.hasPrefix("O"), let index = fields[4].objectIndex, records[index].kind == .list
      {
        // An array of Python objects is the list of them; one without axes is its only object.
        guard dimensions.isEmpty else { return .list(index) }
        var items = contents(of: index)
        return items.next().map { meaning($0, depth: depth) } ?? .none
      }
      return .array(
        NumpyObject(
          dtype: dtype, dimensions: dimensions, isColumnMajor: isColumnMajor, bytes: fields[4]))
    case .numpyScalar:
      guard arguments.count == 2, let dtype = dtype(arguments[0]) else { return strange }
      if dtype.name.hasPrefix("O") { return .other("an object of NumPy") }
      return .array(
        NumpyObject(dtype: dtype, dimensions: [], isColumnMajor: false, bytes: arguments[1]))
    default:
      guard arguments.count == 4, let dtype = dtype(arguments[1]),
        let dimensions = integers(arguments[2]), let order = string(arguments[3])
      else { return strange }
      return .array(
        NumpyObject(
          dtype: dtype, dimensions: dimensions, isColumnMajor: order == "F", bytes: arguments[0]))
    }
  }

  /// The array that dill describes by the function of NumPy, its arguments and the state.
  func dillArray(_ arguments: [PickleItem], depth: Int) -> PickleMeaning {
    guard arguments.count >= 3, let maker = name(arguments[0]), maker.meaning == .numpyReconstruct,
      let inner = tuple(arguments[1])
    else { return .unread("an array in a form that is not known", []) }
    return array(.numpyReconstruct, inner, arguments[2], depth: depth)
  }

  private func dtype(_ item: PickleItem) -> NumpyDtype? {
    guard let index = item.objectIndex, records[index].kind == .call,
      callee(of: index)?.meaning == .numpyDtype
    else { return nil }
    let (arguments, state) = parts(of: index)
    guard arguments.count == 3, let name = string(arguments[0]), name.utf8.count <= 16 else {
      return nil
    }
    var dtype = NumpyDtype(name: name)
    if let state {
      guard let fields = tuple(state), fields.count >= 2, let order = string(fields[1]) else {
        return nil
      }
      dtype.order = order
    }
    return dtype
  }
}

/// An element type of NumPy.
struct NumpyDtype {
  /// The name without byte order: `f4`.
  var name: String
  /// The byte order as NumPy writes it.
  var order: String = "="

  /// The whole name: `>f4`.
  var full: String { (order == "|" ? "" : order) + name }
}

/// An array or a scalar of NumPy.
struct NumpyObject {
  var dtype: NumpyDtype
  var dimensions: [Int]
  var isColumnMajor: Bool
  /// The item that holds its bytes.
  var bytes: PickleItem

  /// The element type; nil if it is not read.
  var element: (type: StoredType, isBigEndian: Bool)? { NumpyArray.element(named: dtype.full) }
  /// True if its elements are numbers, also of a type that is not read.
  var isOfNumbers: Bool { element != nil || NumpyArray.numbers(named: dtype.full) != nil }
}

extension PickleDocument {
  /// The elements of an array whose type is read.
  func elements(of array: NumpyObject, name: String) throws(CheckpointFault) -> StoredElements {
    guard let element = array.element, let bytes = bytes(array.bytes) else {
      throw .numpy(member: name, .truncated)
    }
    do {
      return try NumpyArray.elements(
        bytes, type: element.type, isBigEndian: element.isBigEndian, dimensions: array.dimensions,
        isColumnMajor: array.isColumnMajor)
    } catch { throw .numpy(member: name, error) }
  }
}
