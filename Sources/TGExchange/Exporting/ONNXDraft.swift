import TGIR
import TGONNX
import TGTensor

/// The element types of ONNX that are written.
enum ONNXType {
  static let float32 = 1
  static let int32 = 6
  static let int64 = 7
  static let bool = 9

  /// The number of a type of ours; bits are truths.
  static func of(_ dtype: DType) -> Int {
    switch dtype {
    case .float32: float32
    case .int32: int32
    case .bits: bool
    case .float16: 10
    case .bfloat16: 16
    }
  }
}

/// A value of the ONNX graph: its name, and what it holds. Bits are truths.
struct ONNXResult: Hashable {
  var name: String
  var shape: Shape
  var dtype: DType = .float32
}

/// An ONNX graph that is being made, node by node. Names of values are unique; a node has the name of
/// its result.
struct ONNXDraft {
  /// What was made so far.
  private(set) var graph = ONNXGraph()
  /// Where the nodes that are made now stand in the page, `h_net1/fc`; may be empty.
  var scope = ""
  private var taken: Set<String> = []
  private var lists: [[Int]: String] = [:]
  private var scalars: [UInt32: String] = [:]
  private var splats: [HostTensor: String] = [:]

  /// Starts a graph.
  init(name: String) { graph.name = name }

  /// A name that nothing has yet: the wanted one, or that with a number.
  mutating func unique(_ wanted: String) -> String {
    guard !taken.insert(wanted).inserted else { return wanted }
    var number = 2
    while !taken.insert("\(wanted)_\(number)").inserted { number += 1 }
    return "\(wanted)_\(number)"
  }

  /// Declares an input under exactly its name. One with a default is an initialiser, too: what a run is
  /// given goes before it.
  mutating func input(_ name: String, _ type: TensorType, default value: Float? = nil) {
    if let value { _ = numbers(HostTensor(type.shape, repeating: value), dtype: type.dtype, name) }
    taken.insert(name)
    graph.inputs.append(Self.value(name, type))
  }

  /// Declares an output; no other value gets its name.
  mutating func output(_ name: String, _ type: TensorType) {
    taken.insert(name)
    graph.outputs.append(Self.value(name, type))
  }

  private static func value(_ name: String, _ type: TensorType) -> ONNXValue {
    ONNXValue(
      name, type: ONNXType.of(type.dtype), dimensions: type.shape.dimensions.map { .number($0) })
  }

  /// Adds a node with one result, whose type is stated.
  mutating func node(
    _ operation: String, _ inputs: [String], _ shape: Shape, dtype: DType = .float32,
    _ attributes: [ONNXAttribute] = []
  ) -> ONNXResult {
    let name = unique(scope.isEmpty ? operation : "\(scope)/\(operation)")
    graph.nodes.append(ONNXNode(operation, inputs, [name], attributes: attributes, name: name))
    graph.values.append(Self.value(name, TensorType(dtype, shape)))
    return ONNXResult(name: name, shape: shape, dtype: dtype)
  }

  /// Lets an output be a value.
  mutating func assign(_ value: String, to output: String) {
    graph.nodes.append(ONNXNode("Identity", [value], [output], name: output))
  }

  /// A list of whole numbers (int64), once for equal ones.
  mutating func ints(_ numbers: [Int]) -> String {
    if let known = lists[numbers] { return known }
    let name = unique("ints_" + numbers.prefix(4).map(String.init).joined(separator: "_"))
    let bytes = numbers.flatMap { number in
      (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    graph.initializers.append(
      ONNXTensor(
        name: name, dimensions: [numbers.count], type: ONNXType.int64,
        content: .raw(ByteRegion(bytes))))
    lists[numbers] = name
    return name
  }

  /// A number of rank 0, once for equal ones.
  mutating func scalar(_ number: Float) -> ONNXResult {
    let name = scalars[number.bitPattern] ?? numbers(HostTensor(scalar: number), "\(number)").name
    scalars[number.bitPattern] = name
    return ONNXResult(name: name, shape: [])
  }

  /// Numbers of a name, or one like it.
  mutating func numbers(
    _ tensor: HostTensor, dtype: DType = .float32, _ wanted: String
  ) -> ONNXResult {
    let name = unique(wanted)
    let region =
      dtype == .int32
      ? ByteRegion(
        tensor.elements.flatMap { number in
          let whole = Int32(exactly: number) ?? .min
          return (0..<4).map { UInt8(truncatingIfNeeded: whole >> (8 * $0)) }
        }) : ByteRegion(numbers: tensor.elements)
    graph.initializers.append(
      ONNXTensor(
        name: name, dimensions: tensor.shape.dimensions, type: ONNXType.of(dtype),
        content: .raw(region)))
    return ONNXResult(name: name, shape: tensor.shape, dtype: dtype)
  }

  /// A tensor of one repeated number, 0 or 1, once for equal ones.
  mutating func splat(_ number: Float, _ shape: Shape) -> ONNXResult {
    let tensor = HostTensor(shape, repeating: number)
    let extents = shape.dimensions.map(String.init).joined(separator: "_")
    let known = splats[tensor]
    let name = known ?? numbers(tensor, (number == 0 ? "zeros_" : "ones_") + extents).name
    splats[tensor] = name
    return ONNXResult(name: name, shape: shape)
  }
}
