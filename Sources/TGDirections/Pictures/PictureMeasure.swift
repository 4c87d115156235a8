package import TGTensor

/// A number that is measured in a picture.
package enum PictureMeasure: String, Hashable, Sendable, CaseIterable {
  /// The mean grey, 0 (black) to 1 (white), by the weights of Rec. 601.
  case grey
  /// Red less blue, in the mean, -1 to 1.
  case warmth
  /// Where the subject is, from the left edge, 0, to the right one, 1.
  case centroidX = "centroid-x"
  /// Where the subject is, from the upper edge, 0, to the lower one, 1.
  case centroidY = "centroid-y"
  /// The share of the picture that the subject takes, 0 to 1.
  case area
  /// How much the upper left and the lower right have of the subject more than the other corners: the
  /// second moment of its coordinates, which a turn changes.
  case tilt

  /// Measures a picture.
  ///
  /// A pixel belongs to the subject the more, the more its colour differs from those at both ends of its
  /// row: its weight is `d² / (d² + 0.15²)`, d the distance in the unit cube to the nearest colour between
  /// the two. So sky above ground is no subject. A picture without a subject has its centroid in the
  /// middle.
  ///
  /// - Parameters:
  ///   - picture: `[1, C, H, W]` or `[C, H, W]`, C 1 or 3, at least one pixel.
  ///   - low: what is black.
  ///   - high: what is white; values beyond both are clamped.
  package func value(of picture: HostTensor, low: Float, high: Float) -> Double {
    let extents = Array(picture.shape.dimensions.suffix(3))
    let area = extents[1] * extents[2]
    let scale = 1 / (Double(high) - Double(low))
    let planes = (0..<extents[0]).map { channel in
      picture.elements[channel * area..<(channel + 1) * area].map { value in
        min(max((Double(value) - Double(low)) * scale, 0), 1)
      }
    }
    let colours = planes.count == 3 ? planes : [planes[0], planes[0], planes[0]]
    switch self {
    case .grey:
      let means = colours.map { $0.reduce(0, +) / Double(area) }
      return 0.299 * means[0] + 0.587 * means[1] + 0.114 * means[2]
    case .warmth:
      return (colours[0].reduce(0, +) - colours[2].reduce(0, +)) / Double(area)
    default:
      return Subject(colours, height: extents[1], width: extents[2]).value(of: self)
    }
  }
}

/// Where the subject of a picture is: the moments of its weights.
private struct Subject {
  private var mass = 0.0
  private var x = 0.0
  private var y = 0.0
  private var xy = 0.0
  private let area: Double

  init(_ colours: [[Double]], height: Int, width: Int) {
    area = Double(height * width)
    for position in 0..<height * width {
      let row = position / width
      let square = Self.distance(
        colours.map { $0[position] }, colours.map { $0[row * width] },
        colours.map { $0[(row + 1) * width - 1] })
      let weight = square / (square + 0.0225)
      let across = (Double(position % width) + 0.5) / Double(width)
      let down = (Double(position / width) + 0.5) / Double(height)
      mass += weight
      x += weight * across
      y += weight * down
      xy += weight * across * down
    }
  }

  /// The square of the distance of a colour to the line between two others.
  private static func distance(_ colour: [Double], _ left: [Double], _ right: [Double]) -> Double {
    var (along, length) = (0.0, 0.0)
    for channel in colour.indices {
      let step = right[channel] - left[channel]
      along += (colour[channel] - left[channel]) * step
      length += step * step
    }
    let share = length > 0 ? min(max(along / length, 0), 1) : 0
    var square = 0.0
    for channel in colour.indices {
      let near = left[channel] + share * (right[channel] - left[channel])
      square += (colour[channel] - near) * (colour[channel] - near)
    }
    return square
  }

  func value(of measure: PictureMeasure) -> Double {
    guard mass > 0 else { return measure == .area || measure == .tilt ? 0 : 0.5 }
    return switch measure {
    case .centroidX: x / mass
    case .centroidY: y / mass
    case .area: mass / area
    case .tilt: xy / mass - x / mass * (y / mass)
    case .grey, .warmth: 0
    }
  }
}
