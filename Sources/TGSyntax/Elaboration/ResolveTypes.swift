import TGDiagnostics
import TGIR
import TGPlan
import TGTensor

/// A type with its sizes known.
indirect enum ResolvedType {
  case int
  case float
  case boolean
  case string
  case tensor(TensorType)
  case text(TextType)
  /// Any number of elements of one type.
  case list(ResolvedType)
  /// As many elements as types.
  case lists([ResolvedType])
}

/// `Image[3, 64, 64](-1 ... 1)`, `Normal[100]`, `Tensor[3]` …
struct TensorType {
  var kind: InterfaceItem.Kind
  var shape: [Int]
  var range: SourceRange
}

/// `Text[25](…)` or `Sequence[25, 300](…)`
struct TextType {
  var kind: InterfaceItem.Kind
  /// Words, and of vectors the numbers of each.
  var shape: [Int]
  var tokenizer: String
  var unknown: String
  var range: SourceRange

  /// True for vectors of words, false for ids.
  var isVectors: Bool { kind.takesVectors }
}

extension Elaboration {
  /// The type that a type expression means.
  func resolve(_ type: TypeExpression, in environment: Environment) throws -> ResolvedType {
    switch type.kind {
    case .list(let element, let variable, let sequence):
      guard let variable, let sequence else {
        return .list(try resolve(element, in: environment))
      }
      return .lists(
        try sequenceElements(sequence, in: environment).map { value in
          try step(at: type.range)
          let inner = environment.nested()
          inner.bindings[variable.name] = Binding(
            meaning: .value(value), isVariable: false, range: variable.range)
          return try resolve(element, in: inner)
        })
    case .named(let name, let sizes, let arguments):
      return try resolve(name, sizes, arguments ?? [], at: type.range, in: environment)
    }
  }

  private func resolve(
    _ name: Identifier, _ sizes: [Expression]?, _ arguments: [Argument], at range: SourceRange,
    in environment: Environment
  ) throws -> ResolvedType {
    let plain: [String: ResolvedType] = [
      "Int": .int, "Float": .float, "Bool": .boolean, "String": .string,
    ]
    if let type = plain[name.name] {
      guard sizes == nil, arguments.isEmpty else {
        throw failure("type", "`\(name.name)` has no sizes", at: range)
      }
      return type
    }
    guard let kind = TypeNames.kinds[name.name] else {
      let near = nearestName(to: name.name, among: TypeNames.all)
      throw failure(
        "unknown-type", "`\(name.name)` is not a type", at: name.range,
        hint: near.map { "did you mean `\($0)`?" }
          ?? "the types are " + TypeNames.all.joined(separator: ", "))
    }
    guard let sizes else {
      throw failure(
        "type", "`\(name.name)` needs its sizes, without the batch", at: range,
        hint: "Image[3, 64, 64], Tensor[512], Tensor[] for one number")
    }
    let shape = try sizes.map { try size($0, in: environment) }
    guard shape.count < Shape.maximumRank else {
      throw failure(
        "rank", "a tensor has at most \(Shape.maximumRank - 1) axes beside the batch", at: range)
    }
    var given: [GivenArgument] = []
    for argument in arguments {
      given.append(
        GivenArgument(
          label: argument.label, value: try evaluate(argument.value, in: environment),
          range: argument.value.range))
    }
    let bound = try match(given, kind.labels, of: "`\(name.name)`", at: range)
    let declared = DeclaredType(
      sizes: shape, arguments: Dictionary(uniqueKeysWithValues: zip(kind.labels, bound)),
      elaboration: self)
    return try interface(kind, declared, at: range)
  }

  private func interface(
    _ kind: (some InterfaceKind).Type, _ type: DeclaredType, at range: SourceRange
  ) throws -> ResolvedType {
    do {
      let declared = InterfaceItem.Kind(try kind.init(declared: type))
      let shape = declared.value.itemShape(declared: type.sizes)
      guard declared.source.words != nil else {
        return .tensor(TensorType(kind: declared, shape: shape, range: range))
      }
      return .text(
        TextType(
          kind: declared, shape: shape,
          tokenizer: try type.word("tokenizer", of: TypeNames.tokenizers) ?? "words",
          unknown: try type.word("unknown", of: ["drop", "id"]) ?? "drop", range: range))
    } catch let error as KindError {
      throw failure(
        error.id, error.message, at: error.label.flatMap { type.arguments[$0]??.range } ?? range,
        hint: error.hint)
    }
  }

