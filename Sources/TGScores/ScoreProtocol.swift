internal import TGPlan
package import TGTensor

/// How a score was computed, item by item: two scores are comparable only where all items are equal.
package struct ScoreProtocol: Hashable, Sendable {
  /// One item.
  package struct Item: Hashable, Sendable {
    /// Its name, such as `resize`.
    package let name: String
    /// Its value.
    package let value: String

    /// Makes an item.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The items, the score's name first.
  package private(set) var items: [Item]

  /// Begins with what is computed.
  package init(score: String) { items = [Item("score", score)] }

  /// Adds an item.
  package mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    items.append(Item(name, value.description))
  }

  /// The SHA-256 of all names and values, in hex. Each is preceded by its length, so that no two lists
  /// read alike.
  package var hash: String {
    digest(
      of: items.flatMap { item in
        [item.name, item.value].flatMap { Array("\($0.utf8.count) \($0)\n".utf8) }
      })
  }

  /// What differs from another protocol: the item, here and there; nil where one has no such item.
  package func differences(
    to other: ScoreProtocol
  ) -> [(name: String, here: String?, there: String?)] {
    let names = items.map(\.name) + other.items.map(\.name).filter { self[$0] == nil }
    return names.filter { self[$0] != other[$0] }.map { ($0, self[$0], other[$0]) }
  }

  /// The value of an item.
  package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

  /// The items as a JSON object.
  package var json: JSON {
    .object(items.map { JSON.Member($0.name, .string($0.value)) })
  }

  /// Reads what `json` wrote; nil if it is no object of strings.
  package init?(_ json: JSON) {
    guard case .object(let members) = json else { return nil }
    items = []
    for member in members {
      guard case .string(let value) = member.value else { return nil }
      items.append(Item(member.name, value))
    }
  }
}
