#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGExecution
internal import TGPlan
internal import TGTensor

// The meaning of each instruction as the comment of its message in spec/plan.proto gives it: sums in
// `Double` in the order of the positions, one rounding where a number is stored or handed to an
// epilogue.
extension ReferenceMemory {
  /// Does one instruction.
  ///
  /// - Returns: the first number that is no row of its table, with its position; nil if there is none.
  mutating func execute(_ instruction: Instruction) -> (position: Int, number: Int32)? {
    switch instruction {
    case .convolve(let x): write(finish(sums(of: x), x.epilogue), to: x.output)
    case .multiply(let x): write(finish(product(of: x), x.epilogue), to: x.output)
    case .map(let x) where x.output.dtype == .int32: write(read(x.operands[0]), to: x.output)
    case .map(let x):
      write(
        x.program.evaluate(x.operands.map { read($0) }, over: x.output.dimensions), to: x.output)
    case .reduce(let x): write(reduced(x), to: x.output)
    case .normalize(let x): write(finish(normalized(x), x.epilogue), to: x.output)
    case .softmax(let x): write(softmax(of: x), to: x.output)
    case .pool(let x): write(pooled(x), to: x.output)
    case .maxPoolGradient(let x): write(maxPoolGradient(of: x), to: x.output)
    case .resample(let x): write(resampled(x), to: x.output)
    case .gather(let x):
      let (rows, refused) = gathered(x)
      write(rows, to: x.output)
      return refused
    case .scatter(let x):
      let (sums, refused) = scattered(x)
      write(sums, to: x.output)
      return refused
    case .packMask(let x): write(mask(of: x), to: x.output)
    }
    return nil
  }

  /// An epilogue's program over results that were rounded once.
  private func finish(_ results: Grid, _ epilogue: Epilogue) -> Grid {
    epilogue.program.evaluate(
      [results] + epilogue.operands.map { read($0) }, over: results.dimensions)
  }

  /// Sums of products of the rounded factors. Of tiles the factors that are rounded are transformed ones, and
  /// what that makes of a sum is within the bounds of spec/runtime.md: here nothing is rounded.
  private func sums(of x: Convolution) -> Grid {
    let given = read(x.input)
    let (height, width) = (given.dimensions[1], given.dimensions[2])
    let outputs = x.output.dimensions[3]
    let channels = given.dimensions[3] / x.groups
    var result = Grid(x.output.dimensions)
    for phase in x.phases {
      let precision = x.form(of: phase) == nil ? x.precision : .float32
      let input = given.factors(of: precision)
      let weights = read(phase.weights).factors(of: precision).elements
      let (rows, columns) = x.extents(of: phase)
      for n in 0..<input.dimensions[0] {
        for i in 0..<rows {
          for j in 0..<columns {
            for o in 0..<outputs {
              let first = o / (outputs / x.groups) * channels
              var sum = 0.0
              for ky in 0..<phase.kernelHeight {
                let y = i * x.strideY + ky * x.dilationY - phase.padTop
                guard (0..<height).contains(y) else { continue }
                for kx in 0..<phase.kernelWidth {
                  let column = j * x.strideX + kx * x.dilationX - phase.padLeft
                  guard (0..<width).contains(column) else { continue }
                  for c in 0..<channels {
                    let weight = weights[x.position(of: (o, c, ky, kx), in: phase)]
                    sum += input[n, y, column, first + c] * weight
                  }
                }
              }
              result[n, phase.originY + i * x.scaleY, phase.originX + j * x.scaleX, o] = sum
            }
          }
        }
      }
    }
    return result
  }

  private func product(of x: MatrixProduct) -> Grid {
    let (left, right) = (read(x.left), read(x.right))
    var result = Grid(x.output.dimensions)
    for b in 0..<result.dimensions[0] {
      for m in 0..<result.dimensions[1] {
        for n in 0..<result.dimensions[2] {
          result[b, m, n] = (0..<left.dimensions[2]).reduce(0) {
            $0 + left[b, m, $1] * right[b, $1, n]
          }
        }
      }
    }
    return result
  }

  private func reduced(_ x: Reduction) -> Grid {
    let values = x.program.evaluate(x.operands.map { read($0) }, over: x.operands[0].dimensions)
    return Grid(
      x.output.dimensions, values.rows(keeping: x.keptRank).map { x.function.value(of: $0) })
  }

  private func normalized(_ x: Normalization) -> Grid {
    let input = read(x.input)
    let elements = input.rows(keeping: x.keptRank).flatMap { row -> [Double] in
      let mean = ReductionFunction.mean.value(of: row)
      let deviation = (ReductionFunction.variance.value(of: row) + Double(x.epsilon)).squareRoot()
      return row.map { ($0 - mean) / deviation }
    }
    return Grid(input.dimensions, elements)
  }

