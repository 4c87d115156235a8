package import TGTensor

extension Picture {
  /// The picture with an attention map glowing over it.
  ///
  /// The map is brought to the picture's size (PyTorch's bilinear, half-pixel centres) and stretched
  /// so that its smallest value is 0 and its largest 1; v then shows as the colour that lies at v
  /// between blue (0), purple (1/3), orange (2/3) and yellow (1), mixed in with weight 0.75 v, so
  /// that what is not attended to looks as it did. A constant map, or a value that is no number,
  /// counts as 0.
  ///
  /// - Parameter map: `[height, width]`, with any axes of length 1 before them.
  /// - Returns: the picture in RGB with 8 bits; nil if the map has another form.
  package func overlaid(attention map: HostTensor) -> Picture? {
    let extents = map.shape.dimensions
    guard extents.count >= 2, extents.dropLast(2).allSatisfy({ $0 == 1 }),
      let values = map.map({ $0.isFinite ? $0 : 0 })
        .resized(height: height, width: width, by: .torchBilinear),
      let low = values.elements.min(), let high = values.elements.max()
    else { return nil }
    var result = with8Bits().converted(channels: 3)
    guard high > low else { return result }
    for pixel in 0..<height * width {
      let value = (values[pixel] - low) / (high - low)
      let colour = Self.heat(value)
      let weight = 0.75 * value
      for channel in 0..<3 {
        let under = Float(result.samples[3 * pixel + channel])
        let mixed = under + weight * (colour[channel] - under)
        result.samples[3 * pixel + channel] = UInt16(min(max(mixed, 0), 255) + 0.5)
      }
    }
    return result
  }

  /// The picture under an attention map, as AttnGAN's authors draw figure 4: the map, without what is
  /// not above a value, brought to the picture's size (PyTorch's bilinear) and stretched to 0 ... 255
  /// as grey, counts 180 of 255, the picture 75.
  ///
  /// - Parameters:
  ///   - map: `[height, width]`, with any axes of length 1 before them.
  ///   - least: what is not above it counts as 0, if anything is; values that are no numbers always
  ///     do.
  /// - Returns: the picture in RGB with 8 bits; nil if the map has another form.
  package func under(attention map: HostTensor, above least: Float) -> Picture? {
    let extents = map.shape.dimensions
    let isCut = map.elements.contains { $0.isFinite && $0 > least }
    guard extents.count >= 2, extents.dropLast(2).allSatisfy({ $0 == 1 }),
      let values = map.map({ $0.isFinite && (!isCut || $0 > least) ? $0 : 0 })
        .resized(height: height, width: width, by: .torchBilinear),
      let low = values.elements.min(), let high = values.elements.max()
    else { return nil }
    var result = with8Bits().converted(channels: 3)
    for pixel in 0..<height * width {
      let light = high > low ? 255 * (values[pixel] - low) / (high - low) : 0
      for channel in 0..<3 {
        let under = Float(result.samples[3 * pixel + channel])
        result.samples[3 * pixel + channel] = UInt16((75 * under + 180 * light) / 255 + 0.5)
      }
    }
    return result
  }

  /// Blue, purple, orange, yellow: the colour of a number in `0 ... 1`, RGB in `0 ... 255`.
  private static func heat(_ value: Float) -> [Float] {
    let stops: [[Float]] = [[0, 0, 160], [190, 0, 140], [250, 130, 30], [255, 240, 80]]
    let position = min(max(value, 0), 1) * 3
    let index = min(Int(position), 2)
    let fraction = position - Float(index)
    return zip(stops[index], stops[index + 1]).map { $0 + fraction * ($1 - $0) }
  }
}
