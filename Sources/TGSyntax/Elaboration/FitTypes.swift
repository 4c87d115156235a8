import TGDiagnostics
import TGIR
import TGPlan

extension Elaboration {
  /// A value as the type has it, or why it does not fit. `what` names it in messages.
  func fitted(_ datum: Datum, to type: ResolvedType, what: String, at range: SourceRange) throws
    -> Datum
  {
    if case .poison = datum { throw ElaborationFailure.known }
    switch (type, datum) {
    case (.int, .int), (.float, .float), (.boolean, .boolean), (.string, .string): return datum
    case (.int, .float(let value)):
      throw failure(
        "whole", "\(what) is \(roundedText(value)), no whole number", at: range,
        hint: "`/` of whole numbers is whole only if it divides; floor(…) cuts the rest")
    case (.float, .int(let value)): return .float(Double(value))
    case (.list(let element), .list(let values)):
      try making(values.count, at: range)
      return .list(try values.map { try fitted($0, to: element, what: what, at: range) })
    case (.lists(let types), .list(let values)):
      guard types.count == values.count else {
        throw failure(
          "type", "\(what) is a list of \(types.count), not of \(values.count)", at: range)
      }
      return .list(
        try zip(types, values).map { try fitted($1, to: $0, what: what, at: range) })
    case (.tensor(let type), .tensor(let tensor)):
      return .tensor(try fitted(tensor, to: type, what: what, at: range))
    case (.tensor(let type), _) where datum.number != nil && type.shape.isEmpty:
      return .tensor(try constant(datum.number ?? 0))
    case (.text(let type), .text(let text)):
      guard text.isVectors == type.isVectors else {
        throw failure("type", "\(what) is \(datum.described)", at: range)
      }
      guard text.words.shape == type.shape else {
        throw failure(
          "type",
          "\(what) has the sizes \(plainShapeText(text.words.shape)), the signature says "
            + plainShapeText(type.shape), at: range,
          notes: [Diagnostic.Note("stated here", at: type.range)])
      }
      return datum
    default:
      throw failure("type", "\(what) is \(type.described), not \(datum.described)", at: range)
    }
  }

  private func fitted(
    _ tensor: Tensor, to type: TensorType, what: String, at range: SourceRange
  ) throws -> Tensor {
    guard tensor.shape == type.shape else {
      throw failure(
        "type-shape",
        "\(what) is \(shapeText(tensor.shape)), the signature says \(shapeText(type.shape))",
        at: range,
        notes: producers([tensor], except: range) + [
          Diagnostic.Note("stated here", at: type.range)
        ])
    }
    var result = tensor
    guard let stated = type.kind.pictureRange else {
      result.image = nil
      return result
    }
    if let known = tensor.image, known != stated {
      throw failure(
        "image-range",
        "\(what) is an Image in \(rangeText(stated)), not in \(rangeText(known))", at: range,
        hint: "rescale(…, \(rangeText(stated)))")
    }
    result.image = stated
    return result
  }

  /// What a body returned, as the signature has it.
  func checked(
    _ value: Datum, against results: [ResultDeclaration], of declaration: FunctionDeclaration,
    at range: SourceRange, in environment: Environment
  ) throws -> Datum {
    if case .poison = value { return .poison }
    if results.count == 1 {
      var single = value
      if case .tuple(let fields) = value, fields.count == 1, let label = results[0].name?.name,
        fields[0].label == label
      {
        single = fields[0].value
      }
      let what = results[0].name.map { "`\($0.name)`" } ?? "the result"
      return try fitted(
        single, to: resolve(results[0].type, in: environment), what: what, at: range)
    }
    guard case .tuple(let fields) = value else {
      throw failure(
        "results",
        "`\(declaration.name.name)` returns \(results.count) results, not "
          + value.described, at: range,
        hint: "return (" + results.map { "\($0.name?.name ?? ""): …" }.joined(separator: ", ")
          + ")")
    }
    let stated = results.compactMap { $0.name?.name }
    let found = fields.map { $0.label ?? "" }
    guard stated == found else {
      throw failure(
        "results", "the signature has the results \(stated.joined(separator: ", "))", at: range,
        hint: "name each in the tuple, in that order")
    }
    var fitting: [Datum.Field] = []
    for (field, result) in zip(fields, results) {
      let type = try resolve(result.type, in: environment)
      let value = try fitted(
        field.value, to: type, what: "`\(field.label ?? "")`", at: range)
      fitting.append(Datum.Field(label: field.label, value: value))
    }
    return .tuple(fitting)
  }
}

/// Bounds as the language writes them: `-1 ... 1`.
func rangeText(_ range: ClosedRange<Double>) -> String {
  "\(numberText(range.lowerBound)) ... \(numberText(range.upperBound))"
}

extension ResolvedType {
  /// The type with its article.
  var described: String {
    switch self {
    case .int: "a whole number"
    case .float: "a number"
    case .boolean: "true or false"
    case .string: "a text"
    case .tensor(let type):
      if type.kind.source.picture != nil {
        "\(type.kind.described) \(shapeText(type.shape))"
      } else {
        "a tensor \(shapeText(type.shape))"
      }
    case .text(let type): type.kind.described
    case .list: "a list"
    case .lists(let types): "a list of \(types.count)"
    }
  }
}
