import TGExecution
import TGMachine
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
/// - no bit is written but those of inputs and outputs of instructions,
/// - no bit is read but those of operands: what lies around them, in the arena and between weights,
///   changes nothing of what is written,
/// - bits that fill up a row are written as 0,
/// - one thread and three give the same bits,
/// - each instruction gives the same on every instruction set, whole numbers and bits exactly, floats
///   within what rounding explains.
struct PlanWatch {
  private let plan: Plan
  private let function: PlanFunction
  private let weights: [UInt32]
  private var random: Random
  /// The arena as floats.
  private let everything: View
  /// The bits of the arena that inputs or instructions write.
  private var written: [UInt32]

  /// Decodes and checks a plan of one function.
  init(_ file: [UInt8]) throws(PlanError) {
    let sections = try PlanSections(file: file)
    var plan = try PlanDecoder.decode(
      message: sections.message, texts: sections.texts, memory: 64 << 20)
    plan.weightBytes = sections.weights.count
    let weights = PlanMemory.words(sections.weights)
    try PlanChecker.check(plan)
    try PlanChecker.checkResamplings(plan) { first, count in
      weights[first / 4..<first / 4 + count].map { Int32(bitPattern: $0) }
    }
    var function = plan.functions[0]
    written = [UInt32](repeating: 0, count: function.arenaBytes / 4)
    for view in function.inputs.map(\.view) + function.instructions.map(\.instruction.output) {
      view.mark(&written, in: function.slots[view.slot], padding: true)
    }
    everything = View(slot: function.slots.count, shape: [written.count])
    function.slots.append(Slot(kind: .arena, offset: 0, count: written.count))
    self.plan = plan
    self.function = function
    self.weights = weights
    // What follows depends on the plan only (FNV-1a).
    random = Random(
      seed: sections.message.reduce(0xcbf2_9ce4_8422_2325) {
        ($0 ^ UInt64($1)) &* 0x100_0000_01b3
      })
  }

  /// Does it all.
  mutating func run() {
    let isas = ISA.available()
    let isa = random.one(of: isas)
    let inputs = inputs(isWild: random.once(in: 8))
    let poison = filled(written.indices.map { 0x7fc0_0000 | UInt32($0 & 0xffff) }, inputs)
    let garbage = filled(
      written.indices.map { _ in UInt32(truncatingIfNeeded: random.next()) }, inputs)
    let once = result(
      of: function, from: PlanMemory(weights: weights, arena: poison), threads: 1,
      on: NativeTarget(isa))
    let again = result(
      of: function, from: PlanMemory(weights: refilledWeights(), arena: garbage), threads: 3,
      on: NativeTarget(isa))
    demand(
      once.end?.description == again.end?.description,
      "threads or garbage change how it ends: \(once.end?.description ?? ""), "
        + "\(again.end?.description ?? "")")
    for word in written.indices {
      let (a, b) = (once.arena[word], again.arena[word])
      let touched = (a ^ poison[word]) | (b ^ garbage[word])
      // An instruction that was not reached has written nothing.
      let different = (a ^ b) & written[word] & (once.end == nil ? .max : touched)
      demand(
        different == 0,
        "threads or garbage change bits \(hex(different)) of word \(word): \(hex(a)), \(hex(b)) "
          + "on \(isa)")
      demand(
        touched & ~written[word] == 0,
        "bits \(hex(touched & ~written[word])) of word \(word) are written, which belong to no "
          + "output, on \(isa)")
    }
    compareTargets(
      isas.filter { $0 != isa }, from: poison, base: NativeTarget(isa), expected: once.arena)
  }

