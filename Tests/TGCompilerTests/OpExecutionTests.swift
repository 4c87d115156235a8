import TGCompiler
import TGIR
import TGMachine
import TGOps
import TGPlan
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

  static func values(_ sample: OpSample) -> [HostTensor] {
    var numbers = SeededNumbers(seed: 7)
    return sample.operands.indices.map { operand in
      if let limit = sample.wholeNumbers[operand] {
        return numbers.wholeNumbers(sample.operands[operand], below: limit)
      }
      return numbers.tensor(sample.operands[operand], in: sample.range)
    }
  }

  static func graphCase(_ sample: OpSample) throws -> GraphCase {
    var builder = GraphBuilder(name: "sample")
    var inputs: [String: HostTensor] = [:]
    var operands: [Value] = []
    for (operand, tensor) in values(sample).enumerated() {
      if sample.constants.contains(operand) {
        operands.append(try builder.constant(tensor))
      } else {
        inputs["x\(operand)"] = tensor
        let dtype = sample.types[operand].dtype
        let input = Input(
          name: "x\(operand)", shape: tensor.shape, dtype: dtype == .bits ? .float32 : dtype)
        let value = try builder.insert(input, [])
        // Bits are never given: they are the signs of something.
        operands.append(dtype == .bits ? try builder.insert(Signs(), [value]) : value)
      }
    }
    let result = try builder.insert(sample.op, operands)
    let isMask = builder.type(result).dtype == .bits
    builder.output("y", isMask ? try builder.map(.identity, [result]) : result)
    return GraphCase(graph: builder.graph, inputs: inputs)
  }
}
