import TGTensor

/// What a pickle describes: a table of objects and the place of the outermost one.
struct PickleDocument {
  var objects: [PickleObject]
  var root: PickleItem
  /// Where the stream ended.
  var end: Int
  /// The instructions that were read: a bound for what the document can sensibly hold.
  var instructions: Int
}

/// Reads a pickle stream of protocol 0 to 5 without executing anything.
///
/// The instructions are a fixed list that moves values between a stack, a memo and a table of
/// objects. Names are looked up in `PickleConstructor`; there is no import, no call and no fallback.
struct PickleReader {
  /// The most of everything that a stream may use.
  enum Limit {
    static let instructions = 100_000_000
    static let objects = 4_000_000
    static let memo = 4_000_000
    static let marks = 1_000
  }

  /// True if storages of torch may be named.
  let allowsStorages: Bool
  var input: PickleInput
  var objects: [PickleObject] = []
  var stack: [PickleItem] = []
  private var marks: [Int] = []
  private var memo: [PickleItem] = []
  private var sparseMemo: [Int: PickleItem] = [:]
  private var emptyTuple: PickleItem?
  /// Bytes that constructors may still copy: reading must not grow beyond the size of its input.
  var copyAllowance: Int

  private init(_ input: PickleInput, allowsStorages: Bool) {
    self.input = input
    self.allowsStorages = allowsStorages
    copyAllowance = (16 << 20) + 8 * input.remaining
  }

  /// Reads one stream that begins at a byte of a file.
  static func read(
    _ region: ByteRegion, at position: Int = 0, allowsStorages: Bool
  ) throws(CheckpointFault) -> PickleDocument {
    var reader = PickleReader(
      PickleInput(region, at: position), allowsStorages: allowsStorages)
    for count in 1...Limit.instructions {
      let start = reader.input.position
      let root: PickleItem?
      do { root = try reader.step() } catch { throw .pickle(offset: start, error) }
      if let root {
        return PickleDocument(
          objects: reader.objects, root: root, end: reader.input.position, instructions: count)
      }
    }
    throw .pickle(
      offset: reader.input.position, .budget("instructions", limit: Limit.instructions))
  }

  // MARK: The stack

  mutating func push(_ item: PickleItem) { stack.append(item) }

  mutating func push(_ object: PickleObject) throws(PickleFault) {
    stack.append(try self.object(object))
  }

  /// Puts an object into the table.
  mutating func object(_ object: PickleObject) throws(PickleFault) -> PickleItem {
    guard objects.count < Limit.objects else { throw .budget("objects", limit: Limit.objects) }
    objects.append(object)
    return .object(objects.count - 1)
  }

  mutating func pop(for what: String) throws(PickleFault) -> PickleItem {
    guard stack.count > (marks.last ?? 0), let item = stack.popLast() else { throw .stack(what) }
    return item
  }

  func top(for what: String) throws(PickleFault) -> PickleItem {
    guard stack.count > (marks.last ?? 0), let item = stack.last else { throw .stack(what) }
    return item
  }

  /// The items above the last mark, which is removed with them.
  mutating func popMark(for what: String) throws(PickleFault) -> [PickleItem] {
    guard let mark = marks.popLast() else { throw .stack(what) }
    defer { stack.removeSubrange(mark...) }
    return [PickleItem](stack[mark...])
  }

  mutating func mark() throws(PickleFault) {
    guard marks.count < Limit.marks else { throw .budget("open marks", limit: Limit.marks) }
    marks.append(stack.count)
  }

  mutating func pushEmptyTuple() throws(PickleFault) {
    let tuple: PickleItem
    if let emptyTuple { tuple = emptyTuple } else { tuple = try object(.tuple([])) }
    emptyTuple = tuple
    push(tuple)
  }

  /// Makes a tuple of the last items of the stack.
  mutating func pushTuple(_ count: Int) throws(PickleFault) {
    var items: [PickleItem] = []
    for _ in 0..<count { items.append(try pop(for: "a tuple")) }
    try push(.tuple(items.reversed()))
  }

  // MARK: The memo

  mutating func remember(at index: Int) throws(PickleFault) {
    let item = try top(for: "the memo")
    if index >= 0, index < memo.count {
      memo[index] = item
    } else {
      guard memo.count + sparseMemo.count < Limit.memo else {
        throw .budget("remembered values", limit: Limit.memo)
      }
      if index == memo.count { memo.append(item) } else { sparseMemo[index] = item }
    }
  }

  /// Stores the top under the next free number.
  mutating func remember() throws(PickleFault) {
    try remember(at: memo.count + sparseMemo.count)
  }

  mutating func recall(_ index: Int) throws(PickleFault) {
    if let item = sparseMemo[index] {
      push(item)
    } else if index >= 0, index < memo.count {
      push(memo[index])
    } else {
      throw .memo(index)
    }
  }

  // MARK: Containers

  /// Appends items to the list that is now the top of the stack.
  mutating func extendList(_ items: [PickleItem]) throws(PickleFault) {
    guard case .object(let place) = try top(for: "APPENDS"), case .list(var list) = objects[place]
    else { throw .stack("APPENDS") }
    // Emptied first, so that the array is extended in place.
    objects[place] = .list([])
    list.append(contentsOf: items)
    objects[place] = .list(list)
  }

  /// Adds keys and values to the dictionary that is now the top of the stack.
  mutating func extendDictionary(_ items: [PickleItem]) throws(PickleFault) {
    guard case .object(let place) = try top(for: "SETITEMS"),
      case .dictionary(var pairs) = objects[place]
    else { throw .stack("SETITEMS") }
    objects[place] = .dictionary([])
    pairs.append(contentsOf: try self.pairs(items))
    objects[place] = .dictionary(pairs)
  }

  mutating func extendSet(_ items: [PickleItem]) throws(PickleFault) {
    guard case .object(let place) = try top(for: "ADDITEMS"), case .set(var set) = objects[place]
    else { throw .stack("ADDITEMS") }
    objects[place] = .set([])
    set.append(contentsOf: items)
    objects[place] = .set(set)
  }

  /// Alternating keys and values as pairs.
  func pairs(_ items: [PickleItem]) throws(PickleFault) -> [PicklePair] {
    guard items.count % 2 == 0 else { throw .stack("a dictionary") }
    return stride(from: 0, to: items.count, by: 2).map {
      PicklePair(key: items[$0], value: items[$0 + 1])
    }
  }

  /// Looks a name up in the fixed list and pushes what it stands for.
  mutating func pushConstructor(module: String, name: String) throws(PickleFault) {
    let full = "\(module).\(name)"
    guard let constructor = PickleConstructor(named: full) else { throw .refused(full) }
    if case .constant(let name) = constructor {
      try push(.opaque(name))
    } else {
      try push(.constructor(constructor))
    }
  }
}
