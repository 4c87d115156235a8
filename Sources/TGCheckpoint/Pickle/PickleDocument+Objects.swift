import TGTensor

/// Objects of somebody's classes. They are never built; what is read is the dictionary of attributes
/// that the file gives them.
extension PickleDocument {
  /// How many pairs of a dictionary of attributes are looked at for those that torch writes first.
  private static let searched = 64

  /// The dictionary of the attributes of a closed value; nil if it has none.
  func attributes(of item: PickleItem) -> Int? {
    guard let index = item.objectIndex, records[index].kind == .call else { return nil }
    let (arguments, state) = parts(of: index)
    if let state { return dictionary(state) }
    guard callee(of: index)?.meaning == .persistent, arguments.count == 1,
      let meta = dictionary(arguments[0])
    else { return nil }
    return entry("state", of: meta).flatMap { dictionary($0.value) }
  }

  /// The class that a saved object of NVIDIA's `persistence` names; nil if it names none.
  func persistentClass(_ arguments: [PickleItem]) -> String? {
    guard arguments.count == 1, let meta = dictionary(arguments[0]),
      let name = entry("class_name", of: meta).flatMap({ string($0.value) }), !name.isEmpty,
      name.utf8.count <= 256
    else { return nil }
    return name
  }

  /// What a closed value of a class is: what its attributes say, whatever the class is called.
  func closed(_ index: Int, _ name: String) -> PickleMeaning {
    guard let attributes = attributes(of: .object(index)) else { return .other(name) }
    if dictionary("_parameters", of: attributes) != nil { return .module(name, attributes) }
    let has = { (key: String) in self.entry(key, of: attributes) != nil }
    let isNetwork =
      has("variables") && has("static_kwargs") || has("param_values") && has("build_func_spec")
    return isNetwork ? .network(name, attributes) : .other(name)
  }

  /// A dictionary among the attributes of an object; nil if there is none of this name.
  func dictionary(_ key: String, of attributes: Int) -> Int? {
    entry(key, of: attributes).flatMap { dictionary($0.value) }
  }

  /// The index of a dictionary; nil for anything else.
  private func dictionary(_ item: PickleItem) -> Int? {
    guard let index = item.objectIndex, records[index].kind == .dictionary else { return nil }
    return index
  }

  /// A key and its value among the first pairs of a dictionary, the last one if it is there twice.
  func entry(_ key: String, of index: Int) -> (key: PickleItem, value: PickleItem)? {
    pairs(of: index, limit: Self.searched).last { string($0.key) == key }
  }

  /// The first pairs of a dictionary, at most so many.
  func pairs(of index: Int, limit: Int = .max) -> [(key: PickleItem, value: PickleItem)] {
    var found: [(key: PickleItem, value: PickleItem)] = []
    var rest = contents(of: index)
    while found.count < limit, let key = rest.next(), let value = rest.next() {
      found.append((key, value))
    }
    return found
  }
}
