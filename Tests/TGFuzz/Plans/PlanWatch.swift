import TGKernels
import TGPlan
import TGRuntime
import TGTensor

extension Subject {
  /// Sound plans of every instruction, carried out and watched.
  static var soundPlan: Subject {
    var subject = Subject(name: "sound-plan", source: .generation { SoundPlan.file(&$0) }) {
      bytes in
      do {
        var watch = try PlanWatch(bytes)
        watch.run()
        return .accepted
      } catch { fail("a sound plan is refused: \(error)") }
    }
    subject.memory = nil
    subject.seconds = 20
    return subject
  }
}

/// Carries out a plan several times and ends the program unless
///
/// - a number that is no row ends it with the same words, whatever else differs,
/// - nothing is written but inputs and outputs of instructions,
/// - nothing is read but operands: what lies around them, in the arena and between weights, changes
///   no bit of what is written,
/// - one thread and three give the same bits,
/// - each instruction gives the same on every instruction set, within what rounding explains.
struct PlanWatch {
  private let plan: Plan
  private var function: PlanFunction
  private let weights: [Float]
  private var random: Random
  /// The number of the slot that is the whole arena.
  private let everything: Int
  /// True for arena places that inputs or instructions write.
  private var isWritten: [Bool]

  /// Decodes and checks a plan of one function.
  init(_ file: [UInt8]) throws(PlanError) {
    let sections = try PlanSections(file: file)
    var plan = try PlanDecoder.decode(
      message: sections.message, texts: sections.texts, memory: 64 << 20)
    plan.weightBytes = sections.weights.count
    let weights = Self.floats(sections.weights)
    try PlanChecker.check(plan)
    try PlanChecker.checkResamplings(plan) { element, count in
      Array(weights[element..<element + count])
    }
    var function = plan.functions[0]
    everything = function.slots.count
    function.slots.append(Slot(kind: .arena, offset: 0, count: function.arenaElements))
    isWritten = []
    self.plan = plan
    self.function = function
    self.weights = weights
    // What follows depends on the plan only (FNV-1a).
    random = Random(
      seed: sections.message.reduce(0xcbf2_9ce4_8422_2325) {
        ($0 ^ UInt64($1)) &* 0x100_0000_01b3
      })
  }

