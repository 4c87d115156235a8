import TGIR
import TGOps
import TGPlan
import TGTensor

/// What an op sees while it is lowered; collects instructions. One site serves all nodes of a
/// function in turn.
struct LoweringSite: LoweringContext {
  private var node = Value(0)
  private let graph: Graph
  private let placement: ConcatPlacement
  /// Where the values so far lie; a placed concatenation may appear before its turn.
  private(set) var views: [View?]
  /// The slots of the function so far.
  private(set) var slots: [Slot] = []
  /// The constants that ops have named so far, with their slots.
  private(set) var constants: [(slot: Int, constant: NamedConstant)] = []
  /// What the current node has emitted.
  private(set) var instructions: [Instruction] = []
  /// Where the current node's result lies.
  private var result: View?

  init(graph: Graph) {
    self.graph = graph
    placement = ConcatPlacement(graph)
    views = [View?](repeating: nil, count: graph.nodes.count)
  }

  /// Lowers one node; its instructions are in `instructions`.
  ///
  /// - Throws: `LoweringError` for what no instruction can do.
  mutating func lower(_ value: Value) throws(LoweringError) {
    node = value
    result = nil
    instructions = []
    let op = graph[value].op
    try op.lower(into: &self)
    guard let result else {
      throw LoweringError("`\(type(of: op).mnemonic)` was lowered to nothing")
    }
    views[value.index] = result
  }

  /// Declares where an input lies.
  mutating func bind(_ value: Value, to view: View) { views[value.index] = view }

  private var operands: [Value] { graph[node].operands }

  var operandCount: Int { operands.count }
  var resultShape: Shape { graph.shape(node) }
  func shape(_ operand: Int) -> Shape { graph.shape(operands[operand]) }

  mutating func view(_ operand: Int) -> View { view(of: operands[operand]) }

  /// Where a value lies; a constant gets its slot now, unless it has one.
  mutating func view(of value: Value) -> View {
    if let view = views[value.index] { return view }
    guard let constant = graph[value].op as? Constant else {
      preconditionFailure("operands are lowered before their uses")
    }
    constant.weight.settle()
    let elements = constant.tensor.elements
    let numbers: WeightNumbers =
      constant.dtype == .int32
      ? .integers(elements.map { Int32(exactly: $0) ?? .min }) : .floats(elements)
    let view = View(slot: weights(numbers).slot, type: graph.type(value))
    views[value.index] = view
    return view
  }

  func isConstant(_ operand: Int) -> Bool { weight(operand) != nil }

  /// The weight of a constant operand, also of one that is broadcast.
  private func weight(_ operand: Int) -> Weight? {
    let node = graph[operands[operand]]
    if let constant = node.op as? Constant { return constant.weight }
    guard node.op is Broadcast, let inner = graph[node.operands[0]].op as? Constant else {
      return nil
    }
    return [inner.weight].folded(by: node.op, shape: node.shape)
  }

  mutating func rows(_ operand: Int) -> View {
    let view = view(operand)
    guard let last = view.strides.last, last != 1, view.dimensions.last != 1 else {
      return view.withUnitInnermostStride()
    }
    return dense(operand)
  }

  mutating func dense(_ operand: Int) -> View {
    let view = view(operand)
    if view.isContiguous {
      return view.seen(dimensions: view.dimensions, strides: Shape(view.dimensions).strides)
    }
    let copy = newSlot(TensorType(view.dtype, Shape(view.dimensions)))
    emit(.map(PointwiseMap(program: .identity, operands: [view], output: copy)))
    return copy
  }

  mutating func output() -> View {
    if let result { return result }
    let view = allocate(node)
    result = view
    return view
  }

  /// Where a value is stored: inside the concatenation that swallows it, or a slot of its own.
  private mutating func allocate(_ value: Value) -> View {
    if let there = views[value.index] { return there }
    let view: View
    if let target = placement.target(of: value) {
      let whole = allocate(target.concat)
      views[target.concat.index] = whole
      view = whole.seen(
        offset: target.start * whole.strides[target.axis],
        dimensions: graph.shape(value).dimensions, strides: whole.strides)
    } else {
      view = newSlot(graph.type(value))
    }
    return view
  }

  /// A new slot of the arena, seen row-major.
  mutating func newSlot(_ type: TensorType, _ kind: Slot.Kind = .arena) -> View {
    slots.append(Slot(kind: kind, dtype: type.dtype, offset: 0, count: type.storedCount))
    return View(slot: slots.count - 1, type: type)
  }

  mutating func weights(_ numbers: WeightNumbers) -> View {
    name(.numbers(numbers), TensorType(numbers.dtype, [numbers.count]))
  }

  mutating func kernel(_ operand: Int, groups: Int) -> View {
    guard let weight = weight(operand) else { preconditionFailure("the kernel is constant") }
    return name(.kernel(weight, groups: groups), TensorType(.float32, weight.shape))
  }

  /// A slot for a constant, seen row-major; where it lies in the weight section comes later.
  private mutating func name(_ constant: NamedConstant, _ type: TensorType) -> View {
    slots.append(Slot(kind: .weight, dtype: type.dtype, offset: 0, count: type.storedCount))
    constants.append((slots.count - 1, constant))
    return View(slot: slots.count - 1, type: type)
  }

  mutating func emit(_ instruction: Instruction) { instructions.append(instruction) }

  mutating func alias(_ view: View) { result = view }
}

/// A constant of a function as ops name it: what it is, not how it lies in memory.
enum NamedConstant: Sendable {
  /// Numbers, row-major.
  case numbers(WeightNumbers)
  /// The kernel of a convolution, `[O, C / groups, height, width]`, or `[O, C]`; it may not be computed
  /// yet.
  case kernel(Weight, groups: Int)
}

extension View {
  /// The same elements with stride 1 on an innermost axis of extent 1, where any stride is true.
  fileprivate func withUnitInnermostStride() -> View {
    var copy = self
    if rank > 0, dimensions[rank - 1] == 1 { copy.strides[rank - 1] = 1 }
    return copy
  }
}
