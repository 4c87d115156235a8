package import TGTensor

extension Picture {
  /// The samples as `[1, channels, height, width]`, the range `0 ... 2^depth - 1` mapped linearly to
  /// `low ... high`; 16-bit samples keep their precision.
  package func tensor(low: Float, high: Float) -> HostTensor {
    let step = (Double(high) - Double(low)) / Double(largest)
    let area = height * width
    var elements = [Float](repeating: 0, count: area * channels)
    for channel in 0..<channels {
      for pixel in 0..<area {
        let sample = Double(samples[pixel * channels + channel])
        elements[channel * area + pixel] = Float(sample * step + Double(low))
      }
    }
    return HostTensor([1, channels, height, width], elements)
  }

  /// Makes a picture of `[channels, height, width]`, with any axes of length 1 before it: `low` is
  /// black, `high` the largest sample; a value between two samples becomes the nearest, halves up, as
  /// by StyleGAN's `+ 0.5`. What lies outside is clamped, and a value that is no number becomes black.
  ///
  /// - Returns: nil if the shape is not that of one picture with 1 or 3 channels.
  package init?(tensor: HostTensor, low: Float, high: Float, depth: Int = 8) {
    let extents = tensor.shape.dimensions
    guard extents.count >= 3, extents.dropLast(3).allSatisfy({ $0 == 1 }), low != high else {
      return nil
    }
    let channels = extents[extents.count - 3]
    let height = extents[extents.count - 2]
    let width = extents[extents.count - 1]
    guard channels == 1 || channels == 3, height > 0, width > 0 else { return nil }
    let largest: Double = depth == 8 ? 255 : 65535
    let step = largest / (Double(high) - Double(low))
    let area = height * width
    var samples = [UInt16](repeating: 0, count: area * channels)
    for channel in 0..<channels {
      for pixel in 0..<area {
        let value = (Double(tensor[channel * area + pixel]) - Double(low)) * step
        let clamped = value > 0 ? min(value, largest) : 0
        samples[pixel * channels + channel] = UInt16(clamped + 0.5)
      }
    }
    self.init(height: height, width: width, channels: channels, depth: depth, samples: samples)
  }
}
