import TGCompiler
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGTensor
import Testing

/// The promise of `spec/runtime.md` on agreement between instruction sets, on those that are here.
@Suite struct InstructionSetTests {
  /// What two sets may differ by, of the largest number of an output: one operation, whole graphs.
  static let (operation, graph) = (2e-6, 5e-5)

  @Test(arguments: OpExecutionTests.samples.map(\.name))
  func opsAgree(name: String) throws {
    let sample = try #require(OpExecutionTests.samples.first { $0.name == name }?.sample)
    try Self.expectAgreement(
      try OpExecutionTests.graphCase(sample), name, within: Self.operation)
  }

  /// Sums as long as those of large networks, which is where orders of summation tell.
  static let long: [(name: String, sample: OpSample)] = [
    ("linear", OpSample(Linear(), [[4, 4096], [512, 4096]], constants: [1])),
    ("matmul", OpSample(MatMul(), [[1, 96, 2048], [1, 2048, 96]])),
    (
      "convolution",
      OpSample(
        Conv2D(phases: [.init(padTop: 1, padLeft: 1)], outputSize: [8, 8]),
        [[1, 8, 8, 512], [64, 512, 3, 3]], constants: [1])
    ),
    ("sum", OpSample(Reduce(.sum, axes: [0, 1]), [[1024, 512, 2]])),
    ("variance", OpSample(Reduce(.variance, axes: [1]), [[2, 100_000]], range: 9...10)),
    ("normalize", OpSample(Normalize(axes: [1, 2], epsilon: 1e-5), [[1, 128, 128, 24]])),
    ("softmax", OpSample(SoftmaxOp(axis: 1), [[2, 20_000]], range: -8...8)),
  ]

  @Test(arguments: long.map(\.name))
  func longSumsAgree(name: String) throws {
    let sample = try #require(Self.long.first { $0.name == name }?.sample)
    try Self.expectAgreement(
      try OpExecutionTests.graphCase(sample), name, within: Self.operation)
  }

  @Test(arguments: OperationParityTests.cases)
  func operationsAgree(example: OperationParityTests.Case) throws {
    let own = try OperationParityTests.Example(example)
    try Self.expectAgreement(own.executable(own.graph), example.name, within: Self.operation)
  }

  /// Deeper and wider than the other tests have them.
  static let graphs = [
    GraphLibraryTests.Case(
      page: "stylegan2",
      settings: [("resolution", "64"), ("widest", "64")], batch: 1, functions: ["generate"]),
    GraphLibraryTests.Case(
      page: "stylegan1",
      settings: [("resolution", "32"), ("widest", "64")], batch: 1, functions: ["generate"]),
    GraphLibraryTests.Case(page: "vgg16", settings: [("size", "32")], batch: 1),
    GraphLibraryTests.Case(
      page: "biggan", settings: [("ch", "8"), ("classes", "9")], batch: 1),
    GraphLibraryTests.Case(
      page: "lxmert-cross-layer",
      settings: [("length", "5"), ("regions", "9")], batch: 1),
  ]

  @Test(arguments: GraphLibraryTests.cases + graphs)
  func wholeGraphsAgree(example: GraphLibraryTests.Case) throws {
    for function in try GraphLibraryTests.functions(example) {
      try Self.expectAgreement(function, function.graph.name, within: Self.graph)
    }
  }

  private static func expectAgreement(
    _ testCase: GraphCase, _ name: String, within bound: Double
  ) throws {
    let runs = try ISA.available().map {
      ($0, try testCase.run(level: .reassociating, isa: $0))
    }
    for (index, (isa, outputs)) in runs.enumerated() {
      for (other, others) in runs[..<index] {
        for (output, tensor) in outputs {
          let found = try #require(others[output])
          let off = difference(tensor, found)
          #expect(off <= bound, "\(name).\(output): \(isa) and \(other)")
        }
      }
    }
  }

  /// The greatest difference, of the largest number.
  private static func difference(_ a: HostTensor, _ b: HostTensor) -> Double {
    let scale = a.elements.map { Double(abs($0)) }.max() ?? 0
    let differences = zip(a.elements, b.elements).map { pair in
      pair.0.isNaN && pair.1.isNaN ? 0 : abs(Double(pair.0) - Double(pair.1))
    }
    if differences.contains(where: \.isNaN) { return .infinity }
    let worst = differences.max() ?? 0
    return worst == 0 ? 0 : worst / scale
  }
}
