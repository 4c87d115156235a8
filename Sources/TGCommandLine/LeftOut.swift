internal import TGImage
internal import TGSession
internal import TGTensor

/// The broken ones of many pictures: they are left out, the others are done, and all are told at
/// the end.
package struct LeftOut {
  /// How many pictures there are, broken ones included.
  package let total: Int
  /// The broken ones and why.
  package private(set) var failures: [(path: String, error: any Explained)] = []

  /// None is broken yet.
  package init(of total: Int) { self.total = total }

  /// Does something with one picture.
  ///
  /// - Returns: nil if the picture is broken, which is remembered.
  /// - Throws: what is no fault of the picture, and any fault if it is the only one.
  package mutating func trying<Result>(
    _ path: String, _ body: () throws -> Result
  ) throws -> Result? {
    do { return try body() } catch let error as any Explained {
      guard total > 1, Self.isOfPicture(error) else { throw error }
      failures.append((path, error))
      return nil
    }
  }

  /// The broken ones by name, a few of them.
  package var names: String {
    let shown = failures.prefix(8).map(\.path).joined(separator: ", ")
    return failures.count > 8 ? shown + " and \(failures.count - 8) more" : shown
  }

  /// Tells each broken one.
  ///
  /// - Parameter hint: what the others' results lack.
  /// - Throws: `Failure` if there are any: of status 65, or of the one that all of them have.
  package func tell(on console: Console, hint: String? = nil) throws(Failure) {
    guard !failures.isEmpty else { return }
    for failure in failures { _ = console.explain(failure.error) }
    let kinds = Set(failures.map(\.error.exitStatus))
    let status = kinds.count == 1 ? kinds.first ?? .badInput : .badInput
    guard failures.count < total else {
      throw Failure(status, "none of the \(total) pictures can be used")
    }
    throw Failure(
      status,
      "\(failures.count) of \(total) pictures cannot be used: \(names); the others are done",
      hint: hint)
  }

  private static func isOfPicture(_ error: any Explained) -> Bool {
    guard let error = error as? SessionError else { return error is MappedFileError }
    switch error {
    case .picture(.missing), .picture(.notPicture), .picture(.unreadable), .picture(.damaged),
      .picture(.tooLarge), .pictureSize:
      return true
    default: return false
    }
  }
}
