internal import COpenBLAS
internal import CTGKernels

/// A prepared product. Lengths and strides are in elements.
@safe private struct MatrixProductRecord: BitwiseCopyable {
  let left: UnsafePointer<Float>
  let right: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let rows, columns, depth, batch: Int
  let leftBatch, leftRow, leftDepth: Int
  let rightBatch, rightDepth, rightColumn: Int
  let outputBatch, outputRow: Int
  /// The extents of a tile; `tileBatch` is above 1 only if a tile has all rows and columns.
  let tileRows, tileColumns, tileBatch: Int
  /// How the operands are passed to BLAS, nil if it cannot take them.
  let leadingLeft, leadingRight, leadingOutput: Int32
  let transposesLeft, transposesRight, usesBLAS: Bool
  let epilogue: tg_block_epilogue

  /// One tile: `out[r, c] = Σₖ left[r, k] · right[k, c]` for its rows and columns.
  func run(tile: Int, workspace: UnsafeMutableRawPointer) {
    let rowTiles = (rows + tileRows - 1) / tileRows
    let columnTiles = (columns + tileColumns - 1) / tileColumns
    let row = tile / columnTiles % rowTiles * tileRows
    let column = tile % columnTiles * tileColumns
    let height = min(tileRows, rows - row)
    let width = min(tileColumns, columns - column)
    let hasEpilogue = unsafe epilogue.program != nil
    let first = tile / columnTiles / rowTiles * tileBatch
    for item in first..<min(first + tileBatch, batch) {
      let a = unsafe left + item * leftBatch + row * leftRow
      let b = unsafe right + item * rightBatch + column * rightColumn
      let out = unsafe output + item * outputBatch + row * outputRow + column
      let c = unsafe hasEpilogue ? workspace.assumingMemoryBound(to: Float.self) : out
      let distance = hasEpilogue ? width : outputRow
      if usesBLAS {
        unsafe cblas_sgemm(
          CblasRowMajor, transposesLeft ? CblasTrans : CblasNoTrans,
          transposesRight ? CblasTrans : CblasNoTrans, Int32(height), Int32(width), Int32(depth),
          1, a, leadingLeft, b, leadingRight, 0, c,
          hasEpilogue ? Int32(width) : leadingOutput)
      } else {
        unsafe multiplyPlainly(a, b, c, distance: distance, height: height, width: width)
      }
      if hasEpilogue {
        unsafe withUnsafePointer(to: epilogue) { epilogue in
          var place = (item, row, column)
          unsafe withUnsafeBytes(of: &place) { place in
            if let place = unsafe place.assumingMemoryBound(to: Int.self).baseAddress {
              unsafe tg_block_epilogue_run(
                epilogue, place, 3, 1, 2, height, width, c, out, outputRow, 1,
                workspace + programOffset)
            }
          }
        }
      }
    }
  }

  /// Where the program's workspace starts, behind the tile.
  private var programOffset: Int {
    (tileRows * tileColumns * MemoryLayout<Float>.stride + 63) / 64 * 64
  }

  /// For operands that BLAS cannot describe, such as rows of stride 0.
  private func multiplyPlainly(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    distance: Int, height: Int, width: Int
  ) {
    for i in 0..<height {
      for j in 0..<width {
        var sum = 0.0
        for k in 0..<depth {
          unsafe sum +=
            Double(a[i * leftRow + k * leftDepth]) * Double(b[k * rightDepth + j * rightColumn])
        }
        unsafe c[i * distance + j] = Float(sum)
      }
    }
  }
}

/// Keeps OpenBLAS to the calling thread, in the whole process. Call before the first product.
package func confineMatrixProductsToOneThread() { openblas_set_num_threads(1) }

