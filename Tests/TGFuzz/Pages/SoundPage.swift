/// A sound page: a model of one function, made of the language's operations by their rules for
/// shapes, with weights.
struct SoundPage {
  /// A value that a later line may use.
  struct Value {
    var name: String
    var shape: [Int]
    /// True for inputs, whose numbers are the same in every compilation: decisions may hang on them.
    var isInput = false
  }

  var random: Random
  private(set) var values: [Value] = []
  private var parameters: [String] = []
  private var lines: [String] = []
  private var scopes = 0

  /// The text of a page; its first line states the batch.
  static func text(_ random: inout Random) -> String {
    var page = SoundPage(random: random)
    let text = page.make()
    random = page.random
    return text
  }

  private mutating func make() -> String {
    let batch = 1 + random.below(2)
    input([1 + random.below(6), 1 + random.below(8), 1 + random.below(8)])
    input([1 + random.below(7)])
    if random.once(in: 2) { input([1 + random.below(5), 1 + random.below(6)]) }
    if random.once(in: 4) { caption() }
    for _ in 0...(1 + random.below(7)) { line() }
    let shown = values.filter { !$0.isInput }.suffix(1 + random.below(2))
    let types = shown.enumerated().map { "y\($0.offset): Tensor\($0.element.shape)" }
    let results = shown.enumerated().map { "y\($0.offset): \($0.element.name)" }
    return """
      // batch \(batch)
      model M() {
        func f(\(parameters.joined(separator: ", "))) -> (\(types.joined(separator: ", "))) {
      \(lines.map { "    " + $0 }.joined(separator: "\n"))
          return (\(results.joined(separator: ", ")))
        }
      }

      """
  }

  private mutating func input(_ shape: [Int]) {
    let name = "x\(parameters.count)"
    parameters.append("\(name): Tensor\(shape)")
    values.append(Value(name: name, shape: shape, isInput: true))
  }

  /// Words, as vectors of a table, and what a recurrence makes of them.
  private mutating func caption() {
    let (length, rows, width) = (2 + random.below(4), 3 + random.below(6), 1 + random.below(5))
    parameters.append("c: Text[\(length)]()")
    add("embedding(c.ids, \(rows), \(width))\(scope())", [length, width])
    guard let words = values.last else { return }
    let hidden = 1 + random.below(4)
    let kind = random.once(in: 2) ? "lstm" : "gru"
    let way = random.once(in: 2) ? ", reversed: true" : ""
    let call = "(\(kind)(\(words.name), \(hidden), length: c.length\(way))\(scope()))"
    if random.once(in: 2) {
      add("\(call).outputs", [length, hidden])
    } else {
      add("\(call).final", [hidden])
    }
  }

  // MARK: For the operations

  /// A line that names an expression of a shape.
  mutating func add(_ expression: String, _ shape: [Int]) {
    // Nothing grows without end: large tensors are left out.
    guard shape.reduce(1, *) <= 6000, shape.allSatisfy({ $0 > 0 }) else { return }
    let name = "v\(lines.count)"
    lines.append("let \(name) = \(expression)")
    values.append(Value(name: name, shape: shape))
  }

  /// A place for weights that nothing else has.
  mutating func scope() -> String {
    scopes += 1
    return " @ \"s\(scopes)\""
  }

  /// A value of a rank, made of another if there is none.
  mutating func value(rank: Int) -> Value {
    let fitting = values.filter { $0.shape.count == rank }
    if !fitting.isEmpty { return one(of: fitting) }
    let other = random.one(of: values)
    let count = other.shape.reduce(1, *)
    let shape = [Int](repeating: 1, count: rank - 1) + [count]
    let name = "v\(lines.count)"
    lines.append("let \(name) = reshape(\(other.name), \(shape))")
    values.append(Value(name: name, shape: shape))
    return values[values.count - 1]
  }

  /// Any value that has an axis.
  mutating func vector() -> Value {
    let fitting = values.filter { !$0.shape.isEmpty }
    return one(of: fitting)
  }

  /// One of some values, half of the time one of the latest, so that lines follow from each other.
  mutating func one(of values: [Value]) -> Value {
    random.one(of: random.once(in: 2) ? Array(values.suffix(2)) : values)
  }
}
