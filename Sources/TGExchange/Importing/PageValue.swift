/// A value of the network while it is translated.
struct PageValue {
  /// The extents as ONNX counts them: with the batch, if there is one.
  var shape: [Int]
  /// True if the leading axis is the batch, which the language does not write.
  var isBatched: Bool
  /// The type of its elements by ONNX's number.
  var type: Int
  /// The line of the page that makes it; nil if it is only known.
  var line: Int?
  /// Its numbers, if they are known when the page is written.
  var known: Known?

  /// The extents as the language counts them.
  var inner: [Int] { isBatched ? Array(shape.dropFirst()) : shape }
  /// How many elements it has.
  var count: Int { shape.reduce(1, *) }
  /// True for floats of any width.
  var isFloat: Bool { [1, 10, 11, 16].contains(type) }
  /// True for 0 and 1.
  var isBool: Bool { type == 9 }
  /// True for whole numbers of 8 and 16 bits, which overflow early.
  var isNarrow: Bool { [2, 3, 4, 5].contains(type) }
}

/// A node while it is translated, with its operands.
struct Call {
  let operation: String
  let name: String
  /// The operands in their order; nil for one that is left out.
  let inputs: [PageValue?]
  let outputs: [String]
  let attributes: [String: Attribute]
  /// The version of the set of operators.
  let version: Int

  /// An argument of a node.
  enum Attribute {
    case int(Int), float(Double), string(String), ints([Int]), floats([Double])
    case strings([String]), known(Known, type: Int), tensor(String, [Int], type: Int)
    case unread(String)
  }

  /// The operand at a position, which must be there.
  func input(_ index: Int) throws(NodeFault) -> PageValue {
    guard let value = optional(index) else { throw .refused("its operand \(index) is missing") }
    return value
  }

  /// The name of the result, which must be there.
  var result: String {
    get throws(NodeFault) {
      guard let name = outputs.first else { throw .refused("it has no result") }
      return name
    }
  }

  /// The operand at a position; nil if it is left out.
  func optional(_ index: Int) -> PageValue? { inputs.indices.contains(index) ? inputs[index] : nil }

  /// The known whole numbers of an operand; nil if it is left out.
  func ints(_ index: Int, _ what: String) throws(NodeFault) -> [Int]? {
    guard let value = optional(index) else { return nil }
    guard let known = value.known else {
      throw .refused("its \(what) are computed from an input; they must be known")
    }
    return known.ints
  }

  func int(_ name: String, _ standard: Int) -> Int {
    if case .int(let value) = attributes[name] { value } else { standard }
  }

  func ints(_ name: String) -> [Int]? {
    if case .ints(let values) = attributes[name] { values } else { nil }
  }

  func number(_ name: String, _ standard: Double) -> Double {
    if case .float(let value) = attributes[name] { value } else { standard }
  }

  func text(_ name: String, _ standard: String) -> String {
    if case .string(let value) = attributes[name] { value } else { standard }
  }

  /// The axis that a number means among so many.
  func axis(_ number: Int, rank: Int) throws(NodeFault) -> Int {
    let axis = number < 0 ? rank + number : number
    guard axis >= 0, axis < rank else { throw .refused("axis \(number) of \(rank) axes") }
    return axis
  }
}
