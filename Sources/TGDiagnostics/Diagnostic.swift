/// How bad a finding is.
package enum Severity: String, Hashable, Sendable {
  /// Nothing is produced.
  case error
  /// Something is produced, and probably not what was meant.
  case warning
}

/// One finding about a text: data, not yet sentences on a screen.
package struct Diagnostic: Hashable, Sendable {
  /// A stable short name in kebab case, such as `tensor-shape`; listed in `spec/diagnostics.md`.
  package var id: String
  /// How bad it is.
  package var severity: Severity
  /// One line: what was found and what was expected.
  package var message: String
  /// The location, if the finding has one.
  package var range: SourceRange?
  /// Further locations and facts, such as where an operand came from.
  package var notes: [Note]
  /// What to do about it, in words that can be followed.
  package var hint: String?
  /// A replacement text for `range` that mends the finding, where one is certain.
  package var fix: String?

  /// A further location or fact.
  package struct Note: Hashable, Sendable {
    /// One line.
    package var message: String
    /// The location, if there is one.
    package var range: SourceRange?

    /// Makes a note.
    package init(_ message: String, at range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// Makes a finding.
  package init(
    _ id: String, _ message: String, at range: SourceRange?, severity: Severity = .error,
    notes: [Note] = [], hint: String? = nil, fix: String? = nil
  ) {
    self.id = id
    self.severity = severity
    self.message = message
    self.range = range
    self.notes = notes
    self.hint = hint
    self.fix = fix
  }
}

/// Diagnostics thrown together: at least one of them is an error.
package struct DiagnosticFailure: Error, Sendable {
  /// What was found, in the order of the text.
  package var diagnostics: [Diagnostic]

  /// Makes a failure of findings.
  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
