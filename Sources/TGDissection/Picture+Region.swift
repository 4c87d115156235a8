package import TGImage

extension Picture {
  /// The picture in RGB with 8 bits, what lies outside of a region at three tenths of its light.
  ///
  /// - Parameter region: for each pixel of a map of `rows` by `columns`, row-major, whether it is
  ///   inside; it is laid over the picture whatever its size.
  package func lit(where region: [Bool], rows: Int, columns: Int) -> Picture {
    var result = with8Bits().converted(channels: 3)
    for y in 0..<height {
      for x in 0..<width where !region[y * rows / height * columns + x * columns / width] {
        for channel in 0..<3 {
          result[y, x, channel] = (3 * result[y, x, channel] + 5) / 10
        }
      }
    }
    return result
  }
}
