import TGKernels

/// Page-aligned float memory for the kernels that are measured.
@safe final class BenchMemory {
  /// The first element.
  @unsafe let base: UnsafeMutablePointer<Float>

  /// Memory of small numbers without a pattern that caches could profit from.
  init(count: Int) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 4096)
    unsafe base = raw.bindMemory(to: Float.self, capacity: count)
    for index in 0..<count {
      let bits = UInt32(truncatingIfNeeded: index) &* 2_654_435_761 >> 16
      unsafe (base + index).initialize(to: Float(bits) / 65536 - 0.5)
    }
  }

  deinit { unsafe base.deallocate() }

  /// A view of the memory.
  func view(_ dimensions: [Int], strides: [Int]) -> ResolvedView {
    unsafe ResolvedView(base: base, dimensions: dimensions, strides: strides)
  }

  /// The row-major view.
  func view(_ dimensions: [Int]) -> ResolvedView {
    var strides = [Int](repeating: 1, count: dimensions.count)
    for axis in stride(from: dimensions.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return unsafe view(dimensions, strides: strides)
  }
}
