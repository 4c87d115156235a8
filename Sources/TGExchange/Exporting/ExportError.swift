package import TGIR

/// Why a function cannot be said in ONNX.
package struct ExportError: Error, Hashable, Sendable {
  /// The op, and what of it cannot be said.
  package var message: String
  /// Where it comes from.
  package var origin: Origin?

  /// Makes an error.
  package init(_ message: String, at origin: Origin? = nil) {
    self.message = message
    self.origin = origin
  }
}
