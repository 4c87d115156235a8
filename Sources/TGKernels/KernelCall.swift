package import CTGKernels

/// What lies at an address.
package enum KernelElement: Hashable, Sendable {
  /// Floats of 32 bits.
  case float32
  /// Floats of 16 bits.
  case float16
  /// Whole numbers of 32 bits with a sign.
  case int32
  /// Truths, 16 neighbours to a word of 16 bits, the first in the lowest bit; every row begins with a
  /// word.
  case bits

  /// The same for C.
  var code: tg_element {
    switch self {
    case .float32: TG_FLOAT32
    case .float16: TG_FLOAT16
    case .int32: TG_INT32
    case .bits: TG_BITS
    }
  }
}

/// A view whose slot has an address: where each element lies in memory.
///
/// The memory outlives every `KernelCall` made from it. Weights may be mapped read-only; only views
/// that a kernel names as its output are written.
@unsafe package struct ResolvedView {
  /// The first element (the view's offset is already added).
  package var address: UnsafeMutableRawPointer
  /// What lies there.
  package var element: KernelElement
  /// The extents, outermost first.
  package var dimensions: [Int]
  /// The distance between neighbours along each axis, in elements; 0 where it is broadcast.
  package var strides: [Int]

  /// Makes a view of rank at most 8 with as many strides as extents.
  package init(
    address: UnsafeMutableRawPointer, element: KernelElement, dimensions: [Int], strides: [Int]
  ) {
    precondition(dimensions.count == strides.count, "a view has a stride for each extent")
    precondition(dimensions.count <= Int(TG_MAX_RANK), "a view has at most 8 axes")
    unsafe self.address = unsafe address
    unsafe self.element = element
    unsafe self.dimensions = dimensions
    unsafe self.strides = strides
  }

  /// Makes a view of floats.
  package init(base: UnsafeMutablePointer<Float>, dimensions: [Int], strides: [Int]) {
    unsafe self.init(
      address: base, element: .float32, dimensions: dimensions, strides: strides)
  }

  /// The first of its floats; traps if it holds something else.
  package var base: UnsafeMutablePointer<Float> {
    unsafe precondition(element == .float32, "a view of floats")
    return unsafe address.assumingMemoryBound(to: Float.self)
  }

  /// The first of its whole numbers; traps if it holds something else.
  var integers: UnsafeMutablePointer<Int32> {
    unsafe precondition(element == .int32, "a view of whole numbers")
    return unsafe address.assumingMemoryBound(to: Int32.self)
  }

  /// The same for C.
  package var raw: tg_view {
    unsafe tg_view_make(address, element.code, dimensions.count, dimensions, strides)
  }
}

/// A kernel whose workspace no machine has the memory for.
package struct KernelTooLarge: Error, Hashable {
  /// About how many bytes it would need.
  package var bytes: Int
}

/// A kernel with its pointers, extents and strides fixed, ready to run tile by tile.
///
/// Made once at load. The tiles write disjoint positions, so threads may take them in any order, and
/// the grid depends on the kernel's parameters only. Running allocates nothing.
@safe package struct KernelCall: Sendable {
  /// How many tiles there are; 0 if there is nothing to do.
  package let tileCount: Int
  /// The scratch memory that one tile needs, in bytes; each thread brings its own.
  package let workspaceBytes: Int
  /// Where the kernel says that it met a number that it refuses; nil if it refuses none.
  package let refused: RefusedPosition?
  private let function: tg_tile_function
  private let record: KernelRecord

  /// Makes a call of a C function (or of a Swift closure that captures nothing) over a record.
  package init(
    tileCount: Int, workspaceBytes: Int, record: KernelRecord, refused: RefusedPosition? = nil,
    function: tg_tile_function
  ) {
    self.tileCount = tileCount
    self.workspaceBytes = workspaceBytes
    self.record = record
    self.refused = refused
    unsafe self.function = unsafe function
  }

  /// Runs one tile, `0 ..< tileCount`; `workspace` is aligned to 64 bytes and has
  /// `workspaceBytes`.
  package func run(tile: Int, workspace: UnsafeMutableRawPointer) {
    unsafe function(record.pointer, tile, workspace)
  }
}

/// The memory of a prepared kernel's C structures. It never changes after the kernel is prepared.
@safe package final class KernelRecord: @unchecked Sendable {
  /// The first structure; valid as long as the record.
  @unsafe package let pointer: UnsafeRawPointer
  private let release: () -> Void

  /// Copies C structures to memory that stays where it is.
  ///
  /// - Parameters:
  ///   - structures: the kernel's own structure, or an array for another record to point to.
  ///   - parts: records that the structures point to, kept as long as this one.
  package init<Structure: BitwiseCopyable>(
    _ structures: [Structure], keeping parts: [KernelRecord] = []
  ) {
    let memory = UnsafeMutablePointer<Structure>.allocate(capacity: max(1, structures.count))
    for (index, structure) in structures.enumerated() {
      unsafe (memory + index).initialize(to: structure)
    }
    unsafe pointer = UnsafeRawPointer(memory)
    release = {
      withExtendedLifetime(parts) { unsafe memory.deallocate() }
    }
  }

  deinit { release() }
}
