package import TGPlan

extension PointwiseProgram {
  /// Whether computing it takes hardly longer than reading its operands: arithmetic, comparisons and
  /// choices only, and not many of them.
  package var isCheap: Bool { steps.count <= 8 && steps.allSatisfy { $0.function.isCheap } }
}

extension PointwiseFunction {
  /// Whether a processor has an instruction for it.
  fileprivate var isCheap: Bool {
    switch self {
    case .constant, .add, .subtract, .multiply, .divide, .negate, .absolute, .square, .minimum,
      .maximum,
      .relu, .leakyRelu, .less, .select:
      true
    default: false
    }
  }
}
