import TGPlan
import TGTensor

/// A graph as text. Long constants are not spelt out: they are numbered, and kept beside.
///
/// One node a line, `%3 = linear(%0, %2) epilogue={2: add(0, 1); relu(2)} : [1, 256]`; the grammar
/// is in `spec/ir.md`. `GraphText.parse` of TGOps reads it back to an equal graph.
package struct PrintedGraph: Hashable, Sendable {
  /// The text.
  package var text: String
  /// The long constants; the text names them `@0`, `@1` ….
  package var constants: [[Double]]

  /// The most numbers that are written in line.
  package static let inlineLimit = 16

  /// Prints a graph.
  package init(_ graph: Graph) {
    (text, constants) = ("", [])
    var lines = ["graph \(quoted(graph.name)) {"]
    for (index, node) in graph.nodes.enumerated() {
      let operands = node.operands.map { "%\($0.index)" }.joined(separator: ", ")
      var line = "  %\(index) = \(type(of: node.op).mnemonic)(\(operands))"
      for attribute in node.op.attributes {
        line += " \(attribute.name)=\(spelled(attribute.value))"
      }
      lines.append(line + " : \(node.type)")
    }
    for output in graph.outputs {
      var line = "  output \(quoted(output.name))"
      if output.stage != .given { line += " stage=\(quoted(output.stage.description))" }
      if output.role != .value { line += " role=\(quoted(output.role.description))" }
      lines.append(line + " = %\(output.value.index)")
    }
    text = (lines + ["}", ""]).joined(separator: "\n")
  }

  private mutating func spelled(_ value: AttributeValue) -> String {
    switch value {
    case .int(let number): return String(number)
    case .ints(let numbers): return "[\(numbers.map(String.init).joined(separator: ", "))]"
    case .float(let number): return float(number)
    case .floats(let numbers):
      if numbers.count <= Self.inlineLimit {
        return "[\(numbers.map(float).joined(separator: ", "))]f"
      }
      constants.append(numbers)
      return "@\(constants.count - 1)"
    case .string(let text): return quoted(text)
    case .bool(let flag): return String(flag)
    case .program(let program):
      let steps = program.steps.map { step in
        let arguments = step.arguments.map(String.init)
        let immediate = step.function.takesImmediate ? [float(Double(step.immediate)) + "!"] : []
        return "\(step.function.mnemonic)(\((arguments + immediate).joined(separator: ", ")))"
      }
      return "{\(program.operandCount): \(steps.joined(separator: "; "))}"
    }
  }

  /// The shortest text that reads back to the same number, never mistaken for a whole number.
  private func float(_ number: Double) -> String {
    if number.isNaN { return "nan.0" }
    if number.isInfinite { return number < 0 ? "-inf.0" : "inf.0" }
    return "\(number)"
  }

  private func quoted(_ text: String) -> String {
    let escaped = text.map { character in
      switch character {
      case "\\", "\"": "\\\(character)"
      case "\n": "\\n"
      default: String(character)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
