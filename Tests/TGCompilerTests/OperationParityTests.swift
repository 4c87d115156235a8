import Foundation
import TGCheckpoint
import TGCompiler
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGSyntax
import TGTensor
import Testing

/// Every operation of the language, with every argument, against PyTorch: its meaning in `Double`,
/// the kernels of every instruction set, and the gradients of both. `Tools/op-parity --fixtures`
/// writes the values; nothing of ours has computed them.
@Suite struct OperationParityTests {
  static let folder = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/operations").standardized

  /// A page with what its function `run` gives. Tensors are named by their numbers in the file.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var page: String
    var batch: Int
    var arguments: [String: [String]]
    var inputs: [String: String]
    var weights: [String: String]
    var result: String
    var cotangent: String?
    var gradients: [String: String]?
    var tolerance: Double?
    var testDescription: String { name }
  }

  static let cases: [Case] =
    (try? JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: folder.appending(path: "cases.json")))) ?? []
  static let values = try? Checkpoint.read(
    path: folder.appending(path: "values.safetensors").path)

  @Test func thereAreCases() { #expect(Self.cases.count > 500 && Self.values != nil) }

  /// What references and kernels may be off by, of the largest value; PyTorch's are float32 here.
  static let (reference, kernels) = (5e-7, 5e-6)

  @Test(arguments: cases)
  func equalsPyTorch(example: Case) throws {
    let own = try Example(example)
    try own.expect(own.graph, ["y": Self.tensor(example.result)], level: .none)
    try own.expect(own.graph, ["y": Self.tensor(example.result)], level: .reassociating)
    guard let cotangent = example.cotangent, let gradients = example.gradients else { return }
    let wanted = try Dictionary(
      uniqueKeysWithValues: gradients.map {
        ("gradient.\($0)".replacing("/", with: "file."), try Self.tensor($1))
      })
    try own.expect(
      own.differentiated(along: Self.tensor(cotangent), towards: gradients.keys.sorted()), wanted,
      level: .reassociating)
  }

  static func tensor(_ name: String) throws -> HostTensor {
    try #require(values?[name]).tensor()
  }

  /// Recipes of objectives compute nothing by themselves, `OptimizerTests` hold their steps; `skip`
  /// hands on what it is given.
  static let recipes: Set = ["adam", "sgd", "lbfgs", "skip"]

  @Test func everyArgumentOfEveryOperationHasACase() {
    for name in OperationTable.shared.names where !Self.recipes.contains(name) {
      let given = Set(Self.cases.flatMap { $0.arguments[name] ?? [] })
      #expect(given == Set(OperationTable.shared.parameters(of: name)), "\(name)")
    }
  }

  /// The list that `Tools/op-parity` reads is the language's; TG_UPDATE=1 writes it so.
  @Test func theListOfOperationsIsCurrent() throws {
    let lines = OperationTable.shared.names.map { name in
      let parameters = OperationTable.shared.parameters(of: name).map { "\"\($0)\"" }
      return "  \"\(name)\": [\(parameters.joined(separator: ", "))]"
    }
    let text = "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    let file = Self.folder.appending(path: "language.json")
    if ProcessInfo.processInfo.environment["TG_UPDATE"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }
}

extension OperationParityTests {
  /// The graph of a case with the tensors of its inputs and parameters.
  struct Example {
    let example: OperationParityTests.Case
    let graph: Graph
    /// Inputs by name, parameters by `/name`.
    var leaves: [String: HostTensor] = [:]

    init(_ example: OperationParityTests.Case) throws {
      self.example = example
      let library = try Library(path: "case.tgraph") { _ throws(Library.LoadingError) in
        Array(example.page.utf8)
      }
      let model = try Elaborator(library).elaborate(ElaborationOptions(batch: example.batch)).model
      graph = try #require(model.functions.first { $0.graph.name == "run" }).graph
      for (name, key) in example.inputs { leaves[name] = try OperationParityTests.tensor(key) }
      for parameter in model.parameters {
        if let key = example.weights[parameter.name] {
          leaves["/\(parameter.name)"] = try OperationParityTests.tensor(key)
        } else {
          leaves["/\(parameter.name)"] = HostTensor(
            parameter.shape,
            [Float](repeating: try #require(parameter.absent), count: parameter.shape.count))
        }
      }
    }

    private func label(_ node: Node) -> String? {
      switch node.op {
      case let input as Input: input.name
      case let parameter as Parameter: "/\(parameter.name)"
      default: nil
      }
    }

    /// Σ y · cotangent with its gradients.
    func differentiated(along cotangent: HostTensor, towards labels: [String]) throws -> Graph {
      var builder = GraphBuilder(extending: graph)
      let y = try #require(graph.outputs.first { $0.name == "y" }).value
      let product = try builder.multiply(y, builder.constant(cotangent))
      let axes = Array(1..<builder.shape(y).rank)
      builder.output("objective", try builder.insert(Reduce(.sum, axes: axes), [product]))
      let towards = labels.map { label in
        label.hasPrefix("/")
          ? Leaf.parameter(root: "", name: String(label.dropFirst())) : .input(label)
      }
      let graph = try Differentiate(objective: "objective", towards: towards).run(builder.graph)
      try graph.verify()
      var gradients = graph.keeping { $0.name.hasPrefix("gradient.") }
      // The outputs of a plan have no slash in their names.
      gradients.outputs = gradients.outputs.map {
        GraphOutput(name: $0.name.replacing("/", with: "file."), value: $0.value)
      }
      return gradients
    }

    /// Holds outputs of a graph against values: in `Double`, and on every instruction set.
    func expect(_ graph: Graph, _ wanted: [String: HostTensor], level: OptimizationLevel) throws {
      let meaning = graph.evaluated { node in label(node).flatMap { leaves[$0] }.map { .init($0) } }
      let slack = example.tolerance ?? 0
      for (name, value) in wanted {
        let off = try deviation(#require(meaning[name]).elements, value)
        #expect(off <= OperationParityTests.reference + slack, "\(name) of the references")
      }
      let testCase = try executable(graph)
      for isa in ISA.available() {
        let found = try testCase.run(level: level, isa: isa)
        for (name, value) in wanted {
          let off = try deviation(#require(found[name]).elements.map(Double.init), value)
          #expect(off <= OperationParityTests.kernels + slack, "\(name) on \(isa) at \(level)")
        }
      }
    }

    /// A graph of the case with its inputs, to be compiled and run.
    func executable(_ graph: Graph) throws -> GraphCase {
      GraphCase(
        graph: try bound(graph), inputs: leaves.filter { !$0.key.hasPrefix("/") },
        batch: example.batch)
    }

    /// The graph with its parameters as constants.
    private func bound(_ graph: Graph) throws -> Graph {
      var builder = GraphBuilder(name: graph.name)
      var made: [Value] = []
      for node in graph.nodes {
        if node.op is Parameter, let tensor = label(node).flatMap({ leaves[$0] }) {
          made.append(try builder.constant(tensor))
        } else {
          made.append(try builder.insert(node.op, node.operands.map { made[$0.index] }))
        }
      }
      for output in graph.outputs { builder.output(output.name, made[output.value.index]) }
      return builder.graph
    }

    /// The greatest difference, of the largest value or a thousandth.
    private func deviation(_ found: [Double], _ wanted: HostTensor) throws -> Double {
      try #require(found.count == wanted.elements.count)
      let differences = zip(found, wanted.elements).map { abs($0 - Double($1)) }
      let worst = differences.contains { $0.isNaN } ? .infinity : differences.max() ?? 0
      return worst / max(wanted.elements.map { Double(abs($0)) }.max() ?? 0, 1e-3)
    }
  }
}
