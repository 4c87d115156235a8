import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  private static let recurrenceParameters = [
    "x", "hidden", "length", "reversed", "weightInput", "weightHidden", "biasInput", "biasHidden",
    "bias",
  ]

  /// Recurrent networks, unrolled: the products with the inputs of all words at once, then one step
  /// after the other.
  static let recurrences: [Operation] = [
    Operation("lstm", recurrenceParameters, readsWeights: true) { call in
      try Recurrence(call, gates: 4).run { step, recurrent, state in
        // PyTorch's order: input, forget, cell, output.
        let sum = try step.add(recurrent)
        let input = try sum.gate(0).map(.sigmoid)
        let forget = try sum.gate(1).map(.sigmoid)
        let candidate = try sum.gate(2).map(.tanh)
        let output = try sum.gate(3).map(.sigmoid)
        let fresh = try input.multiply(candidate)
        let cell = try state.cell.map { try forget.multiply($0).add(fresh) } ?? fresh
        return (hidden: try output.multiply(cell.map(.tanh)), cell: cell)
      }
    },
    Operation("gru", recurrenceParameters, readsWeights: true) { call in
      try Recurrence(call, gates: 3).run { step, recurrent, state in
        // PyTorch's order: reset, update, new.
        let reset = try step.gate(0).add(recurrent.gate(0)).map(.sigmoid)
        let update = try step.gate(1).add(recurrent.gate(1)).map(.sigmoid)
        let new = try step.gate(2).add(reset.multiply(recurrent.gate(2))).map(.tanh)
        // (1 − update) · new + update · state
        guard let hidden = state.hidden else {
          return (hidden: try new.subtract(update.multiply(new)), cell: nil)
        }
        return (hidden: try new.add(update.multiply(hidden.subtract(new))), cell: nil)
      }
    },
  ]
}

/// What a step hands to the next.
private struct RecurrentState {
  var hidden: Row?
  var cell: Row?
}

/// A value `[N, gates · hidden]` or `[N, hidden]` of one step.
private struct Row {
  let elaboration: Elaboration
  let value: Value
  let width: Int

  func gate(_ index: Int) throws -> Row {
    let part = try elaboration.builder.slice(value, axis: 1, from: index * width, count: width)
    return Row(elaboration: elaboration, value: part, width: width)
  }

  func map(_ function: PointwiseFunction) throws -> Row { try apply(function, []) }
  func add(_ other: Row) throws -> Row { try apply(.add, [other]) }
  func subtract(_ other: Row) throws -> Row { try apply(.subtract, [other]) }
  func multiply(_ other: Row) throws -> Row { try apply(.multiply, [other]) }

  private func apply(_ function: PointwiseFunction, _ others: [Row]) throws -> Row {
    let result = try elaboration.builder.insert(
      Map(function), [value] + others.map(\.value))
    return Row(elaboration: elaboration, value: result, width: width)
  }
}

/// A recurrent network over the words of `x` `[T, D]`.
private struct Recurrence {
  let call: OperationCall
  let gates: Int
  let x: Tensor
  let hidden: Int
  let length: Tensor?
  let reversed: Bool

  init(_ call: OperationCall, gates: Int) throws {
    self.call = call
    self.gates = gates
    let sequence = try call.tensor("x")
    guard sequence.shape.count == 2 else {
      throw failure(
        "rank",
        "`\(call.operation.name)` needs a sequence [T, D], not \(shapeText(sequence.shape))",
        at: call.range, notes: call.elaboration.producers([sequence], except: call.range))
    }
    guard sequence.shape[0] <= 65_536 else {
      throw failure("limit", "a recurrence takes at most 65536 words", at: call.range)
    }
    x = try call.elaboration.batched(sequence)
    hidden = try Self.hidden(call, gates)
    reversed = try call.boolean("reversed", default: false)
    if let argument = call.given("length") {
      guard case .tensor(let tensor) = argument.value, tensor.shape.isEmpty else {
        throw call.wrong("length", "the number of words, such as caption.length", argument)
      }
      length = tensor
    } else {
      length = nil
    }
  }

  /// The width of the state: stated, or that of a given matrix.
  private static func hidden(_ call: OperationCall, _ gates: Int) throws -> Int {
    guard call.given("hidden") == nil else { return try call.int("hidden") }
    for (name, axis) in [("weightHidden", 1), ("weightInput", 0)] {
      guard let argument = call.given(name),
        let matrix = try call.elaboration.tensor(argument.value)
      else { continue }
      let rows = axis == 0 ? gates : 1
      guard matrix.shape.count == 2, matrix.shape[axis] % rows == 0 else {
        throw failure(
          "weight-shape",
          "`\(name)` of `\(call.operation.name)` is a matrix of \(gates) gates, not "
            + sizesText(matrix.shape), at: argument.range,
          hint: name == "weightInput" ? "[\(gates)h, D]" : "[\(gates)h, h]")
      }
      return matrix.shape[axis] / rows
    }
    return try call.int("hidden")
  }

  /// A matrix of all gates, given or of the scope.
  private func matrix(_ name: String, _ key: String, width: Int) throws -> Value {
    guard
      let tensor = try call.weight(
        name, [gates * hidden, width], role: "weight", fanIn: width, key: key)
    else {
      throw failure(
        "argument", "`\(call.operation.name)` needs `\(name)`", at: call.location(of: name))
    }
    try call.unbatched(tensor, name)
    return tensor.value
  }

