package import TGDiagnostics
package import TGPlan
package import TGTensor

/// A value of a graph: the result of the node of that index.
package struct Value: Hashable, Sendable, Comparable {
  /// The node's position in `Graph.nodes`.
  package let index: Int

  /// The result of a node.
  package init(_ index: Int) { self.index = index }

  /// Orders by position.
  package static func < (a: Value, b: Value) -> Bool { a.index < b.index }
}

/// Where a node comes from.
package struct Origin: Hashable, Sendable {
  /// The ranges of the `.tgraph` text; a fused node has those of all its parts.
  package var ranges: [SourceRange]
  /// The weight scope, such as `h_net2.upsample.1`; for labels only.
  package var scope: String

  /// Makes an origin.
  package init(ranges: [SourceRange] = [], scope: String = "") {
    self.ranges = ranges
    self.scope = scope
  }

  /// The origin of a node made of two.
  package func merged(with other: Origin) -> Origin {
    Origin(
      ranges: ranges + other.ranges.filter { !ranges.contains($0) },
      scope: scope.isEmpty ? other.scope : scope)
  }
}

/// One operation applied to values before it.
package struct Node: Sendable {
  /// What is computed.
  package var op: any Op
  /// From what.
  package var operands: [Value]
  /// The type of the result.
  package var type: TensorType
  /// Where it comes from; no part of equality.
  package var origin: Origin

  /// Makes a node.
  package init(op: any Op, operands: [Value], type: TensorType, origin: Origin = Origin()) {
    self.op = op
    self.operands = operands
    self.type = type
    self.origin = origin
  }

  /// The shape of the result.
  package var shape: Shape { type.shape }
}

extension Node: Hashable {
  /// Compares everything but the origin.
  package static func == (a: Node, b: Node) -> Bool {
    a.operands == b.operands && a.type == b.type && a.op.isEqual(to: b.op)
  }

  /// Hashes what `==` compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(operands)
    hasher.combine(type)
    op.hash(into: &hasher)
  }
}

/// A named result of a graph.
package struct GraphOutput: Hashable, Sendable {
  /// The name.
  package var name: String
  /// The value.
  package var value: Value
  /// When it is put out: names are unique within a stage.
  package var stage: GraphStage
  /// What it is for.
  package var role: InterfaceItem.Role

  /// Makes an output.
  package init(
    name: String, value: Value, stage: GraphStage = .given, role: InterfaceItem.Role = .value
  ) {
    self.name = name
    self.value = value
    self.stage = stage
    self.role = role
  }

  /// The same output of another value: that of a graph made anew.
  package func moved(to value: Value) -> GraphOutput {
    var output = self
    output.value = value
    return output
  }
}

/// A function as a list of nodes, each after its operands: a value without hidden state.
///
/// Shapes are static, the batch is the leading axis of every value that depends on an input.
package struct Graph: Hashable, Sendable {
  /// The function's name.
  package var name: String
  /// The nodes; a node's operands come before it.
  package private(set) var nodes: [Node]
  /// The results, in declared order.
  package var outputs: [GraphOutput]

  /// Makes an empty graph.
  package init(name: String) {
    self.name = name
    nodes = []
    outputs = []
  }

  /// The node that makes a value.
  package subscript(value: Value) -> Node { nodes[value.index] }

  /// The shape of a value.
  package func shape(_ value: Value) -> Shape { nodes[value.index].shape }

  /// The type of a value.
  package func type(_ value: Value) -> TensorType { nodes[value.index].type }

  /// Appends a node that is known to be sound and returns its value.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit the op.
  @discardableResult
  package mutating func insert(_ op: any Op, _ operands: [Value], origin: Origin = Origin())
    throws(TypeRuleError) -> Value
  {
    precondition(operands.allSatisfy { $0.index < nodes.count }, "operands come before their use")
    let type = try op.resultType(for: operands.map { self.type($0) })
    nodes.append(Node(op: op, operands: operands, type: type, origin: origin))
    return Value(nodes.count - 1)
  }

  /// Appends a node of another graph whose operands are already this graph's: its shape is known.
  mutating func append(_ node: Node) -> Value {
    nodes.append(node)
    return Value(nodes.count - 1)
  }

  /// Checks that the graph is what passes may rely on: operands before uses, types as the rules
  /// say, outputs in range.
  ///
  /// - Throws: `VerifierError` naming the first node that is wrong.
  package func verify() throws(VerifierError) {
    for (index, node) in nodes.enumerated() {
      guard node.operands.allSatisfy({ $0.index >= 0 && $0.index < index }) else {
        throw VerifierError(node: index, message: "an operand does not come before its use")
      }
      do {
        let type = try node.op.resultType(for: node.operands.map { self.type($0) })
        guard type == node.type else {
          throw VerifierError(node: index, message: "type \(node.type), the rule says \(type)")
        }
      } catch let error as TypeRuleError {
        throw VerifierError(node: index, message: error.message)
      } catch let error as VerifierError {
        throw error
      } catch {
        throw VerifierError(node: index, message: "\(error)")
      }
    }
    for output in outputs where output.value.index < 0 || output.value.index >= nodes.count {
      throw VerifierError(node: output.value.index, message: "output `\(output.name)` has no node")
    }
  }
}

/// A graph that breaks the rules: a bug of the pass that made it.
package struct VerifierError: Error, Hashable, Sendable {
  /// The node.
  package var node: Int
  /// What is wrong with it.
  package var message: String

  /// Makes an error.
  package init(node: Int, message: String) {
    self.node = node
    self.message = message
  }
}
