#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A drawing of curves over a common axis, as SVG, 720 by 360: the same numbers give the same bytes.
package struct Chart: Hashable, Sendable {
  /// One line of points.
  package struct Curve: Hashable, Sendable {
    /// What it is called in the legend; empty for a thin grey line without a name.
    package var name: String
    /// Its values, one for each position of the axis; values that are not finite are left out.
    package var values: [Double]

    /// Makes a curve.
    package init(name: String = "", values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// What heights stand for.
  package enum Heights: Hashable, Sendable {
    /// Values, from the least to the largest.
    case values
    /// Values, and 0.
    case valuesAndZero
    /// Logarithms of the positive values. Curves may leave the drawing below, where they are less than
    /// a hundredth of the least of the first one.
    case logarithms
  }

  /// What stands over it.
  package var title: String
  /// What the axis counts.
  package var axis: String
  /// The positions on the axis, ascending.
  package var positions: [Double]
  /// The curves; named ones lie over others, the first over the later.
  package var curves: [Curve]
  /// Positions at which a line stands.
  package var marks: [Double] = []
  /// What heights stand for.
  package var heights = Heights.values

  /// Makes a chart.
  package init(title: String, axis: String, positions: [Double], curves: [Curve]) {
    self.title = title
    self.axis = axis
    self.positions = positions
    self.curves = curves
  }

  private static let colours = [
    "#000", "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b",
  ]
  /// So many positions have a label each, of more the first and the last.
  private static let mostLabels = 12
  /// More points than pixels show nothing more.
  private static let mostPoints = 980

  /// The text of the file.
  package var svg: String {
    let frame = ChartFrame(self)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360" font-family="sans-serif" \
      font-size="12">
      <rect width="720" height="360" fill="#fff"/>
      <text x="70" y="20" font-size="14">\(Self.escaped(title))</text>
      <text x="315" y="357" text-anchor="middle">\(Self.escaped(axis))</text>\n
      """
    for (value, y) in frame.ticks {
      text +=
        "<line x1=\"70\" x2=\"560\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#ddd\"/>"
        + "<text x=\"64\" y=\"\(y + 4)\" text-anchor=\"end\">\(value)</text>\n"
    }
    for mark in marks {
      let x = frame.x(mark)
      text += "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"30\" y2=\"330\" stroke=\"#bbb\"/>\n"
    }
    let labels =
      positions.count <= Self.mostLabels
      ? positions : [positions[0], positions[positions.count - 1]]
    for position in labels {
      text +=
        "<text x=\"\(frame.x(position))\" y=\"344\" text-anchor=\"middle\">"
        + "\(ChartFrame.number(position))</text>\n"
    }
    for curve in curves where curve.name.isEmpty { text += line(curve, frame, "#ccc", width: 1) }
    let named = curves.filter { !$0.name.isEmpty }
    for (index, curve) in named.enumerated().reversed() {
      let colour = Self.colours[index % Self.colours.count]
      text += line(curve, frame, colour, width: 2) + Self.legend(curve.name, index, colour)
    }
    return text + "</svg>\n"
  }

  private func line(_ curve: Curve, _ frame: ChartFrame, _ colour: String, width: Int) -> String {
    let count = min(positions.count, curve.values.count)
    let points = stride(from: 0, to: count, by: max(1, count / Self.mostPoints)).compactMap {
      index in
      frame.y(curve.values[index]).map { "\(frame.x(positions[index])),\($0)" }
    }
    return "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(width)\" "
      + "points=\"\(points.joined(separator: " "))\"/>\n"
  }

  private static func legend(_ name: String, _ row: Int, _ colour: String) -> String {
    let y = 44 + 18 * row
    return "<line x1=\"575\" x2=\"595\" y1=\"\(y - 4)\" y2=\"\(y - 4)\" stroke=\"\(colour)\" "
      + "stroke-width=\"2\"/><text x=\"600\" y=\"\(y)\">\(escaped(name))</text>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

/// From positions and values to points of a chart, in tenths of a pixel.
private struct ChartFrame {
  let left: Double
  let right: Double
  let low: Double
  let high: Double
  let isLogarithmic: Bool

  init(_ chart: Chart) {
    left = chart.positions.first ?? 0
    right = max(chart.positions.last ?? 1, left + 1e-9)
    var values = chart.curves.flatMap(\.values).filter(\.isFinite)
    if chart.heights == .valuesAndZero { values.append(0) }
    isLogarithmic = chart.heights == .logarithms && values.contains { $0 > 0 }
    guard isLogarithmic else {
      low = values.min() ?? 0
      high = max(values.max() ?? 1, low + 1e-9)
      return
    }
    let positive = values.filter { $0 > 0 }
    let first = (chart.curves.first?.values ?? []).filter { $0.isFinite && $0 > 0 }
    let floor = max((first.min() ?? 0) / 100, positive.min() ?? 1)
    low = log10(floor).rounded(.down)
    high = max(low + 1, log10(positive.max() ?? 1).rounded(.up))
  }

  func x(_ position: Double) -> Double {
    70 + (4900 * (position - left) / (right - left)).rounded() / 10
  }

  /// nil for what has no height.
  func y(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    let share = ((isLogarithmic ? log10(value) : value) - low) / (high - low)
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
      (Self.number(low + (high - low) * Double(index) / 4), 330 - 75 * Double(index))
    }
  }

  /// A number in four digits.
  static func number(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "0" }
    let unit = pow(10, log10(abs(value)).rounded(.down) - 3)
    let rounded = (value / unit).rounded() * unit
    return rounded == rounded.rounded() && abs(rounded) < 1e6
      ? "\(Int(rounded))" : "\(Float(rounded))"
  }
}
