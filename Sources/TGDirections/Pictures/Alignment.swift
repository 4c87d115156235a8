#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
package import TGTensor

/// How far a picture is moved or enlarged against another one: of some candidates the one that, done to
/// the other picture, comes nearest to this one where it is defined, refined by a parabola through its
/// neighbours.
///
/// It needs no subject that stands out, as a centroid does; a learned walk is held against the same edits.
package enum Alignment: String, Hashable, Sendable, CaseIterable {
  /// How far to the right, as a share of the width, from -0.4 to 0.4.
  case shiftX = "shift-x"
  /// How far down, as a share of the height, from -0.4 to 0.4.
  case shiftY = "shift-y"
  /// The logarithm to base 2 of how much larger about the middle, from -1.25 to 1.25.
  case zoom

  /// The candidates on each side of none.
  private static let steps = 40

  private var largest: Double { self == .zoom ? 1.25 : 0.4 }

  /// Measures a picture against another one of its size, both `[1, C, H, W]` or `[C, H, W]`.
  package func value(of picture: HostTensor, against other: HostTensor) -> Double {
    let unit = largest / Double(Self.steps)
    let misses = (-Self.steps...Self.steps).map { step in
      missed(picture, other, by: unit * Double(step))
    }
    guard let best = misses.indices.min(by: { misses[$0] < misses[$1] }) else { return 0 }
    let middle = Double(best - Self.steps)
    guard best > 0, best + 1 < misses.count else { return unit * middle }
    let (left, right) = (misses[best - 1], misses[best + 1])
    let bend = left - 2 * misses[best] + right
    return unit * (middle + (bend > 0 ? (left - right) / (2 * bend) : 0))
  }

  /// The mean square between a picture and the other one after the edit, where that is defined.
  private func missed(_ picture: HostTensor, _ other: HostTensor, by amount: Double) -> Double {
    let extents = Array(picture.shape.dimensions.suffix(3))
    let (channels, height, width) = (extents[0], extents[1], extents[2])
    let rows = Self.taps(
      height, step: self == .zoom ? exp2(-amount) : 1,
      offset: self == .shiftY ? amount * Double(height) : 0)
    let columns = Self.taps(
      width, step: self == .zoom ? exp2(-amount) : 1,
      offset: self == .shiftX ? amount * Double(width) : 0)
    var sum = 0.0
    var count = 0
    for (row, down) in rows.enumerated() {
      guard let down else { continue }
      for (column, along) in columns.enumerated() {
        guard let along else { continue }
        count += channels
        for channel in 0..<channels {
          let base = channel * height * width
          func read(_ row: Int) -> Double {
            let start = base + row * width + along.place
            let near = Double(other.elements[start])
            guard along.share > 0 else { return near }
            return near + along.share * (Double(other.elements[start + 1]) - near)
          }
          var value = read(down.place)
          if down.share > 0 { value += down.share * (read(down.place + 1) - value) }
          let difference = Double(picture.elements[base + row * width + column]) - value
          sum += difference * difference
        }
      }
    }
    return count > 0 ? sum / Double(count) : .infinity
  }

  /// Where each line reads: a line and the share of the next one; nil beyond the border.
  private static func taps(
    _ size: Int, step: Double, offset: Double
  ) -> [(place: Int, share: Double)?] {
    let middle = Double(size - 1) / 2
    return (0..<size).map { line in
      let read = middle + (Double(line) - middle) * step - offset
      guard read >= 0, read <= Double(size - 1) else { return nil }
      let place = min(Int(read), size - 1)
      return (place, place == size - 1 ? 0 : read - Double(place))
    }
  }
}
