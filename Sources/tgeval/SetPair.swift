import TGCommandLine
import TGScores

/// Two sets of features made in one way, and the scores of the first against the second.
struct SetPair {
  private let scored: FeatureSet
  private let reference: FeatureSet
  private let choice: SetOptions
  private let console: Console

  /// - Throws: `Failure` if the features were not made in one way.
  init(
    _ scored: FeatureSet, _ reference: FeatureSet, choice: SetOptions, console: Console
  ) throws(Failure) {
    self.scored = scored
    self.reference = reference
    self.choice = choice
    self.console = console
    let (here, there) = (scored.origin.items, reference.origin.items)
    guard Set(here.map(\.name)) == Set(there.map(\.name)) else {
      throw Failure(
        .badInput,
        "it is not known that the features of \(scored.name) and \(reference.name) were made alike",
        hint: "make both by one --plan, or give both as arrays; a .safetensors of --features-out "
          + "remembers how it was made, an .npy does not")
    }
    for item in here where item.name != FeatureOrigin.quantisation {
      let other = there.first { $0.name == item.name }?.value ?? ""
      guard other == item.value else {
        throw Failure(
          .badInput,
          "the features of \(scored.name) and \(reference.name) were made differently: "
            + "\(item.name) is '\(item.value)' and '\(other)'",
          hint: "make both in one way")
      }
    }
  }

  /// The scores asked for that are of two sets.
  func scores(_ wanted: Set<SetScore>) throws -> [Score] {
    var scores: [Score] = []
    if wanted.contains(.frechet) { scores.append(try frechet()) }
    if wanted.contains(.kernel) { scores.append(try kernel()) }
    if wanted.contains(.manifolds) { scores.append(try manifolds()) }
    return scores
  }

  /// The protocol that all scores of two sets begin with.
  private func method(_ name: String) -> ScoreProtocol {
    var method = ScoreProtocol(score: name)
    for item in scored.origin.items { method.add(item.name, item.value) }
    method.add("width", scored.moments?.width ?? scored.rows?.width ?? 0)
    method.add("pictures", scored.count)
    method.add("reference pictures", reference.count)
    if let value = reference.origin[FeatureOrigin.quantisation] {
      method.add("reference quantisation", value)
    }
    method.add("reference", "SHA-256 \(reference.digest)")
    return method
  }

  private func frechet() throws(Failure) -> Score {
    var (one, two) = (scored.moments, reference.moments)
    guard let left = one?.gaussian(), let right = two?.gaussian() else {
      throw Failure(
        .badInput, "a covariance needs two pictures or more",
        hint: "\(scored.name) has \(scored.count), \(reference.name) has \(reference.count)")
    }
    for set in [scored, reference] where set.count <= left.mean.count {
      console.warn(
        "\(set.name): \(set.count) pictures do not determine a covariance of \(left.mean.count) "
          + "numbers; the distance is too large, the more so the fewer there are",
        hint: "use more than \(left.mean.count) pictures, or compare only with scores of as many")
    }
    guard let distance = frechetDistance(left, right) else { throw unequalWidths }
    let name =
      scored.origin.isFrechetInception
      ? "FID" : "Frechet distance of \(scored.origin.title)"
    var method = method(name)
    method.add("covariance", "N - 1 below the line")
    method.add("root", "sum of singular values; nothing added to diagonals")
    return Score(name: name, values: [(Score.single, distance)], method: method)
  }

  private func kernel() throws -> Score {
    let (one, two) = try rows()
    for set in [scored, reference] where set.count < choice.subsetSize {
      throw Failure(
        .badInput,
        "\(set.name) has \(set.count) pictures, and a subset of the kernel distance has "
          + "\(choice.subsetSize)",
        hint: "give more pictures, or say --subset-size \(max(2, set.count))")
    }
    var progress = try Progress(console: console, total: choice.subsets)
    let result = KernelDistance.ofSubsets(
      one, two, subsets: choice.subsets, size: choice.subsetSize, seed: choice.seed
    ) { progress.show($0) }
    progress.end(choice.subsets)
    guard let result else { throw unequalWidths }
    let name =
      scored.origin.isFrechetInception
      ? "KID" : "kernel distance of \(scored.origin.title)"
    var method = method(name)
    method.add("kernel", "(x y / width + 1)^3, without bias")
    method.add("subsets", choice.subsets)
    method.add("subset size", choice.subsetSize)
    method.add("draw", "NumPy's RandomState(\(choice.seed)), the first set before the second")
    return Score(
      name: name, values: [("mean", result.mean), ("deviation", result.deviation)], method: method)
  }

  private func manifolds() throws -> Score {
    let (one, two) = try rows()
    guard min(one.count, two.count) > choice.neighbours else {
      throw Failure(
        .badInput, "\(choice.neighbours) neighbours need more pictures than that",
        hint: "\(scored.name) has \(one.count), \(reference.name) has \(two.count)")
    }
    guard
      let result = Manifolds(generated: one, real: two, neighbours: choice.neighbours)
    else { throw unequalWidths }
    let name = "precision and recall of \(scored.origin.title)"
    var method = method(name)
    method.add("neighbours", choice.neighbours)
    method.add("border", "inside")
    return Score(
      name: name,
      values: [
        ("precision", result.precision), ("recall", result.recall), ("balance", result.balance),
      ], method: method)
  }

  private func rows() throws(Failure) -> (Features, Features) {
    guard let one = scored.rows, let two = reference.rows else {
      throw Failure(.internalError, "rows were not kept")
    }
    return (one, two)
  }

  private var unequalWidths: Failure {
    func width(_ set: FeatureSet) -> Int { set.moments?.width ?? set.rows?.width ?? 0 }
    return Failure(
      .badInput,
      "\(scored.name) has \(width(scored)) numbers for a picture and \(reference.name) has "
        + "\(width(reference))", hint: "features of two networks cannot be compared")
  }
}
