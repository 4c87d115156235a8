import TGPlan
import TGTensor

/// A sound plan of one to five instructions of any kind, with odd extents, strides, gaps, broadcasts,
/// operands shared and overwritten in place, and memory used again.
struct SoundPlan {
  /// Places that have been written, all of them, and what is known of them.
  struct Value {
    /// Every place from `view.offset` to `view.offset + count - 1` of its slot was written; 0 if the
    /// places of the view lie scattered.
    var count: Int
    var view: View
  }

  var random: Random
  private(set) var function = PlanFunction(name: "f", batch: 1)
  private(set) var weights: [Float] = []
  /// What later instructions may read.
  private(set) var values: [Value] = []
  /// Memory of slots that are read no more.
  private var free: [(offset: Int, count: Int)] = []

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
    for number in maker.weights { weights.append(littleEndian: number.bitPattern) }
    let encoder = PlanEncoder(plan)
    return PlanSections(weights: weights, texts: encoder.texts, message: encoder.bytes).file
  }

  private mutating func make() {
    for number in 0...random.below(5) {
      let instruction = instruction()
      function.instructions.append(
        PlacedInstruction(
          instruction, label: "step \(number)", source: "sound.tgraph:\(number + 1)",
          macs: instruction.macs))
      if random.once(in: 3) { retire() }
    }
    for (number, value) in values.suffix(1 + random.below(3)).enumerated() {
      function.outputs.append(InterfaceItem(name: "y\(number)", kind: .tensor, view: value.view))
    }
    function.arenaBytes = function.requiredArenaBytes ?? 0
    function.macs = function.requiredMacs ?? 0
  }

  /// Gives the memory of a value back that nothing reads from now on.
  private mutating func retire() {
    guard values.count > 1 else { return }
    let slot = values[random.below(values.count - 1)].view.slot
    guard values.last?.view.slot != slot else { return }
    values.removeAll { $0.view.slot == slot }
    free.append((function.slots[slot].offset, function.slots[slot].count))
  }

  // MARK: Memory

  /// A slot of so many elements, now and then where another was.
  private mutating func slot(_ count: Int) -> Int {
    var offset = (function.requiredArenaBytes ?? 0) + 16 * random.below(2)
    let fitting = free.indices.filter { free[$0].count >= count }
    if !fitting.isEmpty, random.once(in: 2) {
      let place = random.one(of: fitting)
      offset = free[place].offset
      free.remove(at: place)
    }
    function.slots.append(Slot(kind: .arena, offset: offset, count: count))
    return function.slots.count - 1
  }

  /// Strides for extents: axes in any order, `innermostOne` keeps the last axis at 1, `gaps` leaves
  /// room between rows, `repeats` lets axes stand still.
  private mutating func strides(
    _ extents: [Int], innermostOne: Bool, gaps: Bool, repeats: Bool
  ) -> (strides: [Int], span: Int) {
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
    }
    var span = 1
    for (extent, stride) in zip(extents, strides) { span += (extent - 1) * stride }
    return (strides, span)
  }

  /// A place for a result; it may be read from now on if `add` is called for it.
  mutating func result(_ extents: [Int], innermostOne: Bool = false) -> View {
    let gaps = random.once(in: 3)
    let (strides, span) = strides(
      extents, innermostOne: innermostOne, gaps: gaps, repeats: false)
    let offset = gaps ? random.below(4) : 0
    let slot = slot(offset + span + (gaps ? random.below(4) : 0))
    return View(slot: slot, offset: offset, dimensions: extents, strides: strides)
  }

  /// Lets later instructions read a result.
  mutating func add(_ view: View) {
    let isDense = view.last - view.offset + 1 == view.count
    values.append(Value(count: isDense ? view.count : 0, view: view))
  }

  /// Something to read: a value written before, a weight, or a new input.
  mutating func operand(_ extents: [Int], innermostOne: Bool = false, repeats: Bool = true) -> View
  {
    for _ in 0..<2 where !values.isEmpty && random.below(3) > 0 {
      let value = random.one(of: values)
      if value.view.dimensions == extents, !innermostOne || isPicture(value.view) {
        return value.view
      }
      let (strides, span) = strides(
        extents, innermostOne: innermostOne, gaps: random.once(in: 3), repeats: repeats)
      guard span <= value.count else { continue }
      return View(
        slot: value.view.slot, offset: value.view.offset + random.below(value.count - span + 1),
        dimensions: extents, strides: strides)
    }
    if random.once(in: 4) {
      let (strides, span) = strides(
        extents, innermostOne: innermostOne, gaps: false, repeats: repeats)
      return View(slot: weight(numbers(span)).slot, dimensions: extents, strides: strides)
    }
    return input(extents, innermostOne: innermostOne, kind: .uniform(low: -2, high: 2))
  }

  /// A new input; of ids with the number of rows that they are for.
  mutating func input(
    _ extents: [Int], innermostOne: Bool, kind: InterfaceItem.Kind, rows: Int = 0
  ) -> View {
    // Inputs are written first, so they cannot lie where something was.
    let kept = free
    free = []
    let view = result(extents, innermostOne: innermostOne)
    free = kept
    var item = InterfaceItem(name: "x\(function.inputs.count)", kind: kind, view: view)
    item.rows = rows
    function.inputs.append(item)
    add(view)
    return view
  }

  /// A constant tensor, contiguous.
  mutating func weight(_ elements: [Float]) -> View {
    function.slots.append(Slot(kind: .weight, offset: weights.count, count: elements.count))
    weights += elements
    // What lies between tensors is poison: nobody may read it.
    while weights.count % 16 != 0 { weights.append(.nan) }
    return View(slot: function.slots.count - 1, shape: [elements.count])
  }

  /// So many numbers between -1 and 1.
  mutating func numbers(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int32(truncatingIfNeeded: random.next())) * 0x1p-31 }
  }

  private func isPicture(_ view: View) -> Bool {
    view.rank > 0 && (view.strides[view.rank - 1] == 1 || view.dimensions[view.rank - 1] == 1)
  }
}
