import TGCompiler
import TGExecution
import TGMachine
import TGPlan
import TGReference
import TGRuntime
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// Plans whose large weights are float16: the plan of float32 whose weights were rounded, bit for bit.
@Suite struct HalfWeightTests {
  /// Weights of every kind that float16 is allowed for: a table, linear layers, convolutions in tiles,
  /// direct, in phases and depthwise, and a constant factor of a product. Biases are small.
  static let kinds = """
    model Kinds() {
      func draw(caption: Text[6](vocabulary: "captions"), z: Normal[40])
          -> (image: Image[3, 16, 16](-1 ... 1), power: Tensor[40]) {
        let words = embedding(caption.ids, 80, 24) @ "table"
        let code = concat([mean(words, axes: [0]), z])
        let power = matmul(sum(square(parameter("style", [40, 40, 3])), axes: [2]), square(z))
        let h = code |> linear(512) @ "fc" |> relu |> reshape([32, 4, 4])
          |> upsample(2) |> conv(64, kernel: 3) @ "up" |> relu
          |> conv(64, kernel: 3) @ "same" |> relu
          |> conv(64, kernel: 5, groups: 64) @ "depthwise"
          |> conv(48, kernel: 5) @ "direct" |> relu
          |> convTranspose(32, kernel: 4, stride: 2, padding: 1) @ "transposed" |> relu
        return (image: h |> conv(3, kernel: 3) @ "rgb" |> tanh, power: power)
      }
    }
    """
  /// An objective with the gradient of what it minimises, whose functions share weights.
  static let objective = """
    model Decoder() {
      func decode(z: Latent[24]) -> (image: Tensor[16, 4, 4]) {
        return z |> linear(128) @ "fc" |> relu |> reshape([8, 4, 4])
          |> conv(16, kernel: 3) @ "conv" |> tanh
      }
    }

    model Fit() {
      part G = Decoder()

      objective invert(target: Tensor[16, 4, 4]) -> (z: Latent[24], image: Tensor[16, 4, 4]) {
        sample random: Normal[24]
        var z = random
        repeat 3 { minimize mse(G.decode(z), target) over z using adam(rate: 0.1) }
        return (z: z, image: G.decode(z))
      }
    }
    """
  /// An objective whose gradient reads the kernels of two convolutions turned.
  static let turned = """
    model Pair() {
      func see(x: Tensor[32, 12, 12]) {
        return conv(tanh(conv(x, 48, kernel: 3) @ "a"), 32, kernel: 5) @ "b"
      }
      func end(x: Tensor[32, 12, 12]) -> (y: Tensor[32, 12, 12]) { return see(x) }
      objective find(target: Tensor[32, 12, 12]) -> (x: Tensor[32, 12, 12]) {
        var x = target * 0.5
        repeat 2 { minimize (fit: mse(see(x), target)) over x using adam(rate: 0.01) }
        return (x: x)
      }
    }
    """
  /// A convolution of stride 2, in tiles where such are made.
  static let strided = """
    model Strided() {
      func see(x: Tensor[64, 24, 24]) -> (y: Tensor[64, 12, 12]) {
        return (y: x |> conv(64, kernel: 4, stride: 2, padding: 1) @ "down" |> tanh)
      }
    }
    """
  static let pages = [
    "kinds": kinds, "objective": objective, "turned": turned, "strided": strided,
  ]

  static func compiled(
    _ page: String, _ type: WeightsType, level: OptimizationLevel = .reassociating,
    batches: [Int] = [1, 3], seed: UInt64 = 1
  ) throws -> PlanBuilder.Result {
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    var compilation = Compilation()
    compilation.level = level
    compilation.model = page.contains("model Fit") ? "Fit" : nil
    compilation.batches = batches
    compilation.syntheticSeed = seed
    compilation.weightsType = type
    return try compilation.run(library).built
  }

  @Test(arguments: pages.keys.sorted(), [OptimizationLevel.none, .reassociating, .approximate])
  func weightsAreThoseOfFloat32Rounded(page: String, level: OptimizationLevel) throws {
    let text = try #require(Self.pages[page])
    let full = try Self.compiled(text, .f32, level: level)
    let half = try Self.compiled(text, .f16, level: level)
    var isHalf = 0
    for (a, b) in zip(full.plan.functions, half.plan.functions) {
      #expect(a.slots.count == b.slots.count && a.instructions.count == b.instructions.count)
      for (before, after) in zip(a.slots, b.slots) where before.kind == .weight {
        let (old, new) = (try full.numbers(of: before), try half.numbers(of: after))
        guard after.dtype == .float16, case .floats(let floats) = old else {
          #expect(old == new && before.dtype == after.dtype)
          continue
        }
        isHalf += 1
        #expect(new == .halves(floats.map { Float16($0) }))
        #expect(floats.count >= WeightsType.leastCount)
      }
    }
    #expect(isHalf > 0)
    #expect(half.plan.notes == full.plan.notes)
    #expect(half.plan.weightBytes < full.plan.weightBytes * 6 / 10)
    #expect(half.plan.float16WeightBytes > half.plan.weightBytes * 8 / 10)
    #expect(full.plan.float16WeightBytes == 0)
  }

