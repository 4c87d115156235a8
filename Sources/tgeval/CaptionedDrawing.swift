import TGCommandLine
import TGPlan
import TGScores
import TGSession
import TGTensor

/// R-precision of a plan: pictures are made of the captions of a test set, encoded, and compared with
/// the codes of their captions and of wrong ones (`trainer.sampling` of DM-GAN, which has the protocol
/// that AttnGAN's scores are quoted with).
struct CaptionedDrawing {
  private let rules: RPrecisionRules
  private let count: Int
  private let console: Console
  private let captions: TestCaptions
  private let generator: Network
  private let pictureEncoder: Network
  private let textEncoder: Network
  private let captionInput: InterfaceItem
  private let textInput: InterfaceItem
  private let pictureInput: InterfaceItem
  private let wrong: WrongCaptions
  /// The codes of the captions that were needed so far.
  private var codes: [Int: [Float]] = [:]

  init(
    _ plan: String, _ plans: RPrecisionPlans, rules: RPrecisionRules, machine: MachineOptions,
    resolved: MachineOptions.Resolved, console: Console
  ) throws {
    self.rules = rules
    self.console = console
    count = plans.pictures
    guard count >= 1 else { throw Failure(.usage, "--pictures counts from 1") }
    guard let path = plans.captions, let pictures = plans.pictureEncoder,
      let texts = plans.textEncoder
    else {
      throw Failure(
        .usage, "a plan is scored with --captions, --picture-encoder and --text-encoder",
        hint: "the encoders are those of DAMSM: tgc damsm-image-encoder, tgc damsm")
    }
    captions = try TestCaptions(path)
    generator = try Self.generator(plan, machine: machine, resolved: resolved)
    pictureEncoder = try Network(
      pictures, option: "--picture-encoder", function: nil, output: plans.pictureOutput,
      machine: machine, resolved: resolved)
    textEncoder = try Network(
      texts, option: "--text-encoder", function: nil, output: plans.textOutput, machine: machine,
      resolved: resolved)
    captionInput = try Self.caption(of: generator)
    textInput = try Self.caption(of: textEncoder)
    pictureInput = try pictureEncoder.pictures(1)[0]
    guard let wrong = WrongCaptions(captions: captions.ofPicture, classes: captions.classes) else {
      throw Failure(.internalError, "captions of one class were accepted")
    }
    self.wrong = wrong
    guard generator.output.itemShape == pictureInput.itemShape,
      generator.output.kind.range == pictureInput.kind.range
    else {
      throw Failure(
        .badInput,
        "\(plan) gives pictures \(Shape(generator.output.itemShape)) and \(pictures) takes "
          + "\(Shape(pictureInput.itemShape)), or their ranges differ",
        hint:
          "compile the encoder for the generator's pictures: tgc damsm-image-encoder --set size=N")
    }
    guard pictureEncoder.width == textEncoder.width else {
      throw Failure(
        .badInput,
        "\(pictures) gives codes of \(pictureEncoder.width) numbers and \(texts) of "
          + "\(textEncoder.width)", hint: "take two encoders that were trained together")
    }
  }

  private static func generator(
    _ path: String, machine: MachineOptions, resolved: MachineOptions.Resolved
  ) throws -> Network {
    let file = try PlanFile.load(path: path, limits: machine.work.limits())
    let form = try FunctionVariants(of: file.plan, named: nil)
    guard let picture = form.mainPicture else {
      throw SessionError.noPictureOutput(outputs: form.form.outputs.map(\.name))
    }
    return try Network(
      path, option: "PLAN", function: nil, output: picture.name, machine: machine,
      resolved: resolved)
  }

  private static func caption(of network: Network) throws -> InterfaceItem {
    let variants = network.session.variants
    if let input = variants.textInputs.first { return input }
    if let item = variants.wordlessInputs.first {
      throw SessionError.noWords(given: "a caption", item)
    }
    throw Failure(.usage, "'\(variants.form.name)' of \(network.path) takes no caption")
  }

  /// Makes and compares all pictures.
  mutating func score() throws -> Score {
    var precision = RPrecision()
    var random = NumpyRandom(seed: rules.seed)
    var progress = try Progress(console: console, total: count)
    var rest: ArraySlice<Int> = []
    while precision.hits.count < count {
      var group: [(number: Int, picture: Int, caption: Int)] = []
      while group.count < min(generator.batch, count - precision.hits.count) {
        if rest.isEmpty { rest = random.permutation(captions.ofPicture.count)[...] }
        let picture = rest.removeFirst()
        group.append(
          (precision.hits.count + group.count, picture, wrong.draw(of: picture, by: &random)))
      }
      let others = group.map { wrong.draw(rules.wrong, for: $0.picture, by: &random) }
      try encode(group.map(\.caption) + others.flatMap(\.self))
      let made = try pictureCodes(group.map { ($0.number, captions.texts[$0.caption]) })
      for ((item, numbers), code) in zip(zip(group, others), made) {
        precision.add(
          picture: code, caption: codes[item.caption] ?? [], wrong: numbers.map { codes[$0] ?? [] })
      }
      progress.show(precision.hits.count)
    }
    progress.end(precision.hits.count)
    return try rules.score(precision, method, wrong: rules.wrong)
  }

  /// Codes of the pictures that captions become; each has noise of its own number.
  private func pictureCodes(_ drawn: [(number: Int, caption: String)]) throws -> [[Float]] {
    let pictures = try generator.values(
      of: drawn.map { item in
        RunItem(
          seed: UInt64(rules.seed), noiseItem: item.number,
          captions: [captionInput.name: item.caption])
      }, named: { "the picture of '\(drawn[$0].caption)'" })
    var codes: [[Float]] = []
    for start in stride(from: 0, to: pictures.count, by: pictureEncoder.batch) {
      let part = pictures[start..<min(pictures.count, start + pictureEncoder.batch)]
      codes += try pictureEncoder.values(
        of: part.map { RunItem(seed: 0, numbers: [pictureInput.name: $0]) },
        named: { "the picture of '\(drawn[start + $0].caption)'" })
    }
    return codes
  }

  /// Makes the codes of captions that have none yet.
  private mutating func encode(_ numbers: [Int]) throws {
    let missing = Set(numbers).filter { codes[$0] == nil }.sorted()
    for start in stride(from: 0, to: missing.count, by: textEncoder.batch) {
      let part = Array(missing[start..<min(missing.count, start + textEncoder.batch)])
      let texts = part.map { captions.texts[$0] }
      let rows = try textEncoder.values(
        of: texts.map { RunItem(seed: 0, captions: [textInput.name: $0]) },
        named: { "'\(texts[$0])'" })
      for (number, row) in zip(part, rows) { codes[number] = row }
    }
  }

  private var method: ScoreProtocol {
    var method = ScoreProtocol(score: "R-precision")
    method.add("picture encoder", pictureEncoder.title)
    method.add("picture encoder hash", pictureEncoder.file.hash)
    method.add("text encoder", textEncoder.title)
    method.add("text encoder hash", textEncoder.file.hash)
    method.add("captions", "SHA-256 \(captions.digest)")
    method.add("pictures of", "shuffled passes over the test set, one caption by chance each")
    method.add("wrong captions", "of pictures of another class, drawn uniformly")
    method.add(FeatureOrigin.quantisation, "none: pictures are not rounded")
    return method
  }
}
