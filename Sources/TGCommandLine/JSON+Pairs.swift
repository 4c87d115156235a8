package import TGTensor

extension JSON {
  /// An object of names with values, in their order.
  package static func pairs(_ pairs: [(String, JSON)]) -> JSON {
    .object(pairs.map { Member($0.0, $0.1) })
  }

  /// An array of whole numbers.
  package static func integers(_ values: [Int]) -> JSON { .array(values.map { .integer($0) }) }

  /// An array of strings.
  package static func strings(_ values: [String]) -> JSON { .array(values.map { .string($0) }) }
}
