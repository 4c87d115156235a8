package import TGTensor

/// The files beside a file, which are one checkpoint with it.
package enum Siblings: Sendable {
  /// None: the file came through a pipe.
  case none
  /// The files of this folder.
  case folder(String)
  /// Files in memory, by their names.
  case memory([String: ByteRegion])

  /// The files in the folder of a path.
  package static func beside(_ path: String) -> Siblings { .folder(Path.folder(path)) }

  /// The bytes of a file of this name, which has no folders in it; nil if there is none.
  ///
  /// - Throws: `CheckpointFault.unreadable` for one that is there and cannot be read.
  func file(_ name: String) throws(CheckpointFault) -> ByteRegion? {
    switch self {
    case .none: return nil
    case .memory(let files): return files[name]
    case .folder(let folder):
      let path = Path.join(folder, name)
      guard Path.exists(path) else { return nil }
      do { return ByteRegion(try MappedFile(path: path)) } catch { throw .unreadable(error) }
    }
  }

  /// True if there is a file of this name.
  func contains(_ name: String) -> Bool {
    switch self {
    case .none: false
    case .memory(let files): files[name] != nil
    case .folder(let folder): Path.exists(Path.join(folder, name))
    }
  }
}
