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

  /// Where a value lies; a constant gets its place now, unless it has one.
  mutating func view(of value: Value) -> View {
    if let view = views[value.index] { return view }
    guard let tensor = (graph[value].op as? Constant)?.tensor else {
      preconditionFailure("operands are lowered before their uses")
    }
    let slot = weights(tensor.elements).slot
    let view = View(slot: slot, shape: tensor.shape)
    views[value.index] = view
    return view
  }

  /// The numbers of a constant operand, also of one that is broadcast.
  func constant(_ operand: Int) -> HostTensor? {
    let node = graph[operands[operand]]
    if let constant = node.op as? Constant { return constant.tensor }
    guard node.op is Broadcast, let inner = graph[node.operands[0]].op as? Constant else {
      return nil
    }
    return ReferenceTensor(inner.tensor).broadcast(to: node.shape).rounded
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
      return View(
        slot: view.slot, offset: view.offset, dimensions: view.dimensions,
        strides: Shape(view.dimensions).strides)
    }
    let copy = newSlot(Shape(view.dimensions))
    emit(.map(PointwiseMap(program: .identity, operands: [view], output: copy)))
    return copy
  }

  mutating func output() -> View {
    if let result { return result }
    let view = place(node)
    result = view
    return view
  }

  /// The place of a value: inside the concatenation that swallows it, or a slot of its own.
  private mutating func place(_ value: Value) -> View {
    if let there = views[value.index] { return there }
    let view: View
    if let target = placement.target(of: value) {
      let whole = place(target.concat)
      views[target.concat.index] = whole
      view = View(
        slot: whole.slot, offset: whole.offset + target.start * whole.strides[target.axis],
        dimensions: graph.shape(value).dimensions, strides: whole.strides)
    } else {
      view = newSlot(graph.shape(value))
    }
    return view
  }

  /// A new slot of the arena, seen row-major.
  mutating func newSlot(_ shape: Shape, _ kind: Slot.Kind = .arena) -> View {
    slots.append(Slot(kind: kind, offset: 0, count: shape.count))
    return View(slot: slots.count - 1, shape: shape)
  }

  mutating func weights(_ elements: [Float]) -> View {
    name(.numbers(elements), shape: [elements.count])
  }

  mutating func kernel(_ weights: HostTensor, groups: Int) -> View {
    name(.kernel(weights, groups: groups), shape: weights.shape)
  }

  /// A slot for a constant, seen row-major; where it lies in the weight section comes later.
  private mutating func name(_ constant: NamedConstant, shape: Shape) -> View {
    slots.append(Slot(kind: .weight, offset: 0, count: shape.count))
    constants.append((slots.count - 1, constant))
    return View(slot: slots.count - 1, shape: shape)
  }

  mutating func emit(_ instruction: Instruction) { instructions.append(instruction) }

  mutating func alias(_ view: View) { result = view }
}

/// A constant of a function as ops name it: what it is, not how it lies in memory.
enum NamedConstant: Sendable {
  /// Numbers, row-major.
  case numbers([Float])
  /// The kernel of a convolution, `[O, C / groups, height, width]`.
  case kernel(HostTensor, groups: Int)
}

extension View {
  /// The same elements with stride 1 on an innermost axis of extent 1, where any stride is true.
  fileprivate func withUnitInnermostStride() -> View {
    var copy = self
    if rank > 0, dimensions[rank - 1] == 1 { copy.strides[rank - 1] = 1 }
    return copy
  }
}
