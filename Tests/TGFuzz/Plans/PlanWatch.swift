import TGExecution
import TGMachine
import TGPlan
import TGReference
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
/// - nothing is written but inputs and outputs of instructions,
/// - nothing is read but operands: what lies around them, in the arena and between weights, changes
///   no bit of what is written,
/// - one thread and three give the same bits,
/// - each instruction gives the same on every instruction set, within what rounding explains.
struct PlanWatch {
  private let plan: Plan
  private let function: PlanFunction
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
    function.slots.append(Slot(kind: .arena, offset: 0, count: function.arenaBytes))
    isWritten = [Bool](repeating: false, count: function.arenaBytes)
    for view in function.inputs.map(\.view) + function.instructions.map(\.instruction.output) {
      let start = function.slots[view.slot].offset + view.offset
      for place in StridedOrder(
        dimensions: view.dimensions, strides: view.strides, offset: start)
      {
        isWritten[place] = true
      }
    }
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
    let poison = (0..<function.arenaBytes).map { index in
      Float(bitPattern: 0x7fc0_0000 | UInt32(index & 0xffff))
    }
    let garbage = (0..<function.arenaBytes).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    let once = result(
      of: function, weights: weights, from: filled(poison, inputs), threads: 1,
      on: NativeTarget(isa))
    let again = result(
      of: function, weights: refilledWeights(), from: filled(garbage, inputs), threads: 3,
      on: NativeTarget(isa))
    demand(
      once.end?.description == again.end?.description,
      "threads or garbage change how it ends: \(once.end?.description ?? ""), "
        + "\(again.end?.description ?? "")")
    for place in isWritten.indices {
      let (a, b) = (once.arena[place], again.arena[place])
      let isUntouched =
        a.bitPattern == poison[place].bitPattern && b.bitPattern == garbage[place].bitPattern
      if isWritten[place] {
        // An instruction that was not reached has written nothing.
        demand(
          a.bitPattern == b.bitPattern || once.end != nil && isUntouched,
          "threads or garbage change place \(place): \(a), \(b) on \(isa)")
      } else {
        demand(
          isUntouched,
          "place \(place) is written, which belongs to no output, on \(isa)")
      }
    }
    compareTargets(
      isas.filter { $0 != isa }.map { NativeTarget($0) } + [ReferenceTarget()],
      from: filled(poison, inputs), base: NativeTarget(isa), expected: once.arena)
  }

  /// Each instruction from the same arena on one target and on others.
  private func compareTargets(
    _ others: [any ExecutionTarget], from start: [Float], base: NativeTarget, expected: [Float]
  ) {
    var arena = start
    for placed in function.instructions {
      var step = function
      step.instructions = [placed]
      let bound = ErrorBound(of: placed.instruction) { magnitude(of: $0, in: arena) }
      let (next, end) = result(of: step, weights: weights, from: arena, threads: 1, on: base)
      if bound.isFinite, end == nil {
        let isDefined = readsWords(placed.instruction, in: arena)
        for other in others where isDefined || other is NativeTarget {
          let (found, _) = result(of: step, weights: weights, from: arena, threads: 1, on: other)
          for place in places(of: placed.instruction.output) {
            let (x, y) = (found[place], next[place])
            demand(
              Double((x - y).magnitude) <= bound.error || x.isNaN && y.isNaN,
              "\(placed.label): \(other.name) gives \(x), \(base.name) \(y), bound \(bound.error): "
                + "\(placed.instruction)")
          }
        }
      }
      arena = next
      if end != nil { break }
    }
    for place in arena.indices {
      demand(
        arena[place].bitPattern == expected[place].bitPattern,
        "one by one, the instructions give something else at place \(place)")
    }
  }

  // MARK: Parts

  private mutating func inputs(isWild: Bool) -> [(view: View, elements: [Float])] {
    function.inputs.map { item in
      var (low, high): (Float, Float) = (-2, 2)
      if case .uniform(let a, let b) = item.distribution { (low, high) = (a, b) }
      let elements = (0..<item.view.count).map { _ -> Float in
        if isWild, random.once(in: 3) {
          return random.once(in: 2)
            ? Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            : random.one(of: [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 3e38])
        }
        if item.rows > 0 { return Float(random.below(item.rows)) }
        return low + (high - low) * Float(random.next() >> 40) * 0x1p-24
      }
      return (item.view, elements)
    }
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

  /// True if what packed operands hold are words: of other numbers `bit` is 0 or 1, and no more is
  /// said (plan.md, section 3).
  private func readsWords(_ instruction: Instruction, in arena: [Float]) -> Bool {
    let packed: [View] =
      switch instruction {
      case .map(let map): map.program.packedOperands.map { map.operands[$0] }
      case .convolve(let convolution): convolution.epilogue.packedViews
      case .multiply(let product): product.epilogue.packedViews
      default: []
      }
    return packed.allSatisfy { view in
      places(of: view).allSatisfy { UInt16(exactly: memory(of: view, in: arena)[$0]) != nil }
    }
  }

  private func memory(of view: View, in arena: [Float]) -> [Float] {
    function.slots[view.slot].kind == .weight ? weights : arena
  }

  private func magnitude(of view: View, in arena: [Float]) -> Double {
    let memory = memory(of: view, in: arena)
    var largest: Float = 0
    for place in places(of: view) {
      let magnitude = memory[place].magnitude
      guard magnitude.isFinite else { return .infinity }
      largest = max(largest, magnitude)
    }
    return Double(largest)
  }

  /// The arena after a run from given contents, and why it ended early, if it did: a number that
  /// should be a row of a table and is none.
  private func result(
    of function: PlanFunction, weights: [Float], from arena: [Float], threads: Int,
    on target: any ExecutionTarget
  ) -> (arena: [Float], end: RuntimeError?) {
    var plan = plan
    plan.functions = [function]
    guard let section = WeightSection(elements: weights) else { fail("no memory") }
    let all = View(slot: everything, shape: [arena.count])
    do {
      let executor = try target.executor(
        for: 0, of: LoadedPlan(plan: plan, weights: section), within: Budget(threads: threads))
      try executor.store(arena, into: all)
      var end: RuntimeError?
      do throws(RuntimeError) { try executor.run() } catch {
        guard case .noSuchRow = error else { throw error }
        end = error
      }
      return (try executor.fetch(all), end)
    } catch { fail("what the checker accepts cannot be prepared: \(error)") }
  }
}

extension Epilogue {
  /// The operands that hold words.
  fileprivate var packedViews: [View] { program.packedOperands.map { operands[$0 - 1] } }
}
