import ArgumentParser
import TGCommandLine
import TGDirections
import TGSession
import TGTensor

/// `tgdirect project A --out-of B …`: a direction without what others say.
struct ProjectCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "project",
    abstract: "Takes other directions out of a direction (conditional manipulation).",
    discussion: """
      Written is what is left of the direction, at length 1 and orthogonal to all others.

      EXAMPLES:
        tgdirect project age.npy --out-of glasses.npy --out-of smile.npy -o only-age.npy
      """)
  static let toolName = "tgdirect project"

  @Argument(help: ArgumentHelp("The direction.", valueName: "FILE[#NAME]"), completion: .file())
  var direction: String

  @Option(
    name: .customLong("out-of"),
    help: ArgumentHelp("A direction that is taken out.", valueName: "FILE[#NAME]"))
  var others: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the direction goes.", valueName: "OUT.npy|OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    guard !others.isEmpty else {
      throw Failure(.usage, "no direction is taken out", hint: "say --out-of FILE.npy")
    }
    let files = ([direction] + others).map { FileArgument($0, parts: .prefix) }
    var results = try ResultFiles(
      out, suffixes: ["npy", "safetensors"], beside: ["json"], readFiles: files.map(\.path))
    let read = try files.map { try Direction($0.path, subtree: $0.prefix) }
    let size = read[0].numbers.elements.count
    for (file, other) in zip(files, read) where other.numbers.elements.count != size {
      throw Failure(
        .badInput,
        "\(file.path)\(file.part) has \(other.numbers.elements.count) numbers, and "
          + "\(files[0].path)\(files[0].part) has \(size)")
    }
    let vectors = read.map { $0.numbers.elements.map { Double($0) } }
    guard let rest = Vector.projected(vectors[0], outOf: Array(vectors.dropFirst())) else {
      throw Failure(
        .badInput, "nothing is left of \(files[0].path)\(files[0].part): the others say all of it")
    }
    try results.save(
      direction: HostTensor(read[0].numbers.shape, rest.map { Float($0) }),
      layers: read[0].layers?.layers.map { $0.map(String.init).joined(separator: ",") },
      metadata: ["tgraph.method": "project"])
    try results.finish(
      [
        ("method", .string("project")), ("direction", .string(direction)),
        ("out_of", .strings(others)),
        (
          "cosines",
          .array(vectors.dropFirst().map { .number(Vector.cosine(vectors[0], $0)) })
        ), ("kept", .number(Vector.cosine(vectors[0], rest))),
      ], on: console)
  }
}
