internal import TGImage
package import TGTensor

/// How often units are active where parts are, counted over the pixels of a sample.
///
/// The features of a picture are enlarged to the size of its map (bilinear, half-pixel centres,
/// border repeated) and compared with the levels of their unit, strictly. Pictures that show no part
/// are left out, as by Bau et al. those without any label of the category.
package struct OverlapCounts: Sendable {
  /// How many units, levels for each unit, and parts.
  package let units: Int, levels: Int, parts: Int
  /// How many pixels were counted.
  package private(set) var pixels = 0
  /// Pixels of each part.
  package private(set) var ofPart: [Int]
  private let thresholds: [[Float]]
  /// For each unit, number of levels exceeded, and part (the last is none): pixels.
  private var table: [Int]

  /// Begins.
  ///
  /// - Parameters:
  ///   - levels: for each unit its levels, of growing shares, so falling or equal; as many for each.
  ///   - parts: how many parts there are.
  package init(levels: [[Float]], parts: Int) {
    units = levels.count
    self.levels = levels.first?.count ?? 0
    self.parts = parts
    thresholds = levels
    ofPart = [Int](repeating: 0, count: parts)
    table = [Int](repeating: 0, count: units * (self.levels + 1) * (parts + 1))
  }

  /// Counts a picture.
  ///
  /// - Parameters:
  ///   - features: `[units, h, w]`, with any axes of length 1 before them.
  ///   - map: the parts of its pixels.
  package mutating func add(_ features: HostTensor, _ map: PartMap) {
    guard map.showsPart, let large = Self.enlarged(features, to: map) else { return }
    let area = map.parts.count
    pixels += area
    let columns = map.parts.map { $0 == PartMap.nothing ? parts : Int($0) }
    for part in columns where part < parts { ofPart[part] += 1 }
    for unit in 0..<units {
      let bounds = thresholds[unit]
      for pixel in 0..<area {
        let value = large[unit * area + pixel]
        // The levels exceeded are those behind the first that is below the value.
        let exceeded = levels - Self.first(below: value, in: bounds)
        table[(unit * (levels + 1) + exceeded) * (parts + 1) + columns[pixel]] += 1
      }
    }
  }

  /// Features at the size of a map, `[units, H, W]` row-major; nil if they are no maps.
  package static func enlarged(_ features: HostTensor, to map: PartMap) -> [Float]? {
    features.resized(height: map.height, width: map.width, by: .torchBilinear)?.elements
  }

  private static func first(below value: Float, in levels: [Float]) -> Int {
    var (low, high) = (0, levels.count)
    while low < high {
      let middle = (low + high) / 2
      if value > levels[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Pixels at which a unit exceeds a level, for each part and, last, for none.
  private func active(unit: Int, level: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: parts + 1)
    for exceeded in (levels - level)...levels {
      let row = (unit * (levels + 1) + exceeded) * (parts + 1)
      for part in 0...parts { counts[part] += table[row + part] }
    }
    return counts
  }

  /// What a unit has in common with each part at one of its levels.
  package func overlaps(unit: Int, level: Int) -> [Overlap] {
    let counts = active(unit: unit, level: level)
    let all = counts.reduce(0, +)
    return (0..<parts).map { part in
      Overlap(both: counts[part], active: all, part: ofPart[part], pixels: pixels)
    }
  }
}

/// Four counts of pixels: where a unit is active and a part is, where either is, and all.
package struct Overlap: Hashable, Sendable {
  /// Pixels of the part at which the unit is active.
  package let both: Int
  /// Pixels at which the unit is active.
  package let active: Int
  /// Pixels of the part.
  package let part: Int
  /// All pixels.
  package let pixels: Int

  /// Makes counts.
  package init(both: Int, active: Int, part: Int, pixels: Int) {
    self.both = both
    self.active = active
    self.part = part
    self.pixels = pixels
  }

  /// Intersection over union, 0 ... 1; 0 where both are empty.
  package var iou: Double {
    let either = active + part - both
    return either > 0 ? Double(both) / Double(either) : 0
  }

  /// Mutual information of "active" and "part" over their joint entropy (the `iqr` of Bau et al.),
  /// 0 ... 1. 0 where they agree at no more than 0.8 of the pixels, or the part has less than 1e-3.
  package var information: Double {
    guard pixels > 0 else { return 0 }
    let all = Double(pixels)
    let joint = [both, active - both, part - both, pixels - active - part + both]
      .map { Double($0) / all }
    guard joint[0] + joint[3] > 0.8, Double(part) / all >= 1e-3 else { return 0 }
    let (a, p) = (Double(active) / all, Double(part) / all)
    func entropy(_ shares: [Double]) -> Double {
      shares.reduce(0) { $1 > 0 ? $0 - $1 * logarithm($1) : $0 }
    }
    let whole = entropy(joint)
    let apart = entropy([a, 1 - a]) + entropy([p, 1 - p])
    return whole > 0 ? max(0, apart - whole) / whole : 0
  }
}
