internal import TGTensor

/// What a file of words holds, whatever it was written in.
package indirect enum WordValue: Hashable, Sendable {
  /// A text.
  case text(String)
  /// A whole number.
  case whole(Int)
  /// Values in order.
  case list([WordValue])
  /// Keys with values, in order: a dictionary, or the attributes of an object.
  case pairs([Pair])
  /// Anything else.
  case other

  /// A key with its value.
  package struct Pair: Hashable, Sendable {
    /// The key.
    package let key: WordValue
    /// The value.
    package let value: WordValue

    /// Makes a pair.
    package init(key: WordValue, value: WordValue) {
      self.key = key
      self.value = value
    }
  }

  /// The text; nil for anything else.
  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The whole number, or the one that a text is written as; nil for anything else.
  var id: Int? {
    switch self {
    case .whole(let id): id
    case .text(let text): Int(text).flatMap { String($0) == text ? $0 : nil }
    case .list, .pairs, .other: nil
    }
  }

  /// True for lists and pairs.
  var isContainer: Bool {
    switch self {
    case .list, .pairs: true
    case .text, .whole, .other: false
    }
  }
}

extension WordValue {
  /// The values of a JSON text.
  init(_ json: JSON) {
    switch json {
    case .string(let text): self = .text(text)
    case .integer(let value): self = .whole(value)
    case .number(let value): self = Int(exactly: value).map { .whole($0) } ?? .other
    case .array(let items): self = .list(items.map { WordValue($0) })
    case .object(let members):
      self = .pairs(members.map { Pair(key: .text($0.name), value: WordValue($0.value)) })
    case .null, .bool: self = .other
    }
  }
}
