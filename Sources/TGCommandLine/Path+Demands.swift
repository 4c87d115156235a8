#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
package import TGTensor

extension Path {
  /// Makes sure, before anything is computed, that a file can be created in a folder.
  ///
  /// - Throws: `Failure` of status `cannotCreate`.
  package static func demandFolder(_ folder: String) throws(Failure) {
    guard exists(folder) else {
      throw Failure(
        .cannotCreate, "there is no folder \(folder)", hint: "make it: mkdir -p \(quoted(folder))")
    }
    guard isFolder(folder) else { throw Failure(.cannotCreate, "\(folder) is not a folder") }
    guard unsafe access(FileName.cString(folder), W_OK | X_OK) == 0 else {
      throw Failure(.cannotCreate, "files cannot be created in \(folder): no permission")
    }
  }
}
