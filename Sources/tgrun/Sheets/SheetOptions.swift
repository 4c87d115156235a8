import ArgumentParser
import TGCommandLine
import TGTensor

/// What `tgrun` can be told about pictures that show a whole run.
struct SheetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "All pictures in one sheet with their captions; without --seeds as many seeds as it has room "
        + "for.", valueName: "COLUMNS[xROWS]"))
  var grid: GridForm?

  @Option(
    help: ArgumentHelp(
      "All pictures as the frames of a film, an animated PNG; no other picture is written then "
        + "unless asked for.", valueName: "FILM.png"),
    completion: .file(extensions: ["png"]))
  var film: String?

  @Option(help: ArgumentHelp("Frames of the film in a second. (default: 12)", valueName: "N"))
  var fps: Int?

  @Flag(name: .customLong("there-and-back"), help: "Play the film forward, then backward.")
  var thereAndBack = false

  /// The options that are given.
  var asked: [String] {
    let all: [(String, Bool)] = [
      ("--grid", grid != nil), ("--film", film != nil), ("--fps", fps != nil),
      ("--there-and-back", thereAndBack),
    ]
    return all.filter(\.1).map(\.0)
  }

  /// Makes sure that the options go together.
  func check() throws {
    if film == nil, let option = asked.first(where: { $0 == "--fps" || $0 == "--there-and-back" }) {
      throw Failure(.usage, "\(option) goes with --film", hint: "say --film FILM.png too")
    }
    if let film, Path.suffix(film) != "png" || Path.isFolder(film) {
      let name = film.isEmpty || film == "-" || film.hasSuffix("/") ? "film" : film
      throw Failure(
        .usage, "--film \(film): films are written as animated PNGs into a file",
        hint: "say --film \(Path.quoted(freePath(like: Path.withoutSuffix(name) + ".png")))")
    }
    if let fps, !(1...100).contains(fps) {
      throw Failure(.usage, "--fps \(fps) is not in 1 ... 100")
    }
  }

  /// How many frames an interpolation has where it is not said.
  var usualFrames: Int { grid.map { max(2, $0.columns) } ?? (film == nil ? 7 : 24) }
}

/// The form of a sheet as the command line names it: `6x4`, or `6` for as many rows as needed.
struct GridForm: ExpressibleByArgument, Hashable, CustomStringConvertible {
  /// The pictures in a row.
  let columns: Int
  /// The rows; nil for as many as needed.
  let rows: Int?

  /// The most columns, and the most rows.
  static let limit = 1000

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, parts.allSatisfy({ (1...Self.limit).contains($0 ?? 0) }),
      let columns = parts.first.flatMap(\.self)
    else { return nil }
    self.columns = columns
    rows = parts.count == 2 ? parts[1] : nil
  }

  /// The pictures that fit into the cells; nil if all do.
  var cells: Int? { rows.map { $0 * columns } }

  var description: String { "\(columns)" + (rows.map { "x\($0)" } ?? "") }
}
