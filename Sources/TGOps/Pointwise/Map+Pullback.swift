package import TGIR
import TGPlan
import TGTensor

extension Map {
  /// The program step by step: each step becomes a map of one function (often one that the graph
  /// already has), and the steps are reversed one after the other.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    guard operands.allSatisfy({ graph.type($0).dtype != .bits }) else {
      throw .notDifferentiable(reason: "bits stand for signs whose values are gone", hint: nil)
    }
    return try rule {
      var values = operands
      var depends = wanted
      for step in program.steps {
        let arguments = step.arguments.map { values[$0] }
        depends.append(step.arguments.contains { depends[$0] })
        if values.count == operands.count + program.steps.count - 1 {
          values.append(result)
        } else if step.function == .constant {
          values.append(try graph.constant(step.immediate))
        } else {
          values.append(
            try graph.insert(Map(step.function, immediate: step.immediate), arguments))
        }
      }
      var cotangents = [Value?](repeating: nil, count: values.count)
      func add(_ part: Value, to number: Int) throws {
        let part = try graph.sum(part, to: graph.shape(values[number]))
        cotangents[number] = try cotangents[number].map { try graph.add($0, part) } ?? part
      }
      try add(cotangent, to: program.isIdentity ? 0 : values.count - 1)
      for (index, step) in program.steps.enumerated().reversed() {
        let number = operands.count + index
        guard depends[number], let cotangent = cotangents[number] else { continue }
        let reverse = PointwiseReverse(
          step: step, arguments: step.arguments.map { values[$0] }, result: values[number],
          wanted: step.arguments.map { depends[$0] })
        for (argument, part) in zip(step.arguments, try reverse.parts(cotangent, &graph)) {
          if let part { try add(part, to: argument) }
        }
      }
      return wanted.indices.map { wanted[$0] ? cotangents[$0] : nil }
    }
  }
}

/// One step of a program, reversed.
private struct PointwiseReverse {
  let step: PointwiseProgram.Step
  let arguments: [Value]
  let result: Value
  let wanted: [Bool]

  /// The cotangents of the arguments, not yet summed over broadcast axes; in terms of the result
  /// where that leaves less to be kept.
  func parts(_ g: Value, _ graph: inout GraphBuilder) throws -> [Value?] {
    switch arguments.count {
    case 0: return []
    case 1: return [try unary(g, &graph)]
    case 2: return try binary(g, &graph)
    default:
      let zero = try graph.constant(0)
      return [
        nil, wanted[1] ? try graph.select(arguments[0], g, else: zero) : nil,
        wanted[2] ? try graph.select(arguments[0], zero, else: g) : nil,
      ]
    }
  }

  private func unary(_ g: Value, _ graph: inout GraphBuilder) throws -> Value {
    let (x, y) = (arguments[0], result)
    let zero = try graph.constant(0)
    switch step.function {
    case .negate: return try graph.map(.negate, g)
    case .absolute:
      let below = try graph.select(
        graph.map(.less, x, zero), graph.map(.negate, g), else: zero)
      return try graph.select(graph.map(.less, zero, x), g, else: below)
    case .square: return try graph.multiply(g, graph.scaled(x, by: 2))
    case .squareRoot: return try graph.divide(graph.scaled(g, by: 0.5), y)
    case .reciprocalSquareRoot:
      let cube = try graph.multiply(y, graph.map(.square, y))
      return try graph.multiply(g, graph.scaled(cube, by: -0.5))
    case .exponential: return try graph.multiply(g, y)
    case .logarithm: return try graph.divide(g, x)
    case .sine: return try graph.multiply(g, graph.map(.cosine, x))
    case .cosine: return try graph.map(.negate, graph.multiply(g, graph.map(.sine, x)))
    case .tanh:
      let slope = try graph.subtract(graph.constant(1), graph.map(.square, y))
      return try graph.multiply(g, slope)
    case .sigmoid:
      let slope = try graph.multiply(y, graph.subtract(graph.constant(1), y))
      return try graph.multiply(g, slope)
    case .relu: return try graph.select(graph.map(.less, zero, y), g, else: zero)
    case .leakyRelu:
      // A positive slope keeps the sign, so that the operand need not be kept.
      let seen = step.immediate > 0 ? y : x
      let below = try graph.scaled(g, by: step.immediate)
      return try graph.select(graph.map(.less, zero, seen), g, else: below)
    case .errorFunction: return try graph.multiply(g, bell(x, scale: 1, height: .erf, &graph))
    case .softplus: return try graph.multiply(g, graph.map(.sigmoid, x))
    case .gelu:
      // Φ(x) + x · φ(x)
      let area = try graph.add(
        graph.constant(0.5),
        graph.scaled(
          graph.map(.errorFunction, graph.scaled(x, by: Float(0.5).squareRoot())), by: 0.5)
      )
      let slope = try graph.multiply(x, bell(x, scale: 0.5, height: .normal, &graph))
      return try graph.multiply(g, graph.add(area, slope))
    default: throw flat
    }
  }

