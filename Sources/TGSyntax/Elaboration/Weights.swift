import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

/// The tensors of checkpoints that the program reads, and which path of calls owns each.
struct WeightTable {
  /// A tensor of a file.
  struct Key: Hashable {
    var root: String
    var name: String
  }

  /// A tensor with its owner.
  struct Entry {
    var parameter: GraphParameter
    var callPath: Int
    var value: Value
  }

  /// Two calls that claim the same tensors.
  struct Clash: Hashable {
    var first: SourceRange
    var second: SourceRange
    var isSameLine: Bool
  }

  private(set) var entries: [Entry] = []
  private var known: [Key: Int] = [:]
  /// Tensors that calls were told to do without, by name; each once.
  private(set) var declined: [GraphParameter] = []
  /// Tensors claimed twice, by where the paths to them part.
  var clashes: [(clash: Clash, names: [String])] = []

  /// The entry of a tensor, if it was read before.
  func entry(_ key: Key) -> Entry? { known[key].map { entries[$0] } }

  /// Says what the tensor at `value` is for, if it is one.
  mutating func note(_ value: Value, role: String, fanIn: Int, gain: Float) {
    guard let index = entries.firstIndex(where: { $0.value == value }) else { return }
    entries[index].parameter.role = role
    entries[index].parameter.fanIn = fanIn
    entries[index].parameter.gain = gain
  }

  /// Notes a tensor that a call was told to do without.
  mutating func decline(_ parameter: GraphParameter) {
    let isKnown = declined.contains { $0.name == parameter.name && $0.root == parameter.root }
    if !isKnown { declined.append(parameter) }
  }

  mutating func add(_ entry: Entry) {
    known[Key(root: entry.parameter.root, name: entry.parameter.name)] = entries.count
    entries.append(entry)
  }
}

extension Elaboration {
  /// A tensor of the checkpoint, by the name it has inside the current scope.
  ///
  /// `role` and `fanIn` serve synthetic weights. A tensor belongs to the path of calls to
  /// `range`; reading it again by the same path shares it, by another is an error.
  func weight(
    _ own: String, _ shape: [Int], role: String, fanIn: Int = 0, absent: Float? = nil,
    reader: String, in activation: Activation, at range: SourceRange, visit: Int
  ) throws -> Tensor {
    guard let scope = activation.scope else {
      throw failure(
        "weights-outside", "a function outside of models has no weights", at: range,
        hint: "make it a block, or declare it inside a model or block")
    }
    guard let extents = Shape(checking: shape), extents.count <= Int(Int32.max),
      shape.count <= Shape.maximumRank
    else {
      throw failure(
        "tensor-size", "`\(scope.name(own))` of \(sizesText(shape)) is too large", at: range)
    }
    let name = scope.name(own)
    let callPath = callPaths.extended(activation.callPath, at: range, visit: visit)
    let key = WeightTable.Key(root: scope.root, name: name)
    if let entry = weights.entry(key) {
      guard entry.parameter.shape == extents else {
        throw failure(
          "tensor-twice",
          "`\(name)` is read as \(sizesText(entry.parameter.shape.dimensions)) elsewhere, and as "
            + "\(sizesText(shape)) here", at: range,
          notes: [Diagnostic.Note("read here", at: entry.parameter.range)])
      }
      if entry.callPath != callPath { noteClash(name, entry.callPath, callPath, at: range) }
      return Tensor(value: entry.value, shape: shape, isBatched: false, range: range)
    }
    let value = try builder.insert(
      Parameter(root: scope.root, name: name, shape: extents), [])
    var parameter = GraphParameter(
      root: scope.root, name: name, shape: extents, absent: absent, role: role, fanIn: fanIn,
      range: range, reachedBy: callNotes())
    (parameter.reader, parameter.own) = (reader, own)
    weights.add(WeightTable.Entry(parameter: parameter, callPath: callPath, value: value))
    return Tensor(value: value, shape: shape, isBatched: false, range: range)
  }

  /// Notes a tensor that a call of `reader` could read, but was told to do without.
  func decline(
    _ own: String, _ shape: [Int], reader: String, in scope: WeightScope?, at range: SourceRange
  ) {
    guard let scope, let extents = Shape(checking: shape) else { return }
    var parameter = GraphParameter(
      root: scope.root, name: scope.name(own), shape: extents, range: range, reachedBy: callNotes())
    (parameter.reader, parameter.own) = (reader, own)
    weights.decline(parameter)
  }

  /// Notes for synthetic weights what a tensor of the checkpoint is used as, if `value` is one, seen
  /// in another layout or times a number.
  func noteUse(of value: Value, role: String, fanIn: Int) {
    var value = value
    var gain: Float = 1
    while true {
      let node = builder[value]
      switch node.op {
      case is Parameter:
        return weights.note(value, role: role, fanIn: fanIn, gain: gain)
      case is Transpose, is Reshape, is Slice:
        value = node.operands[0]
      case let map as Map where map.program.steps.count == 1 && node.operands.count == 2:
        let function = map.program.steps[0].function
        let numbers = node.operands.map { (builder[$0].op as? Constant)?.splat }
        if let factor = numbers[1], factor != 0, function == .multiply || function == .divide {
          gain *= function == .multiply ? factor : 1 / factor
          value = node.operands[0]
        } else if let factor = numbers[0], factor != 0, function == .multiply {
          gain *= factor
          value = node.operands[1]
        } else {
          return
        }
      default: return
      }
    }
  }

  private func callNotes() -> [Diagnostic.Note] {
    calls.reversed().map { call in
      let address = call.address.map { " @ \"\($0)\"" } ?? ""
      return Diagnostic.Note("reached by \(call.name)\(address)", at: call.range)
    }
  }

  /// Remembers a tensor with two owners under the outermost calls where their paths part.
  private func noteClash(_ name: String, _ first: Int, _ second: Int, at range: SourceRange) {
    let (old, new) = (callPaths.steps(of: first), callPaths.steps(of: second))
    var index = 0
    while index < min(old.count, new.count), old[index] == new[index] { index += 1 }
    let oldRange = index < old.count ? old[index].range : range
    let newRange = index < new.count ? new[index].range : range
    let clash = WeightTable.Clash(
      first: oldRange, second: newRange, isSameLine: oldRange == newRange)
    if let known = weights.clashes.firstIndex(where: { $0.clash == clash }) {
      if !weights.clashes[known].names.contains(name) { weights.clashes[known].names.append(name) }
    } else {
      weights.clashes.append((clash, [name]))
    }
  }

  /// The findings about tensors with two owners.
  func clashFindings() -> [Diagnostic] {
    weights.clashes.map { clash, names in
      let line = library.sources.files[clash.first.file].position(of: clash.first.start).line
      let more = names.count > 1 ? " and \(names.count - 1) more" : ""
      let verb = names.count > 1 ? "belong" : "belongs"
      if clash.isSameLine {
        return Diagnostic(
          "tensor-twice", "`\(names[0])`\(more) \(verb) to an earlier round of this loop already",
          at: clash.second,
          hint: "put the loop variable into the name, as in @ \"layer{i}\"; to use the same "
            + "weights each time, wrap the call in a `func`")
      }
      return Diagnostic(
        "tensor-twice", "`\(names[0])`\(more) \(verb) to line \(line) already", at: clash.second,
        notes: [Diagnostic.Note("the first use", at: clash.first)],
        hint: "a block has new weights at each use; to use the same ones twice, wrap the call in "
          + "a `func` and call that twice")
    }
  }
}
