package import TGDiagnostics

/// A word that names nothing: it belongs to the language.
package enum Keyword: String, CaseIterable, Hashable, Sendable {
  case `import`, from, block, `func`, model, part, objective
  case `let`, `var`, `if`, `else`, `for`, `in`, `return`, require
  case sample, `repeat`, minimize, over, using, with, `as`
  case `true`, `false`, none
}

/// Punctuation.
package enum Symbol: String, CaseIterable, Hashable, Sendable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case colon = ":"
  case dot = "."
  case at = "@"
  case assign = "="
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case not = "!"
  case and = "&&"
  case or = "||"
  case pipe = "|>"
  case arrow = "->"
  case closedRange = "..."
  case halfOpenRange = "..<"
}

/// The smallest piece of a text that means something. Its spelling stays in the file's bytes.
package struct Token: Hashable, Sendable {
  /// What a token is.
  package enum Kind: Hashable, Sendable {
    /// An identifier that starts with a lower case letter or an underscore.
    case name
    /// An identifier that starts with an upper case letter.
    case typeName
    /// Decimal digits.
    case integer
    /// Digits with a fraction, an exponent or both.
    case float
    /// A text between quotation marks, interpolations included.
    case string
    /// A reserved word.
    case keyword(Keyword)
    /// Punctuation.
    case symbol(Symbol)
    /// The end of the text.
    case end
  }

  /// What it is.
  package var kind: Kind
  /// The first byte.
  package var start: Int32
  /// The byte after the last.
  package var end: Int32
  /// How many comments stand before it, from the beginning of the file.
  package var commentsBefore: Int32
  /// True if a line ended between the token before and this one.
  package var startsLine: Bool
}

/// A comment: from its slashes to the end of its line.
package struct Comment: Hashable, Sendable {
  /// Where it stands, the line end not included.
  package var range: SourceRange
  /// True for `///`, which documents what follows.
  package var isDocumentation: Bool
  /// True if nothing but space stands before it on its line.
  package var ownsLine: Bool
}
