import TGCompiler
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// A graph with an objective, and values of its leaves in `Double`.
struct GradientCase {
  var graph: Graph
  var leaves: [Leaf]
  var values: [String: ReferenceTensor]
  var objective = "objective"

  /// An objective of values named by the builder: inputs and parameters get random numbers.
  init(
    _ name: String = "case", range: ClosedRange<Float> = -1...1, seed: UInt64 = 3,
    _ build: (inout GraphBuilder) throws -> Value
  ) throws {
    var builder = GraphBuilder(name: name)
    builder.output("objective", try build(&builder))
    graph = builder.graph
    (leaves, values) = ([], [:])
    var numbers = SeededNumbers(seed: seed)
    for node in graph.nodes {
      guard let leaf = Self.leaf(node) else { continue }
      leaves.append(leaf)
      values[leaf.label] = ReferenceTensor(numbers.tensor(node.shape, in: range))
    }
  }

  /// An objective of one output of a graph, towards all parameters and all inputs but those with
  /// given values.
  init(_ graph: Graph, of output: String, fixed: [String: ReferenceTensor]) throws {
    var builder = GraphBuilder(extending: graph)
    let found = try #require(graph.outputs.first { $0.name == output })
    builder.output("objective", try builder.objective(found.value))
    self.graph = builder.graph.keeping { $0.name == "objective" }.swept
    (leaves, values) = ([], fixed)
    var numbers = SeededNumbers(seed: 5)
    for node in self.graph.nodes {
      guard let leaf = Self.leaf(node), fixed[leaf.label] == nil else { continue }
      leaves.append(leaf)
      let range: ClosedRange<Float> = leaf.label.hasSuffix("running_var") ? 0.5...2 : -0.5...0.5
      values[leaf.label] = ReferenceTensor(numbers.tensor(node.shape, in: range))
    }
  }

  private static func leaf(_ node: Node) -> Leaf? {
    switch node.op {
    case let input as Input: .input(input.name)
    case let parameter as Parameter: .parameter(root: parameter.root, name: parameter.name)
    default: nil
    }
  }

  /// The outputs of a graph over these leaves in `Double`, with some leaves moved.
  func evaluated(_ graph: Graph, moving changes: [String: [Double]] = [:])
    -> [String: ReferenceTensor]
  {
    graph.evaluated { node in
      guard let leaf = Self.leaf(node), var value = values[leaf.label] else { return nil }
      for (i, change) in (changes[leaf.label] ?? []).enumerated() { value[i] += change }
      return value
    }
  }

  /// The graph with its parameters as constants.
  func bound() throws -> Graph {
    var builder = GraphBuilder(name: graph.name)
    var made: [Value] = []
    for node in graph.nodes {
      if case .parameter? = Self.leaf(node), let leaf = Self.leaf(node) {
        made.append(try builder.constant(#require(values[leaf.label]).rounded))
      } else {
        made.append(try builder.insert(node.op, node.operands.map { made[$0.index] }))
      }
    }
    for output in graph.outputs { builder.output(output.name, made[output.value.index]) }
    return builder.graph
  }

  /// The graph with its gradients.
  func differentiated() throws -> Graph {
    let graph = try Differentiate(objective: objective, towards: leaves).run(graph)
    try graph.verify()
    return graph
  }

  /// The case of the slope of the objective along a fixed direction of all leaves, one number.
  func slope() throws -> GradientCase {
    var numbers = SeededNumbers(seed: 55)
    var builder = GraphBuilder(extending: try differentiated())
    var sum = try builder.constant(0)
    for output in builder.graph.outputs where output.name.hasPrefix("gradient.") {
      let shape = builder.shape(output.value)
      let direction = try builder.constant(numbers.tensor(shape))
      let product = try builder.multiply(output.value, direction)
      sum = try builder.add(
        sum, builder.insert(Reduce(.sum, axes: Array(0..<shape.rank)), [product]))
    }
    builder.output("slope", sum)
    var result = self
    (result.graph, result.objective) = (builder.graph.keeping { $0.name == "slope" }, "slope")
    return result
  }

  /// Expects each gradient to agree with central differences of the objective along a random
  /// direction.
  func expectAgreement(_ comment: String = "", step: Double = 1e-5) throws {
    let results = evaluated(try differentiated())
    for leaf in leaves { try expectAgreement(results, [leaf], step, "\(comment) \(leaf.label)") }
  }

  /// Expects all gradients together to agree with central differences along one random direction.
  func expectJointAgreement(_ comment: String = "", step: Double = 1e-5) throws {
    try expectAgreement(evaluated(try differentiated()), leaves, step, comment)
  }

  private func expectAgreement(
    _ gradients: [String: ReferenceTensor], _ moved: [Leaf], _ step: Double, _ comment: String
  ) throws {
    var numbers = SeededNumbers(seed: 33)
    var directions: [String: [Double]] = [:]
    var (slope, scale) = (0.0, 0.0)
    for leaf in moved {
      let gradient = try #require(gradients["gradient.\(leaf.label)"])
      let direction = ReferenceTensor(numbers.tensor(gradient.shape)).elements
      let products = zip(gradient.elements, direction).map { $0 * $1 }
      slope += products.reduce(0, +)
      scale += products.reduce(0) { $0 + abs($1) }
      directions[leaf.label] = direction
    }
    func total(_ sign: Double) throws -> Double {
      let changes = directions.mapValues { $0.map { sign * step * $0 } }
      return try #require(evaluated(graph, moving: changes)[objective]).elements.reduce(0, +)
    }
    let difference = try (total(1) - total(-1)) / (2 * step)
    #expect(scale > 1e-6, "\(graph.name) \(comment): nothing to compare")
    #expect(
      abs(slope - difference) <= 1e-6 * scale,
      "\(graph.name) \(comment): \(slope), by differences \(difference)")
  }
}

extension Graph {
  /// The graph with some of its outputs.
  func keeping(_ isKept: (GraphOutput) -> Bool) -> Graph {
    var graph = self
    graph.outputs.removeAll { !isKept($0) }
    return graph
  }
}

extension GraphBuilder {
  /// An input of that name.
  mutating func input(_ name: String, _ shape: Shape) throws -> Value {
    try insert(Input(name: name, shape: shape), [])
  }

  /// A tensor of the model's own file.
  mutating func parameter(_ name: String, _ shape: Shape) throws -> Value {
    try insert(Parameter(root: "", name: name, shape: shape), [])
  }

  /// One number for each item: the sum of a function of its elements that no rule can guess.
  mutating func objective(_ y: Value) throws -> Value {
    var numbers = SeededNumbers(seed: 77)
    let weights = try constant(numbers.tensor(shape(y), in: 0.5...1.5))
    let bent = try multiply(weights, map(.tanh, map(.multiply, y, constant(0.7))))
    return try insert(Reduce(.sum, axes: Array(0..<shape(y).rank).filter { $0 > 0 }), [bent])
  }
}
