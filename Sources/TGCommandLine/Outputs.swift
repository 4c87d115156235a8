internal import TGTensor

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The files that a command writes, looked at before anything is computed.
package enum Outputs {
  /// The name under which a result is thrown away.
  package static let nowhere = "/dev/null"

  /// Makes sure that every file can be created, none is written twice, and none that is read.
  ///
  /// - Parameters:
  ///   - paths: the files, as named on the command line.
  ///   - readFiles: what is read.
  ///   - newFolder: a folder, without a slash at its end, that `makeFolder` will make; nil if all must exist.
  /// - Throws: `Failure`.
  package static func check(
    _ paths: [String], readFiles: [String], newFolder: String? = nil
  ) throws {
    var seen: Set<[UInt8]> = []
    var folders: Set<String> = []
    if let newFolder { try demandMakeable(newFolder) }
    for path in paths {
      // Where a link leads the file is made.
      let target = try AtomicFile.target(of: path)
      guard seen.insert(FileName.bytes(of: target)).inserted else {
        throw Failure(
          .usage, "two results would be written to \(path)",
          hint: "results of one name go to folders of their own: --outdir FOLDER")
      }
      let folder = Path.folder(target)
      if folders.insert(folder).inserted, folder != newFolder || Path.exists(folder) {
        try Path.demandFolder(folder)
      }
      guard Path.exists(target) else { continue }
      if let source = readFiles.first(where: { Path.areSame($0, target) }) {
        throw Failure(
          .usage, "\(path) would be written over \(source), which is read",
          hint: "give the result another name")
      }
    }
  }

  /// Makes a folder, and those that it lies in, unless it is there.
  ///
  /// - Throws: `Failure` of status `cannotCreate`.
  package static func makeFolder(_ folder: String) throws(Failure) {
    guard !Path.isFolder(folder) else { return }
    let parent = Path.folder(trimmed(folder))
    if parent != folder { try makeFolder(parent) }
    guard unsafe mkdir(FileName.cString(folder), 0o777) == 0 || errno == EEXIST,
      Path.isFolder(folder)
    else {
      throw Failure(
        .cannotCreate,
        "the folder \(folder) cannot be made: \(unsafe String(cString: strerror(errno)))")
    }
  }

  /// Makes sure that a folder is there or can be made.
  private static func demandMakeable(_ folder: String) throws(Failure) {
    guard !folder.isEmpty else { throw Failure(.usage, "--outdir '' names no folder") }
    var path = folder
    while !Path.exists(path) {
      let parent = Path.folder(trimmed(path))
      guard parent != path else { break }
      path = parent
    }
    try Path.demandFolder(path)
  }

  /// A folder's path without slashes at its end.
  package static func trimmed(_ folder: String) -> String {
    var text = folder
    while text.count > 1, text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