  /// Each instruction from the same arena on one target and on others.
  private func compareTargets(
    _ others: [ISA], from start: [UInt32], base: NativeTarget, expected: [UInt32]
  ) {
    var memory = PlanMemory(weights: weights, arena: start)
    for placed in function.instructions {
      var step = function
      step.instructions = [placed]
      let comparison = StepComparison(of: placed, in: function, from: memory)
      let (next, end) = result(of: step, from: memory, threads: 1, on: base)
      if end == nil {
        if comparison.isTold {
          for target in others.map({ NativeTarget($0) }) {
            let (found, _) = result(of: step, from: memory, threads: 1, on: target)
            comparison.demandSame((base.name, next), as: (target.name, found))
          }
          let reference = ReferenceStep(
            placed.instruction, of: function, weightBytes: 4 * weights.count)
          comparison.demandSame(
            (base.name, next), as: ("reference", reference.result(from: memory)))
        }
        comparison.demandZeroPadding(next)
      }
      memory.arena = next
      if end != nil { break }
    }
    for word in expected.indices {
      demand(
        memory.arena[word] == expected[word],
        "one by one, the instructions give something else in word \(word)")
    }
  }

  // MARK: Parts

  private mutating func inputs(isWild: Bool) -> [(view: View, words: [UInt32])] {
    function.inputs.map { item in
      (item.view, (0..<item.view.count).map { _ in word(for: item, isWild: isWild) })
    }
  }

  private mutating func word(for item: InterfaceItem, isWild: Bool) -> UInt32 {
    if isWild, random.once(in: 3) {
      guard random.once(in: 2) else { return UInt32(truncatingIfNeeded: random.next()) }
      guard item.view.dtype == .float32 else {
        return UInt32(bitPattern: random.one(of: [0, -1, .min, .max, 1 << 24, 1 << 24 + 1]))
      }
      let floats: [Float] = [
        0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 3e38, 0x1p31, -0x1p31,
        0x1p31 - 128, -0x1p31 - 256, 0.5,
      ]
      return random.one(of: floats).bitPattern
    }
    guard item.view.dtype == .float32 else {
      let number = item.rows > 0 ? random.below(item.rows) : random.below(19) - 9
      return UInt32(truncatingIfNeeded: number)
    }
    if item.rows > 0 { return Float(random.below(item.rows)).bitPattern }
    var (low, high): (Float, Float) = (-2, 2)
    if case .uniform(let a, let b) = item.distribution { (low, high) = (a, b) }
    return (low + (high - low) * Float(random.next() >> 40) * 0x1p-24).bitPattern
  }

  private func filled(_ arena: [UInt32], _ inputs: [(view: View, words: [UInt32])]) -> [UInt32] {
    var arena = arena
    for (view, words) in inputs {
      for (place, word) in zip(view.places(in: function.slots[view.slot]), words) {
        arena[place / 32] = word
      }
    }
    return arena
  }

  /// The weights with every bit turned over that no instruction reads.
  private func refilledWeights() -> [UInt32] {
    var read = [UInt32](repeating: 0, count: weights.count)
    for view in function.instructions.flatMap(\.instruction.operands)
    where function.slots[view.slot].kind == .weight {
      view.mark(&read, in: function.slots[view.slot], padding: false)
    }
    return zip(weights, read).map { $0 ^ ~$1 }
  }

  /// The arena after a run from given contents, and why it ended early, if it did: a number that
  /// should be a row of a table and is none.
  private func result(
    of function: PlanFunction, from memory: PlanMemory, threads: Int,
    on target: any ExecutionTarget
  ) -> (arena: [UInt32], end: RuntimeError?) {
    var plan = plan
    plan.functions = [function]
    let weights = PlanMemory.section(memory.weights)
    do {
      let executor = try target.executor(
        for: 0, of: LoadedPlan(plan: plan, weights: weights), within: Budget(threads: threads))
      try executor.store(memory.arena.map { Float(bitPattern: $0) }, into: everything)
      var end: RuntimeError?
      do throws(RuntimeError) { try executor.run() } catch {
        guard case .noSuchRow = error else { throw error }
        end = error
      }
      return (try executor.fetch(everything).map(\.bitPattern), end)
    } catch { fail("what the checker accepts cannot be prepared: \(error)") }
  }
}

/// A word in letters.
func hex(_ word: UInt32) -> String { "0x" + String(word, radix: 16) }
