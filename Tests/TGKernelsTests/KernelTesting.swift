import TGKernels
import Testing

/// Float memory for kernels, 64-byte aligned, with guard elements around it.
@safe final class FloatMemory {
  let count: Int
  private let memory: UnsafeMutableBufferPointer<Float>
  private static let guardCount = 32
  private static let guardValue: Float = 7.25e11

  /// Memory that holds the given numbers.
  init(_ elements: [Float]) {
    count = elements.count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: (count + 2 * FloatMemory.guardCount) * 4, alignment: 64)
    unsafe memory = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: count + 2 * FloatMemory.guardCount),
      count: count + 2 * FloatMemory.guardCount)
    unsafe memory.initialize(repeating: FloatMemory.guardValue)
    for (index, element) in elements.enumerated() {
      unsafe memory[FloatMemory.guardCount + index] = element
    }
  }

  /// Memory that holds words of 16 bits, in pairs; the last may be `padding`.
  convenience init(words: [UInt16]) {
    let padded = words + [UInt16](repeating: Self.padding, count: words.count % 2)
    self.init(
      stride(from: 0, to: padded.count, by: 2).map {
        Float(bitPattern: UInt32(padded[$0]) | UInt32(padded[$0 + 1]) << 16)
      })
  }

  /// What makes a number of words even.
  static let padding: UInt16 = 0xabcd

  /// Memory that holds whole numbers.
  convenience init(integers: [Int32]) {
    self.init(integers.map { Float(bitPattern: UInt32(bitPattern: $0)) })
  }

  deinit { unsafe memory.deallocate() }

  /// The numbers now.
  var elements: [Float] {
    (0..<count).map { unsafe memory[FloatMemory.guardCount + $0] }
  }

  /// The words of 16 bits now.
  var words: [UInt16] {
    elements.flatMap { element in
      [
        UInt16(truncatingIfNeeded: element.bitPattern),
        UInt16(truncatingIfNeeded: element.bitPattern >> 16),
      ]
    }
  }

  /// False if a kernel has written outside.
  var guardsAreWhole: Bool {
    let before = (0..<FloatMemory.guardCount).allSatisfy {
      unsafe memory[$0] == FloatMemory.guardValue
    }
    let after = (0..<FloatMemory.guardCount).allSatisfy {
      unsafe memory[FloatMemory.guardCount + count + $0] == FloatMemory.guardValue
    }
    return before && after
  }

  /// A view into the memory.
  func view(_ dimensions: [Int], _ strides: [Int], offset: Int = 0) -> ResolvedView {
    unsafe ResolvedView(
      base: memory.baseAddress! + FloatMemory.guardCount + offset, dimensions: dimensions,
      strides: strides)
  }

  /// A view of bits.
  func bits(_ dimensions: [Int], _ strides: [Int]) -> ResolvedView {
    unsafe typed(.bits, dimensions, strides)
  }

  /// A view of floats of 16 bits.
  func halves(_ dimensions: [Int], _ strides: [Int]) -> ResolvedView {
    unsafe typed(.float16, dimensions, strides)
  }

  /// A view of whole numbers.
  func integers(_ dimensions: [Int], _ strides: [Int]) -> ResolvedView {
    unsafe typed(.int32, dimensions, strides)
  }

  private func typed(
    _ element: KernelElement, _ dimensions: [Int], _ strides: [Int]
  ) -> ResolvedView {
    unsafe ResolvedView(
      address: memory.baseAddress! + FloatMemory.guardCount, element: element,
      dimensions: dimensions, strides: strides)
  }

  /// The row-major view.
  func view(_ dimensions: [Int]) -> ResolvedView {
    unsafe view(dimensions, rowMajor(dimensions))
  }
}

/// Row-major strides.
func rowMajor(_ dimensions: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: dimensions.count)
  for axis in stride(from: dimensions.count - 2, through: 0, by: -1) {
    strides[axis] = strides[axis + 1] * dimensions[axis + 1]
  }
  return strides
}

/// Every index of a box, row-major.
func indices(_ dimensions: [Int]) -> [[Int]] {
  dimensions.reduce([[]]) { prefixes, extent in
    prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
}

/// Runs all tiles of a call, in the given order or backwards, with a workspace full of NaN.
func run(_ call: KernelCall, backwards: Bool = false) {
  let workspace = UnsafeMutableRawPointer.allocate(
    byteCount: call.workspaceBytes + 64, alignment: 64)
  defer { unsafe workspace.deallocate() }
  let order = backwards ? Array((0..<call.tileCount).reversed()) : Array(0..<call.tileCount)
  for tile in order {
    unsafe workspace.initializeMemory(
      as: UInt8.self, repeating: 0xff, count: call.workspaceBytes + 64)
    unsafe call.run(tile: tile, workspace: workspace)
    let end = unsafe workspace.loadUnaligned(
      fromByteOffset: call.workspaceBytes, as: UInt64.self)
    #expect(end == UInt64.max, "a kernel writes past its workspace")
  }
}

/// A seeded generator, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &+ 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Numbers in -1 ..< 1.
  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1..<1, using: &self) * scale }
  }
}
