package import TGTensor

/// What is given for one input of a function.
package enum Given: Hashable, Sendable {
  /// A picture for every item, brought to the plan's size and range: `[1, C, H, W]`; its path.
  case picture(HostTensor, path: String)
  /// A caption for every item.
  case caption(String)
  /// Rows of numbers, one for each item; for texts the number of words of each.
  case array(HostTensor, lengths: HostTensor?)
  /// One number in every position.
  case number(Float)
}

/// One thing to be computed: what differs between items of a run.
package struct RunItem: Hashable, Sendable {
  /// The seed of what is drawn.
  package var seed: UInt64
  /// The item's number in the noise of its seed.
  package var noiseItem: Int
  /// The row of the arrays given.
  package var row: Int
  /// Captions of this item, by input; they replace what is given for all.
  package var captions: [String: String]
  /// Numbers of this item in the framework's order, by input, as many as an item of the input has;
  /// they replace whatever it would have.
  package var numbers: [String: [Float]]

  /// Makes an item.
  package init(
    seed: UInt64, noiseItem: Int = 0, row: Int = 0, captions: [String: String] = [:],
    numbers: [String: [Float]] = [:]
  ) {
    self.seed = seed
    self.noiseItem = noiseItem
    self.row = row
    self.captions = captions
    self.numbers = numbers
  }
}
