import TGCommandLine
import TGSyntax

extension PageFile {
  /// Reads a page as a command is given it; `-` is the standard input.
  ///
  /// - Throws: `MappedFileError`, `PageFileError` or `Failure`.
  init(given path: String) throws {
    if path == "-" {
      self.init(path: path, bytes: try StreamInput.standardInput(limit: Self.limit))
    } else {
      try self.init(path)
    }
  }
}

extension PageFileError: Explained {
  var exitStatus: ExitStatus { isMissing ? .missingInput : .badInput }
}
