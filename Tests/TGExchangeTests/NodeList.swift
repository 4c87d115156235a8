import TGExchange
import TGIR
import TGONNX
import TGOps
import TGTensor

/// A graph of one op, as ONNX has it: its nodes as text.
struct NodeList {
  let lines: [String]
  let model: ONNXModel

  /// Exports a graph whose only output is `y`.
  init(_ graph: Graph) throws {
    let function = GraphFunction(graph: graph, batch: 1, inputs: [], outputs: [])
    model = try ONNXExport(function).model
    lines = model.graph.nodes.map(Self.line)
  }

  /// Exports an op; operands are inputs `x`, `x1` …, or constants of 1, 2, 3 ….
  init(
    _ op: any Op, _ operands: [Shape], constants: Set<Int> = [], dtypes: [Int: DType] = [:]
  ) throws {
    var builder = GraphBuilder(name: "test")
    let values = try operands.enumerated().map { index, shape in
      if constants.contains(index) {
        let source = Weight.Source(root: "", name: "w\(index)")
        let tensor = HostTensor(shape, (0..<shape.count).map { Float($0 + 1) })
        return try builder.insert(Constant(Weight(tensor, source: source)), [])
      }
      return try builder.insert(
        Input(name: index == 0 ? "x" : "x\(index)", shape: shape, dtype: dtypes[index] ?? .float32),
        [])
    }
    builder.output("y", try builder.insert(op, values))
    try self.init(builder.graph)
  }

  /// `y = Conv(x, w1) group=1 pads=[0, 0, 0, 0]`
  private static func line(_ node: ONNXNode) -> String {
    let call =
      "\(node.outputs.joined(separator: ", ")) = "
      + "\(node.operation)(\(node.inputs.joined(separator: ", ")))"
    return ([call] + node.attributes.map { "\($0.name)=\(text($0.value))" })
      .joined(separator: " ")
  }

  private static func text(_ value: ONNXAttribute.Value) -> String {
    switch value {
    case .int(let number): "\(number)"
    case .float(let number): "\(number)"
    case .string(let bytes): String(decoding: bytes, as: UTF8.self)
    case .ints(let numbers): "\(numbers)"
    case .floats(let numbers): "\(numbers)"
    default: "?"
    }
  }

  /// The extents and numbers of an initialiser.
  func tensor(_ name: String) -> (dimensions: [Int], numbers: [Float])? {
    guard let tensor = model.graph.initializers.first(where: { $0.name == name }),
      case .raw(let region) = tensor.content, let bytes = region.bytes(0..<region.count)
    else { return nil }
    let numbers = stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(
        bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
      )
    }
    return (tensor.dimensions, numbers)
  }
}
