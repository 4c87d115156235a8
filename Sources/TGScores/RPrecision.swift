/// R-precision (Xu et al., CVPR 2018): how often a picture finds its own caption among wrong ones, by the
/// cosine of what an encoder of pictures and one of captions make of them.
package struct RPrecision: Sendable {
  /// How the scores of folds are taken.
  package enum Folding: String, Hashable, Sendable {
    /// As the published code slices: each fold without its last entry.
    case published
    /// Every entry counts.
    case whole
  }

  /// For each picture whether it was nearer to its caption than to all wrong ones; as near counts too.
  package private(set) var hits: [Bool] = []

  /// No picture yet.
  package init() {}

  /// Takes a picture with its caption and the wrong ones, vectors of one length.
  package mutating func add(picture: [Float], caption: [Float], wrong: [[Float]]) {
    let own = cosine(picture, caption)
    hits.append(!wrong.contains { cosine(picture, $0) > own })
  }

  /// The share of hits of each fold, after the pictures are put in an order by chance.
  ///
  /// - Returns: nil unless each fold has an entry that counts.
  package func folds(_ folds: Int, _ folding: Folding, seed: UInt32) -> [Double]? {
    let size = folds > 0 ? hits.count / folds : 0
    let counted = folding == .published ? size - 1 : size
    guard counted >= 1 else { return nil }
    var random = NumpyRandom(seed: seed)
    let order = random.permutation(hits.count)
    return (0..<folds).map { fold in
      let entries = order[fold * size..<fold * size + counted]
      return Double(entries.count { hits[$0] }) / Double(counted)
    }
  }

  /// The share of hits of all pictures.
  package var share: Double { Double(hits.count { $0 }) / Double(max(1, hits.count)) }
}

/// The cosine of two vectors, with a product of lengths of at least 1e-8.
package func cosine(_ one: [Float], _ other: [Float]) -> Double {
  var (product, left, right) = (0.0, 0.0, 0.0)
  for (a, b) in zip(one, other) {
    product += Double(a) * Double(b)
    left += Double(a) * Double(a)
    right += Double(b) * Double(b)
  }
  return product / max((left * right).squareRoot(), 1e-8)
}

/// Wrong captions for a picture: each time one of all captions by chance, drawn anew while it belongs to
/// a picture of the same class.
package struct WrongCaptions: Sendable {
  private let captions: [[Int]]
  private let classes: [Int]

  /// - Parameters:
  ///   - captions: the numbers of the captions of each picture of the test set, at least one each.
  ///   - classes: the class of each picture.
  /// - Returns: nil unless there are pictures with captions, of at least two classes.
  package init?(captions: [[Int]], classes: [Int]) {
    guard captions.count == classes.count, captions.allSatisfy({ !$0.isEmpty }),
      Set(classes).count > 1
    else { return nil }
    self.captions = captions
    self.classes = classes
  }

  /// The numbers of `count` wrong captions: a picture of another class, then one of its captions.
  package func draw(
    _ count: Int, for picture: Int, by random: inout NumpyRandom
  ) -> [Int] {
    (0..<count).map { _ in
      while true {
        let other = random.upTo(captions.count - 1)
        guard classes[other] != classes[picture] else { continue }
        return captions[other][random.upTo(captions[other].count - 1)]
      }
    }
  }

  /// The number of a caption of a picture, by chance.
  package func draw(of picture: Int, by random: inout NumpyRandom) -> Int {
    captions[picture][random.upTo(captions[picture].count - 1)]
  }
}
