import TGTensor

/// Reads a Torch7 file: one value, whose parts are read with a stack of our own, so that the depth of
/// a file costs memory only. Nothing is built: objects of classes are their fields, functions are
/// passed over.
struct Torch7Reader {
  /// Values in values.
  static let depth = 100_000

  private var stream: Torch7Stream
  private var objects: [Torch7Document.Object] = []
  private var borrowers: Set<Int> = []
  private var frames: [Frame] = []
  private var count = 0

  /// Something of which parts are still to come.
  private struct Frame {
    /// What the parts are.
    enum Kind {
      /// Keys and values in turn.
      case table
      /// Values that are numbered from 1.
      case list
      /// The fields of an object of a class.
      case fields
      /// The storage of a tensor.
      case storage(Torch7Class)
      /// What a function refers to.
      case function
    }

    var kind: Kind
    /// The object; nil for a function without a number.
    var object: Int?
    /// How many parts are to come.
    var left: Int
    /// How many of them are passed over first.
    var ignored = 0
    var key: Torch7Document.Value?
    var pairs: [Torch7Document.Pair] = []
  }

  /// True if the bytes begin as a Torch7 file of a table or an object does.
  static func begins(_ file: ByteRegion) -> Bool { isBinary(file) || isText(file) }

  /// True if the bytes begin as a binary one does.
  static func isBinary(_ file: ByteRegion) -> Bool {
    let head = file.prefix(8)
    return head == [3, 0, 0, 0, 1, 0, 0, 0] || head == [4, 0, 0, 0, 1, 0, 0, 0]
  }

  private static func isText(_ file: ByteRegion) -> Bool {
    let head = file.prefix(4)
    return head == Array("3\n1\n".utf8) || head == Array("4\n1\n".utf8)
  }

  /// Reads a file. A binary one has longs of 8 bytes; if it makes no sense so, but does with longs of
  /// 4 bytes to its last byte, it has those.
  ///
  /// - Throws: `CheckpointFault.torch7`, or `.tooMuch`.
  static func read(_ file: ByteRegion) throws(CheckpointFault) -> Torch7Document {
    if isText(file) { return try read(file, .text) }
    do { return try read(file, .binary(longSize: 8)) } catch {
      guard case .torch7 = error, let document = try? read(file, .binary(longSize: 4)) else {
        throw error
      }
      return document
    }
  }

  /// Reads a file of a known form.
  static func read(
    _ file: ByteRegion, _ form: Torch7Stream.Form
  ) throws(CheckpointFault) -> Torch7Document {
    var reader = Torch7Reader(file, form)
    let root = try reader.value()
    guard reader.stream.remaining == 0 else {
      throw reader.stream.fault(.trailing(reader.stream.remaining))
    }
    return Torch7Document(
      file: file, longType: reader.stream.longType, objects: reader.objects,
      borrowers: reader.borrowers, root: root)
  }

  private init(_ file: ByteRegion, _ form: Torch7Stream.Form) {
    stream = Torch7Stream(file, form)
  }

  // MARK: The stack

  private mutating func value() throws(CheckpointFault) -> Torch7Document.Value {
    while true {
      guard frames.count <= Self.depth else { throw .tooMuch(.depth(limit: Self.depth)) }
      var value = try begin()
      // What has no parts, or was there before.
      var isNew = false
      // What has no parts to come is a part of what is around it.
      while value != nil || frames.last?.left == 0 {
        if let found = value {
          guard !frames.isEmpty else { return found }
          try take(found, isNew: isNew)
          value = nil
        } else {
          value = finish(frames.removeLast())
          isNew = true
        }
      }
    }
  }

  /// Adds a value to the innermost frame.
  private mutating func take(
    _ value: Torch7Document.Value, isNew: Bool
  ) throws(CheckpointFault) {
    let top = frames.count - 1
    frames[top].left -= 1
    guard frames[top].ignored == 0 else {
      frames[top].ignored -= 1
      return
    }
    switch frames[top].kind {
    case .table:
      if let key = frames[top].key {
        frames[top].pairs.append(Torch7Document.Pair(key: key, value: value))
        frames[top].key = nil
        return
      }
      switch value {
      case .nothing: throw stream.fault(.key)
      case .number(let number) where number.isNaN: throw stream.fault(.key)
      default: frames[top].key = value
      }
    case .list:
      let key = Torch7Document.Value.number(Double(frames[top].pairs.count + 1))
      frames[top].pairs.append(Torch7Document.Pair(key: key, value: value))
    case .fields:
      guard let object = frames[top].object, case .instance(let name, _) = objects[object] else {
        return
      }
      objects[object] = .instance(name, value)
      if !isNew { borrowers.insert(object) }
    case .storage(let kind): try attach(value, to: frames[top].object, of: kind)
    case .function: break
    }
  }

  /// What a frame without further parts is.
  private mutating func finish(_ frame: Frame) -> Torch7Document.Value {
    guard let object = frame.object else { return .function }
    switch frame.kind {
    case .table, .list: objects[object] = .table(frame.pairs)
    case .function: return .function
    case .fields, .storage: break
    }
    return .object(object)
  }

