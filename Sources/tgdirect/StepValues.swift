import TGDirections
import TGTensor

/// The numbers of pictures that come in rows, a row for each seed and a picture for each amount.
struct StepValues {
  private var scored: ScoredPictures?
  private let against: Alignment?
  private let width: Int
  /// The amount nearest 0, whose picture the others of its row are held against.
  private let middle: Int
  private var row: [HostTensor] = []
  private var aligned: [Double] = []

  /// One of the two measures.
  init(_ scorer: Scorer?, against: Alignment?, amounts: [Double]) {
    scored = scorer.map { ScoredPictures($0) }
    self.against = against
    width = amounts.count
    middle = amounts.indices.min { abs(amounts[$0]) < abs(amounts[$1]) } ?? 0
  }

  /// Takes the next picture.
  mutating func take(_ picture: HostTensor) throws {
    guard let against else {
      try scored?.take(picture)
      return
    }
    row.append(picture)
    guard row.count == width else { return }
    aligned += row.map { against.value(of: $0, against: row[middle]) }
    row = []
  }

  /// The numbers of all pictures.
  mutating func finished() throws -> [Double] {
    try scored?.finish()
    return scored?.scores ?? aligned
  }
}
