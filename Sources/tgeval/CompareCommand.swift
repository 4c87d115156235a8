import ArgumentParser
import TGCommandLine
import TGScores
import TGTensor

/// `tgeval compare A.json B.json`
struct CompareCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares scores that tgeval printed, and refuses those of unequal protocols.",
    discussion: """
      EXAMPLES:
        tgeval sets mine reals --plan inception.tplan --json > mine.json
        tgeval sets others reals --plan inception.tplan --json > others.json
        tgeval compare mine.json others.json
      """)

  static let toolName = "tgeval compare"

  @Argument(
    help: ArgumentHelp("What tgeval printed with --json.", valueName: "A.json"),
    completion: .file(extensions: ["json"]))
  var one: String

  @Argument(
    help: ArgumentHelp("The same of other pictures.", valueName: "B.json"),
    completion: .file(extensions: ["json"]))
  var other: String

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let here = try ScoreFile(one)
    let there = try ScoreFile(other)
    var lines: [JSON] = []
    for score in here.scores {
      guard let twin = there.scores.first(where: { $0.name == score.name }) else { continue }
      try demandEqual(score, twin)
      lines += try compare(score, twin, on: console)
    }
    guard !lines.isEmpty else {
      throw Failure(
        .badInput, "\(one) and \(other) have no score in common",
        hint: "\(one) has \(here.names), \(other) has \(there.names)")
    }
    if console.isJSON {
      try console.print(JSON.document([("comparisons", .array(lines))]).text(indented: true))
    }
  }

  private func demandEqual(_ score: Score, _ twin: Score) throws(Failure) {
    guard score.method.hash != twin.method.hash else { return }
    let differences = score.method.differences(to: twin.method).map { item in
      "\(item.name) is '\(item.here ?? "not stated")' and '\(item.there ?? "not stated")'"
    }
    throw Failure(
      .checkFailed,
      "'\(score.name)' of \(one) and \(other) cannot be compared: "
        + (differences.isEmpty
          ? "the items stand in another order" : differences.joined(separator: "; ")),
      hint: "compute both by one protocol")
  }

  private func compare(_ score: Score, _ twin: Score, on console: Console) throws -> [JSON] {
    var lines: [JSON] = []
    for number in score.values {
      guard let value = twin.values.first(where: { $0.name == number.name })?.value else {
        continue
      }
      let name = score.name + (number.name == Score.single ? "" : " \(number.name)")
      if !console.isJSON {
        try console.print(
          "\(name)  \(Score.digits(number.value))  \(Score.digits(value))  "
            + "difference \(Score.digits(value - number.value))")
      }
      lines.append(
        .pairs([
          ("score", .string(score.name)), ("number", .string(number.name)),
          ("first", .number(number.value)), ("second", .number(value)),
          ("difference", .number(value - number.value)),
        ]))
    }
    return lines
  }
}

/// The scores of a file that `--json` wrote.
private struct ScoreFile {
  let scores: [Score]

  /// The most bytes of a file.
  private static let limit = 64 << 20

  /// Reads a file and holds each protocol against its hash.
  ///
  /// - Throws: `Failure`, `MappedFileError`.
  init(_ path: String) throws {
    let file = try MappedFile(path: path)
    guard file.count <= Self.limit, let bytes = file.bytes(0..<file.count) else {
      throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
    }
    let document: JSON
    do { document = try JSON(parsing: bytes) } catch {
      throw Failure(.badInput, "\(path): \(error)", hint: Self.hint)
    }
    guard case .array(let items) = document["scores"] else {
      throw Failure(.badInput, "\(path) has no scores", hint: Self.hint)
    }
    scores = try items.map { item throws(Failure) in try Self.score(item, of: path) }
  }

  private static let hint = "it is what tgeval prints with --json, unchanged"

  /// The names, in quotes.
  var names: String { scores.map { "'\($0.name)'" }.joined(separator: ", ") }

  private static func score(_ item: JSON, of path: String) throws(Failure) -> Score {
    guard case .string(let name) = item["score"], case .object(let members) = item["values"],
      let method = item["protocol"].flatMap({ ScoreProtocol($0) }), method["score"] == name,
      case .string(let hash) = item["protocol_hash"]
    else { throw Failure(.badInput, "\(path) has a score that is none", hint: hint) }
    guard hash == method.hash else {
      throw Failure(
        .badInput, "'\(name)' of \(path) has a protocol that is not the one of its hash", hint: hint
      )
    }
    let values = members.map { member in
      switch member.value {
      case .number(let value): (member.name, value)
      case .integer(let value): (member.name, Double(value))
      // What is infinite is null in JSON.
      default: (member.name, Double.infinity)
      }
    }
    return Score(name: name, values: values, method: method)
  }
}
