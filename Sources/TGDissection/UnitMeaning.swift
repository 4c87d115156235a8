/// How the level is chosen above which a unit counts as active.
package enum LevelRule: Hashable, Sendable {
  /// The one above which a unit is at this share of all places; the part is the one of largest IoU.
  case share(Double)
  /// For each unit and part the level of most information, of a hundred; the part is the one of most
  /// information (what Bau et al. do for generators).
  case information

  /// The shares of places above the levels that are tried, growing. Of `information` those of Bau et
  /// al., `logspace(-3, 0, 100)`, without the last one, 1, which they do not count.
  package var shares: [Double] {
    switch self {
    case .share(let share): [share]
    case .information: (0..<99).map { powerOfTen(-3 + 3 * Double($0) / 99) }
    }
  }
}

/// What a unit means: the part that it has most in common with.
package struct UnitMeaning: Hashable, Sendable {
  /// The unit, from 0.
  package let unit: Int
  /// The part, from 0.
  package let part: Int
  /// The level above which it counts as active.
  package let level: Float
  /// What it has in common with each part at that level.
  package let overlaps: [Overlap]

  /// IoU with its part.
  package var iou: Double { overlaps[part].iou }
  /// Mutual information with its part, over the joint entropy.
  package var information: Double { overlaps[part].information }

  /// The least IoU and information of a unit that counts as meaning its part (Bau et al.).
  package static let leastIoU = 0.05
  /// The least information.
  package static let leastInformation = 0.01

  /// True if unit and part go together well enough.
  package var isClear: Bool { iou > Self.leastIoU && information > Self.leastInformation }

  /// Chooses part and level of each unit; of equal ones the first part and the smallest share.
  ///
  /// - Parameters:
  ///   - counts: of as many levels as the rule has shares.
  ///   - levels: for each unit the level of each share.
  package static func all(
    of counts: OverlapCounts, levels: [[Float]], rule: LevelRule
  ) -> [UnitMeaning] {
    (0..<counts.units).map { unit in
      var best: (score: Double, part: Int, level: Int, overlaps: [Overlap])?
      for level in 0..<counts.levels {
        let overlaps = counts.overlaps(unit: unit, level: level)
        for part in 0..<counts.parts {
          var score = overlaps[part].iou
          if rule == .information {
            // A level of 0 or less says that the unit is active nearly everywhere.
            score = levels[unit][level] > 0 ? overlaps[part].information : 0
          }
          if best.map({ score > $0.score }) ?? true { best = (score, part, level, overlaps) }
        }
      }
      let found = best ?? (0, 0, 0, counts.overlaps(unit: unit, level: 0))
      return UnitMeaning(
        unit: unit, part: found.part, level: levels[unit][found.level], overlaps: found.overlaps)
    }
  }

  /// All units by their IoU with a part, the largest first; of equal ones the smaller number.
  package static func ranking(_ meanings: [UnitMeaning], for part: Int) -> [UnitMeaning] {
    meanings.sorted { one, other in
      let (a, b) = (one.overlaps[part].iou, other.overlaps[part].iou)
      return a != b ? a > b : one.unit < other.unit
    }
  }
}
