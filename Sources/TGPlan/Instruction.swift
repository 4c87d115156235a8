public import TGTensor

/// What the runtime can do: a small closed set. New ops of the compiler lower to these.
///
/// All tensors are float32. Images are channels-last, `[N, H, W, C]`. Every view of an instruction
/// lies inside its slot, and its output overlaps no operand, except that a `map` or an epilogue may
/// read a view equal to the output (in place).
public enum Instruction: Hashable, Sendable {
  /// Convolution, transposed convolution by phases, or a matrix product with constant weights.
  case convolve(Convolution)
  /// A product of two computed matrices.
  case multiply(MatrixProduct)
  /// A pointwise program; also fills and strided copies.
  case map(PointwiseMap)
  /// Sum, mean, product, minimum, maximum or variance over axes.
  case reduce(Reduction)
  /// Subtract the mean, divide by the standard deviation, over axes.
  case normalize(Normalization)
  /// Softmax or its logarithm along an axis.
  case softmax(Softmax)
  /// Maximum or average over windows.
  case pool(Pooling)
  /// The adjoint of a maximum over windows.
  case unpool(Unpooling)
  /// A sparse linear map along one axis: every kind of resizing.
  case resample(Resampling)
  /// Rows of a table by their numbers.
  case gather(Gathering)
  /// Which numbers are larger than 0, packed.
  case signs(SignPacking)
}

/// A pointwise program on the fly: operand 0 is what the instruction computed for a place of its
/// output, the other operands are read there. It runs before the result is stored.
public struct Epilogue: Hashable, Sendable {
  /// The program; `operandCount` is `operands.count + 1`.
  public var program: PointwiseProgram
  /// Operands 1 and up, each with the output's extents (stride 0 where it is broadcast); of a packed
  /// one the innermost extent counts words. Not packed in a normalization.
  public var operands: [View]

  /// Makes an epilogue.
  public init(program: PointwiseProgram = .identity, operands: [View] = []) {
    self.program = program
    self.operands = operands
  }

  /// The epilogue that does nothing.
  public static let none = Epilogue()
}

/// Direct convolution of `[N, H, W, C]` with packed weights, in one or several output phases.
///
/// Phase `p` computes, for every `i`, `j` with `y = originY + i · scaleY < OH` and
/// `x = originX + j · scaleX < OW`:
/// `out[n, y, x, o] = Σ in[n, i · strideY + ky · dilationY - padTop, j · strideX + kx · dilationX -
/// padLeft, c] · w[o, c, ky, kx]`, where places outside the input count as 0. An ordinary
/// convolution has one phase with scale 1; a transposed one of stride 2 has four, with scale 2.
/// A linear layer is a convolution with a 1×1 kernel over `[1, 1, rows, C]`.
public struct Convolution: Hashable, Sendable {
  /// How weights lie in their slot.
  public enum Packing: Int, Hashable, Sendable, CaseIterable {
    /// `[groups][⌈O/groups / 16⌉][kernelHeight][kernelWidth][C/groups][16]`: panels of 16 output
    /// channels, the missing ones of the last panel 0.
    case panels = 0
    /// `[kernelHeight][kernelWidth][C]`, for `groups == C == O`.
    case depthwise = 1
  }

  /// The output places of one residue class, with their kernel.
  public struct Phase: Hashable, Sendable {
    /// The packed weights: a contiguous rank-1 view of a weight slot.
    public var weights: View
    /// The rows of the kernel, at least 1.
    public var kernelHeight: Int
    /// The columns of the kernel, at least 1.
    public var kernelWidth: Int
    /// Rows of zeros above the input; negative skips rows.
    public var padTop: Int
    /// Columns of zeros left of the input; negative skips columns.
    public var padLeft: Int
    /// The first output row, `0 ..< scaleY`.
    public var originY: Int
    /// The first output column, `0 ..< scaleX`.
    public var originX: Int

    /// Makes a phase.
    public init(
      weights: View, kernelHeight: Int, kernelWidth: Int, padTop: Int, padLeft: Int,
      originY: Int = 0, originX: Int = 0
    ) {
      self.weights = weights
      self.kernelHeight = kernelHeight
      self.kernelWidth = kernelWidth
      self.padTop = padTop
      self.padLeft = padLeft
      self.originY = originY
      self.originX = originX
    }
  }

