internal import CTGKernels
internal import TGMachine

/// The axes that several tensors are walked along together.
///
/// Kernels get as few and as long axes as possible: axes of extent 1 vanish, neighbours that lie
/// one after the other in every tensor become one.
struct Axes {
  /// One axis.
  struct Axis {
    /// Its extent.
    var extent: Int
    /// The stride of each tensor along it, in elements.
    var strides: [Int]
  }

  /// The axes, outermost first, none of extent 1.
  private(set) var axes: [Axis]

  /// Makes a walk along axes of the given extents; `strides[t]` are those of tensor `t`.
  init(extents: ArraySlice<Int>, strides: [ArraySlice<Int>]) {
    axes = []
    for (position, extent) in extents.enumerated() where extent != 1 {
      axes.append(
        Axis(extent: extent, strides: strides.map { $0[$0.startIndex + position] }))
    }
  }

  /// The number of positions.
  var count: Int { axes.reduce(1) { $0 * $1.extent } }

  /// Puts the axes in the order in which they lie in one tensor: the longest stride outermost.
  mutating func order(by tensor: Int) {
    // Stable: equal strides keep their order.
    axes = axes.enumerated().sorted {
      let (a, b) = ($0.element.strides[tensor].magnitude, $1.element.strides[tensor].magnitude)
      return a != b ? a > b : $0.offset < $1.offset
    }.map(\.element)
  }

  /// Joins neighbours that lie one after the other in every tensor.
  mutating func merge() {
    var merged: [Axis] = []
    for axis in axes {
      if let last = merged.last,
        zip(last.strides, axis.strides).allSatisfy({ $0 == $1 * axis.extent })
      {
        merged[merged.count - 1] = Axis(
          extent: last.extent * axis.extent, strides: axis.strides)
      } else {
        merged.append(axis)
      }
    }
    axes = merged
  }

  /// Removes the longest axis along which the given tensors have stride 1; nil if there is none.
  mutating func takeContiguous(tensors: [Int]) -> Axis? {
    let candidates = axes.indices.filter { index in
      tensors.allSatisfy { axes[index].strides[$0] == 1 }
    }
    guard let best = candidates.max(by: { axes[$0].extent < axes[$1].extent }) else { return nil }
    return axes.remove(at: best)
  }

  /// Removes the innermost axis; one of extent 1 if there is none.
  mutating func takeInnermost(tensors: Int) -> Axis {
    axes.popLast() ?? Axis(extent: 1, strides: [Int](repeating: 0, count: tensors))
  }

  /// The same for C; strides of up to three tensors.
  var raw: tg_axes {
    var raw = tg_axes()
    for axis in axes {
      let strides = axis.strides + [0, 0]
      _ = unsafe tg_axes_append(&raw, axis.extent, strides[0], strides[1], strides[2])
    }
    return raw
  }
}

/// How large the pieces of work are that kernels are cut into.
enum Piece {
  /// The elements of a tile: 64 KiB, some 5 µs of work, against which a hand-over between threads is
  /// small, and small enough that even short tensors have several.
  static let tile = 16_384
  /// The elements that fit the second cache, 128 KiB, beside what another thread of the core has
  /// there.
  static let cached = 32_768
}

extension tg_grid {
  /// Cuts units into tiles of about `elementsPerTile` elements, each unit having `unitElements`.
  ///
  /// The grid follows from the instruction alone, never from the number of threads.
  init(isa: ISA, units: Int, unitElements: Int, elementsPerTile: Int = Piece.tile) {
    self.init(
      isa: isa.code, units: units,
      units_per_tile: max(1, elementsPerTile / max(1, unitElements)))
  }

  /// The number of tiles.
  var tileCount: Int { (units + units_per_tile - 1) / units_per_tile }
}
