#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What each function of a pointwise program means, in Double; by its code in plan files.
func reference(_ function: Int, _ x: [Double], immediate: Float) -> Double {
  switch function {
  case 0: Double(immediate)
  case 1: x[0] + x[1]
  case 2: x[0] - x[1]
  case 3: x[0] * x[1]
  case 4: x[0] / x[1]
  case 5: x[0].isNaN || x[1].isNaN ? .nan : min(x[0], x[1])
  case 6: x[0].isNaN || x[1].isNaN ? .nan : max(x[0], x[1])
  case 7: pow(x[0], x[1])
  case 8: x[0] < x[1] ? 1 : 0
  case 9: x[0] == 0 ? x[2] : x[1]
  case 10: -x[0]
  case 11: abs(x[0])
  case 12: x[0] * x[0]
  case 13: x[0].squareRoot()
  case 14: 1 / x[0].squareRoot()
  case 15: exp(x[0])
  case 16: log(x[0])
  case 17: sin(x[0])
  case 18: cos(x[0])
  case 19: tanh(x[0])
  case 20: 1 / (1 + exp(-x[0]))
  case 21: x[0].isNaN ? .nan : max(x[0], 0)
  case 22: x[0] > 0 ? x[0] : Double(immediate) * x[0]
  case 23: x[0].rounded(.down)
  case 24: erf(x[0])
  case 25: x[0] > 30 ? x[0] + log1p(exp(-x[0])) : log1p(exp(x[0]))
  case 26: x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0]
  case 27: x[0] == -.infinity ? 0 : 0.5 * x[0] * erfc(-x[0] / 2.0.squareRoot())
  default: .nan
  }
}

/// How many operands each function takes, by its code.
let arity = [0, 2, 2, 2, 2, 2, 2, 2, 2, 3] + [Int](repeating: 1, count: 18)
