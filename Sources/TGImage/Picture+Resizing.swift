package import TGTensor

extension Picture {
  /// The picture at another size, or a part of it at that size.
  ///
  /// With 8 bits and a Pillow convention the bytes equal Pillow's: weights rounded to 22 bits after
  /// the point, rows first, then columns, each pass rounded to the nearest and clipped. Otherwise
  /// both passes are computed in floating point and rounded once, to the nearest.
  ///
  /// - Parameters:
  ///   - rows: the rows of the resized picture that are wanted, all if nil.
  ///   - columns: the columns that are wanted, all if nil.
  /// - Returns: nil if a size or part is impossible (see `ResampleTable`).
  package func resized(
    height newHeight: Int, width newWidth: Int, by convention: ResampleTable.Convention,
    rows: Range<Int>? = nil, columns: Range<Int>? = nil
  ) -> Picture? {
    guard newHeight > 0, newWidth > 0, rows?.isEmpty != true, columns?.isEmpty != true,
      let across = ResampleTable(
        convention: convention, inputSize: width, outputSize: newWidth, outputs: columns),
      let down = ResampleTable(
        convention: convention, inputSize: height, outputSize: newHeight, outputs: rows)
    else { return nil }
    if depth == 8 && convention.isPillow { return resizedInSteps(across, down) }
    let planes = tensor(low: 0, high: Float(largest))
    let result = planes.resampled(down, across)
    return Picture(tensor: result, low: 0, high: Float(largest), depth: depth)
  }

  /// Both passes in Pillow's fixed-point arithmetic.
  private func resizedInSteps(_ across: ResampleTable, _ down: ResampleTable) -> Picture {
    var picture = self
    if across.inputSize != across.outputSize || across.outputs.count != width {
      let weights = across.fixedPointWeights
      let columns = across.outputs.count
      var result = [UInt16](repeating: 0, count: height * columns * channels)
      var target = 0
      for row in 0..<height {
        let line = row * width
        for column in 0..<columns {
          for channel in 0..<channels {
            var source = (line + across.starts[column]) * channels + channel
            var sum = 1 << 21
            for tap in column * across.taps..<(column + 1) * across.taps {
              sum += Int(samples[source]) * weights[tap]
              source += channels
            }
            result[target] = UInt16(min(max(sum >> 22, 0), 255))
            target += 1
          }
        }
      }
      picture = Picture(height: height, width: columns, channels: channels, samples: result)
    }
    guard down.inputSize != down.outputSize || down.outputs.count != height else {
      return picture
    }
    let weights = down.fixedPointWeights
    let line = picture.width * channels
    var result: [UInt16] = []
    result.reserveCapacity(down.outputs.count * line)
    var sums = [Int](repeating: 0, count: line)
    for row in 0..<down.outputs.count {
      for index in 0..<line { sums[index] = 1 << 21 }
      for tap in 0..<down.taps {
        let weight = weights[row * down.taps + tap]
        let source = (down.starts[row] + tap) * line
        for index in 0..<line { sums[index] += Int(picture.samples[source + index]) * weight }
      }
      for sum in sums { result.append(UInt16(min(max(sum >> 22, 0), 255))) }
    }
    return Picture(
      height: down.outputs.count, width: picture.width, channels: channels, samples: result)
  }
}

extension ResampleTable.Convention {
  /// True for Pillow's filters, which are exact on 8-bit pictures.
  package var isPillow: Bool { rawValue.hasPrefix("pillow-") }
}

extension ResampleTable {
  /// The weights as whole numbers of 2⁻²², rounded to the nearest, halves away from zero.
  fileprivate var fixedPointWeights: [Int] {
    weights.map { Int(($0 < 0 ? -0.5 : 0.5) + $0 * Double(1 << 22)) }
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
    let height = down.inputSize
    let width = across.inputSize
    let columns = across.outputs.count
    let planes = shape.dimensions[..<axis].reduce(1, *)
    var narrow = [Float](repeating: 0, count: planes * height * columns)
    for line in 0..<planes * height {
      for column in 0..<columns {
        var sum = 0.0
        let source = line * width + across.starts[column]
        let row = column * across.taps
        for tap in 0..<across.taps { sum += across.weights[row + tap] * Double(self[source + tap]) }
        narrow[line * columns + column] = Float(sum)
      }
    }
    var result = [Float](repeating: 0, count: planes * down.outputs.count * columns)
    var sums = [Double](repeating: 0, count: columns)
    for plane in 0..<planes {
      for row in 0..<down.outputs.count {
        for column in 0..<columns { sums[column] = 0 }
        for tap in 0..<down.taps {
          let weight = down.weights[row * down.taps + tap]
          let source = (plane * height + down.starts[row] + tap) * columns
          for column in 0..<columns { sums[column] += weight * Double(narrow[source + column]) }
        }
        let target = (plane * down.outputs.count + row) * columns
        for column in 0..<columns { result[target + column] = Float(sums[column]) }
      }
    }
    return HostTensor(
      Shape(Array(shape.dimensions[..<axis]) + [down.outputs.count, columns]), result)
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
