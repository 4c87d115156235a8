package import TGDiagnostics

/// One file, read.
package struct SyntaxTree: Hashable, Sendable {
  /// The imports, which stand first.
  package var imports: [ImportDeclaration]
  /// What the file declares, in order.
  package var declarations: [Declaration]
  /// Every comment, in order.
  package var comments: [Comment]
  /// The whole text.
  package var range: SourceRange
}

/// `import A, B from "path"`
package struct ImportDeclaration: Hashable, Sendable {
  /// The names wanted.
  package var names: [Identifier]
  /// The path as written.
  package var path: String
  /// Where the path stands.
  package var pathRange: SourceRange
  /// The location.
  package var range: SourceRange
}

/// Something that a file or a model declares.
package struct Declaration: Hashable, Sendable {
  /// The kinds of declarations.
  package enum Kind: Hashable, Sendable {
    case binding(BindingStatement)
    case function(FunctionDeclaration)
    case model(ModelDeclaration)
    case part(PartDeclaration)
    /// A function without a body: the model says what a part must have.
    case signature(SignatureDeclaration)
    case require(Expression, StringLiteral)
    /// `ignore "pattern"`: tensors of the file that nobody reads, and that is fine.
    case ignore(StringLiteral)
    /// `optional "pattern" = number`: tensors that may be missing, and what then stands for them.
    case optional(StringLiteral, Expression)
    /// `root "subtree"`: where in the file the tensors of the model are.
    case root(StringLiteral)
    /// `if condition { … } else { … }` around members of a model.
    case choice([MemberBranch], otherwise: MemberBranch?)
  }

  /// The kind.
  package var kind: Kind
  /// The location, without the documentation.
  package var range: SourceRange
}

/// Members of a model that are there if a condition holds.
package struct MemberBranch: Hashable, Sendable {
  /// The condition; `true` for `else`.
  package var condition: Expression
  /// The members.
  package var members: [Declaration]
  /// The location of the braces and what is in them.
  package var range: SourceRange
}

/// `name: Type = default` of a block, function or model.
package struct ParameterDeclaration: Hashable, Sendable {
  /// The name.
  package var name: Identifier
  /// The type; none means a tensor of any shape.
  package var type: TypeExpression?
  /// The default.
  package var value: Expression?
  /// What is asked of it, if it is a part.
  package var part: PartParameter?
  /// The location.
  package var range: SourceRange
}

/// `part name: Interface = Model(arguments)` among the parameters of a model.
package struct PartParameter: Hashable, Sendable {
  /// The model that says what functions the part must have.
  package var interface: Identifier
  /// The part that is there if none is given.
  package var standard: PartDeclaration?
  /// True for `= none`: the part may be missing.
  package var isOptional: Bool
}

/// `func name(parameters) -> results` without a body.
package struct SignatureDeclaration: Hashable, Sendable {
  /// The name.
  package var name: Identifier
  /// The parameters.
  package var parameters: [ParameterDeclaration]
  /// The results; nil if anything will do.
  package var results: [ResultDeclaration]?
  /// The text of its `///` lines.
  package var documentation: String
}

/// A type with or without a name, as in `-> (image: Image[…], mu: Tensor[…])`.
package struct ResultDeclaration: Hashable, Sendable {
  /// The name; nil for a single unnamed result.
  package var name: Identifier?
  /// The type.
  package var type: TypeExpression
}

/// A `block`, a `func` or an `objective`.
package struct FunctionDeclaration: Hashable, Sendable {
  /// Which of the three.
  package enum Kind: String, Hashable, Sendable {
    case block
    case function = "func"
    case objective
  }

  /// Which of the three.
  package var kind: Kind
  /// True for a `sequential block`: its calls have positions.
  package var isSequential = false
  /// The name.
  package var name: Identifier
  /// The parameters.
  package var parameters: [ParameterDeclaration]
  /// The results; nil if not stated.
  package var results: [ResultDeclaration]?
  /// The statements.
  package var body: Body
  /// The text of its `///` lines.
  package var documentation: String
  /// The location.
  package var range: SourceRange
}

/// A `model`.
package struct ModelDeclaration: Hashable, Sendable {
  /// The name.
  package var name: Identifier
  /// The compile-time parameters.
  package var parameters: [ParameterDeclaration]
  /// What it declares, in order.
  package var members: [Declaration]
  /// What a part must have, if the model says that and nothing else: it has functions without bodies.
  package var signatures: [SignatureDeclaration] {
    members.compactMap { if case .signature(let signature) = $0.kind { signature } else { nil } }
  }
  /// The text of its `///` lines.
  package var documentation: String
  /// The location of the braces and what is in them.
  package var bodyRange: SourceRange
  /// The location.
  package var range: SourceRange
}

/// `part name = Model(arguments) @ "scope"`
package struct PartDeclaration: Hashable, Sendable {
  /// The name.
  package var name: Identifier
  /// The model.
  package var model: Identifier
  /// What its parameters are set to.
  package var arguments: [Argument]
  /// The scope of ours in which its tensors are; nil if it has a file of its own.
  package var address: StringLiteral?
  /// The text of its `///` lines.
  package var documentation: String
}
