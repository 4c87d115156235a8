internal import TGTensor

/// The form of a plan's picture input.
package struct PictureForm: Hashable, Sendable {
  /// 1 (grey) or 3 (red, green, blue).
  package var channels: Int
  /// The number of rows, at least 1.
  package var height: Int
  /// The number of pixels in a row, at least 1.
  package var width: Int
  /// How a picture of another size is brought to this one.
  package var fit: PictureFit
  /// The filter for that.
  package var filter: PictureFilter
  /// The value of black.
  package var low: Float
  /// The value of white.
  package var high: Float

  /// Makes a form.
  package init(
    channels: Int, height: Int, width: Int, fit: PictureFit, filter: PictureFilter, low: Float,
    high: Float
  ) {
    self.channels = channels
    self.height = height
    self.width = width
    self.fit = fit
    self.filter = filter
    self.low = low
    self.high = high
  }
}

/// A picture that is brought to another size while its rows come, from the top.
///
/// What is held at a time is the result and some rows, however large the picture is.
struct PictureFitting {
  private let framing: Framing
  private let channels: Int
  private let depth: Int
  private var stage: Stage
  private var row = 0
  /// The rows of the part that is kept, the channels of a pixel together: samples, or values if
  /// those are wanted.
  private var samples: [UInt16] = []
  private var values: [Float] = []

  /// What is done with a row.
  private enum Stage {
    /// The size is right: the part that is kept is copied.
    case copied
    /// 8-bit samples, as Pillow does.
    case fixedPoint(RowResampler<FixedPointRows>)
    /// Samples in floating point, rounded at the end.
    case rounded(RowResampler<FloatingPointRows>)
    /// Values of a range, not rounded.
    case values(RowResampler<FloatingPointRows>, low: Float, high: Float)
  }

  /// Begins to bring a picture of this form (its samples are not looked at) to a framing.
  ///
  /// - Parameter range: the range of the values, if these are wanted unrounded.
  /// - Returns: nil if the size or the part is impossible.
  init?(
    height: Int, width: Int, channels: Int, depth: Int, framing: Framing,
    convention: ResampleTable.Convention, range: (low: Float, high: Float)? = nil
  ) {
    self.framing = framing
    self.channels = channels
    self.depth = depth
    guard !framing.rows.isEmpty, !framing.columns.isEmpty else { return nil }
    if framing.height == height, framing.width == width {
      stage = .copied
      return
    }
    guard
      let down = ResampleTable(
        convention: convention, inputSize: height, outputSize: framing.height, outputs: framing.rows
      ),
      let across = ResampleTable(
        convention: convention, inputSize: width, outputSize: framing.width,
        outputs: framing.columns)
    else { return nil }
    if let range {
      stage = .values(
        RowResampler(down: down, across: across, channels: channels), low: range.low,
        high: range.high)
    } else if depth == 8, convention.isPillow {
      stage = .fixedPoint(RowResampler(down: down, across: across, channels: channels))
    } else {
      stage = .rounded(RowResampler(down: down, across: across, channels: channels))
    }
  }

  /// Begins to bring a picture to a framing.
  init?(_ picture: Picture, framing: Framing, convention: ResampleTable.Convention) {
    self.init(
      height: picture.height, width: picture.width, channels: picture.channels,
      depth: picture.depth, framing: framing, convention: convention)
  }

  /// Takes the next row: `width` pixels of `channels` samples, from an index on.
  mutating func take(_ line: [UInt16], at start: Int = 0, count: Int) {
    defer { row += 1 }
    switch stage {
    case .copied:
      guard framing.rows.contains(row) else { return }
      let first = start + framing.columns.lowerBound * channels
      samples += line[first..<first + framing.columns.count * channels]
    // The rows are taken out of the stage, so that nothing is copied.
    case .fixedPoint(var rows):
      stage = .copied
      rows.take(line, at: start) { samples += $0 }
      stage = .fixedPoint(rows)
    case .rounded(var rows):
      stage = .copied
      rows.take(line[start..<start + count].map { Float($0) }) { row in
        samples += row.map { sample($0) }
      }
      stage = .rounded(rows)
    case .values(var rows, let low, let high):
      stage = .copied
      let step = (Double(high) - Double(low)) / Double(largest)
      rows.take(line[start..<start + count].map { Float(Double($0) * step + Double(low)) }) {
        values += $0
      }
      stage = .values(rows, low: low, high: high)
    }
  }

  /// Takes all rows of a picture.
  mutating func take(_ picture: Picture) {
    let count = picture.width * picture.channels
    for row in 0..<picture.height { take(picture.samples, at: row * count, count: count) }
  }

  private var largest: Int { depth == 8 ? 255 : 65535 }

  /// A sample in floating point, rounded to the nearest and clipped.
  private func sample(_ value: Float) -> UInt16 {
    value > 0 ? UInt16(min(Double(value), Double(largest)) + 0.5) : 0
  }

  /// The part that is kept, after the last row.
  var part: Picture {
    Picture(
      height: framing.rows.count, width: framing.columns.count, channels: channels, depth: depth,
      samples: samples)
  }

  /// The part on a white sheet of a size; itself if it has that size.
  func sheet(height: Int, width: Int) -> Picture {
    let part = part
    guard part.height != height || part.width != width else { return part }
    var sheet = Picture(
      height: height, width: width, channels: channels, depth: depth,
      samples: [UInt16](repeating: UInt16(largest), count: height * width * channels))
    sheet.paste(part, row: framing.top, column: framing.left)
    return sheet
  }

  /// The values of an input's form, `[1, channels, height, width]`, after the last row.
  func tensor(height: Int, width: Int, low: Float, high: Float) -> HostTensor {
    guard case .values = stage else {
      return sheet(height: height, width: width).tensor(low: low, high: high)
    }
    var result = HostTensor([1, channels, height, width], repeating: high)
    var source = 0
    for row in 0..<framing.rows.count {
      for column in 0..<framing.columns.count {
        let target = (framing.top + row) * width + framing.left + column
        for channel in 0..<channels {
          result[channel * height * width + target] = values[source + channel]
        }
        source += channels
      }
    }
    return result
  }
}

extension PictureForm {
  /// Begins to bring a picture to this form; the rows it takes have `channels` samples a pixel.
  ///
  /// Pillow's filters resize the samples; the others resize the values, unrounded, as PyTorch's
  /// `interpolate` does with a tensor.
  ///
  /// - Returns: nil if the size is impossible.
  func fitting(height tall: Int, width wide: Int, depth: Int) -> PictureFitting? {
    guard height > 0, width > 0 else { return nil }
    let framing = Framing(tall, wide, height: height, width: width, fit: fit)
    return PictureFitting(
      height: tall, width: wide, channels: channels, depth: depth, framing: framing,
      convention: filter.convention, range: filter.convention.isPillow ? nil : (low, high))
  }

  /// The values that a fitting made for this form.
  func tensor(_ fitting: PictureFitting) -> HostTensor {
    fitting.tensor(height: height, width: width, low: low, high: high)
  }
}
