/// Curves over whole numbers as a drawing (SVG), 720 by 360. Equal numbers give equal bytes.
package struct CurveDrawing: Hashable, Sendable {
  /// A curve.
  package struct Curve: Hashable, Sendable {
    /// What the legend calls it.
    package let name: String
    /// Its heights, one for each position, finite.
    package let values: [Double]

    /// Makes a curve.
    package init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// What stands above it.
  package let title: String
  /// What stands below it.
  package let axis: String
  /// The positions of the values, growing.
  package let positions: [Int]
  /// The curves.
  package let curves: [Curve]

  /// Makes a drawing.
  package init(title: String, axis: String, positions: [Int], curves: [Curve]) {
    self.title = title
    self.axis = axis
    self.positions = positions
    self.curves = curves
  }

  private static let colours = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2",
    "#7f7f7f", "#bcbd22",
  ]

  /// The text of the file.
  package var svg: String {
    let values = curves.flatMap(\.values) + [0]
    let low = values.min() ?? 0
    let high = max(values.max() ?? 1, low + 1e-9)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360" font-family="sans-serif" \
      font-size="12">
      <rect width="720" height="360" fill="#fff"/>
      <text x="70" y="20" font-size="14">\(Self.escaped(title))</text>
      <text x="315" y="352" text-anchor="middle">\(Self.escaped(axis))</text>\n
      """
    for step in 0...4 {
      let y = 315 - Double(step) * 71.25
      let value = low + (high - low) * Double(step) / 4
      text +=
        "<line x1=\"70\" x2=\"560\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#ddd\"/>"
        + "<text x=\"64\" y=\"\(y + 4)\" text-anchor=\"end\">\(Self.rounded(value, 1000))</text>\n"
    }
    for position in positions {
      text +=
        "<text x=\"\(x(position))\" y=\"334\" text-anchor=\"middle\">\(position)</text>\n"
    }
    for (index, curve) in curves.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let points = zip(positions, curve.values).map { position, value in
        "\(x(position)),\(Self.rounded(315 - 285 * (value - low) / (high - low), 10))"
      }
      let y = 44 + 18 * index
      text +=
        "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" "
        + "points=\"\(points.joined(separator: " "))\"/>"
        + "<line x1=\"575\" x2=\"595\" y1=\"\(y - 4)\" y2=\"\(y - 4)\" stroke=\"\(colour)\" "
        + "stroke-width=\"2\"/><text x=\"600\" y=\"\(y)\">\(Self.escaped(curve.name))</text>\n"
    }
    return text + "</svg>\n"
  }

  private func x(_ position: Int) -> Double {
    let (first, last) = (positions.first ?? 0, positions.last ?? 1)
    let share = last > first ? Double(position - first) / Double(last - first) : 0
    return Self.rounded(80 + 470 * share, 10)
  }

  private static func rounded(_ value: Double, _ steps: Double) -> Double {
    let result = (value * steps).rounded() / steps
    return result == 0 ? 0 : result
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
