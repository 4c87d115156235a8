#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The inception score (Salimans et al., NeurIPS 2016): how sure a classifier is of each picture, and how
/// many classes it sees in all of them.
package enum ClassScore {
  /// The score of each split: `exp` of the mean over its rows of the divergence of the classes of a row
  /// from the mean of all its rows. Split i has the rows `floor(i N / splits) ..< floor((i + 1) N / splits)`.
  ///
  /// Logarithms of probabilities come from the logits, so that none is 0.
  ///
  /// - Parameters:
  ///   - logits: a row of classes for each picture.
  ///   - seed: puts the rows in the order of NumPy's generator of this seed first, as torch-fidelity
  ///     does; nil for the order given.
  /// - Returns: nil unless there are classes, splits, and a row for each split.
  package static func ofSplits(_ logits: Features, splits: Int, seed: UInt32?) -> [Double]? {
    let count = logits.count
    guard splits >= 1, count >= splits, logits.width > 0 else { return nil }
    var order = Array(0..<count)
    if let seed {
      var random = NumpyRandom(seed: seed)
      order = random.permutation(count)
    }
    return (0..<splits).map { split in
      score(logits, order[split * count / splits..<(split + 1) * count / splits])
    }
  }

  private static func score(_ logits: Features, _ rows: ArraySlice<Int>) -> Double {
    let count = Double(rows.count)
    var mean = [Double](repeating: 0, count: logits.width)
    // The part of the divergences that needs no mean.
    var certainty = 0.0
    for row in rows {
      for logarithm in logarithms(logits, row).enumerated() {
        let share = exp(logarithm.element)
        mean[logarithm.offset] += share / count
        certainty += share * logarithm.element / count
      }
    }
    let variety = mean.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
    return exp(certainty - variety)
  }

  /// The logarithms of the probabilities of a row.
  private static func logarithms(_ logits: Features, _ row: Int) -> [Double] {
    let numbers = (0..<logits.width).map { logits[row, $0] }
    let largest = numbers.max() ?? 0
    let sum = numbers.reduce(0) { $0 + exp($1 - largest) }
    return numbers.map { $0 - largest - log(sum) }
  }
}