  private static func floats(_ bytes: [UInt8]) -> [Float] {
    (0..<bytes.count / 4).map { index in
      Float(
        bitPattern: (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[index * 4 + $1]) }
      )
    }
  }

  /// Does it all.
  mutating func run() {
    let isas = ISA.available()
    let isa = random.one(of: isas)
    let inputs = inputs(isWild: random.once(in: 8))
    let poison = (0..<function.arenaElements).map { index in
      Float(bitPattern: 0x7fc0_0000 | UInt32(index & 0xffff))
    }
    let garbage = (0..<function.arenaElements).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    endBeforeRefusal(
      from: filled(poison, inputs), and: filled(garbage, inputs), isa: isa)
    noteWritten()
    let once = result(
      of: function, weights: weights, from: filled(poison, inputs), threads: 1, isa: isa)
    let again = result(
      of: function, weights: refilledWeights(), from: filled(garbage, inputs), threads: 3, isa: isa)
    for place in isWritten.indices {
      if isWritten[place] {
        demand(
          once[place].bitPattern == again[place].bitPattern,
          "threads or garbage change place \(place): \(once[place]), \(again[place]) on \(isa)")
      } else {
        demand(
          once[place].bitPattern == poison[place].bitPattern
            && again[place].bitPattern == garbage[place].bitPattern,
          "place \(place) is written, which belongs to no output, on \(isa)")
      }
    }
    compareSets(isas, from: filled(poison, inputs), base: isa, expected: once)
  }

  /// Each instruction from the same arena on every instruction set.
  private func compareSets(
    _ isas: [ISA], from start: [Float], base: ISA, expected: [Float]
  ) {
    var arena = start
    for placed in function.instructions {
      var step = function
      step.instructions = [placed]
      let bound = ErrorBound(of: placed.instruction) { magnitude(of: $0, in: arena) }
      let next = result(of: step, weights: weights, from: arena, threads: 1, isa: base)
      if bound.isFinite {
        for other in isas where other != base {
          let found = result(of: step, weights: weights, from: arena, threads: 1, isa: other)
          for place in places(of: placed.instruction.output) {
            let (x, y) = (found[place], next[place])
            demand(
              Double((x - y).magnitude) <= bound.error || x.isNaN && y.isNaN,
              "\(placed.label): \(other) gives \(x), \(base) \(y), bound \(bound.error): "
                + "\(placed.instruction)")
          }
        }
      }
      arena = next
    }
    for place in arena.indices {
      demand(
        arena[place].bitPattern == expected[place].bitPattern,
        "one by one, the instructions give something else at place \(place)")
    }
  }

  /// Cuts off what comes after a number that is no row, which ends every run in the same way.
  private mutating func endBeforeRefusal(from one: [Float], and other: [Float], isa: ISA) {
    guard
      let refused = refusal(of: function, weights: weights, from: one, threads: 1, isa: isa)
    else { return }
    let again = refusal(
      of: function, weights: refilledWeights(), from: other, threads: 3, isa: isa)
    demand(
      again?.instruction == refused.instruction && again?.place == refused.place
        && again?.number.bitPattern == refused.number.bitPattern,
      "\(refused) or \(again?.description ?? "nothing") is refused, on \(isa)")
    function.instructions.removeSubrange(refused.instruction...)
  }

  private mutating func noteWritten() {
    isWritten = [Bool](repeating: false, count: function.arenaElements)
    for view in function.inputs.map(\.view) + function.instructions.map(\.instruction.output) {
      for place in places(of: view) { isWritten[place] = true }
    }
  }

  // MARK: Parts

  private mutating func inputs(isWild: Bool) -> [(view: View, elements: [Float])] {
    function.inputs.map { item in
      var (low, high): (Float, Float) = (-2, 2)
      if case .uniform(let a, let b) = item.kind { (low, high) = (a, b) }
      let rows = rows(named: item.view)
      let elements = (0..<item.view.count).map { _ -> Float in
        if isWild, random.once(in: 3) {
          return random.once(in: 2)
            ? Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            : random.one(of: [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 3e38])
        }
        if let rows { return Float(random.below(rows)) }
        return low + (high - low) * Float(random.next() >> 40) * 0x1p-24
      }
      return (item.view, elements)
    }
  }

  /// The rows of the table that an input's numbers name; nil if they name none.
  private func rows(named view: View) -> Int? {
    function.instructions.lazy.compactMap { placed -> Int? in
      guard case .gather(let gathering) = placed.instruction, gathering.indices.slot == view.slot
      else { return nil }
      return gathering.table.dimensions[0]
    }.min()
  }

  private func filled(
    _ arena: [Float], _ inputs: [(view: View, elements: [Float])]
  ) -> [Float] {
    var arena = arena
    for (view, elements) in inputs {
      for (place, element) in zip(places(of: view), elements) { arena[place] = element }
    }
    return arena
  }

  private func places(of view: View) -> StridedOrder {
    StridedOrder(
      dimensions: view.dimensions, strides: view.strides,
      offset: function.slots[view.slot].offset + view.offset)
  }

  /// The weights with other numbers between the tensors.
  private func refilledWeights() -> [Float] {
    var result = [Float](repeating: 1e30, count: weights.count)
    for slot in function.slots where slot.kind == .weight {
      let range = slot.offset..<slot.offset + slot.count
      result.replaceSubrange(range, with: weights[range])
    }
    return result
  }

  private func magnitude(of view: View, in arena: [Float]) -> Double {
    let memory = function.slots[view.slot].kind == .weight ? weights : arena
    var largest: Float = 0
    for place in places(of: view) {
      let magnitude = memory[place].magnitude
      guard magnitude.isFinite else { return .infinity }
      largest = max(largest, magnitude)
    }
    return Double(largest)
  }

  /// The arena after a run from given contents.
  private func result(
    of function: PlanFunction, weights: [Float], from arena: [Float], threads: Int, isa: ISA
  ) -> [Float] {
    let (found, refused) = outcome(
      of: function, weights: weights, from: arena, threads: threads, isa: isa)
    demand(refused == nil, "\(refused?.description ?? "") is refused")
    return found
  }

  /// What ends a run from given contents.
  private func refusal(
    of function: PlanFunction, weights: [Float], from arena: [Float], threads: Int, isa: ISA
  ) -> RefusedRow? {
    outcome(of: function, weights: weights, from: arena, threads: threads, isa: isa).refused
  }

  private func outcome(
    of function: PlanFunction, weights: [Float], from arena: [Float], threads: Int, isa: ISA
  ) -> (arena: [Float], refused: RefusedRow?) {
    var plan = plan
    plan.functions = [function]
    guard let section = WeightSection(elements: weights) else { fail("no memory") }
    let all = View(slot: everything, shape: [arena.count])
    do {
      let executor = try Executor(
        LoadedPlan(plan: plan, weights: section), threads: threads, isa: isa)
      try executor.store(arena, into: all)
      do throws(RuntimeError) {
        try executor.run()
      } catch {
        guard case .noSuchRow(let refused) = error else { throw error }
        return (try executor.fetch(all), refused)
      }
      return (try executor.fetch(all), nil)
    } catch { fail("what the checker accepts cannot be prepared: \(error)") }
  }
}
