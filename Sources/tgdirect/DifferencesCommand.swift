import ArgumentParser
import TGCommandLine
import TGDirections
import TGImage
import TGTensor

/// `tgdirect differences PAIRS`: what changes from the first to the second of many pairs.
struct DifferencesCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "differences",
    abstract: "Differences of encoded pairs of captions, of pictures, or of both.",
    discussion: """
      PAIRS is a text, a pair on a line with tabs between; its first line names the columns: caption1 \
      and caption2, picture1 and picture2, or all four. Told is how far the kinds of differences point \
      the same way, beside what shuffled pairs give. Written is the mean difference, second less first.

      EXAMPLES:
        tgdirect differences pairs.tsv --words scenes.tplan:read -o change.npy
        tgdirect differences pairs.tsv --words vse.tplan:text --sees vse.tplan:image -o gap.npy
      """)
  static let toolName = "tgdirect differences"

  @Argument(help: ArgumentHelp("The pairs.", valueName: "PAIRS"), completion: .file())
  var pairs: String

  @Option(
    help: ArgumentHelp(
      "What makes a vector of a caption: S2 - S1.", valueName: "P.tplan[:FUNCTION]"))
  var words: String?

  @Option(
    help: ArgumentHelp(
      "What makes a vector of a picture: I2 - I1.", valueName: "P.tplan[:FUNCTION]"))
  var sees: String?

  @Option(
    help: ArgumentHelp(
      "What makes a vector of a picture with its caption: V2 - V1, and (I1, S2) - (I1, S1).",
      valueName: "P.tplan[:FUNCTION]"))
  var both: String?

  @Option(
    help: ArgumentHelp(
      "Which difference is written: words, sees, both or swapped; the first that there is.",
      valueName: "KIND"))
  var write: String?

  @Option(help: ArgumentHelp("How often pairs are shuffled.", valueName: "N"))
  var shuffles = 200

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the shuffles; negative for a random one.", valueName: "S"))
  var seed: SeedArgument = SeedArgument(0)

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the direction goes.", valueName: "OUT.npy|OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let resolved = try machine.resolved(on: console)
    enforceMemoryLimit(resolved.budget)
    let given = [words, sees, both].compactMap(\.self)
    guard !given.isEmpty else {
      throw Failure(
        .usage, "nothing says what encodes the pairs",
        hint: "say --words, --sees or --both P.tplan:FUNCTION")
    }
    guard (0...100_000).contains(shuffles) else {
      throw Failure(.usage, "--shuffles \(shuffles) is not between 0 and 100000")
    }
    var results = try ResultFiles(
      out, suffixes: ["npy", "safetensors"], beside: ["json", "csv", "svg"],
      readFiles: [pairs] + given.map { Encoder.parts($0).path })
    let list = try PairList(pairs)
    let seed = seed.drawn()
    let (kinds, encoders) = try differences(of: list, resolved: resolved, console: console)
    let chosen = write ?? kinds[0].name
    guard let kind = kinds.first(where: { $0.name == chosen }) else {
      throw Failure(
        .usage, "--write \(chosen) is no difference of these pairs",
        hint: "there are \(kinds.map(\.name).joined(separator: ", "))")
    }
    let size = kind.values[0].count
    let mean = (0..<size).map { place in
      kind.values.reduce(0) { $0 + $1[place] } / Double(kind.values.count)
    }
    try results.save(
      direction: HostTensor([size], mean.map { Float($0) }),
      metadata: ["tgraph.method": "differences"])
    let agreements = agreements(of: kinds, seed: seed)
    try save(agreements, count: list.pairs.count, to: &results)
    for (name, found) in agreements {
      console.note(
        "\(name): mean cosine \(Quantity.fixed(found.mean, 3)), by chance "
          + "\(Quantity.fixed(found.chance, 3)), p \(Quantity.fixed(found.probability, 3))")
    }
    try results.finish(
      [
        ("method", .string("differences")), ("pairs", .string(pairs)),
        ("count", .integer(list.pairs.count)), ("encoders", .pairs(encoders)),
        ("written", .string(kind.name)), ("length", .number(Vector.length(mean))),
        ("seed", .string(String(seed))), ("shuffles", .integer(shuffles)),
        (
          "agreements",
          .array(
            agreements.map { name, found in
              .pairs([
                ("name", .string(name)), ("mean", .number(found.mean)),
                ("chance", .number(found.chance)), ("probability", .number(found.probability)),
              ])
            })
        ),
      ], on: console)
  }

  /// The differences of a kind, one for each pair.
  private struct Kind {
    let name: String
    let values: [[Double]]
  }

  private func differences(
    of list: PairList, resolved: MachineOptions.Resolved, console: Console
  ) throws -> ([Kind], [(String, JSON)]) {
    var kinds: [Kind] = []
    var encoders: [(String, JSON)] = []
    func open(_ text: String, _ name: String, _ caption: Bool, _ picture: Bool) throws -> Encoder {
      guard list.hasCaptions || !caption, list.hasPictures || !picture else {
        throw Failure(
          .usage,
          "--\(name) needs \(caption && !list.hasCaptions ? "captions" : "pictures"), and "
            + "\(pairs) has none")
      }
      let encoder = try Encoder(
        text, option: "--\(name)", takesCaption: caption, takesPicture: picture,
        options: machine, machine: resolved)
      encoders.append((name, encoder.members))
      return encoder
    }
    func add(_ name: String, _ encoder: Encoder, _ ends: [(Encoder.Source, Encoder.Source)]) throws
    {
      let first = try encoder.vectors(ends.map(\.0), console: console)
      let second = try encoder.vectors(ends.map(\.1), console: console)
      kinds.append(
        Kind(name: name, values: zip(first, second).map { a, b in zip(a, b).map { $1 - $0 } }))
    }
    let ends = list.pairs.map { ($0.before, $0.after) }
    if let words { try add("words", try open(words, "words", true, false), ends) }
    if let sees { try add("sees", try open(sees, "sees", false, true), ends) }
    if let both {
      let encoder = try open(both, "both", true, true)
      try add("both", encoder, ends)
      try add(
        "swapped", encoder,
        list.pairs.map { before, after in
          (before, Encoder.Source(caption: after.caption, picture: before.picture))
        })
    }
    return (kinds, encoders)
  }

  /// Every two kinds of equally many numbers.
  private func agreements(of kinds: [Kind], seed: UInt64) -> [(name: String, Agreement)] {
    var found: [(name: String, Agreement)] = []
    for (index, one) in kinds.enumerated() {
      for other in kinds[(index + 1)...] where one.values[0].count == other.values[0].count {
        found.append(
          (
            "\(one.name)-\(other.name)",
            Agreement(one.values, other.values, shuffles: shuffles, seed: seed)
          ))
      }
    }
    return found
  }

  private func save(
    _ agreements: [(name: String, Agreement)], count: Int, to results: inout ResultFiles
  ) throws {
    var table = CSVTable(["pair"] + agreements.map(\.name))
    for pair in 0..<count {
      table.add(["\(pair)"] + agreements.map { "\($0.1.cosines[pair])" })
    }
    try results.save(table.bytes, as: "table", to: results.path("csv"))
    let chart = Chart(
      title: "cosines of the pairs, sorted", axis: "pair",
      positions: (0..<count).map { Double($0) },
      curves: agreements.map { .init(name: $0.name, values: $0.1.cosines.sorted()) })
    try results.save(Array(chart.svg.utf8), as: "drawing", to: results.path("svg"))
  }
}