  /// The kinds of instructions that read float16 in the page of all of them.
  @Test func everyKindIsStoredSo() throws {
    let plan = try Self.compiled(Self.kinds, .f16).plan
    var found: Set<String> = []
    for placed in plan.functions[0].instructions {
      for named in placed.instruction.namedOperands where named.view.dtype == .float16 {
        found.insert("\(named.role) \(placed.instruction.kindName)")
      }
    }
    for name in [
      "the table gather", "the left factor multiply", "the weights of phase 0 convolve",
      "the weights of phase 0 convolve in tiles", "the weights of phase 0 convolve depthwise",
      "the weights of phase 3 convolve",
    ] { #expect(found.contains(name), "\(name) of \(found.sorted())") }
  }

  /// A layer and its gradient read one kernel of float16, which is not widened besides where both make others
  /// of it.
  @Test func layersAndTheirGradientsShareHalves() throws {
    let built = try Self.compiled(Self.turned, .f16)
    #expect(built.store.blobs.count { $0.count >= WeightsType.leastCount } == 2)
    let step = try #require(built.plan.functions.first { $0.role == .gradient })
    let convolutions = step.convolutions
    let turned = convolutions.filter { $0.packing == .turned }
    #expect(turned.count == 2 && convolutions.count == 4)
    for convolution in convolutions {
      let weights = convolution.phases[0].weights
      #expect(weights.dtype == .float16 && step.slots[weights.slot].dtype == .float16)
      #expect(convolutions.count { $0.phases[0].weights == weights } == 2)
      let isRead = convolutions.contains {
        $0.phases[0].weights == weights && !$0.preparesWeights(of: $0.phases[0])
      }
      #expect(step.widenedSlots.contains(weights.slot) == isRead)
    }
    let widened = step.widenedSlots.reduce(0) { $0 + 4 * step.slots[$1].count }
    let wide = try #require(try built.widened().plan.functions.first { $0.role == .gradient })
    #expect(widened > 0, "a kernel of 5 x 5 has no tiles")
    #expect(step.transformedWeightBytes == wide.transformedWeightBytes + widened)
  }

  @Test func stridedTilesAreMadeOfHalves() throws {
    let function = try Self.compiled(Self.strided, .f16).plan.functions[0]
    let convolution = try #require(function.convolutions.first)
    let phase = convolution.phases[0]
    #expect(convolution.strideY == 2 && phase.kernelHeight == 4)
    #expect(convolution.form(of: phase) != nil && phase.weights.dtype == .float16)
    #expect(function.widenedSlots.isEmpty)
  }

  @Test(arguments: pages.keys.sorted(), [OptimizationLevel.none, .reassociating, .approximate])
  func runsToTheBitsOfRoundedWeights(page: String, level: OptimizationLevel) throws {
    let half = try Self.compiled(try #require(Self.pages[page]), .f16, level: level)
    let loaded = try half.loaded()
    let wide = try half.widened().loaded()
    #expect(wide.plan.float16WeightBytes == 0 && loaded.plan.float16WeightBytes > 0)
    let targets: [any ExecutionTarget] =
      [ReferenceTarget()] + ISA.available().map { NativeTarget($0) }
    for index in loaded.plan.functions.indices {
      for target in targets {
        let expected = try ReferenceExecutorTests.outputs(of: index, in: wide, on: target)
        #expect(expected.allSatisfy { $0.elements.allSatisfy(\.isFinite) })
        for threads in target.name == "reference" ? [1] : [1, 2, 3, 7] {
          let found = try ReferenceExecutorTests.outputs(
            of: index, in: loaded, on: target, threads: threads)
          #expect(
            found.map { $0.elements.map(\.bitPattern) }
              == expected.map { $0.elements.map(\.bitPattern) },
            "function \(index) on \(target.name), \(threads) threads")
        }
      }
    }
  }

  @Test func whatIsWidenedIsCountedAndLimited() throws {
    let loaded = try Self.compiled(Self.kinds, .f16).loaded()
    let function = loaded.plan.functions[0]
    #expect(function.transformedWeightBytes > loaded.plan.weightBytes)
    let executor = try Executor(loaded, within: Budget(threads: 1))
    let needed = executor.memoryBytes
    #expect(needed >= function.arenaBytes + function.transformedWeightBytes)
    _ = try Executor(loaded, within: Budget(threads: 1, memory: needed))
    #expect(throws: RuntimeError.self) {
      _ = try Executor(loaded, within: Budget(threads: 1, memory: needed - 1))
    }
    // Tables are read as they are.
    let table = try #require(
      function.instructions.compactMap { placed -> View? in
        if case .gather(let gathering) = placed.instruction { gathering.table } else { nil }
      }.first)
    #expect(table.dtype == .float16 && !function.widenedSlots.contains(table.slot))
  }

  @Test func numbersBeyondTheRangeStayFloat32() {
    for (first, reason) in [
      (Float(65_519.99), nil), (65_520, KeptWeights.Reason.overflow(65_520)),
      (-1e6, .overflow(-1e6)), (.infinity, nil), (-.infinity, nil), (.nan, nil),
    ] {
      var numbers = [Float](repeating: 0.5, count: WeightsType.leastCount)
      numbers[7] = first
      let stored = WeightsType.f16.stored(numbers, allowsHalves: true)
      #expect(stored.kept == reason, "\(first)")
      #expect(stored.numbers.dtype == (reason == nil ? .float16 : .float32), "\(first)")
    }
  }

  @Test func numbersTooSmallForTheRangeStayFloat32() {
    func stored(_ numbers: [Float]) -> (numbers: WeightNumbers, kept: KeptWeights.Reason?) {
      WeightsType.f16.stored(numbers, allowsHalves: true)
    }
    let tiny = (0..<2048).map { Float($0 + 1) * 1e-10 }
    guard case .underflow(let share) = stored(tiny).kept else {
      Issue.record("weights of 1e-7 are kept")
      return
    }
    #expect(share > 0x1p-11 && share < 1)
    #expect(stored(tiny).numbers == .floats(tiny))
    // Beside larger numbers they do not count; zeros lose nothing.
    #expect(stored(tiny + [1]).numbers.dtype == .float16)
    #expect(stored([Float](repeating: 0, count: 2048)).numbers.dtype == .float16)
  }

  @Test func smallWeightsAndWhatTakesFloat32OnlyStay() {
    let numbers = [Float](repeating: 0.1, count: WeightsType.leastCount)
    #expect(WeightsType.f16.stored(numbers, allowsHalves: true).numbers.dtype == .float16)
    #expect(WeightsType.f16.stored(numbers, allowsHalves: false).numbers.dtype == .float32)
    #expect(
      WeightsType.f16.stored(numbers.dropLast(), allowsHalves: true).numbers.dtype == .float32)
    #expect(WeightsType.f32.stored(numbers, allowsHalves: true).numbers.dtype == .float32)
  }

  /// To nearest, ties to even, subnormal numbers too.
  @Test func roundingIsToNearestEven() {
    let pairs: [(Float, UInt16)] = [
      (1 + 0x1p-11, 0x3c00), (1 + 0x1.8p-10, 0x3c02), (-1 - 0x1p-11, 0xbc00), (0x1p-24, 0x0001),
      (0x1p-25, 0x0000), (0x1.8p-24, 0x0002), (0x1p-25 + 0x1p-40, 0x0001), (-0.0, 0x8000),
      (65_519.99, 0x7bff),
    ]
    let numbers =
      pairs.map(\.0) + [Float](repeating: 1000, count: WeightsType.leastCount)
    guard case .halves(let halves) = WeightsType.f16.stored(numbers, allowsHalves: true).numbers
    else {
      Issue.record("they are stored as float16")
      return
    }
    #expect(halves.prefix(pairs.count).map(\.bitPattern) == pairs.map(\.1))
  }
}

