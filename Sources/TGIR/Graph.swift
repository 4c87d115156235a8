public import TGDiagnostics
public import TGTensor

/// A value of a graph: the result of the node of that index.
public struct Value: Hashable, Sendable, Comparable {
  /// The node's position in `Graph.nodes`.
  public let index: Int

  /// The result of a node.
  public init(_ index: Int) { self.index = index }

  /// Orders by position.
  public static func < (a: Value, b: Value) -> Bool { a.index < b.index }
}

/// Where a node comes from.
public struct Origin: Hashable, Sendable {
  /// The places in the `.tgraph` text; a fused node has those of all its parts.
  public var ranges: [SourceRange]
  /// The weight scope, such as `h_net2.upsample.1`; for labels only.
  public var scope: String

  /// Makes an origin.
  public init(ranges: [SourceRange] = [], scope: String = "") {
    self.ranges = ranges
    self.scope = scope
  }

  /// The origin of a node made of two.
  public func merged(with other: Origin) -> Origin {
    Origin(
      ranges: ranges + other.ranges.filter { !ranges.contains($0) },
      scope: scope.isEmpty ? other.scope : scope)
  }
}

/// One operation applied to values before it.
public struct Node: Sendable {
  /// What is computed.
  public var op: any Op
  /// From what.
  public var operands: [Value]
  /// The shape of the result.
  public var shape: Shape
  /// Where it comes from; no part of equality.
  public var origin: Origin

  /// Makes a node.
  public init(op: any Op, operands: [Value], shape: Shape, origin: Origin = Origin()) {
    self.op = op
    self.operands = operands
    self.shape = shape
    self.origin = origin
  }
}

extension Node: Hashable {
  /// Compares everything but the origin.
  public static func == (a: Node, b: Node) -> Bool {
    a.operands == b.operands && a.shape == b.shape && a.op.isEqual(to: b.op)
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(operands)
    hasher.combine(shape)
    hasher.combine(AnyHashable(op))
  }
}

/// A named result of a graph.
public struct GraphOutput: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The value.
  public var value: Value

  /// Makes an output.
  public init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}

/// A function as a list of nodes, each after its operands: a value without hidden state.
///
/// Shapes are static, the batch is the leading axis of every value that depends on an input.
public struct Graph: Hashable, Sendable {
  /// The function's name.
  public var name: String
  /// The nodes; a node's operands come before it.
  public private(set) var nodes: [Node]
  /// The results, in declared order.
  public var outputs: [GraphOutput]

  /// Makes an empty graph.
  public init(name: String) {
    self.name = name
    nodes = []
    outputs = []
  }

  /// The node that makes a value.
  public subscript(value: Value) -> Node { nodes[value.index] }

  /// The shape of a value.
  public func shape(_ value: Value) -> Shape { nodes[value.index].shape }

  /// Appends a node that is known to be sound and returns its value.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit the op.
  @discardableResult
  public mutating func insert(_ op: any Op, _ operands: [Value], origin: Origin = Origin())
    throws(TypeRuleError) -> Value
  {
    precondition(operands.allSatisfy { $0.index < nodes.count }, "operands come before their use")
    let shape = try op.resultShape(for: operands.map { self.shape($0) })
    nodes.append(Node(op: op, operands: operands, shape: shape, origin: origin))
    return Value(nodes.count - 1)
  }

  /// For each value, the nodes that use it (once for each operand place), in order.
  public var uses: [[Value]] {
    var result = [[Value]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for operand in node.operands { result[operand.index].append(Value(index)) }
    }
    return result
  }

  /// For each value, whether an output needs it.
  public var live: [Bool] {
    var live = [Bool](repeating: false, count: nodes.count)
    for output in outputs { live[output.value.index] = true }
    for index in nodes.indices.reversed() where live[index] {
      for operand in nodes[index].operands { live[operand.index] = true }
    }
    return live
  }

  /// Checks that the graph is what passes may rely on: operands before uses, shapes as the rules
  /// say, outputs in range.
  ///
  /// - Throws: `VerifierError` naming the first node that is wrong.
  public func verify() throws(VerifierError) {
    for (index, node) in nodes.enumerated() {
      guard node.operands.allSatisfy({ $0.index >= 0 && $0.index < index }) else {
        throw VerifierError(node: index, message: "an operand does not come before its use")
      }
      do {
        let shape = try node.op.resultShape(for: node.operands.map { self.shape($0) })
        guard shape == node.shape else {
          throw VerifierError(node: index, message: "shape \(node.shape), the rule says \(shape)")
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
public struct VerifierError: Error, Hashable, Sendable {
  /// The node.
  public var node: Int
  /// What is wrong with it.
  public var message: String

  /// Makes an error.
  public init(node: Int, message: String) {
    self.node = node
    self.message = message
  }
}
