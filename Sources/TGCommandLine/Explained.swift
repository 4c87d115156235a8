/// An error that can be told to a user: whose fault it is, what was found, what to do next.
package protocol Explained: Error {
  /// How a command ends that meets the error.
  var exitStatus: ExitStatus { get }
  /// One sentence or two, without a full stop at the end: what was found and what was expected.
  var message: String { get }
  /// What to do about it, in words or a command that can be followed.
  var hint: String? { get }
}

extension Explained {
  package var hint: String? { nil }
}

/// A failure met by a command itself.
package struct Failure: Explained, Hashable {
  /// How the command ends.
  package var exitStatus: ExitStatus
  /// What was found.
  package var message: String
  /// What to do about it.
  package var hint: String?

  /// Makes a failure.
  package init(_ exitStatus: ExitStatus, _ message: String, hint: String? = nil) {
    self.exitStatus = exitStatus
    self.message = message
    self.hint = hint
  }
}
