import TGDiagnostics
import TGIR
import TGOps
import TGTensor

/// An operation of the language: how it is called and what it makes of its operands.
struct Operation: Sendable {
  /// The name.
  var name: String
  /// The names of its arguments, operands first.
  var parameters: [String]
  /// True if it may read tensors of the checkpoint, and takes `@`.
  var readsWeights: Bool
  /// Checks the operands and builds the result.
  var run: @Sendable (OperationCall) throws -> Datum

  init(
    _ name: String, _ parameters: [String], readsWeights: Bool = false,
    run: @escaping @Sendable (OperationCall) throws -> Datum
  ) {
    self.name = name
    self.parameters = parameters
    self.readsWeights = readsWeights
    self.run = run
  }
}

extension Operation {
  /// What torch.nn has as a module without tensors: a Sequential counts it.
  private static let silent: Set = [
    "relu", "sigmoid", "tanh", "gelu", "silu", "softplus", "leakyRelu", "elu", "glu", "clamp",
    "softmax", "logSoftmax", "maxPool", "avgPool", "upsample", "pixelShuffle", "pad",
  ]

  /// True for `parameter` and `buffer`, which state a name themselves.
  var readsTensorsByName: Bool { name == "parameter" || name == "buffer" }

  /// True for what has a position in a `sequential block`.
  var isLayer: Bool { !readsTensorsByName && (readsWeights || Self.silent.contains(name)) }
}

/// Every operation of the language, by name.
package struct OperationTable: Sendable {
  private let operations: [String: Operation]
  /// The names in alphabetical order.
  package let names: [String]

  /// The table of the language.
  package static let shared = OperationTable(
    convolutions + linears + recurrences + normalizations + activations + arithmetics + reductions
      + shapings + resamplings + products + batches + tensorReads + losses + gradients + positions)

  private init(_ list: [Operation]) {
    operations = Dictionary(list.map { ($0.name, $0) }) { first, _ in first }
    names = operations.keys.sorted()
  }

  subscript(name: String) -> Operation? { operations[name] }

  /// The arguments of an operation, operands first.
  package func parameters(of name: String) -> [String] { operations[name]?.parameters ?? [] }
}

/// One use of an operation: its arguments by name, and where it stands.
struct OperationCall {
  let elaboration: Elaboration
  let operation: Operation
  let arguments: [GivenArgument?]
  /// Whose body the call stands in.
  let activation: Activation
  /// Where its tensors are, `@` included.
  let scope: WeightScope?
  /// The location of the call.
  let range: SourceRange
  /// Which visit of its location this is.
  let visit: Int

  // MARK: Arguments

  /// The argument of a name, unless it is left out.
  func given(_ name: String) -> GivenArgument? {
    guard let index = operation.parameters.firstIndex(of: name) else { return nil }
    return arguments[index]
  }

  /// The location of an argument, or of the call.
  func location(of name: String) -> SourceRange { given(name)?.range ?? range }

  func required(_ name: String) throws -> GivenArgument {
    guard let argument = given(name) else {
      throw failure(
        "missing-argument", "`\(operation.name)` needs `\(name)`", at: range,
        hint: "its arguments are " + operation.parameters.joined(separator: ", "))
    }
    return argument
  }

  /// A tensor; a number counts as one of rank 0.
  func tensor(_ name: String) throws -> Tensor {
    let argument = try required(name)
    guard let tensor = try elaboration.tensor(argument.value) else {
      throw wrong(name, "a tensor", argument)
    }
    return tensor
  }

  /// Numbers of rows, as they are given or computed, and as int32.
  func rowNumbers(_ name: String) throws -> (given: Tensor, int32: Value) {
    guard case .tensor(let ids) = try required(name).value else {
      let ids = try tensor(name)
      return (ids, try elaboration.int32(ids.value))
    }
    return (ids, try elaboration.int32(ids.value))
  }

  /// A whole number.
  func int(_ name: String, in bounds: ClosedRange<Int> = 1...65_536) throws -> Int {
    let argument = try required(name)
    return try elaboration.whole(argument.value, "`\(name)`", at: argument.range, in: bounds)
  }

  func int(_ name: String, default standard: Int, in bounds: ClosedRange<Int> = 1...65_536) throws
    -> Int
  {
    given(name) == nil ? standard : try int(name, in: bounds)
  }

