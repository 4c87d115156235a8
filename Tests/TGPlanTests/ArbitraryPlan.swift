import TGPlan
import TGTensor
import TGTestSupport

/// Plans with any value in any field: they need not make sense, only survive the codec.
struct ArbitraryPlan {
  var random: SeededNumbers

  init(seed: UInt64) { random = SeededNumbers(seed: seed) }

  mutating func plan() -> Plan {
    var plan = Plan(name: text())
    plan.documentation = text()
    plan.producer = text()
    plan.licence = text()
    plan.origin = text()
    plan.fileNames = list { $0.text() }
    plan.fileHashes = list { $0.text() }
    plan.notes = list { $0.text() }
    plan.texts = list { arbitrary in
      Plan.TextResource(
        name: arbitrary.text(),
        bytes: arbitrary.list { UInt8(truncatingIfNeeded: $0.random.int(0...255)) })
    }
    plan.functions = list { $0.function() }
    plan.objectives = list { $0.objective() }
    return plan
  }

  private mutating func objective() -> PlanObjective {
    var objective = PlanObjective(name: text(), finish: text())
    objective.documentation = text()
    objective.loops = list { arbitrary in
      var loop = PlanObjective.Loop(
        start: arbitrary.text(), step: arbitrary.text(), rounds: arbitrary.number(),
        method: arbitrary.random.pick(PlanObjective.Method.allCases))
      let (project, fraction) = (arbitrary.text(), arbitrary.text())
      loop.project = project.isEmpty ? nil : project
      loop.fraction = fraction.isEmpty ? nil : fraction
      loop.numbers = arbitrary.list { .init(name: $0.text(), value: Double($0.float())) }
      loop.scheduled = arbitrary.list { $0.text() }
      loop.variables = arbitrary.list { $0.text() }
      loop.starts = arbitrary.list { $0.text() }
      loop.draws = arbitrary.list { $0.text() }
      loop.terms = arbitrary.list { $0.text() }
      loop.shared = arbitrary.list { $0.text() }
      return loop
    }
    return objective
  }

  private mutating func function() -> PlanFunction {
    var function = PlanFunction(name: text(), batch: number())
    function.documentation = text()
    function.role = random.pick(PlanFunction.Role.allCases)
    function.itemsInteract = random.chance(2)
    function.macs = number()
    function.arenaBytes = number()
    function.inputs = list { $0.item() }
    function.prepare = text()
    function.prepared = list { $0.item() }
    function.outputs = list { $0.item() }
    function.slots = list {
      Slot(
        kind: $0.random.pick(Slot.Kind.allCases), dtype: $0.random.pick(DType.allCases),
        offset: $0.number(), count: $0.number())
    }
    function.instructions = list { arbitrary in
      PlacedInstruction(
        arbitrary.instruction(), label: arbitrary.text(), source: arbitrary.text(),
        macs: arbitrary.number())
    }
    return function
  }

  private mutating func item() -> InterfaceItem {
    let kinds: [InterfaceItem.Kind] = [
      .image(low: float(), high: float(), fit: text(), filter: text()), .text(vocabulary: text()),
      .sequence(vocabulary: text()), .label(count: number()), .normal,
      .uniform(low: float(), high: float()), .latent, .tensor,
    ]
    var item = InterfaceItem(name: text(), kind: random.pick(kinds), view: view())
    item.documentation = text()
    item.lengths = random.chance(2) ? view() : nil
    item.defaultValue = random.chance(2) ? float() : nil
    item.rows = number()
    item.role = random.pick([
      .value, .variable, .start(of: text(), named: text()), .kept, .loss, .term(text()),
      .number(text()), .gradient(of: text()),
    ])
    return item
  }

