import TGDiagnostics

/// Why an expression has no value.
enum ElaborationFailure: Error {
  /// Found here.
  case found(Diagnostic)
  /// Reported before, elsewhere.
  case known
}

/// A failure with a location.
func failure(
  _ id: String, _ message: String, at range: SourceRange?, notes: [Diagnostic.Note] = [],
  hint: String? = nil
) -> ElaborationFailure {
  .found(Diagnostic(id, message, at: range, notes: notes, hint: hint))
}
