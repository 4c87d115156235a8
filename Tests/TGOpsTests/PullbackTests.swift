import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// Every op's rule of differentiation against central differences of its reference in `Double`.
@Suite struct PullbackTests {
  /// An op over operands, with what it refuses.
  struct Case: Sendable {
    var name: String
    var sample: OpSample
  }

  static let cases: [Case] =
    OpRegistry.all.flatMap { type in
      type.samples.enumerated().map { Case(name: "\(type.mnemonic)-\($0)", sample: $1) }
    }
    + PullbackSamples.all.enumerated().map { index, sample in
      Case(name: "extra-\(type(of: sample.op).mnemonic)-\(index)", sample: sample)
    }

  /// What is refused: the op (with its function, `fused` or `bits`) and the operand.
  static let refused = Set(
    [
      "map-less-0", "map-less-1", "map-floor-0", "map-sign-0", "gather-1", "scatter-1",
      "max_pool_gradient-1",
      "reduce-product-0", "map-bits-0", "map-bits-1", "signs-0", "to_int32-0",
    ] + (0...2).map { "linear-fused-\($0)" } + (0...2).map { "matmul-fused-\($0)" }
      + (0...2).map { "normalize-fused-\($0)" } + (0...5).map { "convolution-fused-\($0)" })

  /// Operands that carry no cotangent though the result depends on them.
  static let uncarried: Set<String> = ["detach-0"]

  @Test(arguments: cases.map(\.name))
  func agreesWithCentralDifferences(name: String) throws {
    let sample = try #require(Self.cases.first { $0.name == name }?.sample)
    let label = Self.label(sample)
    var known: Set<Int> = []
    for operand in sample.operands.indices {
      do {
        let probe = try PullbackProbe(sample, towards: [operand])
        known.insert(operand)
        guard sample.wholeNumbers[operand] == nil else { continue }
        let (slope, difference, scale) = probe.compared(along: operand)
        if Self.uncarried.contains("\(label)-\(operand)") {
          #expect(slope == nil && difference != 0)
        } else if let slope {
          #expect(abs(slope - difference) <= 1e-6 * scale, "\(label) \(operand)")
        } else {
          #expect(difference == 0, "\(label) \(operand): not nil by definition")
        }
      } catch let error as PullbackError {
        guard case .notDifferentiable = error else { throw error }
        #expect(Self.refused.contains("\(label)-\(operand)"), "\(label)-\(operand): \(error)")
      }
    }
    // All at once gives what each alone gives.
    guard known.count > 1 else { return }
    let together = try PullbackProbe(sample, towards: known)
    for operand in known {
      let alone = try PullbackProbe(sample, towards: [operand])
      #expect(together.cotangents[operand] == alone.cotangents[operand], "\(label) \(operand)")
    }
  }

  @Test func whatIsSaidToBeRefusedIsRefused() throws {
    var found: Set<String> = []
    for sample in Self.cases.map(\.sample) {
      for operand in sample.operands.indices {
        do {
          _ = try PullbackProbe(sample, towards: [operand])
        } catch is PullbackError {
          found.insert("\(Self.label(sample))-\(operand)")
        }
      }
    }
    #expect(found == Self.refused)
  }

  /// The mnemonic, with the function of a map or reduction, or `fused`.
  static func label(_ sample: OpSample) -> String {
    let mnemonic = type(of: sample.op).mnemonic
    let epilogue = sample.op.attributes.first { $0.name == "epilogue" }?.value
    if case .program(let program)? = epilogue, !program.isIdentity { return "\(mnemonic)-fused" }
    if sample.dtypes.values.contains(.bits), sample.op is Map { return "map-bits" }
    if let map = sample.op as? Map, map.program.steps.count == 1 {
      return "map-\(map.program.steps[0].function.mnemonic)"
    }
    if let reduce = sample.op as? Reduce, reduce.function == .product {
      let count = reduce.axes.reduce(1) { $0 * sample.operands[0][$1] }
      return count > 64 ? "reduce-product" : "reduce-small-product"
    }
    return mnemonic
  }
}

/// An op with random operands and a random cotangent, pulled back.
private struct PullbackProbe {
  let sample: OpSample
  let operands: [ReferenceTensor]
  let cotangent: ReferenceTensor
  /// In `Double`, by operand.
  let cotangents: [Int: ReferenceTensor]

  init(_ sample: OpSample, towards wanted: Set<Int>) throws {
    self.sample = sample
    operands = OpRegistryTests.values(sample)
    var numbers = SeededNumbers(seed: 21)
    var builder = GraphBuilder(name: "probe")
    let values = try operands.enumerated().map { operand, tensor in
      let dtype = sample.dtypes[operand] ?? .float32
      return try builder.insert(
        Input(name: "x\(operand)", shape: tensor.shape, dtype: dtype), [])
    }
    let result = try builder.insert(sample.op, values)
    cotangent = ReferenceTensor(numbers.tensor(builder.shape(result)))
    let g = try builder.insert(Input(name: "g", shape: cotangent.shape), [])
    let parts = try sample.op.pullback(
      g, of: values, result: result, towards: values.indices.map { wanted.contains($0) },
      in: &builder)
    try #require(parts.count == values.count)
    for (operand, part) in parts.enumerated() {
      guard let part else { continue }
      #expect(wanted.contains(operand), "only what is wanted")
      #expect(builder.shape(part) == operands[operand].shape)
      builder.output("\(operand)", part)
    }
    try builder.graph.verify()
    let (operands, cotangent) = (operands, cotangent)
    let outputs = builder.graph.evaluated { node in
      (node.op as? Input).map { input in
        input.name == "g" ? cotangent : operands[Int(input.name.dropFirst()) ?? 0]
      }
    }
    cotangents = Dictionary(
      uniqueKeysWithValues: outputs.compactMap { name, value in Int(name).map { ($0, value) } })
  }

  /// The slope along a random direction of one operand: by the rule, by central differences, and
  /// the size of what was added up.
  func compared(along operand: Int) -> (Double?, Double, Double) {
    var numbers = SeededNumbers(seed: 22)
    let direction = ReferenceTensor(numbers.tensor(operands[operand].shape)).elements
    let step = 1e-5
    func objective(_ sign: Double) -> Double {
      var moved = operands
      for i in direction.indices { moved[operand][i] += sign * step * direction[i] }
      let y = sample.op.reference(moved)
      return zip(y.elements, cotangent.elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let difference = (objective(1) - objective(-1)) / (2 * step)
    guard let own = cotangents[operand] else { return (nil, difference, 1) }
    let products = zip(own.elements, direction).map { $0 * $1 }
    return (products.reduce(0, +), difference, products.reduce(0) { $0 + abs($1) } + 1e-9)
  }
}
