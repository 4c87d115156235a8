import Foundation
package import TGIR
package import TGPlan
import TGTensor

extension PointwiseFunction {
  /// The value in `Double`; unused arguments are ignored.
  package func evaluate(_ a: Double, _ b: Double, _ c: Double, immediate: Double) -> Double {
    switch self {
    case .constant: immediate
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: a < b ? a : b
    case .maximum: a > b ? a : b
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
    case .tanh: Foundation.tanh(a)
    case .sigmoid: 1 / (1 + exp(-a))
    case .relu: max(a, 0)
    case .leakyRelu: a > 0 ? a : immediate * a
    case .floor: a.rounded(.down)
    case .errorFunction: erf(a)
    case .softplus: max(a, 0) + log1p(exp(-abs(a)))
    case .sign: a > 0 ? 1 : (a < 0 ? -1 : 0)
    case .gelu: a * 0.5 * (1 + erf(a * 0.5.squareRoot()))
    }
  }
}

extension PointwiseProgram {
  /// Runs the program in `Double` over operands of one shape; with no operands the result is a
  /// scalar.
  package func evaluate(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    guard !steps.isEmpty else { return operands[0] }
    let shape = operands.first?.shape ?? []
    var values = operands.map(\.elements)
    for step in steps {
      let arguments = step.arguments.map { values[$0] }
      let immediate = Double(step.immediate)
      let function = step.function
      var result = [Double](repeating: immediate, count: shape.count)
      switch arguments.count {
      case 0: break
      case 1:
        for i in result.indices {
          result[i] = function.evaluate(arguments[0][i], 0, 0, immediate: immediate)
        }
      case 2:
        for i in result.indices {
          result[i] = function.evaluate(arguments[0][i], arguments[1][i], 0, immediate: immediate)
        }
      default:
        for i in result.indices {
          result[i] = function.evaluate(
            arguments[0][i], arguments[1][i], arguments[2][i], immediate: immediate)
        }
      }
      values.append(result)
    }
    return ReferenceTensor(shape, values[values.count - 1])
  }

  /// The program that runs `inner` and feeds its result to operand `operand` of this one.
  ///
  /// `outerOperands` says which operand of the composed program each operand of this one (but
  /// `operand`) is; `innerOperands` the same for `inner`. The composed program has `count` operands.
  package func composed(
    with inner: PointwiseProgram, at operand: Int, outerOperands: [Int?], innerOperands: [Int],
    count: Int
  ) -> PointwiseProgram {
    var steps: [Step] = []
    var innerValues = innerOperands
    for step in inner.steps {
      innerValues.append(count + steps.count)
      steps.append(
        Step(step.function, step.arguments.map { innerValues[$0] }, immediate: step.immediate))
    }
    let fed = innerValues[innerValues.count - 1]
    let fedValue = inner.steps.isEmpty ? innerOperands[0] : fed
    var values = outerOperands.map { $0 ?? fedValue }
    for step in self.steps {
      values.append(count + steps.count)
      steps.append(
        Step(step.function, step.arguments.map { values[$0] }, immediate: step.immediate))
    }
    return PointwiseProgram(operandCount: count, steps: steps)
  }
}
