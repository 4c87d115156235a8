import TGONNX
import TGTensor

/// A page while it is written: lines that name values, each made of lines before it.
///
/// A text names other lines by marks, `\u{1}12\u{2}`; `PageText` puts their names there, or what they
/// are made of.
struct Translation {
  /// A line of the page.
  struct Line {
    var name: String
    var text: String
    /// True for a tensor of the file: written where it is read, if that is one place.
    var isParameter = false
    /// True for an input, which has no text.
    var isInput = false
    /// True if it must have a line of its own.
    var stands = false
    /// True if an input changes it: each item of a batch has its own.
    var depends = false
  }

  var lines: [Line] = []
  /// Values by the names of the file.
  var values: [String: PageValue] = [:]
  /// Names of the language that are taken.
  var names = PageNames()

  // MARK: Lines

  /// Adds a line; the result is what it makes.
  mutating func add(
    _ text: String, _ shape: [Int], batched: Bool, type: Int = 1, name: String = ""
  ) -> PageValue {
    let depends = Self.marks(in: text).contains { lines[$0].depends }
    lines.append(Line(name: name, text: text, depends: depends))
    return PageValue(
      shape: shape, isBatched: batched, type: type, line: lines.count - 1, known: nil)
  }

  /// A tensor of the file.
  mutating func parameter(_ name: String, _ shape: [Int], type: Int) -> PageValue {
    let text = "parameter(\(PageNames.quoted(name)), [\(Self.list(shape))])"
    lines.append(Line(name: name, text: text, isParameter: true))
    return PageValue(shape: shape, isBatched: false, type: type, line: lines.count - 1, known: nil)
  }

  /// Refuses a weight that an input changes.
  func demandWeight(_ value: PageValue?, _ what: String) throws(NodeFault) {
    guard let value, value.isBatched || depends(value) else { return }
    throw .refused("its \(what) is computed from an input; the language has one for all items")
  }

  /// True if an input changes a value.
  func depends(_ value: PageValue) -> Bool { value.line.map { lines[$0].depends } ?? false }

  /// The mark of a value, for a text. What is only known becomes a constant.
  mutating func mark(_ value: PageValue) throws(NodeFault) -> String {
    if let line = value.line { return Self.mark(line) }
    guard let known = value.known else { throw .refused("a value is missing") }
    return try Self.literal(known)
  }

  static func mark(_ line: Int) -> String { "\u{1}\(line)\u{2}" }

  /// Gives a value a line that stands by itself, however often it is read.
  mutating func standing(_ value: PageValue) throws(NodeFault) -> PageValue {
    var value = value
    if value.line == nil {
      let text = try mark(value)
      value.line = add(text, value.shape, batched: false).line
    }
    if let line = value.line { lines[line].stands = true }
    return value
  }

  // MARK: Numbers

