package import TGIR
import TGPlan
import TGTensor

extension Pool {
  /// To the largest element of each window; an average is separable: the cotangent goes back along
  /// rows, then along columns; windows that tile the picture are an enlargement.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      if function == .maximum {
        let op = MaxPoolGradientOp(kernel: kernel, stride: stride, padding: padding)
        return [try graph.insert(op, [operands[0], cotangent])]
      }
      let picture = graph.shape(operands[0]).dimensions
      if kernel == stride, padding == [0, 0],
        (0..<2).allSatisfy({ outputSize[$0] * kernel[$0] <= picture[1 + $0] })
      {
        let share = try graph.divide(cotangent, graph.constant(Float(kernel[0] * kernel[1])))
        let spread = try graph.insert(Upsample(kernel), [share])
        let rest = (0..<2).map { picture[1 + $0] - outputSize[$0] * kernel[$0] }
        guard rest != [0, 0] else { return [spread] }
        return [
          try graph.insert(
            Pad(before: [0, 0, 0, 0], after: [0, rest[0], rest[1], 0]), [spread])
        ]
      }
      var value = cotangent
      for axis in 0..<2 {
        let extent = picture[1 + axis]
        value = try graph.insert(average(axis, extent).adjoint(inputSize: extent), [value])
      }
      return [value]
    }
  }

  /// The averaging along one axis (0: rows, 1: columns) of a picture as a resampling.
  private func average(_ axis: Int, _ extent: Int) -> Resample {
    let taps = min(kernel[axis], extent)
    var starts: [Int] = []
    var weights: [Double] = []
    for position in 0..<outputSize[axis] {
      let first = position * stride[axis] - padding[axis]
      let window = max(first, 0)..<min(first + kernel[axis], extent)
      let count = function == .average ? window.count : kernel[axis]
      let start = min(window.lowerBound, extent - taps)
      starts.append(start)
      weights += (start..<(start + taps)).map { window.contains($0) ? 1 / Double(count) : 0 }
    }
    return Resample(axis: 1 + axis, starts: starts, taps: taps, weights: weights)
  }
}
