package import TGPlan
package import TGTensor

/// Builds a graph node by node; equal nodes are made once.
///
/// The convenience functions of TGOps (`add`, `reshape`, `convolution` …) extend this type.
package struct GraphBuilder: Sendable {
  /// What was built so far.
  package private(set) var graph: Graph
  /// Stamped on every node made from now on.
  package var origin = Origin()
  /// The newest node of each hash, and for each node the one before it of the same hash: what is known
  /// is found without copies of nodes, and hashed once.
  private var newest: [Int: Value] = [:]
  private var older: [Value?] = []

  /// Starts an empty graph.
  package init(name: String) { graph = Graph(name: name) }

  /// Goes on with a graph; of equal nodes the first is the one that is found again.
  package init(extending graph: Graph) {
    self.graph = graph
    for (index, node) in graph.nodes.enumerated() {
      let hash = node.hashValue
      guard find(node, hash) == nil else {
        older.append(nil)
        continue
      }
      remember(Value(index), hash)
    }
  }

  /// The shape of a value.
  package func shape(_ value: Value) -> Shape { graph.shape(value) }

  /// The type of a value.
  package func type(_ value: Value) -> TensorType { graph.type(value) }

  /// The node of a value.
  package subscript(value: Value) -> Node { graph[value] }

  /// Appends a node, or finds the equal one that is there.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit the op.
  package mutating func insert(_ op: any Op, _ operands: [Value]) throws(TypeRuleError) -> Value {
    let node = try node(op, operands)
    let hash = node.hashValue
    if let value = find(node, hash) { return value }
    let value = graph.append(node)
    remember(value, hash)
    return value
  }

  /// The value of an equal node that is there; nil if there is none.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit the op.
  package func existing(_ op: any Op, _ operands: [Value]) throws(TypeRuleError) -> Value? {
    let node = try node(op, operands)
    return find(node, node.hashValue)
  }

  private func node(_ op: any Op, _ operands: [Value]) throws(TypeRuleError) -> Node {
    precondition(
      operands.allSatisfy { $0.index < graph.nodes.count }, "operands come before their use")
    let type = try op.resultType(for: operands.map { graph.type($0) })
    return Node(op: op, operands: operands, type: type, origin: origin)
  }

  private func find(_ node: Node, _ hash: Int) -> Value? {
    var candidate = newest[hash]
    while let value = candidate, graph[value] != node { candidate = older[value.index] }
    return candidate
  }

  private mutating func remember(_ value: Value, _ hash: Int) {
    older.append(newest[hash])
    newest[hash] = value
  }

  /// Declares a result.
  package mutating func output(
    _ name: String, _ value: Value, stage: GraphStage = .given, role: InterfaceItem.Role = .value
  ) {
    output(GraphOutput(name: name, value: value, stage: stage, role: role))
  }

  /// Declares a result.
  package mutating func output(_ output: GraphOutput) { graph.outputs.append(output) }
}
