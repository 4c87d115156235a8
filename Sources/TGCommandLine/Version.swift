/// The version of all commands.
package enum Version {
  /// The number.
  package static let number = "0.1.0"
}
