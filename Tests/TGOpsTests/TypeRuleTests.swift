import TGIR
import TGOps
import TGPlan
import TGTensor
import Testing

/// Which types of elements ops take, and what they make of them.
@Suite struct TypeRuleTests {
  /// The type of what an op makes of inputs of some types.
  private func type(_ op: any Op, _ operands: [TensorType]) throws -> TensorType {
    var graph = Graph(name: "types")
    let values = try operands.enumerated().map { index, type in
      try graph.insert(Input(name: "x\(index)", shape: type.shape, dtype: type.dtype), [])
    }
    let result = try graph.insert(op, values)
    return graph.type(result)
  }

  private let numbers = TensorType(.float32, [2, 20])
  private let integers = TensorType(.int32, [2, 20])
  private let bits = TensorType(.bits, [2, 20])

  @Test func whatIsOnlyMovedKeepsItsType() throws {
    let moves: [any Op] = [
      Reshape([40]), Transpose([1, 0]), Broadcast([3, 2, 20]), Concat(axis: 0), Detach(),
      Slice(starts: [0, 1], counts: [1, 4], steps: [1, 2]),
    ]
    for op in moves {
      #expect(try type(op, [integers]).dtype == .int32)
      #expect(try type(op, [numbers]).dtype == .float32)
      #expect(throws: TypeRuleError.self) { try type(op, [bits]) }
    }
    #expect(throws: TypeRuleError.self) { try type(Concat(axis: 0), [integers, numbers]) }
    #expect(throws: TypeRuleError.self) { try type(Concat(axis: 0), [numbers, integers]) }
  }

  @Test func programsMakeNumbersOfEverything() throws {
    let sum = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])
    for other in [numbers, integers, bits] {
      #expect(try type(Map(sum), [numbers, other]) == numbers)
      #expect(
        try type(
          Linear(epilogue: sum),
          [TensorType(.float32, [2, 3]), TensorType(.float32, [20, 3]), other])
          == numbers)
    }
    #expect(try type(Reduce(.sum, of: sum, axes: [1]), [numbers, integers]).dtype == .float32)
    #expect(throws: TypeRuleError.self) {
      try type(Reduce(.sum, of: sum, axes: [1]), [numbers, bits])
    }
    #expect(throws: TypeRuleError.self) {
      try type(Normalize(axes: [1], epsilon: 0, epilogue: sum), [numbers, bits])
    }
  }

  @Test func bitsHaveTheRowsOfTheResult() throws {
    let sum = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])
    #expect(try type(Map(sum), [numbers, TensorType(.bits, [1, 20])]) == numbers)
    for shape in [[2, 1], [1], []] as [Shape] {
      let error = #expect(throws: TypeRuleError.self) {
        try type(Map(sum), [numbers, TensorType(.bits, shape)])
      }
      #expect(error?.id == "shape-mismatch" && error?.operand == 1)
    }
  }

  @Test func whatIsComputedIsComputedOfNumbers() throws {
    let matrix = TensorType(.float32, [20, 3])
    for wrong in [integers, bits] {
      let error = #expect(throws: TypeRuleError.self) { try type(MatMul(), [wrong, matrix]) }
      #expect(error?.id == "type" && error?.operand == 0)
      #expect(error?.message == "`matmul` does not take \(wrong)")
      #expect(throws: TypeRuleError.self) { try type(SoftmaxOp(axis: 1), [wrong]) }
      #expect(throws: TypeRuleError.self) { try type(Signs(), [wrong]) }
      #expect(throws: TypeRuleError.self) { try type(ToInt32(), [wrong]) }
    }
    #expect(try type(Signs(), [numbers]) == bits)
    #expect(try type(ToInt32(), [numbers]) == integers)
  }

  @Test func rowsAreFoundByWholeNumbers() throws {
    #expect(try type(Gather(), [numbers, integers]) == TensorType(.float32, [2, 20, 20]))
    #expect(throws: TypeRuleError.self) { try type(Gather(), [numbers, numbers]) }
    #expect(throws: TypeRuleError.self) { try type(Gather(), [integers, integers]) }
    #expect(throws: TypeRuleError.self) { try type(Scatter(rows: 3), [numbers, numbers]) }
  }

  @Test func whatIsNoWholeNumberBecomesTheLeast() {
    let numbers: [Double] = [
      0, -3, 2_147_483_647, 2_147_483_648, -2_147_483_648, 0.5, .nan, .infinity, -1e300,
    ]
    #expect(
      ToInt32().reference([ReferenceTensor([9], numbers)]).elements
        == [0, -3, 2_147_483_647] + [Double](repeating: -2_147_483_648, count: 6))
  }

  @Test func textOfTypesIsReadBack() throws {
    var graph = Graph(name: "types")
    let ids = try graph.insert(Input(name: "ids", shape: [2, 5], dtype: .int32), [])
    let rows = try graph.insert(Constant(HostTensor([3], [2, 0, 1]), .int32), [])
    let table = try graph.insert(Input(name: "table", shape: [4, 7]), [])
    let found = try graph.insert(Gather(), [table, ids])
    _ = try graph.insert(Gather(), [table, rows])
    let mask = try graph.insert(Signs(), [found])
    let program = PointwiseProgram(operandCount: 2, steps: [.init(.multiply, [0, 1])])
    graph.outputs = [GraphOutput(name: "y", value: try graph.insert(Map(program), [found, mask]))]
    let printed = PrintedGraph(graph)
    #expect(printed.text.contains("dtype=\"int32\" : int32[2, 5]"))
    #expect(printed.text.contains("signs(%3) : bits[2, 5, 7]"))
    #expect(try GraphText.parse(printed) == graph)
    try graph.verify()
  }
}
