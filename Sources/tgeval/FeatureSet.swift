import TGCheckpoint
import TGCommandLine
import TGPlan
import TGScores
import TGTensor

/// Where the numbers of a set of pictures came from: what scores of two sets must have in common.
struct FeatureOrigin {
  /// What the features are called, `Inception features`.
  var title: String
  /// True for the network that FID is of.
  var isFrechetInception = false
  /// The items of the protocol: the plan and its hash, function, output, resize, quantisation.
  var items: [ScoreProtocol.Item]

  /// The item that says what samples of pictures are; two sets may differ in it.
  static let quantisation = "quantisation"

  /// The value of an item.
  subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  /// Of an array that tells nothing.
  static let array = FeatureOrigin(
    title: "array features", items: [.init("features", "an array that does not tell its plan")])
}

/// The features of a set, as far as its scores need them.
struct FeatureSet {
  /// How messages call the set.
  let name: String
  /// Where the features came from.
  let origin: FeatureOrigin
  /// The SHA-256 of what they were made of: pictures, or the array itself.
  let digest: String
  /// Mean and covariance; nil if no score needs them.
  var moments: Moments?
  /// All rows; nil if no score needs them.
  var rows: Features?
  /// How many pictures.
  var count = 0
}

/// A file of features: an array `[N, D]`, or a file of ours that tells where they came from.
struct FeatureFile {
  private static let origin = "tgraph.origin"
  private static let title = "tgraph.features"
  private static let digest = "tgraph.pictures"
  private static let frechet = "tgraph.frechet-inception"

  /// True for what is named like an array.
  static func isMeant(_ operand: String) -> Bool {
    ["npy", "safetensors"].contains(Path.suffix(operand))
  }

  /// Reads the rows of a file; of several tensors the one called `features`.
  ///
  /// - Throws: `Failure`, also for numbers that are infinite or none.
  static func rows(_ path: String) throws(Failure) -> Features {
    do {
      let file = try Checkpoint.read(path: path)
      guard let entry = file.entries.count == 1 ? file.entries.first : file["features"] else {
        throw Failure(
          .badInput,
          "\(path) has \(file.entries.count) tensors and none is called 'features'")
      }
      guard entry.shape.rank >= 2, entry.shape.count > 0 else {
        throw Failure(
          .badInput, "\(path) has the shape \(entry.shape); expected [N, D], a row for each picture"
        )
      }
      let rows: Features
      do { rows = Features(try entry.tensor()) } catch {
        throw CheckpointError(path: path, fault: error)
      }
      if let bad = rows.firstNotFinite {
        throw Failure(
          .badInput, "\(path) has \(bad.value) in row \(bad.row), column \(bad.column)",
          hint: "make the features anew; a score of such numbers would be none")
      }
      return rows
    } catch let error as CheckpointError {
      throw Failure(ExitStatus(rawValue: error.exitCode) ?? .badInput, error.description)
    } catch let failure as Failure {
      throw failure
    } catch { throw Failure(.internalError, "\(error)") }
  }

  /// Reads a set.
  ///
  /// - Throws: `Failure`, `MappedFileError`.
  static func read(_ path: String, keepsRows: Bool, needsMoments: Bool) throws -> FeatureSet {
    let rows = try rows(path)
    let file = try MappedFile(path: path)
    let texts = (try? Safetensors.metadata(of: ByteRegion(file))) ?? [:]
    var origin = FeatureOrigin.array
    if let title = texts[Self.title], let text = texts[Self.origin],
      let items = try? ScoreProtocol(JSON(parsing: Array(text.utf8)))?.items
    {
      origin = FeatureOrigin(
        title: title, isFrechetInception: texts[frechet] == "true", items: items)
    }
    var set = FeatureSet(
      name: path, origin: origin, digest: texts[digest] ?? file.digest)
    set.count = rows.count
    if needsMoments { set.moments = Moments(rows) }
    if keepsRows { set.rows = rows }
    return set
  }

  /// Writes the rows of a set; `.safetensors` tells their origin, `.npy` cannot.
  static func write(_ set: FeatureSet, to path: String) throws {
    guard let rows = set.rows else { return }
    let tensor = HostTensor(Shape([rows.count, rows.width]), rows.elements)
    if Path.suffix(path) == "npy" {
      return try AtomicFile.save(NumpyArray(tensor).encoded, to: path)
    }
    let texts = [
      title: set.origin.title,
      origin: JSON.object(
        set.origin.items.map { JSON.Member($0.name, .string($0.value)) }
      ).text(),
      digest: set.digest, frechet: "\(set.origin.isFrechetInception)",
    ]
    do {
      let bytes = try Safetensors.encoded([("features", tensor)], metadata: texts)
      try AtomicFile.save(bytes, to: path)
    } catch let fault as CheckpointFault {
      throw Failure(.internalError, "\(path): \(fault)")
    }
  }
}