  private func softmax(of x: Softmax) -> Grid {
    let input = read(x.input)
    let elements = input.rows(keeping: input.dimensions.count - 1).flatMap { row -> [Double] in
      let largest = ReductionFunction.maximum.value(of: row)
      if largest == -.infinity { return row.map { _ in x.logarithmic ? -.infinity : 0 } }
      let total = row.reduce(0) { $0 + exp($1 - largest) }
      return row.map { x.logarithmic ? $0 - largest - log(total) : exp($0 - largest) / total }
    }
    return Grid(input.dimensions, elements)
  }

  private func resampled(_ x: Resampling) -> Grid {
    let (input, starts, weights) = (read(x.input), read(x.starts).elements, read(x.weights))
    let taps = weights.dimensions[1]
    // The axes before and after the resampled one, each taken together.
    let inner = input.dimensions[(x.axis + 1)...].reduce(1, *)
    let (extent, outputs) = (input.dimensions[x.axis], x.output.dimensions[x.axis])
    var result = Grid(x.output.dimensions)
    for position in result.elements.indices {
      let (a, i, b) = (position / inner / outputs, position / inner % outputs, position % inner)
      result.elements[position] = (0..<taps).reduce(0) { sum, t in
        sum + weights.elements[i * taps + t]
          * input.elements[(a * extent + Int(starts[i]) + t) * inner + b]
      }
    }
    return result
  }

  private func gathered(_ x: Gathering) -> (rows: Grid, refused: (position: Int, number: Int32)?) {
    let (rows, indices) = (read(x.table).rows(keeping: 1), read(x.indices).elements)
    var result: [Double] = []
    var refused: (position: Int, number: Int32)?
    for (position, number) in indices.enumerated() {
      if let index = Int(exactly: number), rows.indices.contains(index) {
        result += rows[index]
      } else {
        result += rows[0].map { _ in 0 }
        refused = refused ?? (position, Int32(number))
      }
    }
    return (Grid(x.output.dimensions, result), refused)
  }

  /// Rows added up by their numbers; a sum is a float32 after each row.
  private func scattered(_ x: Scattering) -> (sums: Grid, refused: (position: Int, number: Int32)?)
  {
    let (input, indices) = (read(x.input), read(x.indices))
    let rows = input.rows(keeping: indices.dimensions.count)
    var result = Grid(x.output.dimensions)
    let width = result.elements.count / x.output.dimensions[0]
    var refused: (position: Int, number: Int32)?
    for (row, (number, position)) in zip(rows, zip(indices.elements, 0...)) {
      guard let index = Int(exactly: number), (0..<x.output.dimensions[0]).contains(index) else {
        refused = refused ?? (position, Int32(number))
        continue
      }
      for (column, value) in row.enumerated() {
        let sum = Float(result.elements[index * width + column]) + Float(value)
        result.elements[index * width + column] = Double(sum)
      }
    }
    return (result, refused)
  }

  private func mask(of x: MaskPacking) -> Grid {
    let input = read(x.input)
    return Grid(input.dimensions, input.elements.map { $0 > 0 ? 1 : 0 })
  }
}

extension Grid {
  /// The numbers, float32, as they are multiplied.
  fileprivate func factors(of precision: Convolution.Precision) -> Grid {
    guard precision == .bfloat16 else { return self }
    return Grid(dimensions, elements.map { Double(precision.factor(Float($0))) })
  }
}

extension Convolution {
  /// The position of a kernel's element among the packed weights of its phase (spec/plan.md §3).
  fileprivate func position(
    of element: (output: Int, channel: Int, y: Int, x: Int), in phase: Phase
  ) -> Int {
    let (height, width) = (phase.kernelHeight, phase.kernelWidth)
    if packing == .depthwise {
      return (element.y * width + element.x) * input.dimensions[3] + element.output
    }
    if packing == .turned {
      let row = (element.channel / 16 * height + height - 1 - element.y) * width
      let tap = row + width - 1 - element.x
      return (tap * output.dimensions[3] + element.output) * 16 + element.channel % 16
    }
    let outputs = output.dimensions[3] / groups
    let (group, local) = element.output.quotientAndRemainder(dividingBy: outputs)
    let panel = group * ((outputs + 15) / 16) + local / 16
    let tap = (panel * height + element.y) * width + element.x
    return (tap * (input.dimensions[3] / groups) + element.channel) * 16 + local % 16
  }
}

extension ReductionFunction {
  /// The function over the numbers of a row; not-a-number if one of them is.
  fileprivate func value(of row: some Collection<Double>) -> Double {
    let count = Double(row.count)
    switch self {
    case .sum: return row.reduce(0, +)
    case .mean: return row.reduce(0, +) / count
    case .maximum: return row.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
    case .minimum: return row.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 }
    case .product: return row.reduce(1, *)
    case .variance:
      let mean = row.reduce(0, +) / count
      return row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    }
  }
}
