package import TGTensor

/// The value of a pickle of plain data, such as the vocabularies that come with text encoders.
package enum PickleValue: Hashable, Sendable {
  /// Python's `None`.
  case none
  /// A boolean.
  case bool(Bool)
  /// A whole number of at most 64 bits.
  case int(Int)
  /// A number with a fraction.
  case float(Double)
  /// Text; a string of Python 2 whose bytes are UTF-8 counts as such.
  case string(String)
  /// Bytes, or a string of Python 2 that is not UTF-8.
  case bytes([UInt8])
  /// A list.
  case list(Items)
  /// A tuple.
  case tuple(Items)
  /// A set, in the order of the file.
  case set(Items)
  /// A dictionary, in the order of the file; no two keys are equal.
  case dictionary(Pairs)
  /// An array of numbers, of NumPy or torch.
  case array(NumpyArray)
  /// An object of somebody's class that has attributes: the name of the class, and they. It was not
  /// built.
  case object(String, Pairs)
  /// Something harmless that is none of these: its kind.
  case other(String)

  /// A key and its value.
  package struct Pair: Hashable, Sendable {
    /// The key.
    package let key: PickleValue
    /// What it stands for.
    package let value: PickleValue

    /// Makes a pair.
    package init(key: PickleValue, value: PickleValue) {
      self.key = key
      self.value = value
    }
  }
}

extension PickleValue {
  /// The items of a list, tuple or set. Those of a file are read when they are asked for.
  package struct Items: RandomAccessCollection, Hashable, Sendable, ExpressibleByArrayLiteral {
    fileprivate let values: Lazy
    /// The index of the container in its pickle.
    private let container: Int?

    /// Makes a list of values.
    package init(arrayLiteral elements: PickleValue...) {
      values = .made(elements)
      container = nil
    }
    fileprivate init(_ source: PickleSource, container: Int) {
      values = Lazy(source, container: container)
      self.container = container
    }

    /// 0.
    package var startIndex: Int { 0 }
    /// The number of items.
    package var endIndex: Int { values.count }
    /// The item at a position.
    package subscript(position: Int) -> PickleValue { values[position] }
    /// True if there are items and all are plain numbers; quick also for many.
    package var areNumbers: Bool {
      switch values {
      case .made(let values):
        !values.isEmpty
          && values.allSatisfy {
            switch $0 {
            case .int, .float: true
            default: false
            }
          }
      case .stored(let source, _, let count):
        count > 0 && container.map { source.document.holdsNumbers($0) } ?? false
      }
    }
    /// True for equal items in the same order.
    package static func == (a: Items, b: Items) -> Bool { a.elementsEqual(b) }
    /// Feeds the number of items.
    package func hash(into hasher: inout Hasher) { hasher.combine(count) }
  }

  /// The pairs of a dictionary. Those of a file are read when they are asked for.
  package struct Pairs: RandomAccessCollection, Hashable, Sendable, ExpressibleByArrayLiteral {
    fileprivate let values: Lazy

    /// Makes a dictionary of pairs.
    package init(arrayLiteral elements: Pair...) {
      values = .made(elements.flatMap { [$0.key, $0.value] })
    }
    fileprivate init(_ values: Lazy) { self.values = values }

    /// 0.
    package var startIndex: Int { 0 }
    /// The number of pairs.
    package var endIndex: Int { values.count / 2 }
    /// The pair at a position.
    package subscript(position: Int) -> Pair {
      Pair(key: values[2 * position], value: values[2 * position + 1])
    }
    /// True for equal pairs in the same order.
    package static func == (a: Pairs, b: Pairs) -> Bool { a.elementsEqual(b) }
    /// Feeds the number of pairs.
    package func hash(into hasher: inout Hasher) { hasher.combine(count) }
  }

  /// Values in memory, or in a pickle.
  fileprivate enum Lazy: Sendable {
    case made([PickleValue])
    /// The runs of items of a container: the index of each first item and the number of items before.
    case stored(PickleSource, runs: [(first: Int, before: Int)], count: Int)

    init(_ source: PickleSource, container: Int) {
      let document = source.document
      let record = document.records[container]
      var runs = [(first: record.first, before: 0)]
      var count = Int(record.count)
      var run = Int(record.more)
      while run > 0 {
        runs.append((Int(document.runs[run - 1].first), count))
        count += Int(document.runs[run - 1].count)
        run = Int(document.runs[run - 1].next)
      }
      self = .stored(source, runs: runs, count: count)
    }

    var count: Int {
      switch self {
      case .made(let values): values.count
      case .stored(_, _, let count): count
      }
    }

    subscript(position: Int) -> PickleValue {
      switch self {
      case .made(let values): return values[position]
      case .stored(let source, let runs, let count):
        precondition(position >= 0 && position < count, "an item that is not there")
        // The last run that begins at or before the position.
        var (low, high) = (0, runs.count)
        while high - low > 1 {
          let middle = (low + high) / 2
          if runs[middle].before <= position { low = middle } else { high = middle }
        }
        let index = runs[low].first + position - runs[low].before
        return PickleValue(source.document.items[index], of: source)
      }
    }
  }
}

extension PickleValue {
  /// The text; nil for anything else.
  package var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The whole number; nil for anything else.
  package var int: Int? { if case .int(let value) = self { value } else { nil } }

