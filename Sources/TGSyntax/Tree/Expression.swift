package import TGDiagnostics

/// A name where it stands.
package struct Identifier: Hashable, Sendable {
  /// The spelling.
  package var name: String
  /// The location.
  package var range: SourceRange
}

/// A text literal: pieces of text and interpolated expressions.
package struct StringLiteral: Hashable, Sendable {
  /// A piece.
  package enum Part: Hashable, Sendable {
    /// Text, escapes resolved.
    case text(String)
    /// `{expression}`.
    case expression(Expression)
  }

  /// The pieces in order.
  package var parts: [Part]
  /// The location, quotation marks included.
  package var range: SourceRange
}

/// `expression` or `name: expression`, in a call or a tuple.
package struct Argument: Hashable, Sendable {
  /// The name before the colon.
  package var label: Identifier?
  /// The value.
  package var value: Expression

  /// The location of label and value.
  package var range: SourceRange { label?.range.merged(with: value.range) ?? value.range }
}

/// What a pipe sends its value to: `conv(64, kernel: 3) @ "0"`.
package struct Stage: Hashable, Sendable {
  /// The operation, block or function.
  package var callee: Expression
  /// The arguments after the piped value; nil without parentheses.
  package var arguments: [Argument]?
  /// The scope of the weights.
  package var address: StringLiteral?
  /// True if the author began a line with the pipe.
  package var startsLine: Bool
  /// The location, from the callee's first byte.
  package var range: SourceRange
}

/// An operator between two expressions.
package enum InfixOperator: String, Hashable, Sendable {
  case or = "||"
  case and = "&&"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case closedRange = "..."
  case halfOpenRange = "..<"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"

  /// How tightly it binds; higher is tighter. A pipe would be 0.
  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: 3
    case .closedRange, .halfOpenRange: 4
    case .add, .subtract: 5
    case .multiply, .divide: 6
    }
  }

  /// True if `a op b op c` means `(a op b) op c`; otherwise it is an error.
  var isAssociative: Bool { precedence != 3 && precedence != 4 }
}

/// A value, spelt out.
package struct Expression: Hashable, Sendable {
  /// The forms of an expression.
  package indirect enum Kind: Hashable, Sendable {
    case integer(Int)
    case float(Double)
    case boolean(Bool)
    case none
    case string(StringLiteral)
    case name(String)
    case list([Expression])
    /// `[element for variable in sequence]`
    case comprehension(element: Expression, variable: Identifier, sequence: Expression)
    /// `(a, b)` or `(x: a, y: b)`; never one unlabelled element.
    case tuple([Argument])
    /// `(expression)`
    case group(Expression)
    /// `-x`
    case negate(Expression)
    /// `!x`
    case not(Expression)
    /// `a + b`; `startsLine` if the author began a line with the operator.
    case infix(
      Expression, InfixOperator, Expression, operatorRange: SourceRange, startsLine: Bool)
    /// `base.member`
    case member(Expression, Identifier)
    /// `callee(arguments) @ "address"`
    case call(Expression, [Argument], address: StringLiteral?)
    /// `base[items]`
    case items(Expression, [Expression])
    /// `value |> stage`
    case pipe(Expression, Stage)
    /// `if condition { a } else { b }`; `startsLine` if the author began a line with `else`.
    case choice(
      condition: Expression, then: Expression, otherwise: Expression, startsLine: Bool)
  }

  /// The form.
  package var kind: Kind
  /// The location.
  package var range: SourceRange
  /// The height of the tree, 1 for a leaf: what bounds every walk over it.
  package var height: Int

  /// Makes an expression over parts of which the highest has height `below`.
  init(_ kind: Kind, _ range: SourceRange, below: Int = 0) {
    self.kind = kind
    self.range = range
    height = below + 1
  }
}

/// A type, spelt out.
package struct TypeExpression: Hashable, Sendable {
  /// The forms of a type.
  package indirect enum Kind: Hashable, Sendable {
    /// `Image[3, 64, 64](-1 ... 1)`: a name, sizes, conventions.
    case named(Identifier, sizes: [Expression]?, arguments: [Argument]?)
    /// `[Int]`, `[Tensor[side(l)] for l in 0 ..< n]`
    case list(TypeExpression, variable: Identifier?, sequence: Expression?)
  }

  /// The form.
  package var kind: Kind
  /// The location.
  package var range: SourceRange
}