  /// A bias of all gates, given or of the scope; nil for `none`.
  private func bias(_ name: String, _ key: String) throws -> Value? {
    if call.given(name) == nil, let argument = call.given("bias") {
      guard case .none = argument.value else {
        throw failure(
          "type", "`bias` of `\(call.operation.name)` is `none` or left out", at: argument.range,
          hint: "`biasInput` and `biasHidden` take tensors")
      }
      call.decline(key, [gates * hidden])
      return nil
    }
    let tensor = try call.weight(name, [gates * hidden], role: "bias", key: key)
    if let tensor { try call.unbatched(tensor, name) }
    return tensor?.value
  }

  func run(
    _ step: (_ input: Row, _ recurrent: Row, RecurrentState) throws -> (hidden: Row, cell: Row?)
  ) throws -> Datum {
    let elaboration = call.elaboration
    let (words, width, batch) = (x.shape[0], x.shape[1], elaboration.batch)
    let rows = gates * hidden
    let inputWeight = try matrix("weightInput", "weight_ih", width: width)
    let stateWeight = try matrix("weightHidden", "weight_hh", width: hidden)
    let inputBias = try bias("biasInput", "bias_ih")
    let stateBias = try bias("biasHidden", "bias_hh")
    var inputs = try elaboration.builder.insert(Linear(), [x.value, inputWeight])
    if let inputBias { inputs = try elaboration.builder.add(inputs, inputBias) }
    let mask = try length.map { try elaboration.mask($0, words, at: call.range) }
    var nothing = try stateBias ?? zeros([rows])
    if words == 1 {
      // No step reads the matrix that the file has; its product with the state before the first
      // word, 0, asks for it, and is a constant.
      nothing = try elaboration.builder.add(
        elaboration.builder.insert(Linear(), [zeros([1, hidden]), stateWeight]), nothing)
    }
    let zero = try elaboration.builder.broadcast(nothing, to: [batch, rows])

    var state = RecurrentState()
    var outputs = [Value?](repeating: nil, count: words)
    for t in reversed ? Array((0..<words).reversed()) : Array(0..<words) {
      try elaboration.step(at: call.range)
      let slice = try elaboration.builder.slice(inputs, axis: 1, from: t, count: 1)
      let input = try elaboration.builder.reshape(slice, [batch, rows])
      var recurrent = zero
      if let hidden = state.hidden {
        recurrent = try elaboration.builder.insert(Linear(), [hidden.value, stateWeight])
        if let stateBias { recurrent = try elaboration.builder.add(recurrent, stateBias) }
      }
      var (next, cell) = try step(row(input), row(recurrent), state)
      if reversed, let mask {
        // Padding comes first: the state stays zero until the last word.
        let shown = row(try elaboration.builder.slice(mask.value, axis: 1, from: t, count: 1))
        next = try next.multiply(shown)
        cell = try cell?.multiply(shown)
      }
      state = RecurrentState(hidden: next, cell: cell)
      outputs[t] = try elaboration.builder.reshape(next.value, [batch, 1, hidden])
    }
    return try results(outputs.compactMap { $0 }, state, mask)
  }

  private func zeros(_ shape: [Int]) throws -> Value {
    let numbers = [Float](repeating: 0, count: shape.reduce(1, *))
    return try call.elaboration.constant(shape, numbers, at: call.range).value
  }

  private func row(_ value: Value) -> Row {
    Row(elaboration: call.elaboration, value: value, width: hidden)
  }

  private func results(_ outputs: [Value], _ state: RecurrentState, _ mask: Tensor?) throws
    -> Datum
  {
    let elaboration = call.elaboration
    let words = x.shape[0]
    var all = try elaboration.builder.concat(outputs, axis: 1)
    var final = state.hidden?.value
    if !reversed, let mask, let length {
      // The state of the last word is where the mask ends: outputs · (mask − mask one later).
      let last = try elaboration.lastWord(length, words, at: call.range)
      let picked = try elaboration.builder.multiply(
        all, elaboration.builder.reshape(last.value, [elaboration.batch, words, 1]))
      final = try elaboration.builder.insert(Reduce(.sum, axes: [1]), [picked])
      all = try elaboration.builder.multiply(
        all, elaboration.builder.reshape(mask.value, [elaboration.batch, words, 1]))
    }
    guard let final else { return .poison }
    func tensor(_ value: Value, _ shape: [Int]) -> Datum {
      .tensor(Tensor(value: value, shape: shape, isBatched: true, range: call.range))
    }
    return .tuple([
      Datum.Field(label: "outputs", value: tensor(all, [words, hidden])),
      Datum.Field(label: "final", value: tensor(final, [hidden])),
    ])
  }
}

extension Elaboration {
  /// 1 on the first `length` of `words` positions, 0 after, `[T]`.
  func mask(_ length: Tensor, _ words: Int, at range: SourceRange) throws -> Tensor {
    try below(length, (0..<words).map { Float($0) }, at: range)
  }

  /// 1 on the last word, 0 elsewhere, `[T]`.
  func lastWord(_ length: Tensor, _ words: Int, at range: SourceRange) throws -> Tensor {
    let mask = try mask(length, words, at: range)
    let next = try below(length, (0..<words).map { Float($0 + 1) }, at: range)
    return try pointwise(.subtract, [mask, next], at: range)
  }

  /// 1 where a number is below the length, `[T]`.
  private func below(_ length: Tensor, _ numbers: [Float], at range: SourceRange) throws -> Tensor {
    let positions = try constant([numbers.count], numbers, at: range)
    let each = try batched(length)
    return try pointwise(.less, [positions, each], at: range)
  }
}
