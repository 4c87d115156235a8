package import TGPlan
package import TGTensor

/// What a choice of the compiler costs. Every pass that weighs one thing against another asks here.
///
/// Memory is counted in elements, work in multiplications. The numbers are rough on purpose: they
/// separate what differs by orders of magnitude (a vector and a picture), so that no graph lies near
/// one of them, and a plan does not depend on the machine that compiles it.
package enum CostModel {
  // MARK: What is computed again

  /// The most steps of a program that is cheap. What is worth repeating is short: a normalisation with
  /// its scale and shift has 4 steps, a rectifier's mask 3. Twice as many are allowed.
  package static let cheapSteps = 8

  /// Whether a value is so small beside another that reading or keeping it does not count: at most an
  /// eighth. A vector of channels beside its picture is far below, a picture beside one of half the
  /// side (a quarter) above.
  package static func isLittle(_ count: Int, beside whole: Int) -> Bool {
    count * 8 <= whole
  }

  /// Whether an elementwise op makes at least twice as much of an operand: then it is the operand
  /// that is moved, not the result.
  package static func widens(_ operand: Shape, to result: Shape) -> Bool {
    operand.count * 2 <= result.count
  }

  // MARK: What is computed at compile time

  /// The most elements of a broadcast that constant folding writes out for the op that reads it: 256
  /// KiB. As a view a broadcast costs nothing, as data it is part of the plan file.
  package static let broadcastElements = 1 << 16

  /// Whether constant folding leaves an elementwise function of constants to the ops that read its result:
  /// the result is large, and what it is made of little beside it. Such is noise, a number for each
  /// position, times a strength for each channel. An epilogue that reads the operands as views does a
  /// multiplication more for each number and reads almost nothing; one that reads the result reads as
  /// much as the picture has, in every run, out of a plan that is that much larger.
  ///
  /// - Parameters:
  ///   - result: the elements of the result.
  ///   - operands: the elements of all constants that it is made of.
  package static func isLeftToReaders(_ result: Int, madeOf operands: Int) -> Bool {
    result > broadcastElements && isLittle(operands, beside: result)
  }

  /// The most multiplications with additions, in one chain of ops, that constant folding does: a fifth
  /// of a second, since the references take 3.5 s for 10⁹. Weight expressions stay below (a spectral
  /// norm takes two for each weight); means over many samples and networks of fixed inputs do not.
  package static let mostFoldedMACs = 50_000_000

  // MARK: What is rewritten

  /// The most factors into which a product is taken apart before a sum. It bounds the search
  /// for common factors in products of any length.
  package static let mostFactors = 6

  /// Whether a product with a matrix is cheaper than the convolution that it replaces, from the numbers
  /// in both: each is multiplied once for each item, while a kernel also meets zeros around the picture.
  package static func isProductCheaper(_ matrix: Int, than kernels: Int) -> Bool {
    matrix <= kernels
  }

  /// What it costs to turn one number of a tile, and to read one weight, in multiplications with
  /// additions: a number takes some three vector instructions, of which a core does two at a time, beside
  /// 32 multiplications; 4 bytes at 20 GB/s take as long as 10 multiplications at 50 · 10⁹ a second. The
  /// table of `spec/runtime.md`, whose weights lie in a cache, would say 5: in a network they come out of
  /// memory, and BigGAN then takes twice the transformed weights for no time.
  private static let (turning, readingWeight) = (6.0, 10.0)

  /// The fewest channels, on either side, of a convolution in tiles: with less the transforms take longer
  /// than what they save.
  private static let leastTiledChannels = 16

  /// A phase of a convolution: its kernel, `[O, C, kh, kw]`, and its results: pictures, rows and columns.
  package typealias TiledPhase = (kernel: Shape, results: [Int])

  /// The fewest channels of a group whose products pay for rounding its input, and the most outputs of one for
  /// which whole vectors of float32 go along the channels: there a result is one of few, such as a picture's.
  private static let (leastNarrowChannels, fewOutputs) = (32, 4)

  /// Whether products with a kernel or matrix, `[O, C, …]`, are worth being of bfloat16: with few channels
  /// rounding the input takes as long as it saves.
  package static func isWorthNarrowing(_ kernel: Shape, groups: Int) -> Bool {
    kernel[1] >= leastNarrowChannels && kernel[0] / max(groups, 1) > fewOutputs
  }

  /// What a product of bfloat16 costs, in products of float32: an instruction does two for each sum.
  private static let narrowProduct = 0.5

  /// Results along each side of the tiles by which a convolution is cheapest, 0 for none.
  package static func tile(
    phases: [TiledPhase], stride: [Int], precision: TGPlan.Convolution.Precision = .float32
  ) -> Int {
    guard
      phases.allSatisfy({ min($0.kernel[0], $0.kernel[1]) >= leastTiledChannels })
    else { return 0 }
    let product = precision == .float32 ? 1 : narrowProduct
    var best = (cost: cost(phases, stride: stride, tile: 0, product), tile: 0)
    for tile in WinogradForm.sizes(for: phases.map(\.kernel), stride: stride) {
      let cost = cost(phases, stride: stride, tile: tile, product)
      if cost < best.cost { best = (cost, tile) }
    }
    return best.tile
  }

  /// What a convolution costs whose phases go by tiles of so many results where there is such a form, and a
  /// product so much.
  private static func cost(
    _ phases: [TiledPhase], stride: [Int], tile: Int, _ product: Double
  ) -> Double {
    phases.reduce(0) { sum, phase in
      // In floating point: extents are anything that a page says.
      let (height, width) = (phase.kernel[2], phase.kernel[3])
      let outputs = Double((phase.kernel[0] + 15) / 16 * 16)
      let (channels, pictures) = (Double(phase.kernel[1]), Double(phase.results[0]))
      guard
        let form = WinogradForm.of(results: tile, height: height, width: width, stride: stride)
      else {
        let pixels = pictures * Double(phase.results[1]) * Double(phase.results[2])
        let taps = Double(height) * Double(width)
        return sum + product * (pixels + readingWeight) * taps * outputs * channels
      }
      let tiles =
        pictures * Double(form.tiles(phase.results[1])) * Double(form.tiles(phase.results[2]))
      let inputs = channels * Double(stride[0]) * Double(stride[1])
      let products = (tiles + readingWeight) * outputs * inputs
      let turned = tiles * turning * (outputs + inputs)
      return sum + Double(form.side * form.side) * (product * products + turned)
    }
  }

  // MARK: What is kept as bits

  /// The fewest elements of a value that is kept as bits: 64 KiB, which fits into the second-level
  /// cache of one core. Below that an instruction more costs more than the memory is worth.
  package static let leastMasked = 16_384

  /// A value that has less than one part in so many of the memory in use is not kept as bits: it would
  /// lower the highest point by less than half a percent.
  package static let maskedPart = 256
}

extension PointwiseProgram {
  /// Whether computing it takes hardly longer than reading its operands: arithmetic, comparisons and
  /// choices only, and not many of them.
  package var isCheap: Bool {
    steps.count <= CostModel.cheapSteps && steps.allSatisfy { $0.function.isCheap }
  }
}

extension PointwiseFunction {
  /// Whether a processor has an instruction for it.
  fileprivate var isCheap: Bool {
    switch self {
    case .constant, .add, .subtract, .multiply, .divide, .negate, .absolute, .square, .minimum,
      .maximum, .relu, .leakyRelu, .less, .select:
      true
    default: false
    }
  }
}
