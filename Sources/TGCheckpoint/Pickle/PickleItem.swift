/// A value of a pickle in 32 bits: a constant, a small number, the offset of a literal in the stream,
/// or the index of an object in the table.
///
/// Strings and numbers stay where they are, in the stream: a pickle needs four bytes for each value
/// that it uses, whatever it is.
struct PickleItem: Hashable, Sendable {
  let bits: UInt32

  /// What the lowest three bits say.
  private enum Kind: UInt32 {
    case constant, small, literal, object, farLiteral
  }

  private init(_ kind: Kind, _ payload: UInt32) { bits = payload << 3 | kind.rawValue }

  /// The item of these bits, which came from an item.
  init(bits: UInt32) { self.bits = bits }

  /// Python's `None`.
  static let none = PickleItem(.constant, 0)
  /// No value at all: the name of a value that has none, or a state that never came.
  static let nothing = PickleItem(.constant, 3)
  /// A boolean.
  static func bool(_ value: Bool) -> PickleItem { PickleItem(.constant, value ? 2 : 1) }
  /// An object of the table.
  static func object(_ index: Int) -> PickleItem { PickleItem(.object, UInt32(index)) }
  /// A literal at a byte of the stream below 2^29.
  static func literal(_ offset: Int) -> PickleItem { PickleItem(.literal, UInt32(offset)) }
  /// A literal beyond that, by its number in a table of offsets.
  static func farLiteral(_ number: Int) -> PickleItem { PickleItem(.farLiteral, UInt32(number)) }

  /// The most that a payload holds.
  static let limit = 1 << 29

  /// A whole number of 29 bits; nil for larger ones.
  init?(small value: Int) {
    guard value >= -(Self.limit / 2), value < Self.limit / 2 else { return nil }
    self.init(.small, UInt32(truncatingIfNeeded: value) & UInt32(Self.limit - 1))
  }

  /// What an item is.
  enum Form {
    case none, nothing
    case bool(Bool)
    case small(Int)
    case literal(Int)
    case farLiteral(Int)
    case object(Int)
  }

  /// What this is.
  var form: Form {
    let payload = Int(bits >> 3)
    switch Kind(rawValue: bits & 7) {
    case .small: return .small(payload < Self.limit / 2 ? payload : payload - Self.limit)
    case .literal: return .literal(payload)
    case .farLiteral: return .farLiteral(payload)
    case .object: return .object(payload)
    case .constant, nil:
      return payload == 0 ? .none : payload == 3 ? .nothing : .bool(payload == 2)
    }
  }

  /// The index in the table of objects; nil if it is none.
  var objectIndex: Int? { if case .object(let index) = form { index } else { nil } }
}

/// An object of the table, in 12 bytes: what it is and where its items are.
struct PickleRecord: Sendable {
  /// What an object is.
  enum Kind: UInt32 {
    /// `count` items from `first` on.
    case tuple
    /// The same, and further runs of items.
    case list, set
    /// The same, keys and values in turn.
    case dictionary
    /// A name: `first` is its index in the table of names.
    case name
    /// What calling a name gives: the items at `first` are the callee and its arguments; `more` is its
    /// state.
    case call
    /// A storage of torch: the item at `first` is the tuple that describes it.
    case storage
  }

  private var head: UInt32
  /// The number of items of the first run.
  var count: UInt32
  /// The number of the second run of items, from 1; 0 if there is none. Of a call, its state.
  var more: UInt32

  init(_ kind: Kind, first: Int, count: Int, more: UInt32 = 0) {
    head = UInt32(first) << 4 | kind.rawValue
    self.count = UInt32(count)
    self.more = more
  }

  /// What this is.
  var kind: Kind { Kind(rawValue: head & 15) ?? .tuple }

  /// The index of the first item.
  var first: Int {
    get { Int(head >> 4) }
    set { head = UInt32(newValue) << 4 | head & 15 }
  }
}

/// A further run of the items of a list, a set or a dictionary.
struct PickleRun: Sendable {
  var first: UInt32
  var count: UInt32
  /// The number of the next run, from 1; 0 if this is the last.
  var next: UInt32 = 0
  /// Of the second run of an object: the number of its last one.
  var last: UInt32
}
