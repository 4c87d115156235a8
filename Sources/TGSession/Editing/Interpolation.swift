/// Codes between two ends, for one or several inputs.
package struct Interpolation: Hashable, Sendable {
  /// The two ends of an input.
  package struct Ends: Hashable, Sendable {
    /// The numbers of the first frame.
    package let from: [Float]
    /// The numbers of the last frame, as many.
    package let to: [Float]

    /// Makes ends.
    package init(from: [Float], to: [Float]) {
      self.from = from
      self.to = to
    }
  }

  /// The ends by input.
  package let ends: [String: Ends]
  /// The inputs that go along the great circle; the others go straight.
  package let spherical: Set<String>

  /// Makes an interpolation.
  package init(_ ends: [String: Ends], spherical: Set<String> = []) {
    self.ends = ends
    self.spherical = spherical
  }

  /// The numbers of a frame by input; of the first and the last they are the ends bit for bit.
  package func numbers(frame: Int, of frames: Int) -> [String: [Float]] {
    let t = frames > 1 ? Double(frame) / Double(frames - 1) : 0
    return Dictionary(
      uniqueKeysWithValues: ends.map { name, ends in
        let between = spherical.contains(name) ? CodeArithmetic.spherical : CodeArithmetic.linear
        return (name, between(ends.from, ends.to, t))
      })
  }
}
