internal import TGTensor

/// The check of one function.
struct FunctionCheck {
  /// What is checked.
  let function: PlanFunction
  /// The size of the weight section.
  let weightBytes: Int
  /// The names of the plan's tokenizers.
  let texts: Set<String>
  /// The most of everything.
  let limits: PlanLimits
  /// The slots that prepared values lie in.
  let preparedSlots: Set<Int>

  /// Readies the check of a function.
  init(function: PlanFunction, weightBytes: Int, texts: Set<String>, limits: PlanLimits) {
    self.function = function
    self.weightBytes = weightBytes
    self.texts = texts
    self.limits = limits
    preparedSlots = Set(function.prepared.map(\.view.slot))
  }

  /// Checks all of the function.
  ///
  /// - Throws: `PlanError` with its location.
  func run() throws(PlanError) {
    do {
      try checkFrame()
    } catch {
      throw FunctionCheck.at(nil, of: function, error)
    }
    var totals = Totals()
    for (index, placed) in function.instructions.enumerated() {
      do {
        try check(placed, &totals)
      } catch {
        throw FunctionCheck.at(index, of: function, error)
      }
    }
    do {
      try checkTotals(totals)
      try checkItems(function.inputs, role: .input)
      try checkItems(function.prepared, role: .prepared)
      try checkItems(function.outputs, role: .output)
    } catch {
      throw FunctionCheck.at(nil, of: function, error)
    }
    try checkLifetimes()
  }

  /// The error with its location.
  static func at(_ index: Int?, of function: PlanFunction, _ error: PlanError) -> PlanError {
    var error = error
    var location = PlanError.Location(
      function: function.name, batch: function.batch, item: error.location?.item)
    if let index, index < function.instructions.count {
      location.instruction = index
      location.label = function.instructions[index].label
      location.source = function.instructions[index].source
    }
    error.location = location
    return error
  }

  private func checkFrame() throws(PlanError) {
    guard function.name.utf8.count <= limits.nameBytes else {
      throw PlanError(.limit(.nameBytes, function.name.utf8.count, limits.nameBytes))
    }
    guard PlanName.isIdentifier(function.name) else {
      throw PlanError(.name(.function, function.name))
    }
    guard function.batch >= 1, function.batch <= limits.extent else {
      throw PlanError(.batch(function.batch))
    }
    let items = function.inputs.count + function.prepared.count + function.outputs.count
    guard items <= limits.items else { throw PlanError(.limit(.items, items, limits.items)) }
    try checkSlots()
  }

  private func checkSlots() throws(PlanError) {
    let weights = function.slots.count { $0.kind == .weight }
    guard weights <= limits.weightTensors else {
      throw PlanError(.limit(.weightTensors, weights, limits.weightTensors))
    }
    guard function.arenaBytes <= limits.bytes else {
      throw PlanError(.limit(.bytes, function.arenaBytes, limits.bytes))
    }
    for (index, slot) in function.slots.enumerated() {
      guard slot.offset >= 0, slot.offset % Slot.alignment == 0 else {
        throw PlanError(.slot(index, .misaligned(slot.offset)))
      }
      guard slot.count >= 1 else { throw PlanError(.slot(index, .empty(slot.count))) }
      guard slot.kind == .weight ? slot.dtype.isStored : slot.dtype.isComputed else {
        throw PlanError(.slot(index, .dtype(slot.dtype)))
      }
      let size = slot.kind == .weight ? weightBytes : function.arenaBytes
      let end = slot.dtype.bytes(of: slot.count).flatMap { slot.offset.adding($0) }
      guard let end, end <= size else {
        throw PlanError(.slot(index, .outside(slot.kind, end: end, size: size)))
      }
    }
    guard let arena = function.requiredArenaBytes, arena == function.arenaBytes else {
      throw PlanError(
        .arena(declared: function.arenaBytes, actual: function.requiredArenaBytes ?? .max))
    }
  }

