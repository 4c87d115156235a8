import TGExecution
import TGMachine
import TGPlan
import TGRuntime
import TGTensor
import Testing

/// Random numbers from a seed (SplitMix64).
struct Randomness: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// So many numbers of a range.
  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }
}

extension Randomness {
  /// So many numbers between -2 and 2.
  static func floats(_ count: Int, seed: UInt64) -> [Float] {
    var random = Randomness(seed: seed)
    return random.floats(count)
  }
}

/// How a tensor lies in memory.
enum Layout {
  /// Row-major without gaps.
  case dense
  /// Row-major, with gaps between rows of every axis but the last.
  case gaps
  /// Axes in a random order, with gaps.
  case shuffled
  /// Axis order from outermost to innermost in memory, without gaps.
  case order([Int])
}

/// A hand-written plan of one function, each slot between guards.
struct PlanBuilder {
  /// What the guards and everything not written hold.
  static let sentinel: Float = 7.25e11

  var function = PlanFunction(name: "test", batch: 1)
  private var weights: [Float] = []  // of int32 with the same bits
  private var guards: [Int] = []
  /// The first element of a guard that lies over the slot before it.
  private var guardStarts: [Int: Int] = [:]
  private var random: Randomness

  init(seed: UInt64 = 1) {
    random = Randomness(seed: seed)
    addGuard()
  }

  private mutating func addGuard() {
    guards.append(function.slots.count)
    function.slots.append(Slot(kind: .arena, offset: function.arenaBytes, count: 16))
    function.arenaBytes += 64
  }

  /// A slot for a tensor in the arena.
  mutating func allocate(
    _ dimensions: [Int], _ layout: Layout = .dense, kind: Slot.Kind = .arena,
    dtype: DType = .float32
  ) -> View {
    let (strides, count) = strides(dimensions, layout)
    let slot = function.slots.count
    let offset = function.arenaBytes
    function.slots.append(Slot(kind: kind, dtype: dtype, offset: offset, count: count))
    // A slot begins at a multiple of 64 bytes, the guard right behind this one: it lies over this one
    // and the line after it, and its first elements are this one's. A state shares its memory with none.
    let end = (offset + 4 * count + 63) / 64 * 64
    let start = kind == .state ? end : offset
    function.arenaBytes = end + 64
    guards.append(slot + 1)
    function.slots.append(
      Slot(kind: .arena, offset: start, count: (function.arenaBytes - start) / 4))
    guardStarts[slot + 1] = kind == .state ? 0 : count
    return View(slot: slot, dimensions: dimensions, strides: strides, dtype: dtype)
  }

  /// A slot of the same extents and strides as another.
  mutating func allocateLike(_ view: View) -> View {
    var copy = allocate([function.slots[view.slot].count])
    copy.dimensions = view.dimensions
    copy.strides = view.strides
    return copy
  }

  /// Constant numbers, row-major.
  mutating func constant(_ dimensions: [Int], _ elements: [Float]) -> View {
    constant(TensorType(.float32, Shape(dimensions)), elements)
  }

  /// Constant whole numbers, row-major.
  mutating func constant(_ dimensions: [Int], integers: [Int32]) -> View {
    constant(
      TensorType(.int32, Shape(dimensions)),
      integers.map { Float(bitPattern: UInt32(bitPattern: $0)) })
  }

  private mutating func constant(_ type: TensorType, _ elements: [Float]) -> View {
    let slot = function.slots.count
    function.slots.append(
      Slot(kind: .weight, dtype: type.dtype, offset: 4 * weights.count, count: elements.count))
    weights += elements
    weights += [Float](repeating: 0, count: (16 - weights.count % 16) % 16)
    return View(slot: slot, type: type)
  }

  private mutating func strides(_ dimensions: [Int], _ layout: Layout) -> ([Int], Int) {
    var order = Array(dimensions.indices)
    var gap = 0
    switch layout {
    case .dense: break
    case .gaps: gap = 3
    case .shuffled:
      order.shuffle(using: &random)
      gap = 2
    case .order(let given): order = given
    }
    var strides = [Int](repeating: 1, count: dimensions.count)
    var distance = 1
    for axis in order.reversed() {
      strides[axis] = distance
      distance *= max(1, dimensions[axis])
      distance += gap > 0 ? Int.random(in: 0...gap, using: &random) : 0
    }
    return (strides, max(1, distance))
  }

  mutating func add(_ instruction: Instruction, label: String = "", macs: Int = 0) {
    function.instructions.append(
      PlacedInstruction(instruction, label: label, source: "test.tgraph:1", macs: macs))
  }

  /// An executor of the function, everything in its arena set to the sentinel.
  func executor(
    threads: Int = 1, isa: ISA = .best(), memoryLimit: Int? = nil
  ) throws -> any PlanExecutor {
    try executor(on: NativeTarget(isa), within: Budget(threads: threads, memory: memoryLimit))
  }

  /// The same on any target.
  func executor(
    on target: any ExecutionTarget, within budget: Budget
  ) throws -> any PlanExecutor {
    var plan = Plan(name: "test")
    plan.functions = [function]
    plan.weightBytes = weights.count * 4
    let section = try #require(WeightSection(elements: weights))
    let executor = try target.executor(
      for: 0, of: LoadedPlan(plan: plan, weights: section), within: budget)
    for (index, slot) in function.slots.enumerated()
    where slot.kind == .arena && slot.dtype == .float32 {
      try executor.store(
        [Float](repeating: Self.sentinel, count: slot.count),
        into: View(slot: index, shape: [slot.count]))
    }
    return executor
  }

  /// True if nothing was written to guards, nor to an element of `view`'s slot that it does not see.
  func isUntouched(around view: View, in executor: any PlanExecutor) throws -> Bool {
    for slot in guards {
      let count = function.slots[slot].count
      let elements = try executor.fetch(View(slot: slot, shape: [count]))
      let own = elements.dropFirst(guardStarts[slot] ?? 0)
      if own.contains(where: { $0 != Self.sentinel }) { return false }
    }
    let count = function.slots[view.slot].count
    var elements = try executor.fetch(View(slot: view.slot, shape: [count]))
    for position in StridedOrder(
      dimensions: view.dimensions, strides: view.strides, offset: view.offset)
    {
      elements[position] = Self.sentinel
    }
    return elements.allSatisfy { $0 == Self.sentinel }
  }
}

/// The largest difference, against 1 or a tenth of the largest number.
func relativeDifference(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  let scale = max(1, (b.map(\.magnitude).max() ?? 0) / 10)
  var worst = 0.0
  for (x, y) in zip(a, b) {
    if Double(x) == y || (x.isNaN && y.isNaN) { continue }
    let difference = abs(Double(x) - y) / scale
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  return worst
}

/// Every index of a box, row-major.
func indices(_ dimensions: [Int]) -> [[Int]] {
  dimensions.reduce([[]]) { prefixes, extent in
    prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
}

/// The row-major position of an index.
func position(_ index: [Int], _ dimensions: [Int]) -> Int {
  zip(index, dimensions).reduce(0) { $0 * $1.1 + $1.0 }
}
