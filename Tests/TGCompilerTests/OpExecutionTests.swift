import TGCompiler
import TGIR
import TGKernels
import TGOps
import TGTensor
import TGTestSupport
import Testing

/// Every op and sample of the registry, executed with every instruction set, against its reference.
@Suite struct OpExecutionTests {
  static let samples: [(name: String, sample: OpSample)] = OpRegistry.all.flatMap { type in
    type.samples.enumerated().map { ("\(type.mnemonic)-\($0)", $1) }
  }

  @Test(arguments: samples.map(\.name))
  func executesAsItsReference(name: String) throws {
    let sample = try #require(Self.samples.first { $0.name == name }?.sample)
    let testCase = try Self.graphCase(sample)
    let expected = try #require(testCase.reference()["y"])
    for isa in ISA.available() {
      for level in [OptimizationLevel.none, .reassociating] {
        let outputs = try testCase.run(level: level, isa: isa)
        let actual = try #require(outputs["y"])
        let error = parityError(actual, expected)
        #expect(error <= 1e-5, "\(name) on \(isa) at O\(level.rawValue)")
      }
    }
  }

  @Test(arguments: samples.map(\.name))
  func printsAndParsesBack(name: String) throws {
    let sample = try #require(Self.samples.first { $0.name == name }?.sample)
    let graph = try Self.graphCase(sample).graph
    let printed = PrintedGraph(graph)
    #expect(try GraphText.parse(printed) == graph)
    #expect(try PrintedGraph(GraphText.parse(printed)) == printed)
  }

  @Test(arguments: samples.map(\.name))
  func commutesWithTranspositionAsItClaims(name: String) throws {
    let sample = try #require(Self.samples.first { $0.name == name }?.sample)
    let testCase = try Self.graphCase(sample)
    let expected = try #require(testCase.reference()["y"])
    let rank = expected.shape.rank
    let permutation = Array((0..<rank).reversed())
    guard
      let claim = sample.op.transposed(
        permutation, operands: sample.operands, result: expected.shape)
    else { return }
    let operands = sample.operands.indices.map { place -> ReferenceTensor in
      let tensor = ReferenceTensor(Self.values(sample)[place])
      let order = claim.permutations[place]
      let lead = [Int](repeating: 1, count: order.count - tensor.shape.rank)
      return ReferenceTensor(Shape(lead + tensor.shape.dimensions), tensor.elements)
        .transposed(order)
    }
    // The same sums, perhaps in another order.
    let moved = claim.op.reference(operands)
    let target = expected.transposed(permutation)
    #expect(moved.shape == target.shape)
    let worst = zip(moved.elements, target.elements).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1e-12)
  }

  static func values(_ sample: OpSample) -> [HostTensor] {
    var numbers = SeededNumbers(seed: 7)
    return sample.operands.indices.map { place in
      if let limit = sample.wholeNumbers[place] {
        return numbers.wholeNumbers(sample.operands[place], below: limit)
      }
      return numbers.tensor(sample.operands[place], in: sample.range)
    }
  }

  static func graphCase(_ sample: OpSample) throws -> GraphCase {
    var builder = GraphBuilder(name: "sample")
    var inputs: [String: HostTensor] = [:]
    var operands: [Value] = []
    for (place, tensor) in values(sample).enumerated() {
      if sample.constants.contains(place) {
        operands.append(try builder.constant(tensor))
      } else {
        inputs["x\(place)"] = tensor
        operands.append(try builder.insert(Input(name: "x\(place)", shape: tensor.shape), []))
      }
    }
    builder.output("y", try builder.insert(sample.op, operands))
    return GraphCase(graph: builder.graph, inputs: inputs)
  }
}
