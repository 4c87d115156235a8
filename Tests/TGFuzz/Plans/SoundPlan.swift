import TGPlan
import TGTensor

/// A sound plan of some instructions of any kind on floats, whole numbers and bits, with odd extents,
/// strides, gaps, broadcasts, operands shared and overwritten in place, results made of parts, and
/// memory used again.
struct SoundPlan {
  /// Places that have been written, all of them, and what is known of them.
  struct Value {
    /// Every element from `view.offset` to `view.offset + count - 1` of its slot was written, those
    /// that pad rows of bits too; 0 if the elements of the view lie scattered.
    var count: Int
    var view: View
  }

  var random: Random
  private(set) var function = PlanFunction(name: "f", batch: 1)
  /// The words of 4 bytes of the weight section.
  private(set) var weights: [UInt32] = []
  /// What later instructions may read.
  private(set) var values: [Value] = []
  /// Memory of slots that are read no more.
  private var free: [(offset: Int, bytes: Int)] = []

  /// The bytes of a plan file.
  static func file(_ random: inout Random) -> [UInt8] {
    var maker = SoundPlan(random: random)
    maker.make()
    random = maker.random
    var plan = Plan(name: "sound")
    plan.functions = [maker.function]
    plan.weightBytes = maker.weights.count * 4
    var weights: [UInt8] = []
    weights.reserveCapacity(plan.weightBytes)
    for word in maker.weights { weights.append(littleEndian: word) }
    let encoder = PlanEncoder(plan)
    return PlanSections(weights: weights, texts: encoder.texts, message: encoder.bytes).file
  }

  private mutating func make() {
    for _ in 0...random.below(5) {
      append(instruction())
      if random.once(in: 3) { retire() }
    }
    if values.allSatisfy({ $0.view.dtype == .bits }) {
      append(.map(PointwiseMap(program: program(0), operands: [], output: result([2]))))
    }
    let given = values.filter { $0.view.dtype != .bits }
    for (number, value) in given.suffix(1 + random.below(3)).enumerated() {
      function.outputs.append(InterfaceItem(name: "y\(number)", kind: .tensor, view: value.view))
    }
    function.arenaBytes = function.requiredArenaBytes ?? 0
    function.macs = function.requiredMacs ?? 0
  }

  /// Adds an instruction, whose result may be read from now on unless it is a part of one.
  mutating func append(_ instruction: Instruction, isPart: Bool = false) {
    let number = function.instructions.count
    function.instructions.append(
      PlacedInstruction(
        instruction, label: "step \(number)", source: "sound.tgraph:\(number + 1)",
        macs: instruction.macs))
    // A map in place has written over a value that is known already.
    if !isPart, !values.contains(where: { $0.view == instruction.output }) {
      add(instruction.output)
    }
  }

  /// Gives the memory of a value back that nothing reads from now on.
  private mutating func retire() {
    guard values.count > 1 else { return }
    let slot = values[random.below(values.count - 1)].view.slot
    guard values.last?.view.slot != slot else { return }
    values.removeAll { $0.view.slot == slot }
    free.append((function.slots[slot].offset, function.slots[slot].byteCount))
  }

  // MARK: Memory

  /// A slot of so many elements, now and then where another was.
  private mutating func slot(_ count: Int, _ dtype: DType) -> Int {
    var slot = Slot(
      kind: .arena, dtype: dtype,
      offset: (function.requiredArenaBytes ?? 0) + Slot.alignment * random.below(2), count: count)
    let fitting = free.indices.filter { free[$0].bytes >= slot.byteCount }
    if !fitting.isEmpty, random.once(in: 2) {
      let place = random.one(of: fitting)
      slot.offset = free[place].offset
      free.remove(at: place)
    }
    function.slots.append(slot)
    return function.slots.count - 1
  }

  /// Strides for extents: axes in any order, `innermostOne` keeps the last axis at 1, `gaps` leaves
  /// room between rows, `repeats` lets axes stand still. Rows of bits begin with a word.
  private mutating func strides(
    _ extents: [Int], _ dtype: DType, innermostOne: Bool, gaps: Bool, repeats: Bool
  ) -> (strides: [Int], span: Int) {
    let innermostOne = innermostOne || dtype == .bits
    var order = Array(extents.indices)
    let free = innermostOne ? max(0, order.count - 1) : order.count
    if free > 1, random.once(in: 2) {
      for place in (1..<free).reversed() { order.swapAt(place, random.below(place + 1)) }
    }
    var strides = [Int](repeating: 0, count: extents.count)
    var distance = 1
    for axis in order.reversed() {
      let isFixed = innermostOne && axis == extents.count - 1
      if repeats, !isFixed, random.once(in: 6) { continue }
      strides[axis] = distance
      distance *= extents[axis]
      if gaps, random.once(in: 4) { distance += 1 + random.below(5) }
      distance = dtype.padded(distance)
    }
    var span = 1
    for (extent, stride) in zip(extents, strides) { span += (extent - 1) * stride }
    return (strides, span)
  }

  /// A place for a result; it may be read from now on if `add` is called for it.
  mutating func result(
    _ extents: [Int], _ dtype: DType = .float32, innermostOne: Bool = false
  ) -> View {
    let gaps = random.once(in: 3)
    let (strides, span) = strides(
      extents, dtype, innermostOne: innermostOne, gaps: gaps, repeats: false)
    let offset = gaps ? dtype.granule * random.below(4) : 0
    var count = offset + span + (gaps ? random.below(4) : 0)
    // What pads the last row need not belong to the slot's elements, but its bytes do.
    if random.once(in: 2) { count = dtype.padded(count) }
    return View(
      slot: slot(count, dtype), offset: offset, dimensions: extents, strides: strides, dtype: dtype)
  }

