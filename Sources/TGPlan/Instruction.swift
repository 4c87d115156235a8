/// What the runtime can do: a small closed set. New ops of the compiler lower to these.
///
/// All tensors are float32. Images are channels-last, `[N, H, W, C]`. Every view of an instruction
/// lies inside its slot, and its output overlaps no operand, except that a `map` or an epilogue may
/// read a view equal to the output (in place).
///
/// All that is known of a kind stands in its file in `Instructions`. A new one is added to the cases,
/// to `kind` and to `kinds`; then the compiler asks for it where kernels are prepared.
package enum Instruction: Hashable, Sendable {
  /// Convolution, transposed convolution by phases, or a matrix product with constant weights.
  case convolve(Convolution)
  /// A product of two computed matrices.
  case multiply(MatrixProduct)
  /// An elementwise program; also fills and strided copies.
  case map(PointwiseMap)
  /// Sum, mean, product, minimum, maximum or variance over axes.
  case reduce(Reduction)
  /// Subtract the mean, divide by the standard deviation, over axes.
  case normalize(Normalization)
  /// Softmax or its logarithm along an axis.
  case softmax(Softmax)
  /// Maximum or average over windows.
  case pool(Pooling)
  /// A sparse linear map along one axis: every kind of resizing.
  case resample(Resampling)
  /// Rows of a table by their numbers.
  case gather(Gathering)
  /// The adjoint of a maximum over windows.
  case maxPoolGradient(MaxPoolGradient)
  /// Which numbers are larger than 0, packed.
  case packMask(MaskPacking)
  /// Rows added up by their numbers: the adjoint of `gather`.
  case scatter(Scattering)

  /// The fields of the instruction with all that is known of its kind.
  package var kind: any InstructionKind {
    switch self {
    case .convolve(let fields): fields
    case .multiply(let fields): fields
    case .map(let fields): fields
    case .reduce(let fields): fields
    case .normalize(let fields): fields
    case .softmax(let fields): fields
    case .pool(let fields): fields
    case .resample(let fields): fields
    case .gather(let fields): fields
    case .maxPoolGradient(let fields): fields
    case .packMask(let fields): fields
    case .scatter(let fields): fields
    }
  }

  /// Every kind, in the order of the field numbers of the schema's `Instruction`; a test compares
  /// the two.
  package static let kinds: [any InstructionKind.Type] = [
    Convolution.self, MatrixProduct.self, PointwiseMap.self, Reduction.self, Normalization.self,
    Softmax.self, Pooling.self, Resampling.self, Gathering.self, MaxPoolGradient.self,
    MaskPacking.self, Scattering.self,
  ]
}