  private mutating func attach(
    _ value: Torch7Document.Value, to object: Int?, of kind: Torch7Class
  ) throws(CheckpointFault) {
    guard let object, case .tensor(var tensor) = objects[object] else { return }
    if case .nothing = value, tensor.dimensions.isEmpty { return }
    guard case .object(let index) = value, case .storage(let other, _) = objects[index],
      other.numbers == kind.numbers
    else { throw stream.fault(.storage(kind.name)) }
    tensor.storage = index
    objects[object] = .tensor(tensor)
  }

  // MARK: Values

  /// Begins a value; nil if it has parts that follow.
  private mutating func begin() throws(CheckpointFault) -> Torch7Document.Value? {
    count += 1
    guard count <= EntryTableBuilder.limit else {
      throw .tooMuch(.values(limit: EntryTableBuilder.limit))
    }
    let start = stream.position
    let tag = try stream.int()
    switch tag {
    case 0: return .nothing
    case 1: return .number(try stream.double())
    case 2: return .text(try stream.block())
    case 3: return try table()
    case 4: return try instance()
    case 5:
      _ = try stream.int()
      return .boolean
    case 6: return try function(isNumbered: false)
    case 7, 8: return try function(isNumbered: true)
    default: throw .torch7(offset: start, .tag(tag))
    }
  }

  /// The number of an object, from 0; one that is not known yet is the next.
  private mutating func index() throws(CheckpointFault) -> Int {
    let index = try stream.int()
    guard index >= 1, index <= objects.count + 1 else { throw stream.fault(.index(index)) }
    return index - 1
  }

  private mutating func table() throws(CheckpointFault) -> Torch7Document.Value? {
    let index = try index()
    guard index == objects.count else {
      guard case .table = objects[index] else { throw stream.fault(.reference(index + 1)) }
      return .object(index)
    }
    objects.append(.table([]))
    frames.append(Frame(kind: .table, object: index, left: try parts(2)))
    return nil
  }

  /// The parts of something, of so many values each; as many as there are bytes for.
  private mutating func parts(_ values: Int) throws(CheckpointFault) -> Int {
    let count = try stream.int()
    guard count >= 0, count <= stream.remaining else { throw stream.fault(.length(count)) }
    return count * values
  }

  private mutating func function(
    isNumbered: Bool
  ) throws(CheckpointFault) -> Torch7Document.Value? {
    var object: Int?
    if isNumbered {
      let index = try index()
      guard index == objects.count else {
        guard case .function = objects[index] else { throw stream.fault(.reference(index + 1)) }
        return .function
      }
      objects.append(.function)
      object = index
    }
    _ = try stream.block()
    frames.append(Frame(kind: .function, object: object, left: 1))
    return nil
  }

  private mutating func instance() throws(CheckpointFault) -> Torch7Document.Value? {
    let index = try index()
    guard index == objects.count else {
      switch objects[index] {
      case .table, .function: throw stream.fault(.reference(index + 1))
      case .instance, .tensor, .storage: return .object(index)
      }
    }
    var name = try stream.name()
    if name.hasPrefix("V ") {
      let version = name.dropFirst(2)
      guard Double(version)?.isFinite == true else {
        throw stream.fault(.version(String(version)))
      }
      name = try stream.name()
    }
    if let kind = Torch7Class(name) {
      guard let type = kind.type(long: stream.longType) else { throw stream.fault(.element(name)) }
      return kind.isStorage ? try storage(kind, type) : try tensor(kind)
    }
    objects.append(.instance(name, .nothing))
    switch name {
    case "nn.GPU": frames.append(Frame(kind: .fields, object: index, left: 2, ignored: 1))
    case "tds.Vec":
      frames.append(Frame(kind: .list, object: index, left: try parts(1) + 1, ignored: 1))
    case "tds.Hash":
      frames.append(Frame(kind: .table, object: index, left: try parts(2) + 1, ignored: 1))
    default: frames.append(Frame(kind: .fields, object: index, left: 1))
    }
    return nil
  }

  private mutating func storage(
    _ kind: Torch7Class, _ type: StoredType
  ) throws(CheckpointFault) -> Torch7Document.Value {
    let count = try stream.long()
    let elements = try stream.elements(type, count: count)
    objects.append(.storage(kind, elements))
    return .object(objects.count - 1)
  }

  private mutating func tensor(
    _ kind: Torch7Class
  ) throws(CheckpointFault) -> Torch7Document.Value? {
    let rank = try stream.int()
    guard (0...64).contains(rank) else { throw stream.fault(.rank(rank)) }
    let dimensions = try stream.longs(rank)
    let strides = try stream.longs(rank)
    let (offset, overflow) = try stream.long().subtractingReportingOverflow(1)
    guard !overflow else { throw stream.fault(.length(.min)) }
    objects.append(
      .tensor(Torch7Tensor(dimensions: dimensions, strides: strides, offset: offset)))
    frames.append(Frame(kind: .storage(kind), object: objects.count - 1, left: 1))
    return nil
  }
}