  /// `[N, H, W, C]`, innermost stride 1.
  public var input: View
  /// `[N, OH, OW, O]`, innermost stride 1.
  public var output: View
  /// Independent groups of channels; divides C and O.
  public var groups = 1
  /// Input rows from one output row of a phase to the next.
  public var strideY = 1
  /// Input columns from one output column of a phase to the next.
  public var strideX = 1
  /// Input rows between kernel rows.
  public var dilationY = 1
  /// Input columns between kernel columns.
  public var dilationX = 1
  /// Output rows between rows of one phase.
  public var scaleY = 1
  /// Output columns between columns of one phase.
  public var scaleX = 1
  /// How all phases' weights are packed.
  public var packing = Packing.panels
  /// Together the phases cover every output place once.
  public var phases: [Phase]
  /// Applied to each result.
  public var epilogue = Epilogue.none

  /// Makes a convolution of stride 1 without groups; set the rest after.
  public init(input: View, output: View, phases: [Phase]) {
    self.input = input
    self.output = output
    self.phases = phases
  }
}

/// `out[b, m, n] = Σₖ left[b, m, k] · right[b, k, n]`, then the epilogue.
public struct MatrixProduct: Hashable, Sendable {
  /// `[B, M, K]`; any strides, fast if that of M or K is 1.
  public var left: View
  /// `[B, K, N]`; any strides, fast if that of K or N is 1.
  public var right: View
  /// `[B, M, N]`, innermost stride 1.
  public var output: View
  /// Applied to each result.
  public var epilogue = Epilogue.none

  /// Makes a product.
  public init(left: View, right: View, output: View) {
    self.left = left
    self.right = right
    self.output = output
  }
}

/// `out[i…] = program(operands[i…]…)`.
public struct PointwiseMap: Hashable, Sendable {
  /// What is computed at each place.
  public var program: PointwiseProgram
  /// The operands, `program.operandCount` of them, each with the output's extents; of a packed one
  /// the innermost extent counts words, and its stride is 1.
  public var operands: [View]
  /// The result.
  public var output: View

  /// Makes a map.
  public init(program: PointwiseProgram, operands: [View], output: View) {
    self.program = program
    self.operands = operands
    self.output = output
  }
}

/// What a reduction makes of many numbers.
public enum ReductionFunction: Int, Hashable, Sendable, CaseIterable {
  /// Σ
  case sum = 0
  /// Σ / n
  case mean = 1
  /// The largest.
  case maximum = 2
  /// The smallest.
  case minimum = 3
  /// Π
  case product = 4
  /// Σ (x - mean)² / n
  case variance = 5
}

/// `out[k…] = function over r… of program(operands[k…, r…]…)`.
public struct Reduction: Hashable, Sendable {
  /// What is computed.
  public var function: ReductionFunction
  /// What is reduced, of the operands at one place; none is packed.
  public var program: PointwiseProgram
  /// The operands, `program.operandCount` of them and at least one, all of the same extents: the
  /// kept axes first, then the reduced ones (strides in any order, 0 where one is broadcast).
  public var operands: [View]
  /// How many leading axes of the operands are kept.
  public var keptRank: Int
  /// The result, extents those of the kept axes.
  public var output: View

  /// Makes a reduction of a map.
  public init(
    function: ReductionFunction, program: PointwiseProgram, operands: [View], keptRank: Int,
    output: View
  ) {
    self.function = function
    self.program = program
    self.operands = operands
    self.keptRank = keptRank
    self.output = output
  }

  /// Makes a reduction of one operand as it is.
  public init(function: ReductionFunction, input: View, keptRank: Int, output: View) {
    self.init(
      function: function, program: .identity, operands: [input], keptRank: keptRank, output: output)
  }
}

/// `out[k…, r…] = (in - mean) / √(variance + epsilon)`, mean and (biased) variance over `r…`.
public struct Normalization: Hashable, Sendable {
  /// The input with its kept axes first, then those over which it is normalised.
  public var input: View
  /// How many leading axes are kept.
  public var keptRank: Int
  /// Added to the variance, ≥ 0.
  public var epsilon: Float
  /// The result, extents and axis order those of `input`.
  public var output: View
  /// Applied to each result; its operands have the output's extents and axis order.
  public var epilogue = Epilogue.none

  /// Makes a normalization.
  public init(input: View, keptRank: Int, epsilon: Float, output: View) {
    self.input = input
    self.keptRank = keptRank
    self.epsilon = epsilon
    self.output = output
  }
}

/// `out[…, i] = exp(in[…, i]) / Σⱼ exp(in[…, j])` along the last axis of the views, computed with
/// the maximum subtracted; or its logarithm. A row of -∞ only gives zeros.
public struct Softmax: Hashable, Sendable {
  /// The input; the softmax axis is the last (any stride).
  public var input: View
  /// The result, extents and axis order those of `input`.
  public var output: View
  /// True for the logarithm.
  public var logarithmic: Bool

  /// Makes a softmax.
  public init(input: View, output: View, logarithmic: Bool = false) {
    self.input = input
    self.output = output
    self.logarithmic = logarithmic
  }
}

