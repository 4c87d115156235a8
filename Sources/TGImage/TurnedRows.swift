/// The rows of a picture file, upright: those of the file turned as it says.
///
/// Where the last row of the file comes first, or its columns become rows, a band of the result is
/// made in each run through the file, as many rows as some memory holds; so a picture takes as many
/// runs as it has bands, and no more memory however large it is.
final class TurnedRows: PictureRows {
  let height: Int
  let width: Int
  let channels: Int
  let depth: Int
  let orientation = PictureOrientation.upright
  private let turn: PictureOrientation
  private let again: () throws(PictureError) -> any PictureRows
  private let bandHeight: Int
  /// What is read; nil if the next band begins a new run.
  private var source: (any PictureRows)?
  private var stored: [UInt16]
  private var band: [UInt16] = []
  private var bandRows = 0..<0
  private var next = 0
  private var warnings: [String] = []

  /// Turns rows.
  ///
  /// - Parameters:
  ///   - source: the rows of the file, none of them read.
  ///   - bandBytes: the most bytes of a band; it has one row at least.
  ///   - again: begins to read the file anew.
  init(
    _ source: any PictureRows, bandBytes: Int,
    again: @escaping () throws(PictureError) -> any PictureRows
  ) {
    turn = source.orientation
    self.source = source
    self.again = again
    (height, width) =
      turn.exchangesAxes ? (source.width, source.height) : (source.height, source.width)
    (channels, depth) = (source.channels, source.depth)
    stored = [UInt16](repeating: 0, count: source.width * source.channels)
    bandHeight = max(1, bandBytes / (2 * width * channels))
  }

  func read(into line: inout [UInt16]) throws(PictureError) {
    defer { next += 1 }
    guard turn.exchangesAxes || turn.reversesRows else {
      // One run is enough.
      try source?.read(into: &stored)
      for column in 0..<width { put(stored, width - 1 - column, into: &line, column) }
      return
    }
    if next == bandRows.upperBound { try fill(next..<min(height, next + bandHeight)) }
    let start = (next - bandRows.lowerBound) * width * channels
    for index in 0..<width * channels { line[index] = band[start + index] }
  }

  func finish(warnings: inout [String]) throws(PictureError) {
    try source?.finish(warnings: &self.warnings)
    warnings += self.warnings
  }

  /// Makes some rows of the result in one run through the file. The first run goes to the file's end.
  private func fill(_ rows: Range<Int>) throws(PictureError) {
    let reader = if let source { source } else { try again() }
    source = nil
    // The room of the last band is used again; a local array is not looked at by others.
    var made = band
    band = []
    if made.count != rows.count * width * channels {
      made = [UInt16](repeating: 0, count: rows.count * width * channels)
    }
    let count = turn.exchangesAxes ? width : height - rows.lowerBound
    for row in 0..<count {
      try reader.read(into: &stored)
      if turn.exchangesAxes {
        putColumn(turn.reversesRows ? width - 1 - row : row, of: rows, into: &made)
      } else if rows.contains(height - 1 - row) {
        putRow(height - 1 - row - rows.lowerBound, into: &made)
      }
    }
    if rows.lowerBound == 0 { try reader.finish(warnings: &warnings) }
    band = made
    bandRows = rows
  }

  /// Puts the stored row into a column of a band.
  private func putColumn(_ column: Int, of rows: Range<Int>, into made: inout [UInt16]) {
    let stored = stored
    for row in rows {
      let from = turn.reversesColumns ? height - 1 - row : row
      put(stored, from, into: &made, (row - rows.lowerBound) * width + column)
    }
  }

  /// Puts the stored row into a row of a band.
  private func putRow(_ row: Int, into made: inout [UInt16]) {
    let stored = stored
    for column in 0..<width {
      let from = turn.reversesColumns ? width - 1 - column : column
      put(stored, from, into: &made, row * width + column)
    }
  }

  /// Copies a pixel.
  private func put(_ source: [UInt16], _ from: Int, into target: inout [UInt16], _ to: Int) {
    for channel in 0..<channels {
      target[to * channels + channel] = source[from * channels + channel]
    }
  }
}
