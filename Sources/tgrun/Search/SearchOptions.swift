import ArgumentParser
import TGCommandLine
import TGRetrieval
import TGTensor

/// What `tgrun` can be told about finding pictures and captions by their vectors.
struct SearchOptions: ParsableArguments {
  @Option(
    name: .customLong("index-out"),
    help: ArgumentHelp(
      "Keep the vectors of pictures or captions as an index: INDEX.npy, and INDEX.jsonl beside it.",
      valueName: "INDEX.npy"))
  var indexOut: String?

  @Option(
    help: ArgumentHelp(
      "Find the nearest entries of an index to what is given; -o draws them.",
      valueName: "INDEX.npy"))
  var index: String?

  @Option(help: ArgumentHelp("How many entries are told. (default: 10)", valueName: "N"))
  var nearest: Int?

  @Flag(
    name: .customLong("without-query"), help: "Leave the picture that is given out of the entries.")
  var withoutQuery = false

  @Option(
    help: ArgumentHelp(
      "A data set: with --index-out its pictures, with --index its queries, whose recall is told. "
        + "KIND is \(RetrievalData.Kind.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "KIND=FOLDER"))
  var data: DataArgument?

  /// True if a search is wanted, not a run for its outputs.
  var isAsked: Bool {
    indexOut != nil || index != nil || nearest != nil || withoutQuery || data != nil
  }

  /// Makes sure that options go together.
  func check(with options: RunOptions) throws(Failure) {
    switch (indexOut, index) {
    case (nil, nil):
      throw Failure(
        .usage, "--nearest, --without-query and --data go with --index or --index-out",
        hint: "say --index INDEX.npy, or make one: --index-out INDEX.npy")
    case (.some, .some):
      throw Failure(
        .usage, "--index-out makes an index and --index searches one",
        hint: "make it first, then search it")
    case (let path?, nil), (nil, let path?):
      guard Path.suffix(path) == "npy" else {
        throw Failure(
          .usage, "the index \(path) is not named .npy",
          hint: "its vectors are an array, its entries lie beside it as .jsonl")
      }
    }
    if let nearest, nearest < 1 {
      throw Failure(.usage, "--nearest counts entries, 1 or more")
    }
    let asks: [(String, Bool)] = [
      ("--nearest", nearest != nil), ("--without-query", withoutQuery), ("-o", options.out != nil),
    ]
    if indexOut != nil || data != nil, let asked = asks.first(where: \.1) {
      throw Failure(
        .usage, "\(asked.0) is about one search, of --index without --data",
        hint: "leave it out")
    }
    if data != nil, !options.operands.isEmpty || options.captions != nil {
      throw Failure(
        .usage, "pictures and captions are those of --data, and others are given",
        hint: "leave them out")
    }
    if let other = Self.others(options) {
      throw Failure(.usage, "\(other) does not go with an index", hint: "leave it out")
    }
  }

  /// An option about results that a search does not have.
  private static func others(_ options: RunOptions) -> String? {
    let given: [(String, Bool)] = [
      ("--outdir", options.outdir != nil), ("--seeds", options.seeds != nil),
      ("--output", !options.output.isEmpty), ("--profile", options.profile),
      ("--profile-by", options.profileOrder != nil), ("--repeat", options.repeats != nil),
      ("--attention", !options.attention.isEmpty), ("--before-after", options.beforeAfter),
      ("--replay", options.replay != nil),
      ("--captions", options.captions != nil && options.search.index != nil),
      ("--captions -", options.captions == "-"),
      ("--latent", options.edits.latent != nil), ("--mix", !options.edits.mix.isEmpty),
      ("--direction", !options.edits.direction.isEmpty),
      ("--interpolate", !options.edits.interpolate.isEmpty),
    ]
    return given.first(where: \.1)?.0 ?? options.sheets.asked.first
  }
}

/// A data set as the command line names it.
struct DataArgument: ExpressibleByArgument, Hashable {
  /// What it is a copy of.
  let kind: RetrievalData.Kind
  /// Where it lies.
  let folder: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="),
      let kind = RetrievalData.Kind(rawValue: String(argument[..<sign]))
    else { return nil }
    let folder = Outputs.trimmed(String(argument[argument.index(after: sign)...]))
    guard !folder.isEmpty else { return nil }
    (self.kind, self.folder) = (kind, folder)
  }
}