extension KernelCall {
  /// `output[b, m, n] = epilogue(Σₖ left[b, m, k] · right[b, k, n])`, one OpenBLAS call per tile.
  ///
  /// - Parameters:
  ///   - left: `[B, M, K]`, any strides; fast if that of M or K is 1.
  ///   - right: `[B, K, N]`, any strides; fast if that of K or N is 1.
  ///   - output: `[B, M, N]`, innermost stride 1.
  ///   - epilogue: its operands have the output's extents.
  package static func matrixProduct(
    left: ResolvedView, right: ResolvedView, output: ResolvedView,
    epilogue: KernelEpilogue, isa: ISA
  ) -> KernelCall {
    let size = unsafe output.dimensions
    let (a, b, c) = unsafe (left.strides, right.strides, output.strides)
    let (batch, rows, columns) = (size[0], size[1], size[2])
    let depth = unsafe left.dimensions[2]
    let tile = MatrixTile(batch: batch, rows: rows, columns: columns, depth: depth)
    let leading = (
      MatrixLayout(rows: rows, columns: depth, rowStride: a[1], columnStride: a[2]),
      MatrixLayout(rows: depth, columns: columns, rowStride: b[1], columnStride: b[2]),
      MatrixLayout(rows: rows, columns: columns, rowStride: c[1], columnStride: 1)
    )
    let fits = max(rows, columns, depth) <= Int(Int32.max) && leading.2?.transposed == false
    let usesBLAS = fits && leading.0 != nil && leading.1 != nil
    let program = unsafe PreparedEpilogue(
      epilogue, operandStrides: epilogue.operands.map { unsafe $0.strides }, isa: isa)
    let record = unsafe MatrixProductRecord(
      left: UnsafePointer(left.base), right: UnsafePointer(right.base), output: output.base,
      rows: rows, columns: columns, depth: depth, batch: batch,
      leftBatch: a[0], leftRow: a[1], leftDepth: a[2],
      rightBatch: b[0], rightDepth: b[1], rightColumn: b[2],
      outputBatch: c[0], outputRow: c[1],
      tileRows: tile.rows, tileColumns: tile.columns, tileBatch: tile.batch,
      leadingLeft: leading.0?.leading ?? 0, leadingRight: leading.1?.leading ?? 0,
      leadingOutput: leading.2?.leading ?? 0,
      transposesLeft: leading.0?.transposed ?? false,
      transposesRight: leading.1?.transposed ?? false, usesBLAS: usesBLAS, epilogue: program.raw)
    return unsafe KernelCall(
      tileCount: batch * rows * columns == 0 ? 0 : tile.count,
      workspaceBytes: program.blockBytes(tile.rows * tile.columns),
      record: KernelRecord([record], keeping: program.records)
    ) { record, tile, workspace in
      let product = unsafe record.assumingMemoryBound(to: MatrixProductRecord.self)
      unsafe product.pointee.run(tile: tile, workspace: workspace)
    }
  }
}

/// How a matrix is described to BLAS: by its leading dimension, maybe transposed.
private struct MatrixLayout {
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

/// The tile grid of a product: large enough for BLAS, many enough for threads.
struct MatrixTile: Hashable {
  /// The extents of a tile.
  private(set) var batch, rows, columns: Int
  /// The number of tiles.
  let count: Int

  /// Chooses the grid from the extents of the product.
  init(batch: Int, rows: Int, columns: Int, depth: Int) {
    func pieces(_ extent: Int, _ size: Int) -> Int { max(1, (extent + size - 1) / size) }
    // Equal pieces of at most `size`, multiples of 16.
    func even(_ extent: Int, _ size: Int) -> Int {
      (pieces(extent, pieces(extent, size)) + 15) / 16 * 16
    }
    var height = even(rows, 256)
    var width = even(columns, 512)
    // Multiplications with additions that are worth a tile of their own.
    let worthwhile = 2_000_000
    func grid() -> Int { max(1, batch) * pieces(rows, height) * pieces(columns, width) }
    func work() -> Int { min(height, rows) * min(width, columns) * max(1, depth) }
    while grid() < 16, work() >= 2 * worthwhile, width > 128 || height > 32 {
      if width > 128, width >= height {
        width = even(width, width / 2)
      } else {
        height = even(height, height / 2)
      }
    }
    self.rows = height
    self.columns = width
    let perItem = max(1, rows * columns * max(1, depth))
    let whole = pieces(rows, height) * pieces(columns, width) == 1
    self.batch = whole ? max(1, min(batch, worthwhile / perItem)) : 1
    count = pieces(batch, self.batch) * pieces(rows, height) * pieces(columns, width)
  }
}
