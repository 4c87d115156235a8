internal import CTGBLAS
internal import CTGKernels
package import TGMachine

/// The revision of OpenBLAS, such as `0.3.21`, and the core that it computes for; nil where it is not
/// installed.
package func matrixLibraryRevision() -> (revision: String, core: String)? {
  guard let core = unsafe tg_blas_core(), let configuration = unsafe tg_blas_configuration() else {
    return nil
  }
  let words = unsafe String(cString: configuration).split(separator: " ")
  return (words.count > 1 ? String(words[1]) : "unknown", unsafe String(cString: core))
}

/// What multiplies the tiles of a matrix product.
package enum MatrixMultiplier: Hashable, Sendable, CaseIterable {
  /// OpenBLAS, for operands that it can describe.
  case openBLAS
  /// Our own kernel, for all.
  case own

  /// OpenBLAS where it is installed and runs kernels as wide as an instruction set: builds older
  /// than the processor fall back to SSE, at a fifth of the speed.
  package static func best(for isa: ISA) -> MatrixMultiplier {
    guard isa != .scalar, let name = unsafe tg_blas_core() else { return .own }
    #if arch(x86_64)
      let core = unsafe String(cString: name)
      let wide = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(core)
      return switch isa {
      case .scalar: .own
      case .avx2: wide || ["Haswell", "Zen"].contains(core) ? .openBLAS : .own
      case .avx512, .avx512bf16: wide ? .openBLAS : .own
      }
    #else
      return .openBLAS
    #endif
  }

  /// Readies the process for products that several threads compute at once: loads OpenBLAS where it
  /// is the best, and takes its buffers, 128 MiB of address space each.
  ///
  /// - Returns: how many threads may compute products at once, at most `threads`; 0 if there is no
  ///   memory for one. Fewer threads change no bit.
  package static func ready(threads: Int, isa: ISA) -> Int {
    guard isa != .scalar else { return threads }
    guard tg_blas_load() != TG_BLAS_NO_MEMORY else { return 0 }
    return best(for: isa) == .openBLAS ? tg_blas_reserve(threads) : threads
  }

  /// The bytes of address space that OpenBLAS takes for the first thread.
  package static let addressSpace = TG_BLAS_LIBRARY_BYTES + TG_BLAS_BUFFER_BYTES
}

extension KernelCall {
  /// `output[b, m, n] = epilogue(Σₖ left[b, m, k] · right[b, k, n])`, tile by tile.
  ///
  /// - Parameters:
  ///   - left: `[B, M, K]`, any strides; fast if that of M or K is 1.
  ///   - right: `[B, K, N]`, any strides; fast if that of K or N is 1.
  ///   - output: `[B, M, N]`, innermost stride 1.
  ///   - epilogue: its operands have the output's extents.
  ///   - multiplier: nil for the best.
  package static func product(
    left: ResolvedView, right: ResolvedView, output: ResolvedView,
    epilogue: KernelEpilogue, isa: ISA, multiplier: MatrixMultiplier? = nil
  ) -> KernelCall {
    let size = unsafe output.dimensions
    let (a, b, c) = unsafe (left.strides, right.strides, output.strides)
    let (batch, rows, columns) = (size[0], size[1], size[2])
    let depth = unsafe left.dimensions[2]
    let tile = MatrixTile(batch: batch, rows: rows, columns: columns, depth: depth)
    let program = unsafe PreparedEpilogue(
      epilogue, operandStrides: epilogue.operands.map { unsafe $0.strides }, isa: isa)
    var product = unsafe tg_product(
      left: UnsafePointer(left.base), right: UnsafePointer(right.base), output: output.base,
      batch: batch, rows: rows, columns: columns, depth: depth,
      left_batch: a[0], left_row: a[1], left_depth: a[2],
      right_batch: b[0], right_depth: b[1], right_column: b[2],
      output_batch: c[0], output_row: c[1],
      tile_batch: tile.batch, tile_rows: tile.rows, tile_columns: tile.columns,
      multiply: tg_product_kernel(isa.code), left_leading: 0, right_leading: 0,
      left_transposed: 0, right_transposed: 0,
      multiply_floats: tg_product_workspace(tile.rows, tile.columns, depth)
        / MemoryLayout<Float>.stride, result_floats: 0,
      epilogue: program.raw)
    if unsafe program.raw.program != nil {
      unsafe product.result_floats = tile.rows * tile.columns
    }
    if (multiplier ?? .best(for: isa)) == .openBLAS, unsafe tg_blas_core() != nil,
      unsafe output.strides[1] >= columns || rows == 1,
      max(rows, columns, depth) <= Int(Int32.max), c[1] <= Int(Int32.max),
      let x = BLASLayout(rows: rows, columns: depth, rowStride: a[1], columnStride: a[2]),
      let y = BLASLayout(rows: depth, columns: columns, rowStride: b[1], columnStride: b[2])
    {
      unsafe product.left_leading = x.leading
      unsafe product.left_transposed = x.transposed ? 1 : 0
      unsafe product.right_leading = y.leading
      unsafe product.right_transposed = y.transposed ? 1 : 0
      unsafe product.multiply_floats = 0
      unsafe product.multiply = { product, left, right, out, distance, height, width, _ in
        unsafe tg_blas_product(
          product.pointee.left_transposed, product.pointee.right_transposed,
          Int32(height), Int32(width), Int32(product.pointee.depth),
          left, product.pointee.left_leading, right, product.pointee.right_leading,
          out, Int32(max(distance, width)))
      }
    }
    let floats = unsafe product.multiply_floats + product.result_floats
    return unsafe KernelCall(
      tileCount: batch * rows * columns == 0 ? 0 : tile.count,
      workspaceBytes: floats * MemoryLayout<Float>.stride + program.programBytes,
      record: KernelRecord([product], keeping: program.records), function: tg_product_tile)
  }
}

/// How a matrix is described to BLAS: by its leading dimension, maybe transposed.
private struct BLASLayout {
  let transposed: Bool
  let leading: Int32

  /// Nil if neither stride is 1, or rows overlap.
  init?(rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
    let straight = columnStride == 1 || columns == 1
    let turned = rowStride == 1 || rows == 1
    if straight, rows == 1 || rowStride >= max(1, columns) {
      transposed = false
    } else if turned, columns == 1 || columnStride >= max(1, rows) {
      transposed = true
    } else {
      return nil
    }
    // The distance between the rows of a matrix that has only one does not matter.
    let distance = transposed ? columnStride : rowStride
    let single = transposed ? columns == 1 : rows == 1
    guard let leading = Int32(exactly: single ? max(1, transposed ? rows : columns) : distance)
    else { return nil }
    self.leading = leading
  }
}
