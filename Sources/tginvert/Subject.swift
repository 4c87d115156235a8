import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// One thing to be inverted: a picture, or a row of arrays where no picture is asked for.
struct Subject: Hashable {
  /// The path of the picture; nil if there is none.
  let path: String?
  /// The SHA-256 of the file; empty if there is none.
  let digest: String
  /// What its files are called by.
  let name: String
  /// Its index among all subjects, broken pictures included, which is its row in arrays.
  let row: Int

  /// The picture in the form of an input; nil if there is none.
  ///
  /// - Throws: `SessionError`.
  func tensor(for item: InterfaceItem?, console: Console? = nil) throws -> HostTensor? {
    guard let path, let item else { return nil }
    return try Inputs.tensor(ofPicture: path, for: item, console: console)
  }
}
