package import TGTensor

/// What units give where a part is: the mean over a sample, weighted by how much of a cell it covers.
package struct PartFeatures: Sendable {
  private var sums: [[Double]]
  private var weights: [Double]

  /// Begins.
  package init(units: Int, parts: Int) {
    sums = [[Double]](repeating: [Double](repeating: 0, count: units), count: parts)
    weights = [Double](repeating: 0, count: parts)
  }

  /// Takes a picture: features `[units, h, w]`, with any axes of length 1 before them, and its map.
  package mutating func add(_ features: HostTensor, _ map: PartMap) {
    let extents = features.shape.dimensions.suffix(2)
    guard let rows = extents.first, let columns = extents.last else { return }
    let area = rows * columns
    for part in sums.indices {
      let presence = map.presence(of: part, rows: rows, columns: columns)
      let cells = presence.indices.filter { presence[$0] > 0 }
      weights[part] += cells.reduce(0) { $0 + Double(presence[$1]) }
      for unit in sums[part].indices {
        for cell in cells {
          sums[part][unit] += Double(features[unit * area + cell]) * Double(presence[cell])
        }
      }
    }
  }

  /// The mean of each unit where a part is; 0 where the part never was.
  package func mean(of part: Int) -> [Float] {
    sums[part].map { weights[part] > 0 ? Float($0 / weights[part]) : 0 }
  }
}