  /// Sums over the instructions; nil if they do not fit.
  private struct Totals {
    var macs: Int? = 0
    var work: Int? = 0
  }

  private func check(_ placed: PlacedInstruction, _ totals: inout Totals) throws(PlanError) {
    var fields = FieldCheck(self)
    var kind = placed.instruction.kind
    try kind.visit(&fields)
    try kind.check(limits: limits)
    try checkOverlaps(fields.views)
    guard let macs = kind.checkedMacs else { throw PlanError(.rule(.workOverflow)) }
    guard placed.macs == macs else {
      throw PlanError(.macs(declared: placed.macs, actual: macs))
    }
    totals.macs = totals.macs?.adding(macs)
    totals.work = kind.checkedWork(of: fields.views).flatMap { totals.work?.adding($0) }
  }

  /// Checks that nothing is written over what the same instruction still has to read.
  private func checkOverlaps(_ views: [NamedView]) throws(PlanError) {
    for output in views where output.access == .written {
      for operand in views where operand.access != .written {
        guard
          operand.view.slot != output.view.slot
            || (operand.access == .readInPlace && operand.view == output.view)
            || operand.view.isDisjoint(from: output.view)
        else { throw PlanError(.view(.output, .overlaps(operand.role))) }
      }
    }
  }

  /// A view inside its slot.
  func checkView(_ view: View, _ role: ViewRole) throws(PlanError) {
    func failure(_ fault: ViewFault) -> PlanError { PlanError(.view(role, fault)) }
    guard function.slots.indices.contains(view.slot) else {
      throw failure(.unknownSlot(view.slot, slots: function.slots.count))
    }
    guard view.dimensions.count == view.strides.count else {
      throw failure(.ranksDiffer(extents: view.dimensions.count, strides: view.strides.count))
    }
    guard view.dimensions.count <= limits.rank else {
      throw failure(.rank(view.dimensions.count, expected: limits.rank))
    }
    guard view.offset >= 0, view.offset <= limits.elements else {
      throw failure(.stride(view.offset))
    }
    var last: Int? = view.offset
    for (extent, stride) in zip(view.dimensions, view.strides) {
      guard extent >= 1, extent <= limits.extent else { throw failure(.extent(extent)) }
      guard stride >= 0, stride <= limits.elements else { throw failure(.stride(stride)) }
      last = (extent - 1).multiplying(stride).flatMap { last?.adding($0) }
    }
    let (count, dtype) = (function.slots[view.slot].count, function.slots[view.slot].dtype)
    guard view.dtype == dtype else { throw failure(.dtype(view.dtype, expected: [dtype])) }
    guard let last, last < count else { throw failure(.outsideSlot(last: last, count: count)) }
    guard Int.product(view.dimensions) != nil else {
      throw failure(.outsideSlot(last: nil, count: count))
    }
    try view.checkRowsOfBits(role)
  }

  private func checkTotals(_ totals: Totals) throws(PlanError) {
    guard let macs = totals.macs else { throw PlanError(.rule(.workOverflow)) }
    guard function.macs == macs else {
      throw PlanError(.macs(declared: function.macs, actual: macs))
    }
    guard let work = totals.work else { throw PlanError(.rule(.workOverflow)) }
    guard work <= limits.work else { throw PlanError(.limit(.work, work, limits.work)) }
  }

  private func checkLifetimes() throws(PlanError) {
    let lifetimes = SlotLifetimes(of: function)
    if let unwritten = lifetimes.unwritten {
      throw FunctionCheck.at(
        unwritten.instruction, of: function,
        PlanError(.readBeforeWrite(unwritten.role, slot: unwritten.slot)))
    }
    if let conflict = lifetimes.conflict(in: function) {
      throw FunctionCheck.at(
        nil, of: function, PlanError(.slotsOverlap(conflict.first, conflict.second)))
    }
  }
}
