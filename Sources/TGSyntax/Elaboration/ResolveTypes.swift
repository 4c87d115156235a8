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
  var length: Int
  /// The width of a word's vector; nil for ids.
  var width: Int?
  var vocabulary: String
  var tokenizer: String
  var unknown: String
  var range: SourceRange
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
    let names = TypeNames.conventions[name.name]
    guard let names else {
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
    let bound = try match(given, names, of: "`\(name.name)`", at: range)
    return try interface(name, shape, names, bound, at: range)
  }

  private func interface(
    _ name: Identifier, _ shape: [Int], _ names: [String], _ bound: [GivenArgument?],
    at range: SourceRange
  ) throws -> ResolvedType {
    func word(_ label: String, _ allowed: [String]?, _ standard: String) throws -> String {
      guard let index = names.firstIndex(of: label), let argument = bound[index] else {
        return standard
      }
      guard case .string(let text) = argument.value else {
        throw failure("type", "`\(label)` is a text", at: argument.range)
      }
      if let allowed, !allowed.contains(text) {
        throw failure(
          "convention", "`\(label)` is not \"\(text)\"", at: argument.range,
          hint: "it is one of " + allowed.joined(separator: ", "))
      }
      return text
    }
    func vocabulary(_ type: String) throws -> String {
      let text = try word("vocabulary", nil, type == "Text" ? "captions" : "")
      guard text.isEmpty ? type != "Text" : PlanName.isBaseName(text) else {
        throw failure(
          "convention", "a vocabulary is not called \"\(text)\"",
          at: names.firstIndex(of: "vocabulary").flatMap { bound[$0]?.range } ?? range,
          hint: "a name of one line without `/`, as --vocabulary NAME=FILE has it")
      }
      return text
    }
    func expect(_ rank: Int, _ example: String) throws {
      guard shape.count == rank else {
        throw failure(
          "type", "`\(name.name)` has \(rank) sizes, not \(shape.count)", at: range,
          hint: "as in \(example)")
      }
    }
    let kind: InterfaceItem.Kind
    switch name.name {
    case "Image":
      try expect(3, "Image[3, 64, 64](-1 ... 1): channels, height, width")
      guard let argument = bound[0] else {
        throw failure(
          "type", "an Image states the range of its values", at: range,
          hint: "as in Image\(plainShapeText(shape))(-1 ... 1)")
      }
      guard shape[0] == 1 || shape[0] == 3 else {
        throw failure(
          "channels", "a picture has 1 or 3 channels, not \(shape[0])", at: range,
          hint: "Tensor\(plainShapeText(shape)) is for numbers that are no picture")
      }
      let bounds = try numberRange(argument)
      let fit = try word("fit", ["crop", "stretch", "pad"], "")
      let filter = try word("filter", ["bilinear", "bicubic", "lanczos", "box", "nearest"], "")
      guard !fit.isEmpty || filter.isEmpty else {
        throw failure(
          "convention", "a filter without a fit: pictures of another size are refused", at: range,
          hint: "say how they are fitted: fit: \"crop\", \"stretch\" or \"pad\"")
      }
      kind = .image(
        low: Float(bounds.lowerBound), high: Float(bounds.upperBound), fit: fit,
        filter: fit.isEmpty || !filter.isEmpty ? filter : "bilinear")
    case "Text", "Sequence":
      if name.name == "Text" {
        try expect(1, "Text[25](vocabulary: \"captions\"): words")
      } else {
        try expect(2, "Sequence[25, 300]: words, numbers of each")
      }
      guard shape[0] <= 65_536 else {
        throw failure("limit", "a text has at most 65536 words", at: range)
      }
      return .text(
        TextType(
          length: shape[0], width: shape.count > 1 ? shape[1] : nil,
          vocabulary: try vocabulary(name.name),
          tokenizer: try word("tokenizer", TypeNames.tokenizers, "words"),
          unknown: try word("unknown", ["drop", "id"], "drop"), range: range))
    case "Label":
      try expect(1, "Label[10]: classes")
      guard shape[0] <= Elaboration.maximumIds else {
        throw failure(
          "limit", "a label has at most 16777216 classes, not \(shape[0])", at: range,
          hint: "ids are whole numbers of float32")
      }
      return .tensor(TensorType(kind: .label(count: shape[0]), shape: [], range: range))
    case "Uniform":
      guard let argument = bound[0] else {
        throw failure(
          "type", "a Uniform states its range", at: range,
          hint: "as in Uniform\(plainShapeText(shape))(0 ... 1)")
      }
      let bounds = try numberRange(argument)
      kind = .uniform(low: Float(bounds.lowerBound), high: Float(bounds.upperBound))
    case "Normal": kind = .normal
    case "Latent": kind = .latent
    default: kind = .tensor
    }
    return .tensor(TensorType(kind: kind, shape: shape, range: range))
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
  /// The types of an interface, with the names of what stands in their parentheses.
  static let conventions: [String: [String]] = [
    "Tensor": [], "Image": ["range", "fit", "filter"],
    "Text": ["vocabulary", "tokenizer", "unknown"],
    "Sequence": ["vocabulary", "tokenizer", "unknown"], "Mask": [], "Label": [], "Normal": [],
    "Uniform": ["range"], "Latent": [],
  ]

  /// How a caption is cut into words.
  static let tokenizers = [
    "words", "asciiWords", "whitespace", "spaces", "stripped", "characters", "exactCharacters",
    "wordPiece", "tagged",
  ]

  /// Every type, as messages list them.
  static let all = ["Int", "Float", "Bool", "String"] + conventions.keys.sorted()
}
