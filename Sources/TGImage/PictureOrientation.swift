/// How the rows of a file are to be turned to be seen upright, by the numbers of EXIF's tag
/// Orientation (0x0112); what is done is what Pillow's `ImageOps.exif_transpose` does.
package enum PictureOrientation: Int, Hashable, Sendable, CaseIterable {
  /// The first row is at the top, the first column at the left.
  case upright = 1
  /// Left and right are exchanged.
  case mirrored = 2
  /// To be turned half round.
  case half = 3
  /// Top and bottom are exchanged.
  case flipped = 4
  /// Rows and columns are exchanged.
  case transposed = 5
  /// To be turned a quarter to the right; a phone held upright.
  case right = 6
  /// To be turned half round, and rows and columns exchanged.
  case transverse = 7
  /// To be turned a quarter to the left.
  case left = 8

  /// The orientation of a number; as stored if there is none, or it is none of EXIF's.
  init(number: Int?) { self = number.flatMap { Self(rawValue: $0) } ?? .upright }

  /// True if the rows of the file become columns.
  var exchangesAxes: Bool { rawValue >= 5 }

  /// True if the order of the file's rows is reversed.
  var reversesRows: Bool { [.half, .flipped, .right, .transverse].contains(self) }

  /// True if the order of the file's columns is reversed.
  var reversesColumns: Bool { [.mirrored, .half, .transverse, .left].contains(self) }

  /// What is done, in words; nil if nothing is.
  package var words: String? {
    switch self {
    case .upright: nil
    case .mirrored: "left and right are exchanged"
    case .half: "turned half round"
    case .flipped: "top and bottom are exchanged"
    case .transposed: "rows and columns are exchanged"
    case .right: "turned a quarter to the right"
    case .transverse: "turned half round, rows and columns are exchanged"
    case .left: "turned a quarter to the left"
    }
  }
}
