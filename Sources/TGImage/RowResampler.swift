package import TGTensor

/// How sums of weighted samples are computed and rounded.
protocol RowArithmetic {
  /// What rows are made of.
  associatedtype Sample
  /// A weight of a table.
  associatedtype Weight
  /// A sum that is not complete.
  associatedtype Sum

  /// The weights of a table.
  static func weights(of table: ResampleTable) -> [Weight]
  /// The sum of nothing.
  static var zero: Sum { get }
  /// Adds a weighted sample.
  static func add(_ sample: Sample, times weight: Weight, to sum: inout Sum)
  /// The result of a complete sum.
  static func rounded(_ sum: Sum) -> Sample
}

/// Pillow's arithmetic for 8-bit samples: weights rounded to 22 bits after the point, each pass
/// rounded to the nearest and clipped.
enum FixedPointRows: RowArithmetic {
  static func weights(of table: ResampleTable) -> [Int] {
    // Halves away from zero.
    table.weights.map { Int(($0 < 0 ? -0.5 : 0.5) + $0 * Double(1 << 22)) }
  }

  static let zero = 1 << 21

  static func add(_ sample: UInt16, times weight: Int, to sum: inout Int) {
    sum += Int(sample) * weight
  }

  static func rounded(_ sum: Int) -> UInt16 { UInt16(min(max(sum >> 22, 0), 255)) }
}

/// Sums in double precision, each pass rounded to float32.
enum FloatingPointRows: RowArithmetic {
  static func weights(of table: ResampleTable) -> [Double] { table.weights }

  static let zero = 0.0

  static func add(_ sample: Float, times weight: Double, to sum: inout Double) {
    sum += weight * Double(sample)
  }

  static func rounded(_ sum: Double) -> Float { Float(sum) }
}

/// Resamples a picture whose rows come one after the other, from the top.
///
/// Each row goes through the horizontal pass at once and is added to the results that it is a part
/// of, so that only those are held: the rows of a result at a time are as many as windows overlap.
struct RowResampler<Arithmetic: RowArithmetic> {
  private let down: ResampleTable
  private let across: ResampleTable
  private let channels: Int
  private let downWeights: [Arithmetic.Weight]
  private let acrossWeights: [Arithmetic.Weight]
  /// For each result the first row that it or a later one begins with.
  private let begins: [Int]
  /// The number of the next row.
  private var row = 0
  /// The results that are begun and not complete, and their sums, one after the other.
  private var open = 0..<0
  private var sums: [Arithmetic.Sum] = []
  private var narrow: [Arithmetic.Sample] = []

  /// Makes one for rows of `across.inputSize` pixels, the channels of each together.
  init(down: ResampleTable, across: ResampleTable, channels: Int) {
    self.down = down
    self.across = across
    self.channels = channels
    downWeights = Arithmetic.weights(of: down)
    acrossWeights = Arithmetic.weights(of: across)
    var begins = down.starts
    for index in begins.indices.dropLast().reversed() {
      begins[index] = min(begins[index], begins[index + 1])
    }
    self.begins = begins
  }

  /// Takes the next row, `down.inputSize` of them in all.
  ///
  /// - Parameters:
  ///   - samples: where the row lies.
  ///   - start: its first sample there.
  ///   - emit: takes each row of the result when it is complete, from the top.
  mutating func take(
    _ samples: [Arithmetic.Sample], at start: Int = 0, emit: ([Arithmetic.Sample]) -> Void
  ) {
    defer { row += 1 }
    let line = across.outputs.count * channels
    while open.upperBound < begins.count, begins[open.upperBound] <= row {
      open = open.lowerBound..<open.upperBound + 1
      sums += repeatElement(Arithmetic.zero, count: line)
    }
    guard !open.isEmpty else { return }
    narrow(samples, at: start)
    for result in open {
      let tap = row - down.starts[result]
      guard tap >= 0, tap < down.taps else { continue }
      let weight = downWeights[result * down.taps + tap]
      let target = (result - open.lowerBound) * line
      for index in 0..<line {
        Arithmetic.add(narrow[index], times: weight, to: &sums[target + index])
      }
    }
    while let result = open.first, row >= down.starts[result] + down.taps - 1 {
      emit(sums[..<line].map(Arithmetic.rounded))
      sums.removeFirst(line)
      open = result + 1..<open.upperBound
    }
  }

  /// The horizontal pass.
  private mutating func narrow(_ samples: [Arithmetic.Sample], at start: Int) {
    narrow.removeAll(keepingCapacity: true)
    for column in across.outputs.indices {
      let index = column - across.outputs.lowerBound
      for channel in 0..<channels {
        var source = start + across.starts[index] * channels + channel
        var sum = Arithmetic.zero
        for tap in index * across.taps..<(index + 1) * across.taps {
          Arithmetic.add(samples[source], times: acrossWeights[tap], to: &sum)
          source += channels
        }
        narrow.append(Arithmetic.rounded(sum))
      }
    }
  }
}

extension HostTensor {
  /// The two innermost axes, height and width, resampled; sums in double precision.
  ///
  /// Traps unless the tables fit the extents; rank 2 or more.
  package func resampled(_ down: ResampleTable, _ across: ResampleTable) -> HostTensor {
    let axis = shape.rank - 2
    precondition(
      axis >= 0 && shape[axis] == down.inputSize && shape[axis + 1] == across.inputSize,
      "the tables are for these extents")
    let planes = shape.dimensions[..<axis].reduce(1, *)
    let extents = [down.outputs.count, across.outputs.count]
    var result: [Float] = []
    result.reserveCapacity(planes * extents[0] * extents[1])
    for plane in 0..<planes {
      var rows = RowResampler<FloatingPointRows>(down: down, across: across, channels: 1)
      for row in 0..<down.inputSize {
        let start = (plane * down.inputSize + row) * across.inputSize
        rows.take(elements, at: start) { result += $0 }
      }
    }
    return HostTensor(Shape(Array(shape.dimensions[..<axis]) + extents), result)
  }

  /// The two innermost axes at another size; nil if that is impossible (see `ResampleTable`).
  package func resized(
    height: Int, width: Int, by convention: ResampleTable.Convention, scale: Double? = nil
  ) -> HostTensor? {
    guard shape.rank >= 2,
      let down = ResampleTable(
        convention: convention, inputSize: shape[shape.rank - 2], outputSize: height,
        scale: scale),
      let across = ResampleTable(
        convention: convention, inputSize: shape[shape.rank - 1], outputSize: width, scale: scale)
    else { return nil }
    return resampled(down, across)
  }
}
