#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

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

  /// A drawing of the loss and its terms, 720 by 360, with a logarithmic axis if all losses are
  /// positive.
  ///
  /// - Parameter title: what stands above it.
  package func svg(title: String) -> String {
    let frame = Frame(losses: column(nil), curves: names.map { column($0) })
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360" font-family="sans-serif" \
      font-size="12">
      <rect width="720" height="360" fill="#fff"/>
      <text x="70" y="20" font-size="14">\(Self.escaped(title))</text>\n
      """
    for (value, y) in frame.ticks {
      text +=
        "<line x1=\"70\" x2=\"560\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#ddd\"/>"
        + "<text x=\"64\" y=\"\(y + 4)\" text-anchor=\"end\">\(value)</text>\n"
    }
    text += "<text x=\"70\" y=\"346\">1</text>"
    text += "<text x=\"560\" y=\"346\" text-anchor=\"end\">\(frame.rounds)</text>\n"
    var end = 0
    for record in records.dropLast() {
      end += record.losses.count
      let x = frame.x(end)
      text += "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"30\" y2=\"330\" stroke=\"#bbb\"/>\n"
    }
    let shown = names.count > 1 ? names : []
    for (index, name) in shown.enumerated() {
      text += line(frame, column(name), Self.colours[index % Self.colours.count], width: 1)
      text += legend(name, index + 1, Self.colours[index % Self.colours.count])
    }
    text += line(frame, column(nil), "#000", width: 2) + legend("loss", 0, "#000")
    return text + "</svg>\n"
  }

  private static let colours = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2",
  ]

  private func line(
    _ frame: Frame, _ values: [Float?], _ colour: String, width: Int
  ) -> String {
    // More points than pixels show nothing more.
    let step = max(1, values.count / 980)
    var points: [String] = []
    for index in stride(from: 0, to: values.count, by: step) {
      guard let value = values[index], let y = frame.y(value) else { continue }
      points.append("\(frame.x(index)),\(y)")
    }
    return "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(width)\" "
      + "points=\"\(points.joined(separator: " "))\"/>\n"
  }

  private func legend(_ name: String, _ row: Int, _ colour: String) -> String {
    let y = 44 + 18 * row
    return "<line x1=\"575\" x2=\"595\" y1=\"\(y - 4)\" y2=\"\(y - 4)\" stroke=\"\(colour)\" "
      + "stroke-width=\"2\"/><text x=\"600\" y=\"\(y)\">\(Self.escaped(name))</text>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  /// From rounds and values to points of the drawing.
  private struct Frame {
    let rounds: Int
    let isLogarithmic: Bool
    let low: Double
    let high: Double

    init(losses: [Float?], curves: [[Float?]]) {
      rounds = losses.count
      let values = losses.compactMap(\.self).filter(\.isFinite).map { Double($0) }
      isLogarithmic = !values.isEmpty && values.allSatisfy { $0 > 0 }
      let all = values + curves.joined().compactMap(\.self).filter(\.isFinite).map { Double($0) }
      if isLogarithmic {
        let top = (values.max() ?? 1)
        // Terms far below the loss would only flatten it.
        let floor = max((values.min() ?? 1) / 100, all.filter { $0 > 0 }.min() ?? top)
        low = log10(floor).rounded(.down)
        high = max(low + 1, log10(top).rounded(.up))
      } else {
        low = all.min() ?? 0
        high = max(all.max() ?? 1, low + 1e-9)
      }
    }

    func x(_ round: Int) -> Double {
      let share = rounds > 1 ? Double(round) / Double(rounds - 1) : 0
      return 70 + (4900 * share).rounded() / 10
    }

    func y(_ value: Float) -> Double? {
      guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
      let height = isLogarithmic ? log10(Double(value)) : Double(value)
      let share = (height - low) / (high - low)
      return 330 - (3000 * min(max(share, 0), 1)).rounded() / 10
    }

    /// Labels and their heights.
    var ticks: [(String, Double)] {
      if isLogarithmic {
        let step = max(1, Int(high - low) / 6)
        return stride(from: Int(low), through: Int(high), by: step).map { exponent in
          ("1e\(exponent)", 330 - 300 * (Double(exponent) - low) / (high - low))
        }
      }
      return (0...4).map { index in
        let value = low + (high - low) * Double(index) / 4
        return ("\(Float(value))", 330 - 75 * Double(index))
      }
    }
  }
}