  private func size(_ expression: Expression, in environment: Environment) throws -> Int {
    let value = try evaluate(expression, in: environment)
    return try whole(value, "a size", at: expression.range, in: 1...Int(Int32.max))
  }

  /// A whole number in bounds.
  func whole(
    _ datum: Datum, _ what: String, at range: SourceRange, in bounds: ClosedRange<Int>
  ) throws -> Int {
    switch datum {
    case .int(let value):
      guard bounds.contains(value) else {
        throw failure(
          "number",
          "\(what) is \(value), not between \(bounds.lowerBound) and "
            + "\(bounds.upperBound)", at: range)
      }
      return value
    case .float(let value):
      throw failure(
        "whole", "\(what) is \(roundedText(value)), no whole number", at: range,
        hint: "`/` of whole numbers is whole only if it divides; floor(…) cuts the rest")
    case .poison: throw ElaborationFailure.known
    default:
      throw failure("type", "\(what) is a whole number, not \(datum.described)", at: range)
    }
  }

  /// A range of numbers with the lower bound below the upper, also as float32.
  func numberRange(_ argument: GivenArgument) throws -> ClosedRange<Double> {
    guard case .range(let lower, let upper, _) = argument.value, let low = lower.number,
      let high = upper.number, low < high
    else {
      throw failure(
        "type", "a range of values goes up, as in -1 ... 1, not \(argument.value.described)",
        at: argument.range)
    }
    guard Float(low) < Float(high), (Float(high) - Float(low)).isFinite else {
      throw failure(
        "number", "\(rangeText(low...high)) is no range of float32", at: argument.range,
        hint: "its bounds are too near to each other, or too far apart")
    }
    return low...high
  }
}

/// What types are called.
enum TypeNames {
  /// The types of an interface.
  static let kinds: [String: any InterfaceKind.Type] = Dictionary(
    uniqueKeysWithValues: InterfaceItem.Kind.all.map { ($0.typeName, $0) })

  /// How a caption is cut into words.
  static let tokenizers = [
    "words", "asciiWords", "whitespace", "spaces", "stripped", "characters", "exactCharacters",
    "wordPiece", "tagged",
  ]

  /// Every type, as messages list them.
  static let all = ["Int", "Float", "Bool", "String"] + kinds.keys.sorted()
}

/// A type of the interface whose sizes and arguments are evaluated.
private struct DeclaredType: KindDeclaration {
  let sizes: [Int]
  /// What stands behind each label, nil where nothing does.
  let arguments: [String: GivenArgument?]
  let elaboration: Elaboration

  var sizesText: String { plainShapeText(sizes) }

  func range(_ label: String) throws -> ClosedRange<Float>? {
    guard case .some(let argument?) = arguments[label] else { return nil }
    let bounds = try elaboration.numberRange(argument)
    return Float(bounds.lowerBound)...Float(bounds.upperBound)
  }

  func word(_ label: String, of allowed: [String]?) throws -> String? {
    guard case .some(let argument?) = arguments[label] else { return nil }
    guard case .string(let text) = argument.value else {
      throw KindError("type", "`\(label)` is a text", label: label)
    }
    if let allowed, !allowed.contains(text) {
      throw KindError(
        "convention", "`\(label)` is not \"\(text)\"",
        hint: "it is one of " + allowed.joined(separator: ", "), label: label)
    }
    return text
  }
}

extension InterfaceItem.Kind {
  /// The values of a picture; nil of everything else.
  var pictureRange: ClosedRange<Double>? {
    source.picture.map { Double($0.low)...Double($0.high) }
  }

  /// The kind with its article, as a page calls it.
  var described: String {
    (word.first.map("aeiou".contains) == true ? "an " : "a ") + type(of: value).typeName
  }
}