  private mutating func instruction() -> Instruction {
    switch random.int(0...11) {
    case 0:
      var convolution = Convolution(
        input: view(), output: view(),
        phases: list { arbitrary in
          Convolution.Phase(
            weights: arbitrary.view(), kernelHeight: arbitrary.number(),
            kernelWidth: arbitrary.number(), padTop: arbitrary.number(),
            padLeft: arbitrary.number(), originY: arbitrary.number(),
            originX: arbitrary.number())
        })
      convolution.groups = number()
      convolution.tile = number()
      convolution.precision = random.pick(Convolution.Precision.allCases)
      convolution.strideY = number()
      convolution.strideX = number()
      convolution.dilationY = number()
      convolution.dilationX = number()
      convolution.scaleY = number()
      convolution.scaleX = number()
      convolution.packing = random.pick(Convolution.Packing.allCases)
      convolution.epilogue = epilogue()
      return .convolve(convolution)
    case 1:
      var product = MatrixProduct(left: view(), right: view(), output: view())
      product.epilogue = epilogue()
      return .multiply(product)
    case 2:
      return .map(PointwiseMap(program: program(), operands: list { $0.view() }, output: view()))
    case 3:
      return .reduce(
        Reduction(
          function: random.pick(ReductionFunction.allCases), program: program(),
          operands: list { $0.view() }, keptRank: number(), output: view()))
    case 4:
      var normalization = Normalization(
        input: view(), keptRank: number(), epsilon: float(), output: view())
      normalization.epilogue = epilogue()
      return .normalize(normalization)
    case 5:
      return .softmax(Softmax(input: view(), output: view(), logarithmic: random.chance(2)))
    case 6:
      return .pool(
        Pooling(
          function: random.pick(Pooling.Function.allCases), input: view(), output: view(),
          window: Pooling.Window(
            kernelHeight: number(), kernelWidth: number(), strideY: number(), strideX: number(),
            padTop: number(), padLeft: number())))
    case 7:
      return .resample(
        Resampling(
          input: view(), output: view(), axis: number(), starts: view(), weights: view()))
    case 8:
      return .maxPoolGradient(
        MaxPoolGradient(
          input: view(), gradient: view(), output: view(),
          window: Pooling.Window(
            kernelHeight: number(),
            kernelWidth: number(), strideY: number(), strideX: number(), padTop: number(),
            padLeft: number())))
    case 10:
      return .scatter(Scattering(input: view(), indices: view(), output: view()))
    case 9: return .packMask(MaskPacking(input: view(), output: view()))
    default: return .gather(Gathering(table: view(), indices: view(), output: view()))
    }
  }

  private mutating func epilogue() -> Epilogue {
    random.chance(3) ? .none : Epilogue(program: program(), operands: list { $0.view() })
  }

  private mutating func program() -> PointwiseProgram {
    PointwiseProgram(
      operandCount: number(),
      steps: list { arbitrary in
        PointwiseProgram.Step(
          arbitrary.random.pick(PointwiseFunction.allCases),
          arbitrary.list { $0.number() }, immediate: arbitrary.float())
      })
  }

  private mutating func view() -> View {
    View(
      slot: number(), offset: number(), dimensions: list { $0.number() },
      strides: list { $0.number() }, dtype: random.pick(DType.allCases))
  }

  private mutating func list<Element>(_ make: (inout ArbitraryPlan) -> Element) -> [Element] {
    let count = random.pick([0, 1, 1, 2, 3])
    return (0..<count).map { _ in make(&self) }
  }

  private mutating func number() -> Int {
    random.pick([
      0, 1, 1, 2, 16, 127, 128, -1, -2, 65535, 1 << 31, 1 << 40, .max, .min,
      Int(truncatingIfNeeded: random.next()),
    ])
  }

  private mutating func float() -> Float {
    random.pick([0, -0.0, 1, -1, 0.1, .infinity, -.infinity, .leastNonzeroMagnitude])
  }

  private mutating func text() -> String {
    random.pick(["", "a", "conv h_net2", "größer", "漢字 🙂", "two\nlines", "x.tgraph:45"])
  }
}
