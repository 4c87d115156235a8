import Glibc
import TGPlan
import TGTensor

/// How far two ways of rounding the same instruction may lie apart, from the largest operands.
///
/// Forward error analysis: every number is known by its largest magnitude and by the largest error,
/// both infinite where nothing can be said (divisions, powers, logarithms; a decision on a number
/// that is itself uncertain).
struct ErrorBound {
  /// The largest magnitude.
  private(set) var size: Double
  /// The largest difference.
  private(set) var error: Double

  /// True if something can be said.
  var isFinite: Bool { size < 1e30 && error < 1e30 }

  private static let unit = 0x1p-23
  /// What an approximated function may be off by, in units of `1 + size`.
  private static let approximation = 8 * unit

  private init(_ size: Double, _ error: Double) {
    self.size = size
    self.error = error
  }

  /// The bound of an instruction's result.
  ///
  /// - Parameter magnitude: the largest magnitude of an operand.
  init(of instruction: Instruction, magnitude: (View) -> Double) {
    func exact(_ view: View) -> ErrorBound { ErrorBound(magnitude(view), 0) }
    switch instruction {
    case .convolve(let x):
      var sums = ErrorBound(0, 0)
      for phase in x.phases {
        let count = phase.kernelHeight * phase.kernelWidth * x.input.dimensions[3] / x.groups
        let products = exact(x.input).times(exact(phase.weights))
        var sum = products.summed(count)
        sum.error += Self.narrowTiles(x, phase) * products.size
        sums = ErrorBound(max(sums.size, sum.size), max(sums.error, sum.error))
      }
      self = sums.through(x.epilogue, exact)
    case .multiply(let x):
      self = exact(x.left).times(exact(x.right)).summed(x.left.dimensions[2])
        .through(x.epilogue, exact)
    case .map(let x): self = Self.run(x.program, x.operands.map(exact))
    case .reduce(let x):
      let count = x.operands[0].dimensions.dropFirst(x.keptRank).reduce(1, *)
      let each = Self.run(x.program, x.operands.map(exact))
      self = each.reduced(x.function, count)
    case .normalize(let x):
      let count = x.input.dimensions.dropFirst(x.keptRank).reduce(1, *)
      self = exact(x.input).normalized(count, Double(x.epsilon)).through(x.epilogue, exact)
    case .softmax(let x):
      let input = magnitude(x.input)
      let size = x.logarithmic ? 2 * input + 10 : 1
      self.init(size, 2 * Self.approximation * (1 + input))
    case .pool(let x):
      let input = exact(x.input)
      let count = x.window.kernelHeight * x.window.kernelWidth
      self = x.function == .maximum ? input : input.reduced(ReductionFunction.mean, count)
    case .maxPoolGradient(let x):
      // Windows that a place may belong to.
      let rows = (x.window.kernelHeight + x.window.strideY - 1) / x.window.strideY
      let columns = (x.window.kernelWidth + x.window.strideX - 1) / x.window.strideX
      let isSure = magnitude(x.input).isFinite
      self = isSure ? exact(x.gradient).summed(rows * columns) : Self.unknown
    case .resample(let x):
      self = exact(x.input).times(exact(x.weights)).summed(x.weights.dimensions[1])
    case .gather(let x): self = exact(x.table)
    case .scatter(let x): self = exact(x.input).summed(x.indices.count)
    case .packMask: self.init(1, 0)
    }
  }

  private static let unknown = ErrorBound(.infinity, .infinity)

  /// What rounding the transformed input and kernel of a phase in tiles to bfloat16 may change, in units
  /// of the largest product: targets differ in it, since the reference does not transform.
  ///
  /// With rows a, g, b of the transforms of results, kernel and input for each point, a result is off by
  /// at most (Σ |a| Σ|g| Σ|b|)² products of a channel, each by two roundings of 2⁻⁹.
  private static func narrowTiles(_ x: Convolution, _ phase: Convolution.Phase) -> Double {
    guard x.precision == .bfloat16, let form = x.form(of: phase) else { return 0 }
    let side: Double =
      switch form.results {
      case 2: 8
      case 3: 6
      default: 25
      }
    let channels = Double(x.input.dimensions[3] * x.strideY * x.strideX)
    return channels * side * side * (0x1p-8 + 0x1p-18)
  }

