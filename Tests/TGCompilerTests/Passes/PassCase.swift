import TGCompiler
import TGIR
import TGOps
import TGTensor
import TGTestSupport
import Testing

/// One pass on a graph in IR text.
enum PassCase {
  /// Expects a pass to turn one graph into another, which means the same.
  ///
  /// - Parameters:
  ///   - start: the first lines of the graph, which a suite states once.
  ///   - rest: its other lines.
  ///   - after: the lines of the result.
  static func expect(
    _ pass: any Pass, on start: String = "", turns rest: String, into after: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try expectMeaning(pass, parsed(text(start, rest)), at: location)
    #expect(PrintedGraph(result).text == text(after), sourceLocation: location)
  }

  /// Expects a pass to leave what a graph means; returns what it made.
  static func expectMeaning(
    _ pass: any Pass, _ graph: Graph, at location: SourceLocation = #_sourceLocation
  ) throws -> Graph {
    let result = try pass.run(graph)
    try result.verify()
    let (expected, actual) = (values(of: graph), values(of: result))
    #expect(Set(expected.keys) == Set(actual.keys), sourceLocation: location)
    for (name, tensor) in expected {
      let found = try #require(actual[name])
      #expect(found.shape == tensor.shape, sourceLocation: location)
      let worst = zip(found.elements, tensor.elements).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-6, "\(name) means something else", sourceLocation: location)
    }
    return result
  }

  /// Expects a pass to leave a graph as it is.
  static func expect(
    _ pass: any Pass, on start: String = "", keeps rest: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let whole = text(start, rest)
    let result = try pass.run(parsed(whole))
    #expect(PrintedGraph(result).text == whole, sourceLocation: location)
  }

  /// The text of a graph "f" of lines.
  private static func text(_ parts: String...) -> String {
    let lines = parts.flatMap { $0.split(separator: "\n") }
    return (["graph \"f\" {"] + lines.map { "  \($0)" } + ["}"]).joined(separator: "\n") + "\n"
  }

  /// The graph of its lines.
  static func graph(_ lines: String) throws -> Graph { try parsed(text(lines)) }

  /// The graph of a text.
  static func parsed(_ text: String) throws -> Graph {
    var printed = PrintedGraph(Graph(name: ""))
    printed.text = text
    return try GraphText.parse(printed)
  }

  /// The outputs in `Double`, of inputs that are drawn by their names.
  private static func values(of graph: Graph) -> [String: ReferenceTensor] {
    graph.evaluated { node in
      guard let input = node.op as? Input else { return nil }
      var numbers = SeededNumbers(seed: input.name == "x" ? 3 : 4)
      return ReferenceTensor(numbers.tensor(input.shape))
    }
  }
}
