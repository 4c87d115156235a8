/// A still picture: rows from the top, pixels from the left, samples of a pixel together.
///
/// Samples are what the file says, without gamma: whole numbers in `0 ... 2^depth - 1`. Transparency
/// was composited over white when the file was read.
package struct Picture: Hashable, Sendable {
  /// The number of rows, at least 1.
  package let height: Int
  /// The number of pixels in a row, at least 1.
  package let width: Int
  /// 1 (grey) or 3 (red, green, blue).
  package let channels: Int
  /// Bits per sample, 8 or 16.
  package let depth: Int
  /// The samples, `[height, width, channels]` row-major.
  package internal(set) var samples: [UInt16]

  /// Makes a picture; traps unless the numbers describe one.
  package init(height: Int, width: Int, channels: Int, depth: Int = 8, samples: [UInt16]) {
    precondition(height > 0 && width > 0, "a picture has at least one pixel")
    precondition(channels == 1 || channels == 3, "a picture is grey or RGB")
    precondition(depth == 8 || depth == 16, "a sample has 8 or 16 bits")
    precondition(samples.count == height * width * channels, "a picture has all its samples")
    self.height = height
    self.width = width
    self.channels = channels
    self.depth = depth
    self.samples = samples
  }

  /// Makes a picture of one 8-bit colour; as many channels as `colour` has components, 1 or 3.
  package init(height: Int, width: Int, colour: [UInt8]) {
    let pixel = colour.map { UInt16($0) }
    var samples: [UInt16] = []
    samples.reserveCapacity(height * width * colour.count)
    for _ in 0..<height * width { samples.append(contentsOf: pixel) }
    self.init(height: height, width: width, channels: colour.count, samples: samples)
  }

  /// The largest sample of this depth: 255 or 65535.
  package var largest: Int { depth == 8 ? 255 : 65535 }

  /// One sample.
  package subscript(row: Int, column: Int, channel: Int) -> UInt16 {
    get { samples[(row * width + column) * channels + channel] }
    set { samples[(row * width + column) * channels + channel] = newValue }
  }

  /// The picture with 1 or 3 channels. Grey is repeated; colour becomes luma by ITU-R 601 in
  /// Pillow's whole-number weights, (19595 R + 38470 G + 7471 B + 32768) / 65536.
  package func converted(channels wanted: Int) -> Picture {
    guard wanted != channels else { return self }
    return Picture(
      height: height, width: width, channels: wanted, depth: depth,
      samples: Self.converted(samples, to: wanted))
  }

  /// Pixels of 1 channel as pixels of 3, or the other way round.
  static func converted(_ samples: [UInt16], to wanted: Int) -> [UInt16] {
    var result: [UInt16] = []
    if wanted == 3 {
      result.reserveCapacity(samples.count * 3)
      for sample in samples {
        result.append(sample)
        result.append(sample)
        result.append(sample)
      }
    } else {
      result.reserveCapacity(samples.count / 3)
      for pixel in 0..<samples.count / 3 {
        let red = 19595 * Int(samples[3 * pixel])
        let green = 38470 * Int(samples[3 * pixel + 1])
        let blue = 7471 * Int(samples[3 * pixel + 2])
        result.append(UInt16((red + green + blue + 32768) >> 16))
      }
    }
    return result
  }

  /// The picture with 8 bits per sample, each rounded to the nearest.
  package func with8Bits() -> Picture {
    guard depth == 16 else { return self }
    return Picture(
      height: height, width: width, channels: channels,
      samples: samples.map { UInt16((UInt32($0) * 255 + 32767) / 65535) })
  }

  /// A rectangle of the picture; traps unless it lies inside.
  package func cropped(rows: Range<Int>, columns: Range<Int>) -> Picture {
    var result: [UInt16] = []
    result.reserveCapacity(rows.count * columns.count * channels)
    for row in rows {
      let start = (row * width + columns.lowerBound) * channels
      result.append(contentsOf: samples[start..<start + columns.count * channels])
    }
    return Picture(
      height: rows.count, width: columns.count, channels: channels, depth: depth, samples: result)
  }

  /// Copies another picture of the same channels and depth into this one, its top left corner at a
  /// row and a column; traps unless it fits.
  package mutating func paste(_ other: Picture, row: Int, column: Int) {
    precondition(other.channels == channels && other.depth == depth, "pictures of one form")
    precondition(
      row >= 0 && column >= 0 && row + other.height <= height && column + other.width <= width,
      "the pasted picture lies inside")
    let across = other.width * channels
    for y in 0..<other.height {
      let start = ((row + y) * width + column) * channels
      samples.replaceSubrange(
        start..<start + across, with: other.samples[y * across..<(y + 1) * across])
    }
  }
}
