import TGTensor

/// What a pickle describes: tables of items and objects, and the outermost item. Literals are read
/// from the stream when they are asked for.
struct PickleDocument: Sendable {
  /// The stream, and what precedes and follows it.
  let region: ByteRegion
  var items = ChunkedArray<PickleItem>()
  var records = ChunkedArray<PickleRecord>()
  var runs = ChunkedArray<PickleRun>()
  var names: [PickleName] = []
  var farLiterals = ChunkedArray<Int>()
  var root = PickleItem.none
  /// Where the stream ended.
  var end = 0
  /// The instructions that were read: a bound for what the document can sensibly hold.
  var instructions = 0

  init(_ region: ByteRegion) { self.region = region }

  /// The items of a container, one run after the other.
  func contents(of index: Int) -> PickleContents { PickleContents(self, index) }

  /// How many items a container has.
  func count(of index: Int) -> Int {
    let record = records[index]
    var count = Int(record.count)
    var run = Int(record.more)
    while run > 0 {
      count += Int(runs[run - 1].count)
      run = Int(runs[run - 1].next)
    }
    return count
  }

  /// The items of a tuple; nil for anything else.
  func tuple(_ item: PickleItem) -> [PickleItem]? {
    guard let index = item.objectIndex, records[index].kind == .tuple else { return nil }
    return [PickleItem](contents(of: index))
  }

  /// The name behind an item; nil for anything else.
  func name(_ item: PickleItem) -> PickleName? {
    guard let index = item.objectIndex, records[index].kind == .name else { return nil }
    return names[records[index].first]
  }

  /// The value of a key of the outermost dictionary.
  func value(of key: String) -> PickleItem? {
    guard let index = root.objectIndex, records[index].kind == .dictionary else { return nil }
    var isFound = false
    for (position, item) in contents(of: index).enumerated() {
      if position % 2 == 1, isFound { return item }
      isFound = position % 2 == 0 && string(item) == key
    }
    return nil
  }
}

/// The items of a container of a pickle.
struct PickleContents: Sequence, IteratorProtocol {
  private let document: PickleDocument
  private var index: Int
  private var rest: Int
  private var run: Int

  init(_ document: PickleDocument, _ container: Int) {
    self.document = document
    let record = document.records[container]
    index = record.first
    rest = Int(record.count)
    run = record.kind == .call ? 0 : Int(record.more)
  }

  /// The next item.
  mutating func next() -> PickleItem? {
    while rest == 0 {
      guard run > 0 else { return nil }
      let next = document.runs[run - 1]
      index = Int(next.first)
      rest = Int(next.count)
      run = Int(next.next)
    }
    defer {
      index += 1
      rest -= 1
    }
    return document.items[index]
  }
}
