package import TGDiagnostics

/// Statements between braces.
package struct Body: Hashable, Sendable {
  /// The statements in order.
  package var statements: [Statement]
  /// The location, braces included.
  package var range: SourceRange
}

/// `let pattern: Type = value with "address" as name { edit }`, or `var`, or `shared var`.
package struct BindingStatement: Hashable, Sendable {
  /// True for `var`.
  package var isVariable: Bool
  /// True for `shared var`: all items of a batch have one value.
  package var isShared = false
  /// One name, or several that take a tuple apart.
  package var names: [Identifier]
  /// True if the names stand in parentheses.
  package var isPattern: Bool
  /// The stated type.
  package var type: TypeExpression?
  /// The value.
  package var value: Expression
  /// The taps on calls inside the value.
  package var taps: [Tap]
}

/// `with "address" as name { edit }`: reads the result of a named call, or replaces it.
package struct Tap: Hashable, Sendable {
  /// The name of the call, as its weights have it.
  package var address: StringLiteral
  /// The name under which the value is known, in `edit` and after the statement.
  package var name: Identifier
  /// What replaces it.
  package var edit: Expression?
  /// The location.
  package var range: SourceRange
}

/// `if condition { … } else …`
package struct IfStatement: Hashable, Sendable {
  /// The branches in order: condition and body.
  package var branches: [Branch]
  /// What happens if no condition holds.
  package var otherwise: Body?

  /// A condition and what it guards.
  package struct Branch: Hashable, Sendable {
    /// The condition.
    package var condition: Expression
    /// The statements.
    package var body: Body
  }
}

/// One statement.
package struct Statement: Hashable, Sendable {
  /// The kinds of statements.
  package enum Kind: Hashable, Sendable {
    case binding(BindingStatement)
    case assignment(Identifier, Expression)
    case loop(Identifier, Expression, Body)
    case choice(IfStatement)
    case require(Expression, StringLiteral)
    case result(Expression)
    case function(FunctionDeclaration)
    /// `sample name: Type`, in objectives
    case sample(Identifier, TypeExpression)
    /// `repeat count { name in … }`, in objectives
    case iteration(Expression, Identifier?, Body)
    /// `minimize value over names using recipe`, in objectives
    case minimize(Expression, over: [Identifier], using: Expression)
  }

  /// The kind.
  package var kind: Kind
  /// The location.
  package var range: SourceRange
}
