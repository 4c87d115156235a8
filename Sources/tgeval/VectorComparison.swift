import TGCommandLine
import TGPlan
import TGScores
import TGTensor

/// R-precision of vectors that were made elsewhere.
struct VectorComparison {
  private let rules: RPrecisionRules
  private let pictures: Features
  private let texts: Features
  private let wrong: Features?
  private let classes: [Int]
  private let digest: String

  /// Reads the arrays.
  ///
  /// - Throws: `Failure`, `MappedFileError`.
  init(_ path: String, _ arrays: RPrecisionArrays, rules: RPrecisionRules) throws {
    self.rules = rules
    guard let textPath = arrays.texts else {
      throw Failure(.usage, "--picture-vectors needs --text-vectors")
    }
    guard arrays.wrong == nil || arrays.classes == nil else {
      throw Failure(.usage, "--classes draws wrong captions, and --wrong-vectors gives them")
    }
    pictures = try FeatureFile.rows(path)
    texts = try FeatureFile.rows(textPath)
    guard pictures.width == texts.width, pictures.count == texts.count else {
      throw Failure(
        .badInput,
        "\(path) has \(pictures.count) vectors of \(pictures.width) and \(textPath) has "
          + "\(texts.count) of \(texts.width)", hint: "give a text for each picture, of one length")
    }
    wrong = try arrays.wrong.map { try FeatureFile.rows($0) }
    if let wrong, let file = arrays.wrong {
      guard wrong.count == pictures.count, wrong.width.isMultiple(of: pictures.width) else {
        throw Failure(
          .badInput,
          "\(file) has \(wrong.count) rows of \(wrong.width) numbers; expected "
            + "[\(pictures.count), K, \(pictures.width)]")
      }
    }
    classes = try Self.classes(arrays.classes, count: pictures.count)
    digest = try MappedFile(path: textPath).digest
  }

  private static func classes(_ path: String?, count: Int) throws(Failure) -> [Int] {
    guard let path else { return Array(0..<count) }
    let rows = try FeatureFile.rows(path)
    guard rows.count == count, rows.width == 1 else {
      throw Failure(.badInput, "\(path) has not one number for each of \(count) pictures")
    }
    return try rows.elements.map { (element) throws(Failure) in
      guard let number = Int(exactly: element) else {
        throw Failure(.badInput, "\(path) has \(element), and classes are whole numbers")
      }
      return number
    }
  }

  /// Compares every picture with its texts.
  func score() throws -> Score {
    var precision = RPrecision()
    var method = ScoreProtocol(score: "R-precision of arrays")
    method.add("texts", "SHA-256 \(digest)")
    guard let wrong else {
      guard
        let pool = WrongCaptions(captions: (0..<pictures.count).map { [$0] }, classes: classes)
      else {
        throw Failure(.badInput, "all pictures are of one class, so no caption is wrong")
      }
      var random = NumpyRandom(seed: rules.seed)
      for row in 0..<pictures.count {
        let others = pool.draw(rules.wrong, for: row, by: &random).map { vector(texts, $0) }
        precision.add(picture: vector(pictures, row), caption: vector(texts, row), wrong: others)
      }
      method.add("wrong captions", "drawn from those of other classes")
      method.add("classes", "SHA-256 \(TGPlan.digest(of: Array("\(classes)".utf8)))")
      return try rules.score(precision, method, wrong: rules.wrong)
    }
    let width = pictures.width
    for row in 0..<pictures.count {
      let others = stride(from: 0, to: wrong.width, by: width).map { first in
        Array(wrong.elements[row * wrong.width + first..<row * wrong.width + first + width])
      }
      precision.add(picture: vector(pictures, row), caption: vector(texts, row), wrong: others)
    }
    method.add("wrong captions", "given")
    return try rules.score(precision, method, wrong: wrong.width / width)
  }

  private func vector(_ set: Features, _ row: Int) -> [Float] {
    Array(set.elements[row * set.width..<(row + 1) * set.width])
  }
}
