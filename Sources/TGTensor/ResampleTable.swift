/// The weights of a one-dimensional resampling: which input samples make up each output sample.
///
/// Output `i` is `Σ_t weights[i · taps + t] · input[starts[i] + t]` for `t` in `0..<taps`. Windows
/// never leave the input: `0 <= starts[i]` and `starts[i] + taps <= inputSize`; what a convention
/// says of samples beyond the border (repeat the last, mirror, leave out) is folded into the
/// weights. The weights of an output sum to 1. Two tables, one for each axis, make a picture resize.
/// A pure function of its arguments: equal arguments, equal bits.
package struct ResampleTable: Hashable, Sendable {
  /// Whose arithmetic: the kernel, where samples lie, and what happens at the border.
  package enum Convention: String, Hashable, Sendable, CaseIterable {
    /// PyTorch `interpolate(mode="nearest")`: input `floor(i · s)`, s in float32. Also TensorFlow 1.
    case torchNearest = "nearest"
    /// PyTorch `"nearest-exact"`: input `floor((i + ½) · s)`.
    case torchNearestExact = "nearest-exact"
    /// PyTorch `"bilinear"`, half-pixel centres (`align_corners=False`).
    case torchBilinear = "bilinear"
    /// PyTorch `"bilinear"`, `align_corners=True`; what PyTorch up to 0.3 always did.
    case torchBilinearAligned = "bilinear-aligned"
    /// PyTorch `"bicubic"`, half-pixel centres, a = -0.75, border repeated.
    case torchBicubic = "bicubic"
    /// PyTorch `"bicubic"`, `align_corners=True`, a = -0.75, border repeated.
    case torchBicubicAligned = "bicubic-aligned"
    /// PyTorch `"area"`: the mean of the covered samples (adaptive average pooling).
    case torchArea = "area"
    /// PyTorch `"bilinear"` with `antialias=True`: the kernel widens when shrinking.
    case torchBilinearAntialiased = "bilinear-antialiased"
    /// PyTorch `"bicubic"` with `antialias=True`, a = -0.5.
    case torchBicubicAntialiased = "bicubic-antialiased"
    /// TensorFlow 1 `resize_bilinear`: corner origin, input position `i · s`, no half pixel.
    case legacyBilinear = "bilinear-legacy"
    /// MATLAB `imresize(…, "bicubic")`: a = -0.5, antialiased when shrinking, border mirrored.
    case matlabBicubic = "bicubic-matlab"
    /// Pillow `NEAREST`.
    case pillowNearest = "pillow-nearest"
    /// Pillow `BOX`.
    case pillowBox = "pillow-box"
    /// Pillow `BILINEAR`, antialiased when shrinking.
    case pillowBilinear = "pillow-bilinear"
    /// Pillow `HAMMING`.
    case pillowHamming = "pillow-hamming"
    /// Pillow `BICUBIC`, a = -0.5.
    case pillowBicubic = "pillow-bicubic"
    /// Pillow `LANCZOS`, three lobes.
    case pillowLanczos = "pillow-lanczos"
  }

  /// The largest number of samples on either side.
  package static let maximumSize = 1 << 24

  /// The convention of the weights.
  package let convention: Convention
  /// The number of input samples.
  package let inputSize: Int
  /// The number of output samples of the whole resampling.
  package let outputSize: Int
  /// The outputs that the table holds rows for: all of them unless a part was asked for.
  package let outputs: Range<Int>
  /// The number of weights stored for each output, at most `inputSize`.
  package let taps: Int
  /// For each of `outputs`, the first input sample of its window.
  package let starts: [Int]
  /// The weights, `outputs.count` rows of `taps`, zero where a window is shorter.
  package let weights: [Double]

  /// Computes a table.
  ///
  /// - Parameters:
  ///   - scale: output samples per input sample, where the caller states it apart from the sizes
  ///     (PyTorch's `scale_factor`, SinGAN's 1/f); `outputSize / inputSize` if nil. The aligned,
  ///     area and Pillow conventions have no such parameter and ignore it.
  ///   - outputs: the part of the output wanted, such as what a crop keeps; all of it if nil.
  /// - Returns: nil unless both sizes are in `1...maximumSize`, the scale is in 1e-4...1e4 and
  ///   within a factor of 16 of what the sizes say, and the part lies inside.
  package init?(
    convention: Convention, inputSize: Int, outputSize: Int, scale: Double? = nil,
    outputs: Range<Int>? = nil
  ) {
    let sizes = 1...Self.maximumSize
    guard sizes.contains(inputSize), sizes.contains(outputSize) else { return nil }
    let outputs = outputs ?? 0..<outputSize
    guard outputs.lowerBound >= 0, outputs.upperBound <= outputSize else { return nil }
    let natural = Double(outputSize) / Double(inputSize)
    if let scale {
      guard (1e-4...1e4).contains(scale), (natural / 16...natural * 16).contains(scale) else {
        return nil
      }
    }
    let sampler = ResampleKernel(
      convention: convention, inputSize: inputSize, outputSize: outputSize, scale: scale)
    var windows: [ResampleWindow] = []
    windows.reserveCapacity(outputs.count)
    var taps = 1
    for index in outputs {
      let window = sampler.window(index)
      taps = max(taps, window.weights.count)
      windows.append(window)
    }
    guard taps * outputs.count <= 1 << 28 else { return nil }
    var starts = [Int](repeating: 0, count: outputs.count)
    var weights = [Double](repeating: 0, count: outputs.count * taps)
    for (index, window) in windows.enumerated() {
      let start = min(window.start, inputSize - taps)
      starts[index] = start
      for (tap, weight) in window.weights.enumerated() {
        weights[index * taps + window.start - start + tap] = weight
      }
    }
    self.convention = convention
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.outputs = outputs
    self.taps = taps
    self.starts = starts
    self.weights = weights
  }
}
