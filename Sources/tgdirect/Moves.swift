import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// The directions of a call and their amounts.
struct Moves {
  /// What is done to a code.
  let edit: CodeEdit
  /// The amounts of the first direction that has several.
  let amounts: [Double]
  /// The files that are read.
  let files: [String]

  /// Reads `--direction` as `tgrun` has it.
  init(_ texts: [String], of maker: Generator) throws {
    let notations = try texts.map { try DirectionNotation($0, isThere: { Path.exists($0) }) }
    guard let first = notations.first(where: { $0.amounts.amounts.count > 1 }) else {
      throw Failure(
        .usage, "no direction has several amounts",
        hint: "say --direction FILE=-2:2:5, five amounts from -2 to 2")
    }
    let given = notations.map { FileArgument($0.path, parts: .prefix) }
    let directions = try zip(given, notations).map { file, notation in
      (try Direction(file.path, subtree: file.prefix, column: notation.column), notation)
    }
    edit = try CodeEdit(
      maker.code, of: maker.session.variants.form, mixes: [], directions: directions)
    amounts = first.amounts.amounts.map { Double($0) }
    files = given.map(\.path)
  }
}
