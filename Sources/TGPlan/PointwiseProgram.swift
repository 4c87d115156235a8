/// A function of one to three numbers, the alphabet of elementwise programs.
///
/// The raw value is the code in plan files: never reuse or renumber one. The meaning of each, in
/// real arithmetic, is `evaluate`; the kernels have theirs in `tg_functions.def`.
package enum PointwiseFunction: Int, Hashable, Sendable, CaseIterable {
  /// The immediate.
  case constant = 0
  /// `a + b`
  case add = 1
  /// `a - b`
  case subtract = 2
  /// `a · b`
  case multiply = 3
  /// `a / b`
  case divide = 4
  /// The smaller of `a` and `b`.
  case minimum = 5
  /// The larger of `a` and `b`.
  case maximum = 6
  /// `a` to the power `b`
  case power = 7
  /// 1 if `a < b`, else 0
  case less = 8
  /// `b` where `a` is not 0, else `c`
  case select = 9
  /// `-a`
  case negate = 10
  /// `|a|`
  case absolute = 11
  /// `a · a`
  case square = 12
  /// √a
  case squareRoot = 13
  /// 1 / √a
  case reciprocalSquareRoot = 14
  /// eᵃ
  case exponential = 15
  /// The natural logarithm of `a`.
  case logarithm = 16
  /// sin `a`, `a` in radians
  case sine = 17
  /// cos `a`, `a` in radians
  case cosine = 18
  /// The hyperbolic tangent of `a`.
  case tanh = 19
  /// 1 / (1 + e⁻ᵃ)
  case sigmoid = 20
  /// max(a, 0)
  case relu = 21
  /// `a` where `a > 0`, else the immediate times `a`
  case leakyRelu = 22
  /// The largest whole number not above `a`.
  case floor = 23
  /// The error function of `a`.
  case errorFunction = 24
  /// ln(1 + eᵃ)
  case softplus = 25
  /// -1, 0 or 1 with the sign of `a`
  case sign = 26
  /// `a · 1/2 · (1 + erf(a / √2))`
  case gelu = 27

  /// How many operands it takes: 0 for `constant`, else 1 to 3.
  package var arity: Int {
    switch self {
    case .constant: 0
    case .add, .subtract, .multiply, .divide, .minimum, .maximum, .power, .less: 2
    case .select: 3
    case .negate, .absolute, .square, .squareRoot, .reciprocalSquareRoot, .exponential, .logarithm,
      .sine, .cosine, .tanh, .sigmoid, .relu, .leakyRelu, .floor, .errorFunction, .softplus, .sign,
      .gelu:
      1
    }
  }

  /// True if `Step.immediate` means something.
  package var takesImmediate: Bool { self == .constant || self == .leakyRelu }

  /// The name in IR text and in plan listings.
  package var mnemonic: String { String(describing: self) }
}

/// A straight-line program on numbers, applied to every element of a tensor.
///
/// Values are numbered: operands are `0 ..< operandCount`, step `i` makes value
/// `operandCount + i`. The result is the value of the last step, or operand 0 if there is none (a
/// copy). A step names only values before it.
///
/// Values are float32; an operand of int32 is read as the nearest one, of bits as 1 or 0.
package struct PointwiseProgram: Hashable, Sendable {
  /// One step.
  package struct Step: Hashable, Sendable {
    /// What is computed.
    package var function: PointwiseFunction
    /// The values it is computed from, `function.arity` of them.
    package var arguments: [Int]
    /// The constant's value or the leaky rectifier's slope; 0 otherwise.
    package var immediate: Float

    /// Makes a step.
    package init(_ function: PointwiseFunction, _ arguments: [Int] = [], immediate: Float = 0) {
      self.function = function
      self.arguments = arguments
      self.immediate = immediate
    }
  }

  /// The most steps of a program.
  package static let maximumSteps = 64
  /// The most operands of a program.
  package static let maximumOperands = 8

  /// The number of operands, at most `maximumOperands`; 0 for a fill.
  package var operandCount: Int
  /// The steps, at most `maximumSteps`.
  package var steps: [Step]

  /// Makes a program.
  package init(operandCount: Int, steps: [Step] = []) {
    self.operandCount = operandCount
    self.steps = steps
  }

  /// The program that returns its only operand.
  package static let identity = PointwiseProgram(operandCount: 1)

  /// True if the only thing it does is to return operand 0.
  package var isIdentity: Bool { steps.isEmpty }

  /// True if arities, value numbers and limits hold; what the plan checker asks.
  package var isSound: Bool {
    guard operandCount >= 0, operandCount <= Self.maximumOperands,
      steps.count <= Self.maximumSteps, operandCount > 0 || !steps.isEmpty
    else { return false }
    for (index, step) in steps.enumerated() {
      guard step.arguments.count == step.function.arity,
        step.arguments.allSatisfy({ $0 >= 0 && $0 < operandCount + index })
      else { return false }
    }
    return true
  }
}