  private func binary(_ g: Value, _ graph: inout GraphBuilder) throws -> [Value?] {
    let (a, b, y) = (arguments[0], arguments[1], result)
    switch step.function {
    case .add: return [g, g].towards(wanted)
    case .subtract: return [g, wanted[1] ? try graph.map(.negate, g) : nil].towards(wanted)
    case .multiply:
      return [
        wanted[0] ? try graph.multiply(g, b) : nil, wanted[1] ? try graph.multiply(g, a) : nil,
      ]
    case .divide:
      let quotient = try graph.divide(g, b)
      return [
        quotient, wanted[1] ? try graph.map(.negate, graph.multiply(quotient, y)) : nil,
      ].towards(wanted)
    case .minimum, .maximum:
      return [
        wanted[0] ? try extremum(g, a, against: b, &graph) : nil,
        wanted[1] ? try extremum(g, b, against: a, &graph) : nil,
      ]
    case .power:
      return [
        wanted[0] ? try powerBase(g, &graph) : nil, wanted[1] ? try powerExponent(g, &graph) : nil,
      ]
    default: throw flat
    }
  }

  /// The cotangent of one side of an extremum: nothing where it loses. A tie goes to it whole if
  /// the other side is a constant (clamping, as PyTorch's), else in halves.
  private func extremum(
    _ g: Value, _ own: Value, against other: Value, _ graph: inout GraphBuilder
  ) throws -> Value {
    let (low, high) = step.function == .maximum ? (own, other) : (other, own)
    let zero = try graph.constant(0)
    let losing = try graph.map(.less, low, high)
    if graph.isFixed(other) { return try graph.select(losing, zero, else: g) }
    let tied = try graph.select(losing, zero, else: graph.scaled(g, by: 0.5))
    return try graph.select(graph.map(.less, high, low), g, else: tied)
  }

  /// `g · b · a^(b − 1)`, 0 where the exponent is 0.
  private func powerBase(_ g: Value, _ graph: inout GraphBuilder) throws -> Value {
    let (a, b) = (arguments[0], arguments[1])
    let lowered = try graph.map(.power, a, graph.subtract(b, graph.constant(1)))
    let slope = try graph.multiply(g, graph.multiply(b, lowered))
    return try graph.select(b, slope, else: graph.constant(0))
  }

  /// `g · y · ln a`, 0 where the base is 0 and the exponent not negative.
  private func powerExponent(_ g: Value, _ graph: inout GraphBuilder) throws -> Value {
    let (a, b) = (arguments[0], arguments[1])
    let slope = try graph.multiply(g, graph.multiply(result, graph.map(.logarithm, a)))
    let settled = try graph.select(a, slope, else: graph.constant(0))
    return try graph.select(graph.map(.less, b, graph.constant(0)), slope, else: settled)
  }

  /// The height of a bell curve at 0.
  private enum Height: Float {
    /// 2 / √π, of the error function's derivative
    case erf = 1.1283791670955126
    /// 1 / √(2π), of the normal density
    case normal = 0.3989422804014327
  }

  /// `height · exp(−scale · x²)`
  private func bell(_ x: Value, scale: Float, height: Height, _ graph: inout GraphBuilder) throws
    -> Value
  {
    let power = try graph.scaled(graph.map(.square, x), by: -scale)
    return try graph.scaled(graph.map(.exponential, power), by: height.rawValue)
  }

  private var flat: PullbackError {
    .notDifferentiable(
      reason: "its derivative is 0 wherever it exists",
      hint: "detach(…) says that no gradient is meant here")
  }
}

extension [Value?] {
  /// Nil where no cotangent is wanted.
  func towards(_ wanted: [Bool]) -> [Value?] { zip(self, wanted).map { $1 ? $0 : nil } }
}

extension GraphBuilder {
  /// True for a constant, also one that was reshaped or repeated.
  fileprivate func isFixed(_ value: Value) -> Bool {
    let node = self[value]
    if node.op is Constant { return true }
    guard node.op is Reshape || node.op is Broadcast || node.op is Transpose else { return false }
    return isFixed(node.operands[0])
  }
}
