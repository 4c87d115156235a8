import TGTensor

/// Calls are written down as they stand in the stream. Only dictionaries are made at once, for what
/// follows fills them.
extension PickleReader {
  /// Takes a callee and its arguments from the stack and pushes the call.
  mutating func call(for what: String) throws(PickleFault) {
    let arguments = try pop(for: what)
    let callee = try pop(for: what)
    guard let index = callee.objectIndex, let items = document.tuple(arguments) else {
      throw .stack("a call")
    }
    switch document.records[index].kind {
    case .call: break
    case .name:
      let name = document.names[document.records[index].first]
      switch name.meaning {
      case .orderedDictionary:
        try push(.dictionary, try orderedPairs(items)[...])
        return
      case .defaultDictionary:
        try push(.dictionary, [])
        return
      case .getattr:
        guard isPlainAttribute(items) else { throw .refused(name.full) }
      default: break
      }
    default: throw .stack("a call")
    }
    try push(.call, [callee, arguments], more: PickleItem.nothing.bits)
  }

  /// Gives a value its state. Attributes of dictionaries, lists and closed values say nothing about
  /// tensors.
  mutating func build(_ target: PickleItem, _ state: PickleItem) throws(PickleFault) {
    guard let index = target.objectIndex else { throw .stack("BUILD") }
    switch document.records[index].kind {
    case .dictionary, .list, .set: break
    case .call:
      guard document.records[index].more == PickleItem.nothing.bits else {
        throw .state(of: document.callee(of: index)?.full ?? "a value")
      }
      document.records[index].more = state.bits
    case .tuple, .name, .storage: throw .stack("BUILD")
    }
  }

  /// Makes a reference to a storage from the tuple that `torch.save` writes. Before version 1.6 it
  /// also wrote classes so, with their source text, which is not looked at.
  mutating func pushStorage(_ id: PickleItem) throws(PickleFault) {
    guard allowsStorages else { throw .persistentID }
    if let described = document.describedClass(id) { return push(described) }
    guard document.storage(id) != nil else { throw .persistentID }
    try push(.storage, [id])
  }

  /// True for a class or a closed value and the plain name of something in it: how old protocols write
  /// nested classes and methods. Anything else is how attacks climb to what they need.
  private func isPlainAttribute(_ arguments: [PickleItem]) -> Bool {
    guard arguments.count == 2, let index = arguments[0].objectIndex,
      let name = document.string(arguments[1]),
      !name.hasPrefix("_"), !name.isEmpty, !name.contains("."),
      !["eval", "exec", "system", "popen", "open", "load", "loads"].contains(name)
    else { return false }
    switch document.records[index].kind {
    case .name:
      let meaning = document.names[document.records[index].first].meaning
      return meaning == .opaque || meaning == .tensorClass || meaning == .parameter
    case .call: return document.callee(of: index)?.meaning == .opaque
    default: return false
    }
  }

  /// The contents of an ordered dictionary: Python 2 gives them as one list of pairs.
  private func orderedPairs(
    _ arguments: [PickleItem]
  ) throws(PickleFault) -> [PickleItem] {
    if arguments.isEmpty { return [] }
    guard arguments.count == 1, let index = arguments[0].objectIndex,
      document.records[index].kind == .list
    else { throw .arguments(of: "collections.OrderedDict") }
    var items: [PickleItem] = []
    for item in document.contents(of: index) {
      guard let index = item.objectIndex,
        [.list, .tuple].contains(document.records[index].kind), document.count(of: index) == 2
      else { throw .arguments(of: "collections.OrderedDict") }
      items += document.contents(of: index)
    }
    return items
  }
}
