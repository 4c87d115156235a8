import TGCommandLine
import TGTensor

/// The times of a batch that is computed again and again, warm: `--repeat`.
struct Repetition {
  private let sorted: [Double]

  /// Takes the seconds of at least one run.
  init(_ seconds: [Double]) { sorted = seconds.sorted() }

  /// The smallest time that so large a share of the runs does not exceed.
  private func quantile(_ share: Double) -> Double {
    sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
  }

  /// The middle of the times.
  var median: Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The line that is printed.
  var text: String {
    "\(sorted.count) runs: median \(Quantity.seconds(median)), least "
      + "\(Quantity.seconds(sorted[0])), nine of ten within \(Quantity.seconds(quantile(0.9)))"
  }

  /// The times as JSON, in milliseconds.
  var json: JSON {
    .pairs([
      ("runs", .integer(sorted.count)), ("min_ms", .number(1e3 * sorted[0])),
      ("median_ms", .number(1e3 * median)), ("p90_ms", .number(1e3 * quantile(0.9))),
    ])
  }
}
