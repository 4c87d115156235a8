import ArgumentParser
import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// The codes that something is learned from.
struct SampleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many codes are drawn.", valueName: "N"))
  var samples: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of what is drawn; negative for a random one.", valueName: "S"))
  var seed: SeedArgument = SeedArgument(0)

  @Option(
    help: ArgumentHelp(
      "Codes from a file instead (.npy, .npz, .safetensors), a row for each.", valueName: "FILE"))
  var codes: String?

  /// What was drawn or read.
  struct Samples {
    let seed: UInt64
    var codes: [[Float]]
    /// How many.
    var count: Int { codes.count }
  }

  /// The files that are read.
  var files: [String] { codes.map { [FileArgument($0, parts: .prefix).path] } ?? [] }

  /// Draws or reads the codes.
  ///
  /// - Parameter usual: how many are drawn unless stated.
  func taken(for generator: Generator, usual: Int) throws -> Samples {
    let seed = seed.drawn()
    if let codes {
      guard samples == nil else {
        throw Failure(.usage, "--codes and --samples are both given", hint: "say one of them")
      }
      let file = FileArgument(codes, parts: .prefix)
      let read = try CodeFile(file.path, subtree: file.prefix)
      let form = generator.session.variants.form
      guard let bound = try read.codes(for: form).first(where: { $0.item == generator.code })
      else {
        throw EditingError.noCode(
          path: file.path, tensors: read.shapes, functions: [generator.code.name])
      }
      let size = generator.code.itemShape.reduce(1, *)
      let elements = bound.code.elements
      return Samples(
        seed: seed,
        codes: stride(from: 0, to: elements.count, by: size).map {
          Array(elements[$0..<$0 + size])
        })
    }
    let count = samples ?? usual
    guard (2...10_000_000).contains(count) else {
      throw Failure(.usage, "--samples \(count) is not between 2 and 10000000")
    }
    try generator.demandDrawn()
    try generator.demandRoom(for: count)
    return Samples(
      seed: seed, codes: try generator.codes((0..<count).map { (seed, $0) }))
  }
}