  /// A number known at compile time.
  func number(_ name: String, default standard: Double? = nil) throws -> Double {
    guard let standard, given(name) == nil else {
      let argument = try required(name)
      guard let value = argument.value.number else { throw wrong(name, "a number", argument) }
      return value
    }
    return standard
  }

  func boolean(_ name: String, default standard: Bool) throws -> Bool {
    guard let argument = given(name) else { return standard }
    guard case .boolean(let value) = argument.value else {
      throw wrong(name, "true or false", argument)
    }
    return value
  }

  func string(_ name: String) throws -> String {
    let argument = try required(name)
    guard case .string(let value) = argument.value else { throw wrong(name, "a text", argument) }
    return value
  }

  /// Whole numbers in a list; one number stands for a list of one.
  func ints(_ name: String, in bounds: ClosedRange<Int>) throws -> [Int] {
    let argument = try required(name)
    guard case .list(let elements) = argument.value else {
      return [try elaboration.whole(argument.value, "`\(name)`", at: argument.range, in: bounds)]
    }
    try elaboration.making(elements.count, at: argument.range)
    return try elements.map {
      try elaboration.whole($0, "`\(name)`", at: argument.range, in: bounds)
    }
  }

  /// Rows and columns: one number for both, or two.
  func pair(
    _ name: String, default standard: [Int]? = nil, in bounds: ClosedRange<Int> = 1...65_536
  )
    throws -> [Int]
  {
    if let standard, given(name) == nil { return standard }
    let values = try ints(name, in: bounds)
    switch values.count {
    case 1: return [values[0], values[0]]
    case 2: return values
    default:
      throw failure(
        "argument", "`\(name)` is one number, or two: rows and columns", at: location(of: name))
    }
  }

  /// Numbers in a list.
  func numbers(_ name: String) throws -> [Double] {
    let argument = try required(name)
    guard case .list(let elements) = argument.value else {
      throw wrong(name, "a list of numbers", argument)
    }
    try elaboration.making(elements.count, at: argument.range)
    return try elements.map {
      guard let number = $0.number else { throw wrong(name, "a list of numbers", argument) }
      return number
    }
  }

  /// Tensors in a list.
  func tensors(_ name: String) throws -> [Tensor] {
    let argument = try required(name)
    let elements: [Datum]
    switch argument.value {
    case .list(let list): elements = list
    case .tuple(let fields): elements = fields.map(\.value)
    default: throw wrong(name, "a list of tensors", argument)
    }
    guard !elements.isEmpty else {
      throw failure("argument", "`\(name)` is empty", at: argument.range)
    }
    try elaboration.listing(elements.count, at: argument.range)
    return try elements.map {
      guard let tensor = try elaboration.tensor($0) else {
        throw wrong(name, "a list of tensors", argument)
      }
      return tensor
    }
  }

  /// One axis of a tensor.
  func axis(_ name: String, of tensor: Tensor, default standard: Int? = nil) throws -> Int {
    let number: Int
    if let standard, given(name) == nil {
      number = standard
    } else {
      number = try int(name, in: -64...64)
    }
    return try elaboration.axis(number, of: tensor, at: location(of: name))
  }

  func wrong(_ name: String, _ wanted: String, _ argument: GivenArgument) -> ElaborationFailure {
    if case .poison = argument.value { return .known }
    if case .none = argument.value {
      return failure("type", "`\(name)` is \(wanted), not `none`", at: argument.range)
    }
    var hint: String?
    if case .text(let text) = argument.value {
      hint = "its \(text.isVectors ? "vectors" : "words") are `.\(text.member)`"
    }
    return failure(
      "type", "`\(name)` is \(wanted), not \(argument.value.described)", at: argument.range,
      hint: hint)
  }

  // MARK: Tensors of the checkpoint

  /// The tensor of an argument such as `weight`: what is given, nil for `none`, and otherwise the
  /// tensor of that name in the scope. `key` is its name in the checkpoint, if another.
  func weight(
    _ name: String, _ shape: [Int], role: String, fanIn: Int = 0, key: String? = nil
  ) throws -> Tensor? {
    if let argument = given(name) {
      if case .none = argument.value {
        decline(key ?? name, shape)
        return nil
      }
      guard let tensor = try elaboration.tensor(argument.value) else {
        throw wrong(name, "a tensor", argument)
      }
      guard tensor.shape == shape else {
        throw failure(
          "weight-shape",
          "`\(name)` is \(sizesText(tensor.shape)), `\(operation.name)` needs "
            + "\(sizesText(shape)) here", at: argument.range,
          notes: elaboration.producers([tensor], except: argument.range))
      }
      elaboration.noteUse(of: tensor.value, role: role, fanIn: fanIn)
      return tensor
    }
    return try read(key ?? name, shape, role: role, fanIn: fanIn)
  }

