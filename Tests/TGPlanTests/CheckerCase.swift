import TGPlan
import TGTensor
import Testing

/// One change to a sound plan, and what the checker says to it.
struct CheckerCase: Sendable, CustomTestStringConvertible {
  var name: String
  var change: @Sendable (inout Plan) -> Void
  var expected: PlanProblem?

  init(
    _ name: String, _ expected: PlanProblem?, _ change: @escaping @Sendable (inout Plan) -> Void
  ) {
    self.name = name
    self.expected = expected
    self.change = change
  }

  /// A change to one instruction of the only function.
  static func at(
    _ index: Int, _ name: String, _ expected: PlanProblem?,
    _ change: @escaping @Sendable (inout Instruction) -> Void
  ) -> CheckerCase {
    CheckerCase(name, expected) { change(&$0.functions[0].instructions[index].instruction) }
  }

  var testDescription: String { name }
}

extension Instruction {
  /// Changes what a convolution says.
  mutating func convolution(_ change: (inout Convolution) -> Void) {
    guard case .convolve(var value) = self else { return }
    change(&value)
    self = .convolve(value)
  }

  /// Changes what a pooling says.
  mutating func pooling(_ change: (inout Pooling) -> Void) {
    guard case .pool(var value) = self else { return }
    change(&value)
    self = .pool(value)
  }

  /// Changes what an adjoint pooling says.
  mutating func maxPoolGradient(_ change: (inout MaxPoolGradient) -> Void) {
    guard case .maxPoolGradient(var value) = self else { return }
    change(&value)
    self = .maxPoolGradient(value)
  }

  /// Changes what a packing of a mask says.
  mutating func packMask(_ change: (inout MaskPacking) -> Void) {
    guard case .packMask(var value) = self else { return }
    change(&value)
    self = .packMask(value)
  }

  /// Takes a scattering in the stead of the gathering of the small plan, and changes what it says.
  mutating func scatter(_ change: (inout Scattering) -> Void) {
    guard case .gather(let gathering) = self else { return }
    var value = Scattering(
      input: View(slot: gathering.table.slot, shape: [1, 4, 4]), indices: gathering.indices,
      output: View(slot: gathering.output.slot, shape: [4, 4]))
    change(&value)
    self = .scatter(value)
  }

  /// Changes what a reduction says.
  mutating func reduction(_ change: (inout Reduction) -> Void) {
    guard case .reduce(var value) = self else { return }
    change(&value)
    self = .reduce(value)
  }

  /// Changes what a map says.
  mutating func map(_ change: (inout PointwiseMap) -> Void) {
    guard case .map(var value) = self else { return }
    change(&value)
    self = .map(value)
  }

  /// Changes what a product says.
  mutating func product(_ change: (inout MatrixProduct) -> Void) {
    guard case .multiply(var value) = self else { return }
    change(&value)
    self = .multiply(value)
  }

  /// Changes what a resampling says.
  mutating func resampling(_ change: (inout Resampling) -> Void) {
    guard case .resample(var value) = self else { return }
    change(&value)
    self = .resample(value)
  }

  /// Changes what a normalization says.
  mutating func normalization(_ change: (inout Normalization) -> Void) {
    guard case .normalize(var value) = self else { return }
    change(&value)
    self = .normalize(value)
  }
}
