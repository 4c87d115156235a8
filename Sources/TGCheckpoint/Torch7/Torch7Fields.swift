import TGTensor

/// One thing that a table or an object holds, and the part of a name that leads to it.
struct Torch7Field {
  /// The part of a name.
  enum Part: Hashable, Sendable {
    /// None: what is inside has the name of what is around it.
    case none
    case number(Int)
    /// Where the text stands in the file.
    case text(Range<Int>)
    /// The word "modules".
    case modules
  }

  var part: Part
  var value: Torch7Document.Value
  /// Why it is only listed; nil if it is looked into.
  var aside: Aside?

  /// What is listed and not looked into.
  enum Aside: String, Sendable {
    case gradient = "a gradient"
    case buffer = "a buffer of a module"
    case graph = "a part of a graph whose modules are listed"
    case setting = "a setting of a module"
    case unnamed = "a value whose key is no text and no whole number"
  }
}

extension Torch7Document {
  /// The longest text that is a part of a name, in bytes.
  private static let longestPart = 128

  /// What an object holds: numbered parts in their order, then named ones by their bytes, whatever
  /// order the file has, which is that of a hash table. What has no name comes last.
  func fields(of index: Int) -> [Torch7Field] {
    switch objects[index] {
    case .table(let pairs): return sorted(pairs.map { field($0) })
    case .instance(let name, let content):
      guard let pairs = pairs(of: .object(index)) else {
        return [Torch7Field(part: .none, value: content)]
      }
      return sorted(
        pairs.map { pair in
          var field = field(pair)
          field.aside = field.aside ?? aside(field, isGraph: name == "nn.gModule")
          return field
        })
    case .tensor, .storage, .function: return []
    }
  }

  /// A pair of a table as a field.
  func field(_ pair: Pair) -> Torch7Field {
    switch pair.key {
    case .number(let number):
      if let whole = Int(exactly: number) {
        return Torch7Field(part: .number(whole), value: pair.value)
      }
    case .text(let range):
      if range.count <= Self.longestPart, text(range) != nil {
        return Torch7Field(part: .text(range), value: pair.value)
      }
    case .modules: return Torch7Field(part: .modules, value: pair.value)
    case .nothing, .boolean, .object, .function: break
    }
    return Torch7Field(part: .none, value: pair.value, aside: .unnamed)
  }

  /// The text at a place of the file; nil if it is no UTF-8.
  func text(_ range: Range<Int>) -> String? {
    file.bytes(range).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// Fields in the order of their names.
  func sorted(_ fields: [Torch7Field]) -> [Torch7Field] {
    let keyed = fields.enumerated().map { position, field in
      switch field.part {
      case .number(let number): Place(kind: 0, number: number, field: field)
      case .text(let range):
        Place(kind: 1, number: 0, text: file.bytes(range) ?? [], field: field)
      case .modules: Place(kind: 1, number: 0, text: Array("modules".utf8), field: field)
      case .none: Place(kind: 2, number: position, field: field)
      }
    }
    return keyed.sorted { a, b in
      (a.kind, a.number) != (b.kind, b.number)
        ? (a.kind, a.number) < (b.kind, b.number) : a.text.lexicographicallyPrecedes(b.text)
    }.map(\.field)
  }

  /// Where a field stands among others.
  private struct Place {
    var kind: Int
    var number: Int
    var text: [UInt8] = []
    var field: Torch7Field
  }
}
