import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// What the options of editing name, read, and the function that it is for.
struct EditFiles {
  /// The ends of `--interpolate`.
  enum Ends {
    case seeds(UInt64, UInt64)
    case files(CodeFile, CodeFile)
    /// Two captions, or the paths of two pictures.
    case sources(String, String, ConditionRoute)

    /// What the ends are called in a sheet.
    var names: (String, String) {
      switch self {
      case .seeds(let one, let other): ("seed \(one)", "seed \(other)")
      case .files(let one, let other): (Path.stem(one.path), Path.stem(other.path))
      case .sources(let one, let other, let route):
        route.source == .caption ? (one, other) : (Path.stem(one), Path.stem(other))
      }
    }
  }

  /// The codes of `--latent`.
  let codes: CodeFile?
  /// The ends of `--interpolate`.
  let ends: Ends?
  /// The codes of `--mix`.
  let mixes: [(CodeFile, MixNotation)]
  /// The directions of `--direction`.
  let directions: [(Direction, DirectionNotation)]
  /// The function to be run, if the files decide it.
  let function: String?
  /// Files that are read, which must not be written.
  let paths: [String]
  /// Texts for the pictures made: the options with base names.
  let metadata: [(key: String, value: String)]

  /// Reads everything.
  init(_ options: RunOptions, plan: Plan, console: Console) throws {
    let edits = options.edits
    if edits.interpolate.isEmpty {
      if edits.frames != nil {
        throw Failure(
          .usage, "--frames goes with --interpolate",
          hint: "for a direction the amounts say it: --direction FILE=-3:3:7")
      }
      if edits.spherical { throw Failure(.usage, "--spherical goes with --interpolate") }
    } else if edits.interpolate.count < 2 {
      throw Failure(
        .usage, "--interpolate takes two ends, and \(edits.interpolate.count) are given",
        hint: "tgrun PLAN.tplan --interpolate A B -o strip.png")
    }
    let directionNotations = try edits.direction.map {
      try DirectionNotation($0, isThere: Path.exists)
    }
    let mixNotations = try edits.mix.map { try MixNotation($0) }
    let interpolationEnds = try edits.interpolate.map {
      try InterpolationEnd($0, isPicture: PictureOperand.isPicture)
    }
    let latent = edits.latent.map(Self.file)
    codes = try latent.map { try CodeFile($0.path, subtree: $0.prefix) }
    directions = try directionNotations.map { notation in
      let file = Self.file(notation.path)
      let direction = try Direction(file.path, subtree: file.prefix, column: notation.column)
      return (direction, notation)
    }
    mixes = try mixNotations.map { notation in
      let file = Self.file(notation.path)
      return (try CodeFile(file.path, subtree: file.prefix), notation)
    }
    ends = try Self.ends(interpolationEnds, options: options, plan: plan)
    function = try Self.function(options, codes: codes, ends: ends, plan: plan, console: console)

    var pictures: [String] = []
    var files = [latent].compactMap(\.self) + directionNotations.map { Self.file($0.path) }
    files += mixNotations.map { Self.file($0.path) }
    var texts: [(key: String, value: String)] = []
    if let latent { texts.append((Metadata.latent, Self.kept(latent))) }
    for (end, text) in zip(interpolationEnds, edits.interpolate) {
      if case .file(let path) = end {
        files.append(Self.file(path))
        texts.append((Metadata.interpolate, Self.kept(Self.file(path))))
      } else if case .picture(let path) = end {
        pictures.append(path)
        texts.append((Metadata.interpolate, Path.keptName(path)))
      } else {
        texts.append((Metadata.interpolate, text))
      }
    }
    for mix in mixNotations {
      texts.append((Metadata.mix, Self.kept(Self.file(mix.path)) + mix.rest))
    }
    for direction in directionNotations {
      texts.append(
        (Metadata.direction, Self.kept(Self.file(direction.path)) + direction.rest))
    }
    if let frames = edits.frames { texts.append((Metadata.frames, String(frames))) }
    if edits.spherical { texts.append((Metadata.spherical, "true")) }
    paths = files.map(\.path) + pictures
    metadata = texts
  }

  /// A file and the name of a tensor in it, or of what one lies in: `FILE#NAME`.
  private static func file(_ text: String) -> FileArgument { FileArgument(text, parts: .prefix) }

  /// What a picture keeps of the name of a file.
  private static func kept(_ file: FileArgument) -> String { Path.keptName(file.path) + file.part }

  private static func ends(
    _ ends: [InterpolationEnd], options: RunOptions, plan: Plan
  ) throws -> Ends? {
    guard ends.count == 2 else { return nil }
    switch (ends[0], ends[1]) {
    case (.seed(let one), .seed(let other)):
      guard options.seed == nil, options.seeds == nil else {
        throw Failure(
          .usage, "--interpolate seed:\(one) seed:\(other) and --seed or --seeds are both given",
          hint: "say one of them")
      }
      return .seeds(one, other)
    case (.file(let one), .file(let other)):
      let (one, other) = (file(one), file(other))
      return .files(
        try CodeFile(one.path, subtree: one.prefix), try CodeFile(other.path, subtree: other.prefix)
      )
    case (.caption(let one), .caption(let other)):
      return .sources(
        one, other, try ConditionRoute(of: plan, from: .caption, function: options.function))
    case (.picture(let one), .picture(let other)):
      return .sources(
        one, other, try ConditionRoute(of: plan, from: .picture, function: options.function))
    default:
      throw Failure(
        .usage,
        "--interpolate joins two files, two seeds, two captions or two pictures, not "
          + "one of each",
        hint: "files end in \(CodeFile.suffixes.joined(separator: ", ")); seeds are seed:3")
    }
  }

  /// The function that the files decide; said if it is not the default one.
  private static func function(
    _ options: RunOptions, codes: CodeFile?, ends: Ends?, plan: Plan, console: Console
  ) throws -> String? {
    if options.function != nil { return options.function }
    var file = codes
    switch ends {
    case .sources(_, _, let route):
      console.note("from '\(route.encoder)' to '\(route.painter)'")
      return route.painter
    case .files(let one, _) where file == nil: file = one
    case .files, .seeds, nil: break
    }
    guard let file else { return nil }
    let route = try CodeRoute(of: plan, for: file)
    if route.isChosen { console.note("running '\(route.function)', which takes the code") }
    return route.function
  }

  /// Gives the inputs the codes of `--latent`.
  func feed(_ inputs: inout Inputs, console: Console) throws {
    guard let codes else { return }
    let form = inputs.variants.form
    for bound in try codes.codes(for: form) { try inputs.add(code: bound.code, for: bound.item) }
    let rest = codes.unused(by: form)
    if !rest.isEmpty {
      console.note("of \(codes.path), not used: \(rest.joined(separator: ", "))")
    }
  }

  /// What makes conditions of captions or pictures, if these are interpolated.
  ///
  /// - Parameters:
  ///   - session: makes the session of a function.
  ///   - check: looks captions up.
  func conditions(
    _ session: (_ function: String) throws -> Session, check: (Session) -> CaptionCheck,
    console: Console
  ) throws -> Conditions? {
    guard case .sources(let one, let other, let route) = ends else { return nil }
    let encoder = try session(route.encoder)
    if route.source == .caption {
      for caption in [one, other] {
        try check(encoder).check(caption, for: route.input, location: "")
      }
    }
    return try Conditions(
      from: one, to: other, route: route, encoder: encoder, console: console)
  }
}
