import TGTensor

/// Reads a pickle stream of protocol 0 to 5 without executing anything.
///
/// The instructions are a fixed list that moves items between a stack, a memo and the tables of a
/// `PickleDocument`. A call is written down, not made: `PickleDocument.value` later says what the
/// known ones describe, and every other stays a closed value.
struct PickleReader {
  /// The most of everything that a stream may use.
  enum Limit {
    static let instructions = 1_000_000_000
    static let marks = 1_000
    static let names = 10_000
    /// Bytes of all tables together, whatever the stream claims.
    static let bytes = 39 << 20
    static let strayMemo = 10_000
  }

  /// True if storages of torch may be named.
  let allowsStorages: Bool
  var input: PickleLiteralReader
  var document: PickleDocument
  private var stack: [PickleItem] = []
  private var marks: [Int] = []
  private var memo = ChunkedArray<PickleItem>()
  private var strayMemo: [Int: PickleItem] = [:]
  private var emptyTuple: PickleItem?
  private var nameIndices: [String: Int] = [:]
  private var spent = 0

  private init(_ region: ByteRegion, at position: Int, allowsStorages: Bool) {
    input = PickleLiteralReader(input: ByteReader(region, at: position))
    document = PickleDocument(region)
    self.allowsStorages = allowsStorages
  }

  /// Reads one stream that begins at a byte of a file.
  static func read(
    _ region: ByteRegion, at position: Int = 0, allowsStorages: Bool
  ) throws(CheckpointFault) -> PickleDocument {
    var reader = PickleReader(region, at: position, allowsStorages: allowsStorages)
    for count in 1...Limit.instructions {
      let start = reader.input.input.position
      let root: PickleItem?
      do { root = try reader.step(at: start) } catch { throw .pickle(offset: start, error) }
      if let root {
        reader.document.root = root
        reader.document.end = reader.input.input.position
        reader.document.instructions = count
        return reader.document
      }
    }
    throw .pickle(
      offset: reader.input.input.position, .budget("instructions", limit: Limit.instructions))
  }

  // MARK: The tables

  /// Counts bytes that are about to be used.
  mutating func spend(_ bytes: Int) throws(PickleFault) {
    spent += bytes
    guard spent + 4 * stack.count <= Limit.bytes else {
      throw .budget("bytes of values", limit: Limit.bytes)
    }
  }

  /// Puts an object into the table.
  mutating func object(_ record: PickleRecord) throws(PickleFault) -> PickleItem {
    try spend(12)
    document.records.append(record)
    return .object(document.records.count - 1)
  }

  /// Puts items into the table; the result is the index of the first.
  mutating func store(_ items: ArraySlice<PickleItem>) throws(PickleFault) -> Int {
    try spend(4 * items.count)
    let first = document.items.count
    for item in items { document.items.append(item) }
    return first
  }

  /// Pushes an object with these items.
  mutating func push(
    _ kind: PickleRecord.Kind, _ items: ArraySlice<PickleItem>,
    more: UInt32 = 0
  ) throws(PickleFault) {
    let first = try store(items)
    push(try object(PickleRecord(kind, first: first, count: items.count, more: more)))
  }

  /// Pushes a literal, which stays in the stream; small numbers stand for themselves.
  mutating func push(_ literal: PickleLiteral, at offset: Int) throws(PickleFault) {
    switch literal {
    case .int(let value):
      if let small = PickleItem(small: value) {
        push(small)
        return
      }
    case .text(let span):
      guard document.isValid(span, isText: true) else { throw .literal("string") }
    case .byteString(let span), .bytes(let span):
      guard document.isValid(span, isText: false) else { throw .literal("string") }
    case .float, .long: break
    }
    if offset < PickleItem.limit {
      push(.literal(offset))
    } else {
      try spend(8)
      document.farLiterals.append(offset)
      push(.farLiteral(document.farLiterals.count - 1))
    }
  }

  // MARK: The stack

  mutating func push(_ item: PickleItem) { stack.append(item) }

  var isEmpty: Bool { stack.isEmpty }

