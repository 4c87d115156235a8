/// How bad a finding is.
public enum Severity: String, Hashable, Sendable {
  /// Nothing is produced.
  case error
  /// Something is produced, and probably not what was meant.
  case warning
}

/// One finding about a text: data, not yet sentences on a screen.
public struct Diagnostic: Hashable, Sendable {
  /// A stable short name in kebab case, such as `tensor-shape`; listed in `spec/diagnostics.md`.
  public var id: String
  /// How bad it is.
  public var severity: Severity
  /// One line: what was found and what was expected.
  public var message: String
  /// The place, if the finding has one.
  public var range: SourceRange?
  /// Further places and facts, such as where an operand came from.
  public var notes: [Note]
  /// What to do about it, in words that can be followed.
  public var hint: String?
  /// A replacement text for `range` that mends the finding, where one is certain.
  public var fix: String?

  /// A further place or fact.
  public struct Note: Hashable, Sendable {
    /// One line.
    public var message: String
    /// The place, if there is one.
    public var range: SourceRange?

    /// Makes a note.
    public init(_ message: String, at range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// Makes a finding.
  public init(
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
public struct DiagnosticFailure: Error, Sendable {
  /// What was found, in the order of the text.
  public var diagnostics: [Diagnostic]

  /// Makes a failure of findings.
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