  static func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }

  /// A number as the language writes it, to float32.
  static func number(_ value: Double) throws(NodeFault) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    guard !value.isNaN else { throw .refused("it has a constant that is no number") }
    let float = Float(value)
    guard float.isFinite else {
      return value < 0 ? "log(constant(0))" : "(0 - log(constant(0)))"
    }
    return "\(float)"
  }

  /// A constant as the language writes it.
  static func literal(_ known: Known) throws(NodeFault) -> String {
    guard known.count > 0 else { throw .refused("it reads an empty tensor") }
    guard !known.shape.isEmpty else {
      let text = try number(known.numbers[0])
      return text.contains("constant") ? text : "constant(\(text))"
    }
    if known.count > 8, known.numbers.allSatisfy({ $0 == known.numbers[0] }) {
      let single = try literal(Known([], [known.numbers[0]]))
      return "expand(\(single), [\(list(known.shape))])"
    }
    guard known.count <= 100_000 else { throw .refused("a constant has too many numbers") }
    var texts: [String] = []
    for value in known.numbers {
      guard value.isFinite, Float(value).isFinite else {
        throw .refused("it has a constant that is no finite number")
      }
      texts.append(try number(value))
    }
    for extent in known.shape.reversed() {
      texts = stride(from: 0, to: texts.count, by: extent).map {
        "[" + texts[$0..<$0 + extent].joined(separator: ", ") + "]"
      }
    }
    return "constant(\(texts[0]))"
  }

  /// A value as an operand of an elementwise operation whose result has so many axes in ONNX's count.
  mutating func operand(_ value: PageValue, rank: Int, batched: Bool) throws(NodeFault) -> String {
    if let known = value.known, known.count == 1, !known.numbers[0].isNaN {
      return try Self.number(known.numbers[0])
    }
    var shape = value.inner
    if batched, value.isBatched {
      guard value.shape.count == rank else { throw .movesBatch }
    } else if batched, shape.count == rank {
      guard shape[0] == 1 else { throw .movesBatch }
      shape.removeFirst()
    }
    let wanted = batched ? rank - 1 : rank
    if shape.count < wanted, !shape.isEmpty {
      shape = [Int](repeating: 1, count: wanted - shape.count) + shape
    }
    if shape != value.inner, let known = value.known, value.line == nil {
      return try Self.literal(Known(shape, known.numbers))
    }
    let text = try mark(value)
    return shape == value.inner ? text : "reshape(\(text), [\(Self.list(shape))])"
  }

  /// The shape of operands together, and whether it is batched.
  func together(_ values: [PageValue]) throws(NodeFault) -> (shape: [Int], batched: Bool) {
    var shape: [Int] = []
    for value in values {
      guard let joined = Known.joined(shape, value.shape) else {
        throw .refused("the shapes of its operands do not go together")
      }
      shape = joined
    }
    let batched = values.filter(\.isBatched)
    if let first = batched.first {
      for value in batched where value.shape.count != shape.count { throw .movesBatch }
      guard first.shape[0] == shape[0] else { throw .movesBatch }
    }
    return (shape, !batched.isEmpty)
  }

  /// An elementwise operation: `make` is given the operands as texts.
  mutating func elementwise(
    _ values: [PageValue], type: Int? = nil, _ make: ([String]) -> String
  ) throws(NodeFault) -> PageValue {
    let (shape, batched) = try together(values)
    var texts: [String] = []
    for value in values {
      texts.append(try operand(value, rank: shape.count, batched: batched))
    }
    // An operation of numbers only is no tensor.
    if !texts.contains(where: { $0.contains("\u{1}") || $0.contains("constant(") }) {
      texts[0] = "constant(\(texts[0]))"
    }
    var result = add(
      make(texts), shape, batched: batched, type: type ?? values[0].type)
    // Operands that are one number lose their axes.
    let ranks = values.map { $0.known?.count == 1 ? [] : $0.inner }
    if ranks.allSatisfy(\.isEmpty), !result.inner.isEmpty {
      result = add(
        "reshape(\(try mark(result)), [\(Self.list(result.inner))])", shape, batched: batched,
        type: result.type)
    }
    return result
  }

  // MARK: Shapes

  /// A value in another shape, the batch in front where it was.
  mutating func reshaped(_ value: PageValue, _ shape: [Int]) throws(NodeFault) -> PageValue {
    if var known = value.known {
      known.shape = shape
      if value.line == nil || known.count <= 8 {
        return PageValue(shape: shape, isBatched: false, type: value.type, line: nil, known: known)
      }
    }
    guard value.shape != shape else { return value }
    if value.isBatched, shape.first != value.shape[0] { throw .movesBatch }
    let inner = value.isBatched ? Array(shape.dropFirst()) : shape
    var result = add(
      "\(try mark(value)) |> reshape([\(Self.list(inner))])", shape, batched: value.isBatched,
      type: value.type)
    if var known = value.known {
      known.shape = shape
      result.known = known
    }
    return result
  }

  /// The axis of the language; the batch has none.
  func axis(_ axis: Int, of value: PageValue) throws(NodeFault) -> Int {
    guard value.isBatched else { return axis }
    guard axis > 0 else { throw .movesBatch }
    return axis - 1
  }

  /// What is done to each item of a batch, `calls` after the pipe: from items of the shape `given` to
  /// items of the shape `made`, which then have the shape `item`.
  mutating func items(
    _ value: PageValue, as given: [Int], _ calls: [String], made: [Int], item: [Int]
  ) throws(NodeFault) -> PageValue {
    func steps(from shape: [Int], to last: [Int]) -> String {
      let first = shape == given ? [] : ["reshape([\(Self.list(given))])"]
      let end = made == last ? [] : ["reshape([\(Self.list(last))])"]
      return (first + calls + end).map { " |> " + $0 }.joined()
    }
    let count = value.shape.first ?? 1
    let shape = [count] + item
    if value.isBatched {
      let text = try mark(value) + steps(from: value.inner, to: item)
      return add(text, shape, batched: true, type: value.type)
    }
    guard count != 1 else {
      let text = try mark(value) + steps(from: value.shape, to: shape)
      return add(text, shape, batched: false, type: value.type)
    }
    guard count > 0, count <= 64 else {
      throw .refused("it goes over \(count) items that are no batch; at most 64 are written out")
    }
    for line in Self.marks(in: calls.joined()) { lines[line].stands = true }
    let each =
      try mark(try standing(value)) + "[i]" + steps(from: Array(value.shape.dropFirst()), to: item)
    return add("stack([\(each) for i in 0 ..< \(count)])", shape, batched: false, type: value.type)
  }

  /// The lines that a text names.
  static func marks(in text: String) -> [Int] {
    text.split(separator: "\u{1}").dropFirst(text.hasPrefix("\u{1}") ? 0 : 1).compactMap { piece in
      piece.firstIndex(of: "\u{2}").flatMap { Int(piece[..<$0]) }
    }
  }
}
