package import TGTensor

extension JSON {
  /// An object of names with values, in their order.
  package static func pairs(_ pairs: [(String, JSON)]) -> JSON {
    .object(pairs.map { Member($0.0, $0.1) })
  }

  /// An object that a command prints: `schema_version` stands first, and names mean what
  /// `spec/tools.md` says of them.
  package static func document(_ pairs: [(String, JSON)]) -> JSON {
    .pairs([("schema_version", .integer(1))] + pairs)
  }

  /// An array of whole numbers.
  package static func integers(_ values: [Int]) -> JSON { .array(values.map { .integer($0) }) }

  /// An object of strings, in the order of the names.
  package static func strings(_ values: [String: String]) -> JSON {
    .pairs(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
  }

  /// An array of strings.
  package static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
}
