internal import TGExecution
internal import TGKernels
internal import TGPlan
internal import TGTensor

/// The memory of one function: the arena for activations and states, zero at first, and the
/// weights. Its size is fixed for life.
///
/// Every view is held against its slot before it becomes an address or is copied.
@safe final class Arena {
  /// The bytes that are ours.
  var byteCount: Int { memory.byteCount }
  private let memory: SystemMemory
  private let base: UnsafeMutableRawPointer
  private let slots: [Slot]
  private let weights: WeightSection

  /// Takes memory from the system.
  ///
  /// - Throws: `unsound` if a slot lies outside its memory, `outOfMemory` if the system refuses.
  init(_ function: PlanFunction, weights: WeightSection) throws(RuntimeError) {
    try function.demandSoundSlots(weightBytes: weights.count)
    memory = try SystemMemory(byteCount: max(4 * function.arenaElements, 64))
    unsafe base = unsafe memory.lend { unsafe $0 }
    slots = function.slots
    self.weights = weights
  }

  /// The address of a view.
  ///
  /// - Throws: `unsound` if an element lies outside the view's slot, or if it is to be written and
  ///   its slot holds weights.
  func resolve(_ view: View, writing: Bool = false) throws(RuntimeError) -> ResolvedView {
    let start = try unsafe address(of: view, writing: writing)
    return unsafe ResolvedView(base: start, dimensions: view.dimensions, strides: view.strides)
  }

  /// Copies numbers, row-major, to where a view sees them; allocates nothing.
  ///
  /// - Throws: `wrongCount` unless there is one for each element; `unsound` as `resolve` does.
  func store(_ elements: Span<Float>, into view: View) throws(RuntimeError) {
    let start = try unsafe address(of: view, writing: true)
    guard elements.count == view.count else {
      throw .wrongCount(expected: view.count, found: elements.count)
    }
    var position = 0
    forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
      for i in 0..<count { unsafe start[offset + i * stride] = elements[position + i] }
      position += count
    }
  }

  /// Copies what a view sees, row-major; allocates nothing.
  ///
  /// - Throws: as `store` does.
  func fetch(_ view: View, into elements: inout MutableSpan<Float>) throws(RuntimeError) {
    let start = try unsafe address(of: view, writing: false)
    guard elements.count == view.count else {
      throw .wrongCount(expected: view.count, found: elements.count)
    }
    var position = 0
    forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
      for i in 0..<count { unsafe elements[position + i] = start[offset + i * stride] }
      position += count
    }
  }

  /// What a view sees, row-major.
  ///
  /// - Throws: `unsound` as `resolve` does.
  func fetch(_ view: View) throws(RuntimeError) -> [Float] {
    _ = try unsafe address(of: view, writing: false)
    var elements = [Float](repeating: 0, count: view.count)
    var span = elements.mutableSpan
    try fetch(view, into: &span)
    return elements
  }

  /// Calls `body` with offset, count and stride of each innermost row, in row-major order.
  private func forEachRow(
    of view: View, axis: Int, offset: Int, _ body: (Int, Int, Int) -> Void
  ) {
    if view.rank == 0 { return body(0, 1, 1) }
    if axis == view.rank - 1 { return body(offset, view.dimensions[axis], view.strides[axis]) }
    for i in 0..<view.dimensions[axis] {
      forEachRow(of: view, axis: axis + 1, offset: offset + i * view.strides[axis], body)
    }
  }

  private func address(
    of view: View, writing: Bool
  ) throws(RuntimeError) -> UnsafeMutablePointer<Float> {
    guard slots.indices.contains(view.slot) else { throw .unsound("a view of no slot") }
    let slot = slots[view.slot]
    guard !writing || slot.kind != .weight else { throw .unsound("weights are read-only") }
    guard view.lies(in: slot.count) else { throw .unsound("a view leaves slot \(view.slot)") }
    // A view without elements has no place: any address does.
    guard !view.dimensions.contains(0) else {
      return unsafe base.assumingMemoryBound(to: Float.self)
    }
    guard slot.kind == .weight else {
      return unsafe base.assumingMemoryBound(to: Float.self) + slot.offset + view.offset
    }
    guard let start = unsafe weights.bytes.baseAddress else {
      throw .unsound("there are no weights")
    }
    return unsafe UnsafeMutableRawPointer(mutating: start).assumingMemoryBound(to: Float.self)
      + slot.offset + view.offset
  }
}
