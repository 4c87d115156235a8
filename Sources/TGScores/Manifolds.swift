/// Precision and recall of a set of generated pictures (Kynkäänniemi et al., NeurIPS 2019): the share of
/// each set that lies on the other's manifold, which is the union of balls around its points, each up to
/// its `k`-th nearest other point.
package struct Manifolds: Hashable, Sendable {
  /// The share of the generated points in a ball of a real one.
  package let precision: Double
  /// The share of the real points in a ball of a generated one.
  package let recall: Double

  /// The harmonic mean of both; the sum below the line is at least 1e-5, as torch-fidelity has it.
  package var balance: Double { 2 * precision * recall / max(1e-5, precision + recall) }

  /// Compares two sets of features; distances are squared, and a point on the border is inside.
  ///
  /// - Returns: nil unless rows are equally wide, `k` is at least 1, and both sets have more than `k`.
  package init?(generated: Features, real: Features, neighbours k: Int) {
    guard generated.width == real.width, k >= 1, generated.count > k, real.count > k else {
      return nil
    }
    let fakes = Cloud(generated)
    let reals = Cloud(real)
    precision = fakes.share(inside: reals, reals.radii(k))
    recall = reals.share(inside: fakes, fakes.radii(k))
  }
}

/// Points with the squares of their lengths.
private struct Cloud: Sendable {
  let points: Panels
  let squares: [Double]

  init(_ features: Features) {
    points = Panels(features, rows: Array(0..<features.count))
    squares = points.squares()
  }

  /// The squared distance of each point to its k-th nearest other one.
  func radii(_ k: Int) -> [Double] {
    rows(against: self) { row, distances in
      nearest(k, of: distances.enumerated().lazy.filter { $0.offset != row }.map(\.element))
    }
  }

  /// The share of the points that lie in a ball of another cloud.
  func share(inside other: Cloud, _ radii: [Double]) -> Double {
    let inside = rows(against: other) { _, distances in
      zip(distances, radii).contains { $0 <= $1 } ? 1.0 : 0
    }
    return inside.reduce(0, +) / Double(squares.count)
  }

  /// What `body` makes of the squared distances of each point to all of another cloud.
  private func rows(
    against other: Cloud, _ body: @escaping @Sendable (Int, [Double]) -> Double
  ) -> [Double] {
    points.bands { range in
      let products = points.products(ofPanels: range, with: other.points)
      return (0..<products.rows).map { index in
        let row = range.lowerBound * 4 + index
        return body(
          row,
          other.squares.indices.map { column in
            max(0, squares[row] + other.squares[column] - 2 * products[index, column])
          })
      }
    }.flatMap(\.self)
  }

  /// The k-th smallest of some numbers.
  private func nearest(_ k: Int, of numbers: some Sequence<Double>) -> Double {
    var smallest: [Double] = []
    for number in numbers where smallest.count < k || number < smallest[k - 1] {
      let place = smallest.firstIndex { $0 > number } ?? smallest.count
      smallest.insert(number, at: place)
      if smallest.count > k { smallest.removeLast() }
    }
    return smallest[k - 1]
  }
}
