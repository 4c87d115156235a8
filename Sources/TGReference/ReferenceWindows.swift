internal import TGPlan
internal import TGTensor

extension Pooling.Window {
  /// The positions of window [i, j] that lie inside a picture, rows first.
  fileprivate func positions(_ i: Int, _ j: Int, in picture: [Int]) -> [(y: Int, x: Int)] {
    let (top, left) = (i * strideY - padTop, j * strideX - padLeft)
    return (max(0, top)..<min(picture[1], top + kernelHeight)).flatMap { y in
      (max(0, left)..<min(picture[2], left + kernelWidth)).map { (y, $0) }
    }
  }
}

extension ReferenceMemory {
  /// Maximum or average over windows.
  func pooled(_ x: Pooling) -> Grid {
    let input = read(x.input)
    var result = Grid(x.output.dimensions)
    for n in 0..<result.dimensions[0] {
      for i in 0..<result.dimensions[1] {
        for j in 0..<result.dimensions[2] {
          let positions = x.window.positions(i, j, in: input.dimensions)
          for c in 0..<result.dimensions[3] {
            let numbers = positions.map { input[n, $0.y, $0.x, c] }
            let sum = numbers.reduce(0, +)
            result[n, i, j, c] =
              switch x.function {
              case .maximum: numbers.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
              case .average: sum / Double(numbers.count)
              case .averageCountingPadding:
                sum / Double(x.window.kernelHeight * x.window.kernelWidth)
              }
          }
        }
      }
    }
    return result
  }

  /// The adjoint of the maximum over windows; what a position gets is a float32 after each window.
  func maxPoolGradient(of x: MaxPoolGradient) -> Grid {
    let (input, gradient) = (read(x.input), read(x.gradient))
    var result = Grid(x.output.dimensions)
    for n in 0..<gradient.dimensions[0] {
      for i in 0..<gradient.dimensions[1] {
        for j in 0..<gradient.dimensions[2] {
          let positions = x.window.positions(i, j, in: input.dimensions)
          for c in 0..<gradient.dimensions[3] {
            var best = positions[0]
            for position in positions.dropFirst() {
              let (new, old) = (input[n, position.y, position.x, c], input[n, best.y, best.x, c])
              if new.isNaN || new > old { best = position }
            }
            let sum = Float(result[n, best.y, best.x, c]) + Float(gradient[n, i, j, c])
            result[n, best.y, best.x, c] = Double(sum)
          }
        }
      }
    }
    return result
  }
}