  /// A tensor of the scope.
  func read(
    _ name: String, _ shape: [Int], role: String, fanIn: Int = 0, absent: Float? = nil
  ) throws -> Tensor {
    let inner = Activation(callPath: activation.callPath, scope: scope)
    return try elaboration.weight(
      name, shape, role: role, fanIn: fanIn, absent: absent, reader: operation.name, in: inner,
      at: range, visit: visit)
  }

  /// Notes a tensor of the scope that the call was told to do without.
  func decline(_ name: String, _ shape: [Int]) {
    elaboration.decline(name, shape, reader: operation.name, in: scope, at: range)
  }

  // MARK: Operands

  /// A picture `[C, H, W]`, one for each item of the batch; one that depends on no input is a batch of
  /// its own, of one item. `picture(_:of:)` makes a result of what comes of it.
  func picture(_ name: String) throws -> Tensor {
    let tensor = try tensor(name)
    guard tensor.shape.count == 3 else {
      throw failure(
        "rank",
        "`\(operation.name)` needs a picture [C, H, W], not \(shapeText(tensor.shape))",
        at: range, notes: elaboration.producers([tensor], except: range),
        hint: tensor.shape.count == 1
          ? "reshape(…, [\(tensor.shape[0]), 1, 1]) makes a picture of one pixel" : nil)
    }
    guard !tensor.isBatched else { return tensor }
    var single = tensor
    single.value = try elaboration.builder.reshape(tensor.value, [1] + tensor.shape)
    return single
  }

  /// What an operation made of the picture `x`: a picture for each item of the batch, or one that
  /// depends on no input.
  ///
  /// - Parameters:
  ///   - value: the picture in the graph, with an axis of items in front.
  ///   - x: the operand, as `picture` gave it.
  func picture(_ value: Value, of x: Tensor, image: ClosedRange<Double>? = nil) throws -> Tensor {
    let shape = Array(elaboration.builder.shape(value).dimensions[1...])
    return Tensor(
      value: x.isBatched ? value : try elaboration.builder.reshape(value, shape), shape: shape,
      isBatched: x.isBatched, image: image, range: range)
  }

  /// A result of this call; `image` is the range of its values, if that is known anew.
  func result(_ tensor: Tensor, image: ClosedRange<Double>? = nil) -> Datum {
    var tensor = tensor
    tensor.range = range
    if let image { tensor.image = image }
    return .tensor(tensor)
  }
}

extension Elaboration {
  private func bounded(_ result: Datum, at range: SourceRange) throws {
    switch result {
    case .tensor(let tensor): _ = try bounded(tensor, at: range)
    case .list(let elements): for element in elements { try bounded(element, at: range) }
    case .tuple(let fields): for field in fields { try bounded(field.value, at: range) }
    default: break
    }
  }

  /// Runs an operation.
  func run(
    _ operation: Operation, _ given: [GivenArgument], address: String?,
    addressRange: SourceRange?, at range: SourceRange, callee: SourceRange,
    in environment: Environment
  ) throws -> Datum {
    let activation = environment.activation
    if let addressRange, !operation.readsWeights {
      throw failure(
        "address", "`\(operation.name)` has no weights to name", at: addressRange,
        hint: "`@` belongs to the call that has weights")
    }
    for argument in given { if case .poison = argument.value { throw ElaborationFailure.known } }
    let bound = try match(
      given, operation.parameters, of: "`\(operation.name)`", at: range)
    let address =
      operation.readsTensorsByName
      ? address : positioned(address, counts: operation.isLayer, in: activation)
    let visit = activation.visits[range, default: 0]
    if operation.readsWeights { activation.visits[range] = visit + 1 }
    let scope =
      operation.readsWeights
      ? address.map { activation.scope?.inner($0) } ?? activation.scope : activation.scope
    let call = OperationCall(
      elaboration: self, operation: operation, arguments: bound, activation: activation,
      scope: scope, range: range, visit: visit)
    stamp(range, scope)
    do {
      let result = try operation.run(call)
      try bounded(result, at: range)
      guard operation.readsWeights, address != nil else { return result }
      return try tapped(result, scope, at: range)
    } catch let error as TypeRuleError {
      throw failure(error.id, error.message, at: range, hint: error.hint)
    }
  }
}