  private func times(_ other: ErrorBound) -> ErrorBound {
    let product = size * other.size
    return ErrorBound(
      product,
      size * other.error + error * other.size + error * other.error + Self.unit * product)
  }

  private func summed(_ count: Int) -> ErrorBound {
    let sum = size * Double(count)
    return ErrorBound(sum, error * Double(count) + Self.unit * Double(count) * sum)
  }

  private func reduced(_ function: ReductionFunction, _ count: Int) -> ErrorBound {
    switch function {
    case .sum: return summed(count)
    case .mean: return ErrorBound(size, error + Self.unit * Double(count + 1) * size)
    case .maximum, .minimum: return self
    case .product:
      return (1..<max(1, min(count, 16))).reduce(count > 16 ? Self.unknown : self) { all, _ in
        all.times(self)
      }
    case .variance:
      return ErrorBound(
        4 * size * size,
        8 * size * error + 8 * error * error + 8 * Self.unit * Double(count + 1) * size * size)
    }
  }

  private func normalized(_ count: Int, _ epsilon: Double) -> ErrorBound {
    guard epsilon >= 1e-3 else { return Self.unknown }
    let scale = 1 / epsilon.squareRoot()
    let variance = reduced(.variance, count)
    let mean = reduced(.mean, count)
    return ErrorBound(
      2 * size * scale,
      (error + mean.error + Self.approximation * size) * scale
        + size * scale * variance.error / epsilon)
  }

  private func through(_ epilogue: Epilogue, _ exact: (View) -> ErrorBound) -> ErrorBound {
    Self.run(epilogue.program, [self] + epilogue.operands.map(exact))
  }

  // MARK: Programs

  private static func run(_ program: PointwiseProgram, _ operands: [ErrorBound]) -> ErrorBound {
    var values = operands
    for step in program.steps {
      values.append(apply(step, step.arguments.map { values[$0] }))
    }
    return values.last ?? unknown
  }

  private static func apply(_ step: PointwiseProgram.Step, _ x: [ErrorBound]) -> ErrorBound {
    guard x.allSatisfy(\.isFinite) else { return unknown }
    let isSure = x.allSatisfy { $0.error == 0 }
    let first = x.first ?? ErrorBound(Double(step.immediate.magnitude), 0)
    switch step.function {
    case .constant, .negate, .absolute: return first
    case .add, .subtract:
      let sum = x[0].size + x[1].size
      return ErrorBound(sum, x[0].error + x[1].error + unit * sum)
    case .multiply: return x[0].times(x[1])
    case .square: return first.times(first)
    case .minimum, .maximum:
      return ErrorBound(max(x[0].size, x[1].size), max(x[0].error, x[1].error))
    case .less: return ErrorBound(1, isSure ? 0 : 1)
    case .select:
      let size = max(x[1].size, x[2].size)
      return ErrorBound(size, x[0].error == 0 ? max(x[1].error, x[2].error) : 2 * size)
    case .floor: return ErrorBound(first.size + 1, isSure ? 0 : first.error + 1)
    case .sign: return ErrorBound(1, isSure ? 0 : 2)
    case .squareRoot where isSure:
      let root = first.size.squareRoot()
      return ErrorBound(root, unit * root)
    case .relu: return first
    case .leakyRelu:
      let slope = max(1, Double(step.immediate.magnitude))
      return ErrorBound(slope * first.size, slope * first.error + unit * slope * first.size)
    case .exponential where first.size <= 20 && first.error < 1:
      let size = exp(first.size)
      return ErrorBound(size, size * (2 * first.error + approximation * (1 + first.size)))
    case .sine where first.size <= 1000, .cosine where first.size <= 1000:
      return near(first, size: 1)
    case .tanh, .sigmoid: return near(first, size: 1)
    case .errorFunction: return near(first, size: 1, slope: 1.2)
    case .gelu: return near(first, size: first.size, slope: 1.2)
    case .softplus: return near(first, size: first.size + 1)
    default: return unknown
    }
  }

  private static func near(_ x: ErrorBound, size: Double, slope: Double = 1) -> ErrorBound {
    ErrorBound(size, slope * x.error + approximation * (1 + x.size))
  }
}
