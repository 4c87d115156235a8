import TGCommandLine
import TGImage
import TGPlan
import TGSession
import TGTensor

/// The run that a picture came from, read from the texts it carries.
struct Replay {
  /// The picture's path.
  let path: String
  /// The item's number in the noise of its seed.
  let noiseItem: Int
  /// The frame that the picture shows; nil for all, or where there are none.
  let frame: Int?
  /// The output that the picture shows.
  let output: String
  /// The picture.
  let original: Picture
  /// How it is kept, as far as it tells.
  let encoding: PictureEncoding
  /// What it tells of its making.
  let texts: [(key: String, value: String)]
  private let hash: String
  private let planName: String
  private let captions: [(input: String, text: String)]
  private let pictures: [(input: String, path: String)]
  private let numbers: [(input: String, text: String)]

  /// Reads a picture and completes the options: plan, function, seed, pictures, where to write.
  ///
  /// Files are known by their base names only; they are looked for among the operands, in the
  /// current folder and beside the picture.
  init(_ path: String, options: inout RunOptions) throws {
    self.path = path
    let texts: [(key: String, value: String)]
    do {
      texts = try Picture.readText(path: path)
      original = try Picture.read(path: path)
      encoding = try Self.encoding(of: path, texts)
    } catch { throw SessionError.picture(error) }
    self.texts = texts
    func text(_ key: String) throws -> String {
      guard let value = texts.first(where: { $0.key == key })?.value else {
        throw Failure(
          .badInput, "\(path) does not say how it was made",
          hint: "only pictures that tgrun wrote without --no-metadata do")
      }
      return value
    }
    func all(_ prefix: String) -> [(input: String, text: String)] {
      texts.filter { $0.key.hasPrefix(prefix) }.map {
        (String($0.key.dropFirst(prefix.count)), $0.value)
      }
    }
    hash = try text(Metadata.hash)
    output = try text(Metadata.output)
    let function = try text(Metadata.function)
    planName = Path.baseName(try text(Metadata.plan))
    let seed = try text(Metadata.seed)
    guard let seed = UInt64(seed) else {
      throw Failure(.badInput, "\(path) names the impossible seed '\(seed)'")
    }
    let item = texts.first { $0.key == Metadata.item }?.value ?? "0"
    guard let item = Int(item), (0..<1 << 32).contains(item) else {
      throw Failure(.badInput, "\(path) names the impossible item '\(item)'")
    }
    noiseItem = item
    let frame = texts.first { $0.key == Metadata.frame }?.value
    self.frame = frame.flatMap { Int($0) }
    guard frame == nil || (0..<AmountList.limit).contains(self.frame ?? -1) else {
      throw Failure(.badInput, "\(path) names the impossible frame '\(frame ?? "")'")
    }
    let arrays = all(Metadata.array)
    guard arrays.isEmpty else {
      let names = arrays.map { "--input \($0.input)=\(Path.quoted($0.text))" }
      throw Failure(
        .notAvailable, "\(path) was made from arrays, which a picture does not hold",
        hint: "repeat it by hand: tgrun \(planName) --function \(function) --seed \(seed) "
          + names.joined(separator: " "))
    }
    let asked: [(String, Bool)] = [
      ("--seed", options.seed != nil), ("--seeds", options.seeds != nil),
      ("--captions", options.captions != nil), ("--input", !options.inputs.input.isEmpty),
      ("--function", options.function.map { $0 != function } ?? false),
    ]
    if let name = asked.first(where: \.1)?.0 ?? options.edits.asked.first
      ?? options.sheets.asked.first
    {
      throw Failure(.usage, "\(name) and --replay contradict each other", hint: "leave out \(name)")
    }
    // With --replay the plan may be left out; what stands first is then a picture.
    var operands = options.operands
    if let first = options.plan, PictureOperand.isPicture(first) {
      operands.insert(first, at: 0)
      options.plan = nil
    }
    let folder = Path.folder(path)
    func find(_ name: String) -> String? {
      let name = FileName.read(name)
      if let index = operands.firstIndex(where: { Path.baseName($0) == name }) {
        return operands.remove(at: index)
      }
      return [name, Path.join(folder, name)].first { Path.exists($0) }
    }
    if options.plan == nil {
      guard let plan = find(planName) else {
        throw Failure(
          .missingInput, "the plan \(planName) is neither here nor beside \(path)",
          hint: "say where it is: tgrun PLAN.tplan --replay \(Path.quoted(path))")
      }
      options.plan = plan
    }
    captions = all(Metadata.text)
    numbers = all(Metadata.number)
    let planPath = options.plan ?? planName
    func locate(_ name: String) throws -> String {
      // An operand is found once only.
      var found: String?
      let file = FileArgument(name, parts: .prefix) {
        found = find(Path.baseName($0))
        return found != nil
      }
      guard let found else {
        throw Failure(
          .missingInput, "\(path) was made from \(name), which is neither here nor beside it",
          hint: "say where it is: tgrun \(planPath) FOLDER/\(name) "
            + "--replay \(Path.quoted(path))")
      }
      return found + file.part
    }
    pictures = try all(Metadata.picture).map { ($0.input, try locate($0.text)) }
    try Self.restore(texts, to: &options.edits, locate: locate)
    if let extra = operands.first {
      throw Failure(.usage, "\(extra) is no part of the run that \(path) came from")
    }
    options.operands = []
    options.function = function
    let isBetweenSeeds = options.edits.interpolate.first?.hasPrefix("seed:") == true
    options.seed = isBetweenSeeds ? nil : SeedArgument(seed)
    if options.out == nil, options.outdir == nil {
      options.out = "\(Path.stem(path))-replay.\(encoding.format.suffix)"
    }
    if encoding.format == .jpeg, options.pictures.jpegQuality == nil,
      try options.pictures.encoding(named: options.out).format == .jpeg
    {
      options.pictures.jpegQuality = encoding.quality
    }
    try Self.restore(texts, of: path, to: &options, locate: locate)
  }

  /// How a picture is kept.
  private static func encoding(
    of path: String, _ texts: [(key: String, value: String)]
  ) throws(PictureError) -> PictureEncoding {
    let told = texts.first { $0.key == Metadata.quality }.flatMap { Int($0.value) }
    let quality = told.flatMap { (1...100).contains($0) ? $0 : nil }
    return PictureEncoding(
      try Picture.readHead(path: path)?.format ?? .png,
      quality: quality ?? PictureEncoding.standardQuality)
  }

  /// Makes sure that the plan is the one that made the picture.
  func demand(hash found: String, of plan: String) throws {
    guard found == hash else {
      throw Failure(
        .checkFailed, "\(path) was made by another \(planName) than \(plan)",
        hint: "its hash is \(hash); tginspect prints the hash of a plan")
    }
  }

  /// Gives the inputs what they were given.
  func feed(_ inputs: inout Inputs, console: Console) throws {
    for (name, path) in pictures {
      try inputs.add(picture: path, for: inputs.variants.input(name), console: console)
    }
    for (name, text) in captions {
      try inputs.add(caption: text, for: inputs.variants.input(name))
    }
    for (name, text) in numbers { try inputs.add(number: text, for: inputs.variants.input(name)) }
  }
}
