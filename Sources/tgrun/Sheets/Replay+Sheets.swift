import TGCommandLine
import TGImage
import TGSession

extension Replay {
  /// Puts the options back that a film or a sheet tells of.
  ///
  /// - Parameters:
  ///   - texts: what it carries, in order.
  ///   - path: the file.
  ///   - locate: finds a file by its base name or says that it is missing.
  static func restore(
    _ texts: [(key: String, value: String)], of path: String, to options: inout RunOptions,
    locate: (String) throws -> String
  ) throws {
    func text(_ key: String) -> String? { texts.first { $0.key == key }?.value }
    let film = text(Metadata.film)
    let grid = text(Metadata.grid)
    guard film != nil || grid != nil else { return }
    if let count = text(Metadata.pictures) {
      throw Failure(
        .notAvailable, "\(path) was made of \(count) pictures, which it does not name",
        hint: "repeat it by hand, with these pictures")
    }
    if let list = text(Metadata.captions) {
      guard list != "-" else {
        throw Failure(
          .notAvailable, "\(path) was made of captions of the standard input",
          hint: "repeat it by hand, with these captions")
      }
      options.captions = try locate(list)
    }
    if let seeds = text(Metadata.seeds) {
      options.seeds = seeds
      options.seed = nil
    }
    if let grid {
      options.sheets.grid = GridForm(argument: grid)
      guard options.sheets.grid != nil else {
        throw Failure(.badInput, "\(path) names the impossible sheet '\(grid)'")
      }
    }
    if let film {
      options.sheets.fps = Int(film)
      options.sheets.thereAndBack = text(Metadata.thereAndBack) != nil
      options.sheets.film = options.out
      options.out = nil
    }
  }
}