  mutating func pop(for what: String) throws(PickleFault) -> PickleItem {
    guard stack.count > (marks.last ?? 0), let item = stack.popLast() else { throw .stack(what) }
    return item
  }

  func top(for what: String) throws(PickleFault) -> PickleItem {
    guard stack.count > (marks.last ?? 0), let item = stack.last else { throw .stack(what) }
    return item
  }

  /// Gives the items above the last mark to a closure and removes them with the mark.
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
    if let emptyTuple {
      tuple = emptyTuple
    } else {
      tuple = try object(PickleRecord(.tuple, first: 0, count: 0))
    }
    emptyTuple = tuple
    push(tuple)
  }

  /// Makes a tuple of the last items of the stack.
  mutating func pushTuple(_ count: Int) throws(PickleFault) {
    guard stack.count - count >= (marks.last ?? 0) else { throw .stack("a tuple") }
    let items = [PickleItem](stack.suffix(count))
    stack.removeLast(count)
    try push(.tuple, items[...])
  }

  // MARK: The memo

  mutating func remember(at index: Int) throws(PickleFault) {
    let item = try top(for: "the memo")
    if index >= 0, index < memo.count {
      memo[index] = item
    } else if index >= memo.count, index < memo.count + 1024 {
      try spend(4 * (index - memo.count + 1))
      while memo.count < index { memo.append(.nothing) }
      memo.append(item)
    } else {
      guard strayMemo.count < Limit.strayMemo else {
        throw .budget("remembered values out of order", limit: Limit.strayMemo)
      }
      strayMemo[index] = item
    }
  }

  /// Stores the top under the next free number.
  mutating func remember() throws(PickleFault) { try remember(at: memo.count + strayMemo.count) }

  mutating func recall(_ index: Int) throws(PickleFault) {
    if let item = strayMemo[index] {
      push(item)
    } else if index >= 0, index < memo.count, memo[index] != .nothing {
      push(memo[index])
    } else {
      throw .memo(index)
    }
  }

  // MARK: Containers

  /// Adds items to the container that is now the top of the stack. Closed values take them and forget
  /// them.
  mutating func extend(
    _ kind: PickleRecord.Kind, _ items: ArraySlice<PickleItem>, for what: String
  ) throws(PickleFault) {
    guard let index = try top(for: what).objectIndex else { throw .stack(what) }
    var record = document.records[index]
    if record.kind == .call {
      guard isOpaque(record) else { throw .stack(what) }
      return
    }
    guard record.kind == kind else { throw .stack(what) }
    guard !items.isEmpty else { return }
    let first = try store(items)
    if record.count == 0 {
      record.first = first
      record.count = UInt32(items.count)
    } else if record.more == 0, record.first + Int(record.count) == first {
      record.count += UInt32(items.count)
    } else {
      try spend(16)
      document.runs.append(
        PickleRun(first: UInt32(first), count: UInt32(items.count), last: 0))
      let number = document.runs.count
      if record.more == 0 {
        record.more = UInt32(number)
      } else {
        let second = Int(record.more)
        let last = max(second, Int(document.runs[second - 1].last))
        document.runs[last - 1].next = UInt32(number)
        document.runs[second - 1].last = UInt32(number)
      }
    }
    document.records[index] = record
  }

  /// True for the call of a name that means nothing to us, however often its result was called.
  private func isOpaque(_ record: PickleRecord) -> Bool {
    guard let callee = document.items[record.first].objectIndex else { return false }
    let inner = document.records[callee]
    switch inner.kind {
    case .call: return true
    case .name: return [.opaque, .getattr].contains(document.names[inner.first].meaning)
    default: return false
    }
  }

  // MARK: Names

  /// Looks a name up and pushes what it stands for.
  mutating func pushName(module: String, name: String) throws(PickleFault) {
    let found = try PickleName(module: module, name: name)
    if let index = nameIndices[found.full] {
      push(.object(index))
      return
    }
    guard document.names.count < Limit.names else {
      throw .budget("names", limit: Limit.names)
    }
    document.names.append(found)
    let item = try object(PickleRecord(.name, first: document.names.count - 1, count: 0))
    nameIndices[found.full] = document.records.count - 1
    push(item)
  }
}