  /// Lets later instructions read a result.
  mutating func add(_ view: View) {
    let row = view.dimensions.last ?? 1
    let reach = view.dtype.padded(view.last - view.offset + 1)
    let isDense = reach == view.count / row * view.dtype.padded(row)
    let count = min(reach, function.slots[view.slot].count - view.offset)
    values.append(Value(count: isDense ? count : 0, view: view))
  }

  /// Something to read: a value written before, a weight, a new input, or what a new instruction makes.
  mutating func operand(
    _ extents: [Int], _ dtype: DType = .float32, innermostOne: Bool = false, repeats: Bool = true
  ) -> View {
    for _ in 0..<2 where random.below(3) > 0 {
      let candidates = values.filter { $0.view.dtype == dtype }
      guard !candidates.isEmpty else { break }
      let value = random.one(of: candidates)
      if value.view.dimensions == extents, !innermostOne || isPicture(value.view) {
        return value.view
      }
      let (strides, span) = strides(
        extents, dtype, innermostOne: innermostOne, gaps: random.once(in: 3), repeats: repeats)
      guard span <= value.count else { continue }
      let places = (value.count - span) / dtype.granule + 1
      return View(
        slot: value.view.slot, offset: value.view.offset + dtype.granule * random.below(places),
        dimensions: extents, strides: strides, dtype: dtype)
    }
    if random.once(in: 4) {
      return constant(extents, dtype, innermostOne: innermostOne, repeats: repeats)
    }
    if dtype == .bits || dtype == .int32 && random.once(in: 3) {
      let made = dtype == .bits ? maskPacking(extents) : conversion(extents)
      append(made)
      return made.output
    }
    return input(
      extents, dtype, innermostOne: innermostOne,
      kind: dtype == .int32 ? .tensor : .uniform(low: -2, high: 2))
  }

  /// Something to read where weights may be float16.
  mutating func stored(_ extents: [Int]) -> View {
    random.once(in: 4)
      ? constant(extents, .float16, innermostOne: false, repeats: true) : operand(extents)
  }

  /// A weight, strided.
  private mutating func constant(
    _ extents: [Int], _ dtype: DType, innermostOne: Bool, repeats: Bool
  ) -> View {
    let (strides, span) = strides(
      extents, dtype, innermostOne: innermostOne, gaps: false, repeats: repeats)
    return View(
      slot: weight(numbers(span, dtype)).slot, dimensions: extents, strides: strides, dtype: dtype)
  }

  /// A new input; of ids with the number of rows that they are for.
  mutating func input(
    _ extents: [Int], _ dtype: DType = .float32, innermostOne: Bool = false,
    kind: InterfaceItem.Kind, rows: Int = 0
  ) -> View {
    // Inputs are written first, so they cannot lie where something was.
    let kept = free
    free = []
    let view = result(extents, dtype, innermostOne: innermostOne)
    free = kept
    var item = InterfaceItem(name: "x\(function.inputs.count)", kind: kind, view: view)
    item.rows = rows
    function.inputs.append(item)
    add(view)
    return view
  }

  /// Numbers of a type, as they lie in memory.
  struct Numbers {
    var words: [UInt32]
    var count: Int
    var dtype: DType

    /// Makes an element of float32 or float16 a zero.
    mutating func clear(_ index: Int) {
      let bit = index * dtype.bitWidth
      let ones = UInt32.max >> UInt32(32 - dtype.bitWidth)
      words[bit / 32] &= ~(ones << UInt32(bit % 32))
    }
  }

  /// A constant tensor, contiguous.
  mutating func weight(_ numbers: Numbers) -> View {
    function.slots.append(
      Slot(kind: .weight, dtype: numbers.dtype, offset: 4 * weights.count, count: numbers.count))
    weights += numbers.words
    // What lies between tensors is poison: nobody may read it.
    while weights.count % 16 != 0 { weights.append(Float.nan.bitPattern) }
    return View(
      slot: function.slots.count - 1, dimensions: [numbers.count], strides: [1],
      dtype: numbers.dtype)
  }

  /// So many numbers: floats between -1 and 1 or small whole ones, whole numbers, bits.
  mutating func numbers(_ count: Int, _ dtype: DType = .float32) -> Numbers {
    let isWild = random.once(in: 3)
    let words: [UInt32]
    switch dtype {
    case .bits:
      words = (0..<(count + 31) / 32).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    case .int32:
      words = (0..<count).map { _ in
        isWild
          ? UInt32(truncatingIfNeeded: random.next())
          : UInt32(bitPattern: Int32(random.below(19) - 9))
      }
    case .float16:
      words = (0..<(count + 1) / 2).map { _ in
        let (low, high) = (Float16(number(isWild)).bitPattern, Float16(number(isWild)).bitPattern)
        return UInt32(low) | UInt32(high) << 16
      }
    default: words = (0..<count).map { _ in number(isWild).bitPattern }
    }
    return Numbers(words: words, count: count, dtype: dtype)
  }

  private mutating func number(_ isWild: Bool) -> Float {
    let number = Float(Int32(truncatingIfNeeded: random.next())) * 0x1p-31
    return isWild ? (9 * number).rounded() : number
  }

  private func isPicture(_ view: View) -> Bool {
    view.rank > 0 && (view.strides[view.rank - 1] == 1 || view.dimensions[view.rank - 1] == 1)
  }
}

extension DType {
  /// The elements of whole granules.
  func padded(_ count: Int) -> Int { (count + granule - 1) / granule * granule }
}
