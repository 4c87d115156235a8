package import ArgumentParser

/// How commands that run a function are fed by name.
package struct InputOptions: ParsableArguments {
  /// What is given, `NAME=FILE` each, as written.
  @Option(
    help: ArgumentHelp(
      "Give an input by name: an array (.npy, axes N, C, H, W), a picture, a caption or a number.",
      valueName: "NAME=FILE"))
  package var input: [String] = []

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

  /// The seed of a number as given: itself, or a random one below 2³² if it is negative.
  package static func seed(_ given: Int) -> UInt64 {
    given < 0 ? UInt64.random(in: 0..<1 << 32) : UInt64(given)
  }
}
