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
    memory = try SystemMemory(
      byteCount: max(function.arenaBytes, Slot.alignment), inLargePages: true)
    unsafe base = unsafe memory.lend { unsafe $0 }
    slots = function.slots
    self.weights = weights
  }

  /// The address of a view.
  ///
  /// - Throws: `unsound` if an element lies outside the view's slot, if it is of another type than the
  ///   slot, or if it is to be written and its slot holds weights.
  func resolve(_ view: View, writing: Bool = false) throws(RuntimeError) -> ResolvedView {
    let start = try unsafe address(of: view, writing: writing)
    return unsafe ResolvedView(
      address: start, element: try KernelElement(view.dtype), dimensions: view.dimensions,
      strides: view.strides)
  }

  /// Gives the memory back that weights take which nothing reads for now.
  func release(_ view: View) {
    guard slots.indices.contains(view.slot), slots[view.slot].kind == .weight else { return }
    let slot = slots[view.slot]
    weights.release(slot.offset..<slot.offset + slot.byteCount)
  }

  /// The address of a view that is read, of float16 that of its widened copy.
  ///
  /// - Throws: `unsound` as for any view, and for float16 that is not widened.
  func resolve(
    _ view: View, _ transformed: TransformedWeights
  ) throws(RuntimeError) -> ResolvedView {
    let resolved = unsafe try resolve(view)
    guard view.dtype == .float16 else { return unsafe resolved }
    guard let wide = unsafe transformed.widened(slots[view.slot]) else {
      throw .unsound("slot \(view.slot) is not widened")
    }
    return unsafe ResolvedView(
      base: wide + view.offset, dimensions: view.dimensions, strides: view.strides)
  }

  /// Copies numbers, row-major, to where a view sees them, whole numbers where it is of int32;
  /// allocates nothing.
  ///
  /// - Throws: `wrongCount` unless there is one for each element; `notWhole` for a number that int32
  ///   does not have; `unsound` as `resolve` does.
  func store(_ elements: Span<Float>, into view: View) throws(RuntimeError) {
    let start = try unsafe address(of: view, writing: true)
    guard elements.count == view.count else {
      throw .wrongCount(expected: view.count, found: elements.count)
    }
    var position = 0
    if view.dtype == .int32 {
      for index in elements.indices where Int32(exactly: elements[index]) == nil {
        throw .notWhole(elements[index])
      }
      let integers = unsafe start.assumingMemoryBound(to: Int32.self)
      forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
        for i in 0..<count {
          unsafe integers[offset + i * stride] = Int32(elements[position + i])
        }
        position += count
      }
      return
    }
    guard view.dtype == .float32 else { throw .unsound("\(view.dtype) are not given") }
    let floats = unsafe start.assumingMemoryBound(to: Float.self)
    forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
      for i in 0..<count { unsafe floats[offset + i * stride] = elements[position + i] }
      position += count
    }
  }

  /// Copies what a view sees, row-major, as floats; allocates nothing.
  ///
  /// - Throws: `wrongCount` unless there is room for each element; `unsound` as `resolve` does.
  func fetch(_ view: View, into elements: inout MutableSpan<Float>) throws(RuntimeError) {
    let start = try unsafe address(of: view, writing: false)
    guard elements.count == view.count else {
      throw .wrongCount(expected: view.count, found: elements.count)
    }
    var position = 0
    switch view.dtype {
    case .float32:
      let floats = unsafe start.assumingMemoryBound(to: Float.self)
      forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
        for i in 0..<count { unsafe elements[position + i] = floats[offset + i * stride] }
        position += count
      }
    case .int32:
      let integers = unsafe start.assumingMemoryBound(to: Int32.self)
      forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
        for i in 0..<count { unsafe elements[position + i] = Float(integers[offset + i * stride]) }
        position += count
      }
    case .bits:
      let words = unsafe start.assumingMemoryBound(to: UInt16.self)
      forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
        for i in 0..<count {
          let (word, bit) = (offset + i * stride).quotientAndRemainder(dividingBy: DType.wordBits)
          unsafe elements[position + i] = Float(words[word] >> UInt16(bit) & 1)
        }
        position += count
      }
    case .float16, .bfloat16: throw .unsound("\(view.dtype) are not given away")
    }
  }

  /// The whole numbers that a view of int32 sees, row-major.
  ///
  /// - Throws: `unsound` as `resolve` does.
  func fetchIntegers(_ view: View) throws(RuntimeError) -> [Int32] {
    let start = try unsafe address(of: view, writing: false)
    guard view.dtype == .int32 else { throw .unsound("\(view.dtype) are no whole numbers") }
    let integers = unsafe start.assumingMemoryBound(to: Int32.self)
    var elements: [Int32] = []
    forEachRow(of: view, axis: 0, offset: 0) { offset, count, stride in
      for i in 0..<count { unsafe elements.append(integers[offset + i * stride]) }
    }
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
  ) throws(RuntimeError) -> UnsafeMutableRawPointer {
    guard slots.indices.contains(view.slot) else { throw .unsound("a view of no slot") }
    let slot = slots[view.slot]
    guard !writing || slot.kind != .weight else { throw .unsound("weights are read-only") }
    guard slot.kind == .weight || view.dtype.isComputed else {
      throw .unsound("\(view.dtype) are not computed")
    }
    guard view.lies(in: slot) else { throw .unsound("a view leaves slot \(view.slot)") }
    // A view without elements reads nothing: any address does.
    guard !view.dimensions.contains(0) else { return unsafe base }
    let start = slot.offset + view.offset / view.dtype.granule * view.dtype.granuleBytes
    guard slot.kind == .weight else { return unsafe base + start }
    guard let weightBase = unsafe weights.bytes.baseAddress else {
      throw .unsound("there are no weights")
    }
    return unsafe UnsafeMutableRawPointer(mutating: weightBase) + start
  }
}

extension KernelElement {
  /// What a plan says that elements are.
  ///
  /// - Throws: `unsound` for what nothing executes.
  init(_ dtype: DType) throws(RuntimeError) {
    switch dtype {
    case .float32: self = .float32
    case .int32: self = .int32
    case .bits: self = .bits
    case .float16: self = .float16
    case .bfloat16: throw .unsound("\(dtype) are not executed")
    }
  }
}