extension PlanBuilder.Result {
  /// The numbers of a slot of weights.
  fileprivate func numbers(of slot: Slot) throws -> WeightNumbers {
    let index = try #require(store.offsets.firstIndex(of: slot.offset))
    let numbers = store.blobs[index]
    #expect(numbers.count == slot.count && numbers.dtype == slot.dtype)
    return numbers
  }

  /// The same plan with float32 in place of float16.
  fileprivate func widened() throws -> PlanBuilder.Result {
    var result = self
    result.store = WeightStore()
    for index in plan.functions.indices {
      for slot in plan.functions[index].slots.indices {
        let old = plan.functions[index].slots[slot]
        guard old.kind == .weight else { continue }
        var numbers = try self.numbers(of: old)
        if case .halves(let halves) = numbers { numbers = .floats(halves.map { Float($0) }) }
        result.plan.functions[index].slots[slot] = result.store.insert(numbers)
      }
      for number in plan.functions[index].instructions.indices {
        result.plan.functions[index].instructions[number].instruction.updateViews {
          if $0.dtype == .float16 { $0.dtype = .float32 }
        }
      }
    }
    result.plan.weightBytes = result.store.byteCount
    return result
  }
}

extension PlanFunction {
  fileprivate var convolutions: [Convolution] {
    instructions.compactMap { placed in
      if case .convolve(let convolution) = placed.instruction { convolution } else { nil }
    }
  }
}

extension Instruction {
  /// The kind, of convolutions with how they take their sums.
  fileprivate var kindName: String {
    switch self {
    case .convolve(let convolution):
      convolution.tile > 0
        ? "convolve in tiles"
        : convolution.packing == .depthwise ? "convolve depthwise" : "convolve"
    case .gather: "gather"
    case .multiply: "multiply"
    default: "other"
    }
  }
}
