import TGCommandLine
import TGImage
import TGPlan
import TGScores
import TGSession
import TGTensor

/// Scores pairs of pictures, one after the other.
struct PairScorer {
  let window: SimilarityWindow
  let network: Network?
  private let inputs: [InterfaceItem]
  let console: Console

  /// The scores of one pair.
  struct Result {
    let error: Double
    let similarity: Double
    let distance: Double?

    /// The ratio of peak and error, in decibels.
    var ratio: Double { PixelPlanes.peakRatio(meanSquaredError: error) }

    /// All by the names that JSON has.
    var numbers: [(name: String, value: Double)] {
      [("mse", error), ("psnr", ratio), ("ssim", similarity)]
        + [distance].compactMap { $0.map { ("distance", $0) } }
    }
  }

  init(window: SimilarityWindow, network: Network?, console: Console) throws {
    self.window = window
    self.network = network
    self.console = console
    inputs = try network?.pictures(2) ?? []
    if let network, network.width != 1 {
      throw Failure(
        .usage,
        "'\(network.output.name)' of \(network.path) is no distance but \(network.width) numbers")
    }
  }

  /// Scores a pair.
  ///
  /// - Throws: `Failure` of status `badInput` for pictures of unequal or too small sizes.
  func score(_ pair: PicturePairs.Pair) throws -> Result {
    let one = try PictureFiles.read(pair.scored, console: console)
    let two = try PictureFiles.read(pair.reference, console: console)
    let channels = max(one.channels, two.channels)
    let (left, right) = (one.planes(channels: channels), two.planes(channels: channels))
    guard left.fits(right) else {
      throw Failure(
        .badInput,
        "\(pair.scored) has \(one.width) x \(one.height) pixels and \(pair.reference) "
          + "\(two.width) x \(two.height)", hint: "bring one to the size of the other first")
    }
    guard let similarity = left.similarity(right, by: window) else {
      throw Failure(
        .badInput,
        "\(pair.scored) has \(one.width) x \(one.height) pixels and the window of SSIM "
          + "\(window.weights.count) x \(window.weights.count)", hint: "give larger pictures")
    }
    return Result(
      error: left.meanSquaredError(right), similarity: similarity,
      distance: try distance(one, two, pair))
  }

  private func distance(_ one: Picture, _ two: Picture, _ pair: PicturePairs.Pair) throws -> Double?
  {
    guard let network else { return nil }
    var numbers: [String: [Float]] = [:]
    for (input, (picture, path)) in zip(inputs, [(one, pair.scored), (two, pair.reference)]) {
      numbers[input.name] = try Session.tensor(of: picture, path: path, for: input).elements
    }
    let rows = try network.values(
      of: [RunItem(seed: 0, numbers: numbers)], named: { _ in pair.scored })
    return rows.first?.first.map(Double.init)
  }

  /// The means over all pairs, with their protocols.
  func scores(_ results: [Result], of pairs: PicturePairs) throws -> [Score] {
    let reference = try pairs.reference.digest()
    func score(
      _ name: String, _ items: [ScoreProtocol.Item], _ value: (Result) -> Double
    ) -> Score {
      var method = ScoreProtocol(score: name)
      for item in items { method.add(item.name, item.value) }
      method.add("pairs", results.count)
      method.add("mean", "of the pairs")
      method.add(FeatureOrigin.quantisation, pairs.scored.quantisation)
      method.add("reference quantisation", pairs.reference.quantisation)
      method.add("reference", "SHA-256 \(reference)")
      let mean = results.reduce(0) { $0 + value($1) } / Double(results.count)
      return Score(name: name, values: [(Score.single, mean)], method: method)
    }
    let range = ScoreProtocol.Item("range", "255")
    let constants = ScoreProtocol.Item("constants", "K1 0.01, K2 0.03")
    var scores = [
      score("MSE", [range], \.error), score("PSNR", [range], \.ratio),
      score(
        "SSIM", [.init("window", window.description), constants, range], \.similarity),
    ]
    if let network {
      let plan = network.file.plan
      let isKnown = KnownNetworks.isLPIPS(plan)
      let items: [ScoreProtocol.Item] = [
        .init("plan", plan.name), .init("plan hash", network.file.hash),
        .init("function", network.session.variants.form.name),
      ]
      scores.append(score(isKnown ? "LPIPS" : network.title, items) { $0.distance ?? .nan })
    }
    return scores
  }
}
