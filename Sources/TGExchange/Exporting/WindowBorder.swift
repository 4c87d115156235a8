/// What is laid around a picture, or cut off it, along one axis so that windows lie as asked for.
///
/// ONNX pads by zero or more and counts the windows itself; here a padding may be negative, and the count
/// is given.
struct WindowBorder: Hashable {
  /// Positions of padding.
  private(set) var before: Int
  private(set) var after: Int
  /// Positions of the picture that no window reads.
  private(set) var cutBefore: Int
  private(set) var cutAfter = 0

  /// Makes the border.
  ///
  /// - Parameters:
  ///   - extent: the positions of the picture.
  ///   - reach: the positions from a window's first to its last, with both.
  ///   - stride: from window to window.
  ///   - padding: before the first position; negative to leave out positions.
  ///   - count: the windows.
  init(extent: Int, reach: Int, stride: Int, padding: Int, count: Int) {
    before = max(0, padding)
    cutBefore = max(0, -padding)
    after = (count - 1) * stride + reach - extent - padding
    if padding >= 0, padding >= after, extent + 2 * padding >= reach,
      (extent + 2 * padding - reach) / stride + 1 == count
    {
      // The same on both sides, as pages mostly say it.
      after = padding
    } else if after < 0 {
      // Less than a stride is read by no window anyway.
      if after <= -stride { cutAfter = -after }
      after = 0
    }
  }
}