  /// The items of a list or a tuple; nil for anything else.
  package var items: Items? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// The pairs of a dictionary; nil for anything else.
  package var pairs: Pairs? { if case .dictionary(let pairs) = self { pairs } else { nil } }
}

extension Checkpoint {
  /// Reads a pickle of plain data (`captions.pickle`, `word2idx.pkl`), or a file of `torch.save`
  /// that holds such, under the rules that hold for checkpoints: nothing is executed. An `.npy` file
  /// is an array of numbers or the list of its objects.
  ///
  /// - Throws: `CheckpointError`.
  package static func readPlainData(path: String) throws(CheckpointError) -> PickleValue {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch {
      throw CheckpointError(path: path, fault: .unreadable(error))
    }
    return try readPlainData(ByteRegion(file), path: path)
  }

  /// Reads the bytes of such a file; the path serves errors only.
  package static func readPlainData(
    _ file: ByteRegion, path: String
  ) throws(CheckpointError) -> PickleValue {
    do { return try plainData(file, path: path) } catch {
      throw CheckpointError(path: path, fault: error)
    }
  }

  private static func plainData(
    _ file: ByteRegion, path: String
  ) throws(CheckpointFault) -> PickleValue {
    if let foreign = ForeignFile(file, name: path) { throw .foreign(foreign) }
    if Torch7Reader.isBinary(file) { throw .foreign(.other("a Torch7 file (.t7)")) }
    let isArray = file.prefix(6) == NumpyArray.magic
    guard let stream = isArray ? try objects(file) : file else { return .array(try numbers(file)) }
    guard case .pickle(_, let document, let contents) = try opened(stream) else {
      throw .foreign(.other("an archive of arrays (.npz)"))
    }
    try PickleWalk(document).check()
    return PickleValue(document.root, of: PickleSource(document: document, contents: contents))
  }

  /// The numbers of an `.npy` file.
  private static func numbers(_ file: ByteRegion) throws(CheckpointFault) -> NumpyArray {
    do { return try NumpyArray(file) } catch { throw .numpy(member: "", error) }
  }
}

extension PickleValue {
  /// What an item of a pickle is; its contents are read later.
  fileprivate init(_ item: PickleItem, of source: PickleSource) {
    let document = source.document
    switch document.meaning(item) {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .text(let span): self = document.text(span).map { .string($0) } ?? .other("text")
    case .byteString(let span):
      self =
        document.text(span).map { .string($0) }
        ?? .bytes(document.bytes(span).map { $0.prefix($0.count) } ?? [])
    case .bytes(let region): self = .bytes(region.prefix(region.count))
    case .list(let index): self = .list(Items(source, container: index))
    case .tuple(let index): self = .tuple(Items(source, container: index))
    case .set(let index): self = .set(Items(source, container: index))
    case .dictionary(let index): self = .dictionary(Pairs(Lazy(source, container: index)))
    case .tensor, .array:
      if let elements = try? source.elements(item.bits, name: "") {
        self = .array(NumpyArray(elements))
      } else {
        self = .other("an array of values that are not numbers")
      }
    case .unread(let kind, _): self = .other(kind)
    case .other(let kind), .module(let kind, _), .network(let kind, _):
      self =
        document.attributes(of: item).map { .object(kind, Pairs(Lazy(source, container: $0))) }
        ?? .other(kind)
    }
  }
}

/// Looks at every value of a pickle once: how deep they lie, how many there are, whether a dictionary
/// has a key twice, whether arrays are what they claim.
private struct PickleWalk {
  private let document: PickleDocument
  private var visits = 0
  private let limit: Int

  init(_ document: PickleDocument) {
    self.document = document
    limit = 10_000 + 4 * document.instructions
  }

  func check() throws(CheckpointFault) {
    var walk = self
    try walk.visit(document.root, depth: 0)
  }

  private mutating func visit(_ item: PickleItem, depth: Int) throws(CheckpointFault) {
    guard depth <= TensorCollector.depth else {
      throw .tooMuch(.depth(limit: TensorCollector.depth))
    }
    visits += 1
    guard visits <= limit else { throw .tooMuch(.values(limit: limit)) }
    guard item.objectIndex != nil else { return }
    switch document.meaning(item) {
    case .list(let index), .tuple(let index), .set(let index):
      for item in document.contents(of: index) { try visit(item, depth: depth + 1) }
    case .dictionary(let index):
      try checkKeys(of: index)
      for item in document.contents(of: index) { try visit(item, depth: depth + 1) }
    case .array(let array) where array.element != nil:
      _ = try document.elements(of: array, name: "")
    case .other, .module, .network:
      guard let index = document.attributes(of: item) else { return }
      for item in document.contents(of: index) { try visit(item, depth: depth + 1) }
    default: break
    }
  }

  private func checkKeys(of index: Int) throws(CheckpointFault) {
    var hashes: [Int] = []
    var isKey = true
    for item in document.contents(of: index) {
      if isKey {
        var hasher = Hasher()
        if let number = document.int(item) {
          hasher.combine(number)
        } else if let text = document.string(item) {
          hasher.combine(text)
        } else {
          hasher.combine(item)
        }
        hashes.append(hasher.finalize())
      }
      isKey.toggle()
    }
    hashes.sort()
    for (one, next) in zip(hashes, hashes.dropFirst()) where one == next {
      throw .duplicateName("")
    }
  }
}
