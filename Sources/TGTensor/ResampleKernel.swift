#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The contributions to one output sample: consecutive input samples, all inside the input.
struct ResampleWindow {
  var start: Int
  var weights: [Double]
}

/// The arithmetic of one resampling convention between two sizes, one output at a time.
///
/// Written after the definitions in PyTorch (`UpSample.h`), Pillow (`Resample.c`) and the published
/// Python form of MATLAB's `imresize`; where those round through float32 or accumulate, so does this.
struct ResampleKernel {
  private let convention: ResampleTable.Convention
  private let inputSize: Int
  private let outputSize: Int
  /// Input samples per output sample.
  private let step: Double
  private let nearest: [Int]

  init(
    convention: ResampleTable.Convention, inputSize: Int, outputSize: Int, scale: Double?
  ) {
    self.convention = convention
    self.inputSize = inputSize
    self.outputSize = outputSize
    let natural = Double(inputSize) / Double(outputSize)
    switch convention {
    case .torchBilinearAligned, .torchBicubicAligned:
      step = outputSize > 1 ? Double(inputSize - 1) / Double(outputSize - 1) : 0
    case .torchArea, .pillowNearest, .pillowBox, .pillowBilinear, .pillowHamming, .pillowBicubic,
      .pillowLanczos:
      step = natural
    default:
      step = scale.map { 1 / $0 } ?? natural
    }
    var indices: [Int] = []
    if convention == .pillowNearest {
      // Pillow walks by repeated addition, and its rounding shows.
      var position = step * 0.5
      for _ in 0..<outputSize {
        indices.append(min(Int(position), inputSize - 1))
        position += step
      }
    }
    nearest = indices
  }

  /// The window of one output.
  func window(_ index: Int) -> ResampleWindow {
    switch convention {
    case .torchNearest:
      return single(torchNearestIndex(index))
    case .torchNearestExact:
      let position = (Double(index) + 0.5) * Double(Float(step))
      return single(Int(Float(position).rounded(.down)))
    case .pillowNearest:
      return single(nearest[index])
    case .torchBilinear:
      return linear(at: max(0, (Double(index) + 0.5) * step - 0.5))
    case .torchBilinearAligned, .legacyBilinear:
      return linear(at: Double(index) * step)
    case .torchBicubic:
      return cubic(at: (Double(index) + 0.5) * step - 0.5)
    case .torchBicubicAligned:
      return cubic(at: Double(index) * step)
    case .torchArea:
      return area(index)
    case .matlabBicubic:
      return mirrored(index)
    case .torchBilinearAntialiased, .pillowBilinear:
      return filtered(index, support: 1, Self.triangle)
    case .torchBicubicAntialiased, .pillowBicubic:
      return filtered(index, support: 2) { Self.cubic($0, a: -0.5) }
    case .pillowBox:
      return filtered(index, support: 0.5) { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 }
    case .pillowHamming:
      return filtered(index, support: 1, Self.hamming)
    case .pillowLanczos:
      return filtered(index, support: 3, Self.lanczos)
    }
  }

  private func single(_ index: Int) -> ResampleWindow {
    ResampleWindow(start: min(max(index, 0), inputSize - 1), weights: [1])
  }

  private func torchNearestIndex(_ index: Int) -> Int {
    if outputSize == inputSize { return index }
    if outputSize == 2 * inputSize { return index / 2 }
    return Int((Float(index) * Float(step)).rounded(.down))
  }

  private func linear(at position: Double) -> ResampleWindow {
    let first = min(Int(position), inputSize - 1)
    guard first + 1 < inputSize else { return single(first) }
    let fraction = min(max(position - Double(first), 0), 1)
    return ResampleWindow(start: first, weights: [1 - fraction, fraction])
  }

  private func cubic(at position: Double) -> ResampleWindow {
    let base = position.rounded(.down)
    let fraction = position - base
    let weights = [fraction + 1, fraction, 1 - fraction, 2 - fraction].map {
      Self.cubic($0, a: -0.75)
    }
    return folded(first: Int(base) - 1, weights) { min(max($0, 0), inputSize - 1) }
  }

  private func area(_ index: Int) -> ResampleWindow {
    let start = index * inputSize / outputSize
    let end = ((index + 1) * inputSize + outputSize - 1) / outputSize
    return ResampleWindow(
      start: start,
      weights: [Double](repeating: 1 / Double(end - start), count: end - start))
  }

  /// A kernel widened when shrinking, cut at the border and normalised.
  private func filtered(
    _ index: Int, support: Double, _ kernel: (Double) -> Double
  ) -> ResampleWindow {
    let widening = max(1, step)
    let reach = support * widening
    let center = (Double(index) + 0.5) * step
    let low = min(max(Int(center - reach + 0.5), 0), inputSize - 1)
    let high = max(min(Int(center + reach + 0.5), inputSize), low + 1)
    let inverse = 1 / widening
    var weights = (0..<(high - low)).map {
      kernel((Double($0 + low) - center + 0.5) * inverse)
    }
    let sum = weights.reduce(0, +)
    if sum != 0 { for tap in weights.indices { weights[tap] /= sum } }
    return ResampleWindow(start: low, weights: weights)
  }

  /// MATLAB's `imresize`: positions counted from 1, the border mirrored with the edge repeated.
  private func mirrored(_ index: Int) -> ResampleWindow {
    let narrowing = min(1, 1 / step)
    let width = 4 / narrowing
    let match = Double(index + 1) * step + 0.5 * (1 - step)
    let left = (match - width / 2).rounded(.down)
    let count = Int(width.rounded(.up)) + 2
    var weights = (0..<count).map { tap in
      narrowing * Self.cubic(narrowing * (match - (left + Double(tap))), a: -0.5)
    }
    let sum = weights.reduce(0, +)
    for tap in weights.indices { weights[tap] /= sum }
    let period = 2 * inputSize
    return folded(first: Int(left) - 1, weights) { position in
      let phase = ((position % period) + period) % period
      return phase < inputSize ? phase : period - 1 - phase
    }
  }

  /// Gathers weights of positions that may lie outside onto the inside positions they stand for.
  private func folded(
    first: Int, _ weights: [Double], _ inside: (Int) -> Int
  ) -> ResampleWindow {
    var low = inputSize
    var high = -1
    for (tap, weight) in weights.enumerated() where weight != 0 {
      low = min(low, inside(first + tap))
      high = max(high, inside(first + tap))
    }
    guard low <= high else { return single(inside(first)) }
    var result = [Double](repeating: 0, count: high - low + 1)
    for (tap, weight) in weights.enumerated() where weight != 0 {
      result[inside(first + tap) - low] += weight
    }
    return ResampleWindow(start: low, weights: result)
  }

  private static func triangle(_ x: Double) -> Double { max(0, 1 - abs(x)) }

  /// Keys' cubic convolution kernel.
  private static func cubic(_ x: Double, a: Double) -> Double {
    let x = abs(x)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }

  private static func hamming(_ x: Double) -> Double {
    let x = abs(x)
    if x == 0 { return 1 }
    if x >= 1 { return 0 }
    return sinc(x) * (0.54 + 0.46 * cos(x * .pi))
  }

  private static func lanczos(_ x: Double) -> Double {
    x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
  }
}
