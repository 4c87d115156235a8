package import TGIR
import TGPlan
import TGTensor

/// IR text that is not a graph.
package struct GraphTextError: Error, Hashable, Sendable {
  /// The line, from 1.
  package var line: Int
  /// What is wrong.
  package var message: String
}

/// Reads what `PrintedGraph` writes.
package enum GraphText {
  /// The graph of a printed text.
  ///
  /// - Throws: `GraphTextError` at the first line that is not understood.
  package static func parse(_ printed: PrintedGraph) throws(GraphTextError) -> Graph {
    var graph: Graph?
    for (index, line) in printed.text.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      var reader = LineReader(line: line, number: index + 1, constants: printed.constants)
      if reader.skip("graph ") {
        graph = Graph(name: try reader.quoted())
      } else if reader.skip("  output ") {
        let output = try output(&reader)
        guard let count = graph?.nodes.count, output.value.index < count else {
          throw reader.error("no such value")
        }
        graph?.outputs.append(output)
      } else if reader.skip("  %") {
        guard var made = graph else { throw reader.error("a node before the graph's name") }
        try node(&reader, into: &made)
        graph = made
      }
    }
    guard let graph else { throw GraphTextError(line: 1, message: "no graph") }
    return graph
  }

  private static func output(_ reader: inout LineReader) throws(GraphTextError) -> GraphOutput {
    var output = GraphOutput(name: try reader.quoted(), value: Value(0))
    if reader.skip(" stage=") {
      guard let stage = GraphStage(try reader.quoted()) else { throw reader.error("no such stage") }
      output.stage = stage
    }
    if reader.skip(" role=") {
      guard let role = InterfaceItem.Role(try reader.quoted()) else {
        throw reader.error("no such role")
      }
      output.role = role
    }
    try reader.expect(" = ")
    return output.moved(to: try reader.value())
  }

  private static func node(_ reader: inout LineReader, into graph: inout Graph)
    throws(GraphTextError)
  {
    let number = try reader.int()
    guard number == graph.nodes.count else { throw reader.error("node out of order") }
    try reader.expect(" = ")
    let mnemonic = reader.word()
    try reader.expect("(")
    var operands: [Value] = []
    while !reader.skip(")") {
      operands.append(try reader.value())
      _ = reader.skip(", ")
    }
    guard operands.allSatisfy({ $0.index < number }) else {
      throw reader.error("an operand does not come before its use")
    }
    var attributes: [Attribute] = []
    while !reader.skip(" : ") {
      try reader.expect(" ")
      let name = reader.word()
      try reader.expect("=")
      attributes.append(Attribute(name, try reader.attribute()))
    }
    let type: TensorType
    do {
      let op = try OpRegistry.make(mnemonic, AttributeReader(attributes))
      let value = try graph.insert(op, operands)
      type = graph.type(value)
    } catch let error as AttributeError {
      throw reader.error(error.message)
    } catch let error as TypeRuleError {
      throw reader.error(error.message)
    } catch {
      throw reader.error("\(error)")
    }
    if type.dtype != .float32 { try reader.expect("\(type.dtype)") }
    guard case .ints(type.shape.dimensions) = try reader.attribute() else {
      throw reader.error("the rule says \(type)")
    }
  }
}

/// A cursor over one line.
private struct LineReader {
  private var rest: Substring
  private let number: Int
  private let constants: [[Double]]

  init(line: Substring, number: Int, constants: [[Double]]) {
    rest = line
    self.number = number
    self.constants = constants
  }

  func error(_ message: String) -> GraphTextError { GraphTextError(line: number, message: message) }

  mutating func skip(_ text: String) -> Bool {
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    return true
  }

  mutating func expect(_ text: String) throws(GraphTextError) {
    guard skip(text) else { throw error("`\(text)` expected before `\(rest.prefix(20))`") }
  }

  mutating func word() -> String {
    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    rest = rest.dropFirst(word.count)
    return String(word)
  }

  /// The characters of a number: digits, signs, points, exponents, `inf`, `nan`.
  private mutating func numeral() -> Substring {
    let numeral = rest.prefix { $0.isNumber || "+-.einfa".contains($0) }
    rest = rest.dropFirst(numeral.count)
    return numeral
  }

  mutating func int() throws(GraphTextError) -> Int {
    guard let number = Int(numeral()) else { throw error("a whole number expected") }
    return number
  }

  mutating func value() throws(GraphTextError) -> Value {
    try expect("%")
    return Value(try int())
  }

  mutating func quoted() throws(GraphTextError) -> String {
    try expect("\"")
    var text = ""
    while let character = rest.popFirst() {
      if character == "\"" { return text }
      if character != "\\" {
        text.append(character)
      } else if let escaped = rest.popFirst() {
        text.append(escaped == "n" ? "\n" : escaped)
      }
    }
    throw error("a text without end")
  }

  private func double(_ numeral: Substring) throws(GraphTextError) -> Double {
    let plain = numeral.hasSuffix("f.0") || numeral.hasSuffix("n.0") ? numeral.dropLast(2) : numeral
    guard let number = Double(plain) else { throw error("`\(numeral)` is no number") }
    return number
  }

  mutating func attribute() throws(GraphTextError) -> AttributeValue {
    if rest.first == "\"" { return .string(try quoted()) }
    if skip("true") { return .bool(true) }
    if skip("false") { return .bool(false) }
    if skip("@") {
      let index = try int()
      guard constants.indices.contains(index) else { throw error("no constant @\(index)") }
      return .floats(constants[index])
    }
    if skip("{") { return .program(try program()) }
    if skip("[") {
      var items: [Substring] = []
      while !skip("]") {
        items.append(numeral())
        if items.last?.isEmpty == true { throw error("a number expected") }
        _ = skip(", ")
      }
      if skip("f") {
        var numbers: [Double] = []
        for item in items { numbers.append(try double(item)) }
        return .floats(numbers)
      }
      return .ints(items.compactMap { Int($0) })
    }
    let text = numeral()
    if let whole = Int(text) { return .int(whole) }
    return .float(try double(text))
  }

  private mutating func program() throws(GraphTextError) -> PointwiseProgram {
    var program = PointwiseProgram(operandCount: try int())
    try expect(": ")
    while !skip("}") {
      let name = word()
      guard let function = PointwiseFunction.allCases.first(where: { $0.mnemonic == name }) else {
        throw error("no function is called `\(name)`")
      }
      var step = PointwiseProgram.Step(function)
      try expect("(")
      while !skip(")") {
        let text = numeral()
        if skip("!") {
          step.immediate = Float(try double(text))
        } else if let argument = Int(text) {
          step.arguments.append(argument)
        } else {
          throw error("`\(text)` is no value number")
        }
        _ = skip(", ")
      }
      program.steps.append(step)
      _ = skip("; ")
    }
    guard program.isSound else { throw error("a program that is not sound") }
    return program
  }
}
