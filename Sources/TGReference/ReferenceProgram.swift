#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGPlan

extension PointwiseProgram {
  /// The program at every element of a result (spec/plan.proto, `PointwiseProgram`).
  ///
  /// - Parameter operands: each of the result's extents; numbers that are no float32 are rounded.
  func evaluate(_ operands: [Grid], over dimensions: [Int]) -> Grid {
    var result = Grid(dimensions)
    var values: [Float] = []
    for position in result.elements.indices {
      values.removeAll(keepingCapacity: true)
      for operand in operands { values.append(Float(operand.elements[position])) }
      for step in steps {
        let arguments = step.arguments.map { Double(values[$0]) } + [0, 0, 0]
        let value = step.function.value(
          arguments[0], arguments[1], arguments[2], Double(step.immediate))
        values.append(Float(value))
      }
      result.elements[position] = Double(steps.isEmpty ? values[0] : values[values.count - 1])
    }
    return result
  }
}

extension PointwiseFunction {
  /// The function of arguments a, b, c and the immediate i, before it is rounded.
  fileprivate func value(_ a: Double, _ b: Double, _ c: Double, _ i: Double) -> Double {
    switch self {
    case .constant: i
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: a.isNaN || a < b ? a : b
    case .maximum: a.isNaN || a > b ? a : b
    case .power: pow(a, b)
    case .less: a < b ? 1 : 0
    case .select: a != 0 ? b : c
    case .negate: -a
    case .absolute: abs(a)
    case .square: a * a
    case .squareRoot: a.squareRoot()
    case .reciprocalSquareRoot: 1 / a.squareRoot()
    case .exponential: exp(a)
    case .logarithm: log(a)
    case .sine: sin(a)
    case .cosine: cos(a)
    case .tanh: hyperbolicTangent(a)
    case .sigmoid: 1 / (1 + exp(-a))
    case .relu: a < 0 ? 0 : a
    case .leakyRelu: a > 0 ? a : i * a
    case .floor: a.rounded(.down)
    case .errorFunction: erf(a)
    case .softplus: (a > 0 ? a : 0) + log1p(exp(-abs(a)))
    case .sign: a > 0 ? 1 : a < 0 ? -1 : a
    case .gelu: a * 0.5 * (1 + erf(a * 0.5.squareRoot()))
    }
  }

  private func hyperbolicTangent(_ a: Double) -> Double {
    #if canImport(Glibc)
      Glibc.tanh(a)
    #else
      Musl.tanh(a)
    #endif
  }
}
