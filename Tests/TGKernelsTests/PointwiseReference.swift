#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
import TGKernels
import TGPlan

/// What each function of an elementwise program means, in Double.
func reference(_ function: PointwiseFunction, _ x: [Double], immediate: Float) -> Double {
  switch function {
  case .constant: Double(immediate)
  case .add: x[0] + x[1]
  case .subtract: x[0] - x[1]
  case .multiply: x[0] * x[1]
  case .divide: x[0] / x[1]
  case .minimum: x[0].isNaN || x[1].isNaN ? .nan : min(x[0], x[1])
  case .maximum: x[0].isNaN || x[1].isNaN ? .nan : max(x[0], x[1])
  case .power: pow(x[0], x[1])
  case .less: x[0] < x[1] ? 1 : 0
  case .select: x[0] == 0 ? x[2] : x[1]
  case .negate: -x[0]
  case .absolute: abs(x[0])
  case .square: x[0] * x[0]
  case .squareRoot: x[0].squareRoot()
  case .reciprocalSquareRoot: 1 / x[0].squareRoot()
  case .exponential: exp(x[0])
  case .logarithm: log(x[0])
  case .sine: sin(x[0])
  case .cosine: cos(x[0])
  case .tanh: tanh(x[0])
  case .sigmoid: 1 / (1 + exp(-x[0]))
  case .relu: x[0].isNaN ? .nan : max(x[0], 0)
  case .leakyRelu: x[0] > 0 ? x[0] : Double(immediate) * x[0]
  case .floor: x[0].rounded(.down)
  case .errorFunction: erf(x[0])
  case .softplus: x[0] > 30 ? x[0] + log1p(exp(-x[0])) : log1p(exp(x[0]))
  case .sign: x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0]
  case .gelu: x[0] == -.infinity ? 0 : 0.5 * x[0] * erfc(-x[0] / 2.0.squareRoot())
  }
}

extension KernelProgram.Step {
  /// A step of a function by its name.
  init(_ function: PointwiseFunction, _ arguments: [Int] = [], immediate: Float = 0) {
    self.init(function.rawValue, arguments, immediate: immediate)
  }
}
