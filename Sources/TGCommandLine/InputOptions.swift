package import ArgumentParser

/// How commands that run a function are fed by name.
package struct InputOptions: ParsableArguments {
  /// What is given, `NAME=FILE` each, as written.
  @Option(
    help: ArgumentHelp(
      "Give an input by name: an array (.npy, axes N, C, H, W), a picture, a caption or a number.",
      valueName: "NAME=FILE"))
  package var input: [String] = []

  /// True to refuse what is only warned about otherwise.
  @Flag(
    help: "Refuse what is warned about otherwise: numbers out of their range, unknown words.")
  package var strict = false

  /// Makes the defaults.
  package init() {}

  /// What is given, cut into names and files.
  ///
  /// - Throws: `Failure` of status `usage`.
  package func assignments() throws(Failure) -> [Assignment] {
    var assignments: [Assignment] = []
    for text in input {
      assignments.append(try Assignment(text, option: "--input", example: "NAME=FILE.npy"))
    }
    return assignments
  }

}

/// `--seed` as given: a whole number of 64 bits, or any negative one, which stands for chance.
package struct SeedArgument: ExpressibleByArgument, Hashable, Sendable {
  /// The number; nil if chance decides.
  package let number: UInt64?

  /// Reads an argument; nil if it is no whole number or too large.
  package init?(argument: String) {
    let isNegative = argument.hasPrefix("-")
    let digits = argument.dropFirst(isNegative ? 1 : 0).utf8
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    if isNegative {
      number = nil
    } else {
      guard let number = UInt64(argument) else { return nil }
      self.number = number
    }
  }

  /// A seed.
  package init(_ number: UInt64) { self.number = number }

  /// How help shows a default.
  package var defaultValueDescription: String { number.map(String.init) ?? "random" }

  /// The seed: itself, or a random one below 2³².
  package func drawn() -> UInt64 { number ?? UInt64.random(in: 0..<1 << 32) }
}
