package import TGTensor

/// A network as an ONNX file holds it: messages as values, nothing interpreted. Tensors point into the
/// bytes of the file, or hold bytes of their own.
package struct ONNXModel: Sendable {
  /// The version of the file format, 3 to 13.
  package var irVersion = 8
  /// The program that wrote it, and its version.
  package var producer = ""
  package var producerVersion = ""
  /// What its author says of it.
  package var documentation = ""
  /// The versions of the sets of operators by domain; ONNX's own domain is empty.
  package var operatorSets: [(domain: String, version: Int)] = []
  /// Keys with texts, in the order of the file.
  package var metadata: [(key: String, value: String)] = []
  /// Operators that the file defines itself, by name: nothing reads them.
  package var ownOperators: [String] = []
  /// The network.
  package var graph = ONNXGraph()

  /// An empty network.
  package init() {}

  /// The version of ONNX's own set of operators; nil if the file states none.
  package var operatorSet: Int? {
    operatorSets.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version
  }
}

/// Nodes, each of which reads only values that stand before it.
package struct ONNXGraph: Sendable {
  package var name = ""
  package var documentation = ""
  package var nodes: [ONNXNode] = []
  /// Values known by name: weights, tables, constants.
  package var initializers: [ONNXTensor] = []
  /// The names of initialisers that are stored sparsely: nothing reads them.
  package var sparseInitializers: [String] = []
  /// What is given at each run. In files before IR version 4 the initialisers stand here, too.
  package var inputs: [ONNXValue] = []
  package var outputs: [ONNXValue] = []
  /// Types of values in between, where the file states them.
  package var values: [ONNXValue] = []

  /// An empty graph.
  package init() {}
}

/// A step of a network.
package struct ONNXNode: Sendable {
  package var name: String
  /// The operator, such as `Conv`.
  package var operation: String
  /// The operator's domain; empty for ONNX's own.
  package var domain: String
  /// The names of what it reads; an empty one is left out.
  package var inputs: [String]
  package var outputs: [String]
  package var attributes: [ONNXAttribute]

  /// A node of ONNX's own set.
  package init(
    _ operation: String, _ inputs: [String], _ outputs: [String],
    attributes: [ONNXAttribute] = [], name: String = "", domain: String = ""
  ) {
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.name = name
    self.domain = domain
  }

  /// The attribute of a name.
  package subscript(name: String) -> ONNXAttribute.Value? {
    attributes.first { $0.name == name }?.value
  }
}

/// An argument of a node that is known.
package struct ONNXAttribute: Sendable {
  package var name: String
  package var value: Value

  /// What an attribute holds.
  package enum Value: Sendable {
    case int(Int)
    case float(Float)
    /// Bytes, which are mostly UTF-8.
    case string([UInt8])
    case ints([Int])
    case floats([Float])
    case strings([[UInt8]])
    case tensor(ONNXTensor)
    /// What nothing here reads: "a graph", "a sparse tensor".
    case unread(String)
  }

  /// An attribute.
  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// A tensor of the file.
package struct ONNXTensor: Sendable {
  package var name: String
  /// The extents, outermost first; claims until `elements` is read.
  package var dimensions: [Int]
  /// The element type by its number in the format (1 float32, 6 int32, 7 int64, 9 bool, 10 float16,
  /// 11 float64, 16 bfloat16 …).
  package var type: Int
  /// Where the numbers are.
  package var content: Content

  /// Where the numbers of a tensor are.
  package enum Content: Sendable {
    /// Row-major, little-endian, as they are.
    case raw(ByteRegion)
    /// Pieces of a typed list of protobuf in the order of the file: packed (or single) numbers of
    /// fixed width or varints, by the field's number (4 float, 5 int32, 7 int64, 10 double, 11 uint64).
    case list(field: Int, [ByteRegion])
    /// Nothing: no element, or a tensor whose data stand in no field that is read.
    case none
    /// Numbers that lie in another file: nothing reads them.
    case external
  }

  /// A tensor.
  package init(name: String, dimensions: [Int], type: Int, content: Content) {
    self.name = name
    self.dimensions = dimensions
    self.type = type
    self.content = content
  }
}

/// The name and the type of a value.
package struct ONNXValue: Sendable {
  package var name: String
  /// The element type by its number; 0 if it is not stated or no tensor.
  package var type: Int
  /// The extents; nil if none are stated.
  package var dimensions: [Dimension]?

  /// An extent.
  package enum Dimension: Hashable, Sendable {
    case number(Int)
    /// A name, such as `N` or `batch`: one extent wherever it stands.
    case name(String)
    case unknown
  }

  /// A value.
  package init(_ name: String, type: Int, dimensions: [Dimension]?) {
    self.name = name
    self.type = type
    self.dimensions = dimensions
  }
}
