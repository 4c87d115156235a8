import TGIR
import TGONNX
import TGOps
import TGPlan
import TGTensor

/// Elementwise ops: a program is a chain of nodes, one or a few for each step.
extension GraphExporter {
  /// The chain of a map's program. What only repeats an operand is left to ONNX's own broadcasting.
  mutating func map(_ op: Map, _ node: Node) -> ONNXResult {
    let plain = node.operands.map { value in
      graph[value].op is Broadcast ? graph[value].operands[0] : value
    }
    let reaches =
      plain.reduce(Shape?([])) { shape, value in shape?.broadcast(with: graph.shape(value)) }
      == node.shape
    let operands = (reaches ? plain : node.operands).map { value($0) }
    return program(op.program, operands, node.shape)
  }

  /// `x > 0`, a truth for each.
  mutating func signs(_ node: Node) -> ONNXResult {
    let x = value(node.operands[0])
    return draft.node("Greater", [x.name, draft.scalar(0).name], node.shape, dtype: .bits)
  }

  /// `Cast` to int32; what is no whole number is cut off there.
  mutating func wholeNumbers(_ node: Node) -> ONNXResult {
    cast(value(node.operands[0]), to: .int32)
  }

  /// `Cast`; nothing where the type is the same.
  mutating func cast(_ x: ONNXResult, to dtype: DType) -> ONNXResult {
    guard x.dtype != dtype else { return x }
    return draft.node(
      "Cast", [x.name], x.shape, dtype: dtype, [ONNXAttribute("to", .int(ONNXType.of(dtype)))])
  }

  /// A program's steps on some operands; the result has the shape.
  mutating func program(
    _ program: PointwiseProgram, _ operands: [ONNXResult], _ shape: Shape
  ) -> ONNXResult {
    // Truths stay what they are for what asks for truths.
    var values = operands
    for step in program.steps {
      values.append(self.step(step, step.arguments.map { values[$0] }))
    }
    let last = program.steps.isEmpty ? values[0] : values[values.count - 1]
    return expand(cast(last, to: .float32), to: shape)
  }

  private mutating func step(
    _ step: PointwiseProgram.Step, _ arguments: [ONNXResult]
  ) -> ONNXResult {
    if step.function == .select { return select(arguments) }
    let x = arguments.map { cast($0, to: .float32) }
    let shape = x.reduce(Shape([])) { $0.broadcast(with: $1.shape) ?? $0 }
    let names = x.map(\.name)
    func attribute(_ name: String) -> [ONNXAttribute] {
      [ONNXAttribute(name, .float(step.immediate))]
    }
    switch step.function {
    case .constant: return draft.scalar(step.immediate)
    case .less: return draft.node("Less", names, shape, dtype: .bits)
    case .leakyRelu: return draft.node("LeakyRelu", names, shape, attribute("alpha"))
    case .square: return draft.node("Mul", [names[0], names[0]], shape)
    case .reciprocalSquareRoot:
      return draft.node("Reciprocal", [draft.node("Sqrt", names, shape).name], shape)
    case .gelu: return gelu(x[0])
    default: return draft.node(step.function.operation, names, shape)
    }
  }

  /// `Where`; a condition that is a number holds where it is not 0.
  private mutating func select(_ arguments: [ONNXResult]) -> ONNXResult {
    let condition = cast(arguments[0], to: .bits)
    let x = arguments[1...].map { cast($0, to: .float32) }
    let shape = x.reduce(condition.shape) { $0.broadcast(with: $1.shape) ?? $0 }
    return draft.node("Where", [condition.name] + x.map(\.name), shape)
  }

  /// `x · ½ · (1 + erf(x / √2))`, which is an operator of its own from version 20 on.
  private mutating func gelu(_ x: ONNXResult) -> ONNXResult {
    let scaled = draft.node("Mul", [x.name, draft.scalar(Float(0.5).squareRoot()).name], x.shape)
    let erf = draft.node("Erf", [scaled.name], x.shape)
    let share = draft.node("Add", [erf.name, draft.scalar(1).name], x.shape)
    let half = draft.node("Mul", [x.name, draft.scalar(0.5).name], x.shape)
    return draft.node("Mul", [half.name, share.name], x.shape)
  }
}

extension PointwiseFunction {
  /// The operator of ONNX that is the function; of those that are none, the empty name.
  fileprivate var operation: String {
    switch self {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .minimum: "Min"
    case .maximum: "Max"
    case .power: "Pow"
    case .negate: "Neg"
    case .absolute: "Abs"
    case .squareRoot: "Sqrt"
    case .exponential: "Exp"
    case .logarithm: "Log"
    case .sine: "Sin"
    case .cosine: "Cos"
    case .tanh: "Tanh"
    case .sigmoid: "Sigmoid"
    case .relu: "Relu"
    case .floor: "Floor"
    case .errorFunction: "Erf"
    case .softplus: "Softplus"
    case .sign: "Sign"
    case .constant, .less, .select, .square, .reciprocalSquareRoot, .leakyRelu, .gelu: ""
    }
  }
}
