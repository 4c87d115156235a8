import TGDissection
import TGImage
import TGTensor

/// What is dissected: a layer, on a sample of pictures.
protocol Subject {
  /// The names of the parts.
  var parts: [String] { get }
  /// How many pictures the sample has.
  var count: Int { get }
  /// Units of the layer, rows and columns of its cells.
  var layer: LayerForm { get }
  /// The most pictures that are worked on at once.
  var batch: Int { get }
  /// What the layer gives for some pictures of the sample.
  ///
  /// - Parameter withMaps: false if only the features are wanted.
  func look(at samples: Range<Int>, withMaps: Bool) throws -> [Look]
}

/// The extents of a layer.
struct LayerForm: Hashable {
  let units: Int, rows: Int, columns: Int

  /// The layer of an output `[units, rows, columns]`; nil for other shapes.
  init?(_ shape: [Int]) {
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else { return nil }
    (units, rows, columns) = (shape[0], shape[1], shape[2])
  }

  /// How many cells a unit has.
  var cells: Int { rows * columns }
}

/// A picture of the sample.
struct Look {
  /// `[1, units, rows, columns]`.
  let features: HostTensor
  /// The picture; nil where only the features were wanted.
  let picture: Picture?
  /// Its parts; nil where only the features were wanted.
  let map: PartMap?
}

extension Subject {
  /// The sample in the pieces in which it is worked on.
  var pieces: [Range<Int>] {
    stride(from: 0, to: count, by: batch).map { $0..<min($0 + batch, count) }
  }
}
