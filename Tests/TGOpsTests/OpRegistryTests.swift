import Foundation
import TGIR
import TGOps
import TGTensor
import TGTestSupport
import Testing

/// What holds for every op of the registry without executing it.
@Suite struct OpRegistryTests {
  static let samples: [(name: String, sample: OpSample)] = OpRegistry.all.flatMap { type in
    type.samples.enumerated().map { ("\(type.mnemonic)-\($0)", $1) }
  }

  @Test func everyFileOfAnOpIsRegisteredAndDocumented() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "Sources/TGOps")
    let files = try #require(FileManager.default.enumerator(atPath: folder.path))
    var found: Set<String> = []
    for case let path as String in files where path.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        guard line.hasPrefix("package struct "),
          [": Op {", ": WeightedSums {"].contains(where: line.hasSuffix)
        else { continue }
        found.insert(String(line.dropFirst(15).prefix { $0 != ":" }))
        let documentation = lines[..<index].reversed().prefix { $0.hasPrefix("///") }
        #expect(documentation.contains { $0.contains("Operands") }, "\(path): operands")
        #expect(documentation.contains { $0.contains("Result") }, "\(path): result")
        #expect(documentation.contains { $0.contains("- Gradient:") }, "\(path): gradient")
      }
    }
    #expect(found == Set(OpRegistry.all.map { String(describing: $0) }))
    #expect(Set(OpRegistry.all.map { $0.mnemonic }).count == OpRegistry.all.count)
  }

  @Test(arguments: samples.map(\.name))
  func printsAndParsesBack(name: String) throws {
    let graph = try Self.graph(#require(Self.samples.first { $0.name == name }?.sample))
    let printed = PrintedGraph(graph)
    #expect(try GraphText.parse(printed) == graph)
    #expect(try PrintedGraph(GraphText.parse(printed)) == printed)
    #expect(throws: Never.self) { try graph.verify() }
  }

  @Test(arguments: samples.map(\.name))
  func commutesWithTranspositionAsItClaims(name: String) throws {
    let sample = try #require(Self.samples.first { $0.name == name }?.sample)
    let operands = Self.values(sample)
    let expected = sample.op.reference(operands)
    let permutation = Array((0..<expected.shape.rank).reversed())
    guard
      let claim = sample.op.transposed(
        permutation, operands: sample.operands, result: expected.shape)
    else { return }
    let moved = claim.op.reference(
      zip(operands, claim.permutations).map { tensor, order in
        let lead = [Int](repeating: 1, count: order.count - tensor.shape.rank)
        return ReferenceTensor(Shape(lead + tensor.shape.dimensions), tensor.elements)
          .transposed(order)
      })
    // The same sums, perhaps in another order.
    let target = expected.transposed(permutation)
    #expect(moved.shape == target.shape)
    let worst = zip(moved.elements, target.elements).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1e-12)
  }

  /// Where an op says that rows of its result are rows of items, no row reads another item's row.
  @Test(arguments: samples.map(\.name))
  func keepsItemsApartAsItClaims(name: String) throws {
    let sample = try #require(Self.samples.first { $0.name == name }?.sample)
    let operands = Self.values(sample)
    let expected = sample.op.reference(operands)
    for (operand, shape) in sample.operands.enumerated() where shape.rank > 0 && shape[0] > 1 {
      let batched = operands.indices.map { $0 == operand }
      guard
        sample.op.isBatched(batched, shapes: sample.operands, result: expected.shape)
      else { continue }
      try #require(expected.shape.dimensions.first == shape[0])
      // The first item becomes like the second; all others stay as they are.
      var changed = operands
      let width = shape.count / shape[0]
      for index in 0..<width { changed[operand][index] = operands[operand][width + index] }
      let actual = sample.op.reference(changed)
      let row = expected.shape.count / shape[0]
      #expect(actual.elements[row...] == expected.elements[row...], "operand \(operand)")
    }
  }

  static func values(_ sample: OpSample) -> [ReferenceTensor] {
    var numbers = SeededNumbers(seed: 7)
    return sample.operands.indices.map { operand in
      if let limit = sample.wholeNumbers[operand] {
        return ReferenceTensor(numbers.wholeNumbers(sample.operands[operand], below: limit))
      }
      return ReferenceTensor(numbers.tensor(sample.operands[operand], in: sample.range))
    }
  }

  static func graph(_ sample: OpSample) throws -> Graph {
    var builder = GraphBuilder(name: "sample \"quoted\"\n")
    var operands: [Value] = []
    for (operand, tensor) in values(sample).enumerated() {
      operands.append(
        sample.constants.contains(operand)
          ? try builder.constant(tensor.rounded)
          : try builder.insert(
            Input(
              name: "x\(operand)", shape: tensor.shape, dtype: sample.types[operand].dtype), []))
    }
    builder.output("y", try builder.insert(sample.op, operands))
    return builder.graph
  }
}

/// The example of `spec/ir.md` is a graph.
@Suite struct IRPageTests {
  @Test func theExampleParses() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "spec/ir.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let example = lines.filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
    var printed = PrintedGraph(Graph(name: ""))
    printed.text = example.joined(separator: "\n") + "\n"
    let graph = try GraphText.parse(printed)
    #expect(graph.nodes.count == 3)
    #expect(PrintedGraph(graph).text == printed.text)
    #expect(throws: Never.self) { try graph.verify() }
  }
}
