import TGCommandLine
import TGScores
import TGTensor

/// A score with the protocol that it was computed by.
struct Score {
  /// The name, which is the protocol's item `score` too.
  let name: String
  /// Its numbers by their names.
  let values: [(name: String, value: Double)]
  /// How it was computed.
  let method: ScoreProtocol

  /// The name of the only number of a score that has one.
  static let single = "value"

  /// As a member of `scores`.
  var json: JSON {
    .pairs([
      ("score", .string(name)), ("values", .pairs(values.map { ($0.name, .number($0.value)) })),
      ("protocol", method.json), ("protocol_hash", .string(method.hash)),
    ])
  }

  /// A line of the numbers, then the protocol below it.
  var text: String {
    let numbers = values.map { number in
      (number.name == Self.single ? "" : number.name + " ") + Self.digits(number.value)
    }.joined(separator: "  ")
    let items = method.items.dropFirst().map { "    \($0.name): \($0.value)" }
    return (["\(name)  \(numbers)", "    protocol: \(method.hash)"] + items).joined(separator: "\n")
  }

  /// A number with six digits behind the point, or seven digits of one below 1.
  static func digits(_ value: Double) -> String {
    abs(value) < 1 ? "\(Float(value))" : Quantity.fixed(value, 6)
  }
}

extension Console {
  /// Prints scores as a text or as one object.
  func print(_ scores: [Score], besides members: [(String, JSON)] = []) throws(Failure) {
    guard isJSON else {
      for score in scores { try print(score.text) }
      return
    }
    let list = JSON.array(scores.map(\.json))
    try print(JSON.document(members + [("scores", list)]).text(indented: true))
  }
}
