import TGCommandLine
import TGPlan
import TGScores
import TGSession
import TGTensor

/// One call of `tgeval sets`.
///
/// Making a job looks at everything that can be looked at before anything is computed.
struct SetsJob {
  /// A set as it is given.
  private enum Source {
    case array(String)
    case pictures(PictureFiles)

    var files: [String] {
      switch self {
      case .array(let path): [path]
      case .pictures(let files): files.paths + files.lists
      }
    }
  }

  private let console: Console
  private let wanted: Set<SetScore>
  private let choice: SetOptions
  private let options: SetNetworkOptions
  private let sources: [Source]
  private let maker: FeatureMaker?
  private let classMaker: FeatureMaker?

  init(_ command: SetsCommand, console: Console) throws {
    self.console = console
    choice = command.choice
    let options = command.networks
    self.options = options
    wanted = try choice.chosen()
    let needsFeatures = wanted != [.classes] || options.featuresOut != nil
    try Self.check(command.sets.count, wanted: wanted)
    let resolved = try command.machine.resolved(on: console)
    enforceMemoryLimit(resolved.budget)
    sources = try command.sets.map { operand in
      FeatureFile.isMeant(operand) ? .array(operand) : .pictures(try PictureFiles(operand))
    }
    let seesPictures = sources.contains { if case .pictures = $0 { true } else { false } }
    let resize = options.resize
    func maker(
      _ path: String?, _ option: String, _ function: String?, _ output: String?
    ) throws -> FeatureMaker? {
      try path.map {
        FeatureMaker(
          network: try Network(
            $0, option: option, function: function, output: output, machine: command.machine,
            resolved: resolved), resize: resize, console: console)
      }
    }
    self.maker = try maker(options.plan, "--plan", options.function, options.output)
    classMaker = try maker(
      options.classPlan, "--class-plan", options.classFunction, options.classOutput)
    if needsFeatures, seesPictures, self.maker == nil {
      throw Failure(
        .usage, "features are made of pictures by a plan, and none was given",
        hint: "say --plan PLAN.tplan; tgc inception-frechet makes one of the published weights")
    }
    if wanted.contains(.classes), classMaker == nil, options.logits == nil {
      throw Failure(
        .usage, "the score of classes needs logits",
        hint: "say --class-plan PLAN.tplan, or --logits FILE.npy")
    }
    try checkOutputs([options.plan, options.classPlan, options.logits].compactMap(\.self))
  }

  private static func check(_ count: Int, wanted: Set<SetScore>) throws(Failure) {
    let needed = wanted == [.classes] ? 1 : 2
    guard count == needed || count == 2 else {
      throw Failure(
        .usage, "\(count) sets are given, and \(needed) needed",
        hint: needed == 2 ? "tgeval sets GENERATED REALS" : "tgeval sets GENERATED --scores classes"
      )
    }
  }

  private func checkOutputs(_ read: [String]) throws {
    let outputs = [options.featuresOut, options.referenceFeaturesOut].compactMap(\.self)
    for path in outputs where !FeatureFile.isMeant(path) {
      throw Failure(.usage, "\(path): features are written as .npy or .safetensors")
    }
    guard options.referenceFeaturesOut == nil || sources.count == 2 else {
      throw Failure(.usage, "--reference-features-out is of the second set, and there is none")
    }
    try Outputs.check(outputs, readFiles: read + sources.flatMap(\.files))
  }

  /// Computes and prints the scores.
  mutating func run() throws {
    var scores: [Score] = []
    if wanted != [.classes] || options.featuresOut != nil {
      var sets = try sources.enumerated().map { try features($0.element, isFirst: $0.offset == 0) }
      if sets.count == 2 {
        let pair = try SetPair(sets[0], sets[1], choice: choice, console: console)
        sets.removeAll()
        scores += try pair.scores(wanted)
      }
    }
    if wanted.contains(.classes) { scores.append(try classScore()) }
    try console.print(scores)
  }

  private func features(_ source: Source, isFirst: Bool) throws -> FeatureSet {
    let target = isFirst ? options.featuresOut : options.referenceFeaturesOut
    let keepsRows = target != nil || !wanted.isDisjoint(with: [.kernel, .manifolds])
    let needsMoments = wanted.contains(.frechet)
    let set: FeatureSet
    switch source {
    case .array(let path):
      set = try FeatureFile.read(path, keepsRows: keepsRows, needsMoments: needsMoments)
    case .pictures(let files):
      guard let maker else { throw Failure(.internalError, "no plan for \(files.name)") }
      set = try maker.features(files, keepsRows: keepsRows, needsMoments: needsMoments)
    }
    if let target { try FeatureFile.write(set, to: target) }
    return set
  }

  private func classScore() throws -> Score {
    var name = "class score of array logits"
    var origin = FeatureOrigin.array
    let logits: Features
    if let path = options.logits {
      logits = try FeatureFile.rows(path)
    } else {
      guard let classMaker, case .pictures(let files) = sources[0] else {
        throw Failure(
          .usage, "logits are made of pictures, and the first set is an array of features",
          hint: "say --logits FILE.npy")
      }
      let set = try classMaker.features(files, keepsRows: true, needsMoments: false)
      logits = set.rows ?? Features(width: 0)
      origin = set.origin
      let network = classMaker.network
      let isKnown = KnownNetworks.areInceptionClasses(
        network.file.plan, function: network.session.variants.form.name,
        output: network.output.name)
      name = isKnown ? "Inception score" : "class score of \(network.title)"
    }
    let seed = choice.keepsOrder ? nil : choice.seed
    guard let values = ClassScore.ofSplits(logits, splits: choice.splits, seed: seed) else {
      throw Failure(
        .badInput, "\(logits.count) pictures do not fill \(choice.splits) splits",
        hint: "give more pictures, or say --splits N")
    }
    var method = ScoreProtocol(score: name)
    for item in origin.items { method.add(item.name, item.value) }
    method.add("pictures", logits.count)
    method.add("classes", logits.width)
    method.add("splits", choice.splits)
    method.add("order", seed.map { "permutation of NumPy's RandomState(\($0))" } ?? "as given")
    method.add("deviation", "of the splits, their number below the line")
    let (mean, deviation) = spread(values)
    return Score(
      name: name, values: [("mean", mean), ("deviation", deviation)], method: method)
  }
}
