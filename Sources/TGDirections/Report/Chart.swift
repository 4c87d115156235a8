/// A drawing of curves over a common axis, as SVG: the same numbers give the same bytes.
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

  /// What stands over it.
  package var title: String
  /// What the axis counts.
  package var axis: String
  /// The positions on the axis, ascending.
  package var positions: [Double]
  /// The curves, the later ones over the earlier.
  package var curves: [Curve]

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

  /// The drawing, 720 by 360.
  package var svg: String {
    let frame = Frame(positions: positions, values: curves.flatMap(\.values))
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
    text += "<text x=\"70\" y=\"346\">\(frame.number(frame.left))</text>"
    text += "<text x=\"315\" y=\"346\" text-anchor=\"middle\">\(Self.escaped(axis))</text>"
    text += "<text x=\"560\" y=\"346\" text-anchor=\"end\">\(frame.number(frame.right))</text>\n"
    var named = 0
    for curve in curves {
      let colour = curve.name.isEmpty ? "#ccc" : Self.colours[named % Self.colours.count]
      text += line(curve, frame, colour)
      guard !curve.name.isEmpty else { continue }
      let y = 44 + 18 * named
      text +=
        "<line x1=\"575\" x2=\"595\" y1=\"\(y - 4)\" y2=\"\(y - 4)\" stroke=\"\(colour)\" "
        + "stroke-width=\"2\"/><text x=\"600\" y=\"\(y)\">\(Self.escaped(curve.name))</text>\n"
      named += 1
    }
    return text + "</svg>\n"
  }

  private func line(_ curve: Curve, _ frame: Frame, _ colour: String) -> String {
    let points = zip(positions, curve.values).filter { $0.1.isFinite }
      .map { "\(frame.x($0.0)),\(frame.y($0.1))" }
    return "<polyline fill=\"none\" stroke=\"\(colour)\" "
      + "stroke-width=\"\(curve.name.isEmpty ? 1 : 2)\" "
      + "points=\"\(points.joined(separator: " "))\"/>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  /// From positions and values to points of the drawing, in tenths of a pixel.
  private struct Frame {
    let left: Double
    let right: Double
    let low: Double
    let high: Double

    init(positions: [Double], values: [Double]) {
      let finite = values.filter(\.isFinite)
      left = positions.first ?? 0
      right = max(positions.last ?? 1, left + 1e-9)
      low = finite.min() ?? 0
      high = max(finite.max() ?? 1, low + 1e-9)
    }

    func x(_ position: Double) -> Double {
      70 + (4900 * (position - left) / (right - left)).rounded() / 10
    }

    func y(_ value: Double) -> Double {
      330 - (3000 * (value - low) / (high - low)).rounded() / 10
    }

    func number(_ value: Double) -> String { "\(Float(value))" }

    /// Labels and their heights.
    var ticks: [(String, Double)] {
      (0...4).map { index in
        (number(low + (high - low) * Double(index) / 4), 330 - 75 * Double(index))
      }
    }
  }
}
