import TGTensor

/// Directions as they are written.
struct Directions {
  /// `[D, K]`, a direction in each column: what `--direction FILE:COLUMN` takes.
  let tensor: HostTensor

  /// Puts directions of equally many numbers side by side.
  init(columns: [[Double]]) {
    let size = columns.first?.count ?? 0
    tensor = HostTensor(
      [size, columns.count], (0..<size).flatMap { row in columns.map { Float($0[row]) } })
  }
}
