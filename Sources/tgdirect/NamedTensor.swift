import TGCheckpoint
import TGCommandLine
import TGSession
import TGTensor

/// One tensor of a file.
enum NamedTensor {
  /// Reads the tensor that `FILE#NAME` names, or the only one of `FILE`.
  ///
  /// - Throws: `EditingError`, `Failure`.
  static func read(_ file: FileArgument) throws -> HostTensor {
    do {
      let whole = try Checkpoint.read(path: file.path)
      let found =
        try file.prefix.map { (name) throws(CheckpointError) in
          try whole.subtree(named: name, path: file.path)
        } ?? whole
      guard found.entries.count == 1 else {
        throw Failure(
          .badInput,
          "\(file.path)\(file.part) holds \(found.entries.count) tensors where one is "
            + "needed",
          hint: "say which: \(file.path)#NAME; tginspect \(Path.quoted(file.path)) lists them")
      }
      return try found.entries[0].tensor()
    } catch let error as CheckpointError {
      throw EditingError.file(error)
    } catch let fault as CheckpointFault {
      throw EditingError.file(CheckpointError(path: file.path, fault: fault))
    }
  }
}
