internal import TGImage

/// The losses of an item over its rounds, as a table and as a drawing.
package struct LossCurve: Hashable, Sendable {
  /// The names of the terms of each loop.
  package let terms: [[String]]
  /// What happened in each loop.
  package let records: [LoopRecord]

  /// Makes a curve; each record has as many terms as its loop.
  package init(terms: [[String]], records: [LoopRecord]) {
    self.terms = terms
    self.records = records
  }

  /// The names of all terms, each once, in declared order.
  package var names: [String] {
    terms.joined().reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }

  /// Comma-separated values: `loop`, `round` (both from 1), `loss` and a column for each term, empty
  /// where a loop does not have it.
  package var csv: String {
    let names = names
    var text = "loop,round,loss" + names.map { "," + $0 }.joined() + "\n"
    for (loop, record) in records.enumerated() {
      let columns = names.map { terms[loop].firstIndex(of: $0) }
      let width = terms[loop].count
      for (round, loss) in record.losses.enumerated() {
        text += "\(loop + 1),\(round + 1),\(loss)"
        for column in columns {
          text += "," + (column.map { "\(record.terms[round * width + $0])" } ?? "")
        }
        text += "\n"
      }
    }
    return text
  }

  /// The values of a column over all rounds; nil where there is none.
  private func column(_ name: String?) -> [Float?] {
    records.enumerated().flatMap { loop, record -> [Float?] in
      guard let name else { return record.losses.map { $0 } }
      guard let column = terms[loop].firstIndex(of: name) else {
        return [Float?](repeating: nil, count: record.losses.count)
      }
      let width = terms[loop].count
      return record.losses.indices.map { record.terms[$0 * width + column] }
    }
  }

  /// A drawing of the loss and its terms (of several), with a logarithmic axis if all losses are
  /// positive, and a line between loops.
  ///
  /// - Parameter title: what stands above it.
  package func svg(title: String) -> String {
    let losses = numbers(nil)
    let shown = names.count > 1 ? names : []
    var chart = Chart(
      title: title, axis: "round", positions: losses.indices.map { Double($0 + 1) },
      curves: [.init(name: "loss", values: losses)]
        + shown.map { .init(name: $0, values: numbers($0)) })
    var end = 0
    for record in records.dropLast() {
      end += record.losses.count
      chart.marks.append(Double(end) + 0.5)
    }
    if losses.allSatisfy({ !$0.isFinite || $0 > 0 }) { chart.heights = .logarithms }
    return chart.svg
  }

  /// A column, not a number where there is none.
  private func numbers(_ name: String?) -> [Double] { column(name).map { Double($0 ?? .nan) } }
}