/// Maximum or average over windows of `[N, H, W, C]`.
public struct Pooling: Hashable, Sendable {
  /// What is made of a window.
  public enum Function: Int, Hashable, Sendable, CaseIterable {
    /// The largest element inside the picture.
    case maximum = 0
    /// The sum of the elements inside, divided by how many they are.
    case average = 1
    /// The sum of the elements inside, divided by the window's whole area.
    case averageCountingPadding = 2
  }

  /// What is computed.
  public var function: Function
  /// `[N, H, W, C]`, innermost stride 1.
  public var input: View
  /// `[N, OH, OW, C]`, innermost stride 1. Every window has at least one place inside the picture.
  public var output: View
  /// Rows of the window.
  public var kernelHeight: Int
  /// Columns of the window.
  public var kernelWidth: Int
  /// Rows from window to window.
  public var strideY: Int
  /// Columns from window to window.
  public var strideX: Int
  /// Rows above the picture.
  public var padTop: Int
  /// Columns left of the picture.
  public var padLeft: Int

  /// Makes a pooling.
  public init(
    function: Function, input: View, output: View, kernelHeight: Int, kernelWidth: Int,
    strideY: Int, strideX: Int, padTop: Int, padLeft: Int
  ) {
    self.function = function
    self.input = input
    self.output = output
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideY = strideY
    self.strideX = strideX
    self.padTop = padTop
    self.padLeft = padLeft
  }
}

/// The adjoint of a maximum over windows of `[N, H, W, C]`: `out = 0`, then every `gradient[n, i, j,
/// c]` is added to `out[n, y, x, c]` at the first largest element of its window of `input`, rows
/// first. Not-a-number is larger than every number; the last of several is taken (PyTorch's rule).
public struct Unpooling: Hashable, Sendable {
  /// What was pooled, `[N, H, W, C]`, innermost stride 1.
  public var input: View
  /// `[N, OH, OW, C]`, innermost stride 1. Every window has at least one place inside the picture.
  public var gradient: View
  /// The result, extents of `input`, innermost stride 1.
  public var output: View
  /// Rows of the window.
  public var kernelHeight: Int
  /// Columns of the window.
  public var kernelWidth: Int
  /// Rows from window to window.
  public var strideY: Int
  /// Columns from window to window.
  public var strideX: Int
  /// Rows above the picture.
  public var padTop: Int
  /// Columns left of the picture.
  public var padLeft: Int

  /// Makes an adjoint pooling.
  public init(
    input: View, gradient: View, output: View, kernelHeight: Int, kernelWidth: Int, strideY: Int,
    strideX: Int, padTop: Int, padLeft: Int
  ) {
    self.input = input
    self.gradient = gradient
    self.output = output
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideY = strideY
    self.strideX = strideX
    self.padTop = padTop
    self.padLeft = padLeft
  }
}

/// `out[a…, i, b…] = Σₜ weights[i, t] · in[a…, starts[i] + t, b…]` along one axis.
public struct Resampling: Hashable, Sendable {
  /// The input, any strides.
  public var input: View
  /// The result, the input's extents but along `axis`; any strides.
  public var output: View
  /// The axis that is resampled.
  public var axis: Int
  /// The first input place of each output place: rank 1 in a weight slot, whole numbers, each
  /// followed by `taps` places inside the input.
  public var starts: View
  /// `[outputs, taps]` in a weight slot, contiguous.
  public var weights: View

  /// Makes a resampling.
  public init(input: View, output: View, axis: Int, starts: View, weights: View) {
    self.input = input
    self.output = output
    self.axis = axis
    self.starts = starts
    self.weights = weights
  }
}

/// `out[i…, d…] = table[indices[i…], d…]`; a number outside the table takes its nearest row.
public struct Gathering: Hashable, Sendable {
  /// `[rows, d…]`.
  public var table: View
  /// Whole numbers, any extents.
  public var indices: View
  /// The extents of `indices`, then those of a row.
  public var output: View

  /// Makes a gathering.
  public init(table: View, indices: View, output: View) {
    self.table = table
    self.indices = indices
    self.output = output
  }
}

/// `out[i…, w] = Σₖ 2ᵏ · [in[i…, 16w + k] > 0]` over `k` in `0 ..< 16` with `16w + k` inside the
/// input: which numbers are positive, sixteen to a word. Not-a-number is not.
public struct SignPacking: Hashable, Sendable {
  /// `[i…, C]`, innermost stride 1.
  public var input: View
  /// `[i…, ⌈C / 16⌉]`, any strides.
  public var output: View

  /// Makes a packing.
  public init(input: View, output: View) {
    self.input = input
    self.output = output
  }
}
