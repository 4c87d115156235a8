/// Directions of vectors.
enum Cosine {
  /// A vector at length 1; nil if it has none. The length is computed in double precision.
  static func unit(_ vector: some Collection<Float>) -> [Float]? {
    let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square > 0, square.isFinite else { return nil }
    let length = square.squareRoot()
    return vector.map { Float(Double($0) / length) }
  }

  /// The product of a row of a matrix and a vector of equal width, eight sums side by side: the same bits
  /// whoever asks.
  static func product(
    _ matrix: Span<Float>, row: Int, _ vector: Span<Float>
  ) -> Float {
    let width = vector.count
    let start = row * width
    var sums = SIMD8<Float>(repeating: 0)
    var column = 0
    while column + 8 <= width {
      var a = SIMD8<Float>()
      var b = SIMD8<Float>()
      for lane in 0..<8 {
        a[lane] = matrix[start + column + lane]
        b[lane] = vector[column + lane]
      }
      sums += a * b
      column += 8
    }
    var rest: Float = 0
    while column < width {
      rest += matrix[start + column] * vector[column]
      column += 1
    }
    return sums.sum() + rest
  }
}

extension VectorIndex {
  /// An entry that was found.
  package struct Hit: Hashable, Sendable {
    /// Its row, from 0.
    package let row: Int
    /// The cosine of its vector and the query's, -1 ... 1 up to rounding.
    package let score: Float
  }

  /// The cosines of a query and all entries; nil if the query has length 0 or is not finite.
  ///
  /// - Parameter query: `dimension` numbers of any length; traps if there are others.
  package func scores(of query: [Float]) -> [Float]? {
    precondition(query.count == dimension, "a query has as many numbers as the entries")
    guard let unit = Cosine.unit(query) else { return nil }
    let (matrix, vector) = (rows.span, unit.span)
    return entries.indices.map { Cosine.product(matrix, row: $0, vector) }
  }

  /// The entries with the largest scores, the largest first, of equal ones the earlier row first.
  ///
  /// - Parameters:
  ///   - scores: one for each entry.
  ///   - count: how many are wanted.
  ///   - isLeftOut: true for entries that are not in the gallery.
  package func nearest(
    _ scores: [Float], count: Int, leavingOut isLeftOut: (IndexEntry) -> Bool = { _ in false }
  ) -> [Hit] {
    let hits = scores.enumerated()
      .filter { !isLeftOut(entries[$0.offset]) }
      .map { Hit(row: $0.offset, score: $0.element) }
      .sorted { ($1.score, $0.row) < ($0.score, $1.row) }
    return Array(hits.prefix(count))
  }

  /// How many entries are nearer than the nearest right one: a query is answered within the first k if
  /// this is below k. Entries as near as the right one are not counted.
  ///
  /// - Parameters:
  ///   - scores: one for each entry.
  ///   - isRight: whether the entry of a row is what is sought.
  ///   - leftOut: a row that is not in the gallery, as the query's own picture.
  /// - Returns: nil if nothing right is in the gallery.
  package static func rank(
    _ scores: [Float], leftOut: Int?, isRight: (Int) -> Bool
  ) -> Int? {
    var best: Float?
    for (row, score) in scores.enumerated() where row != leftOut && isRight(row) {
      best = max(best ?? score, score)
    }
    guard let best else { return nil }
    return scores.enumerated().count { $0.offset != leftOut && $0.element > best }
  }
}
