/// How many items are cut into runs of the batch sizes that a plan has.
package struct BatchPlan: Hashable, Sendable {
  /// One run: some consecutive items in a batch of a size that may be larger.
  package struct Chunk: Hashable, Sendable {
    /// The items.
    package var items: Range<Int>
    /// The batch size, at least `items.count`.
    package var size: Int

    /// Makes a run; its size is at least the number of its items.
    package init(items: Range<Int>, size: Int) {
      self.items = items
      self.size = size
    }
  }

  /// The runs, in order; together they cover all items.
  package let chunks: [Chunk]

  /// Cuts items.
  ///
  /// Items that do not interact are run in the largest batch that they fill; what is left over goes
  /// into the smallest batch that holds it. Items that interact are never padded and never cut: if
  /// they belong together there must be a batch of just their number, and items that are
  /// independent of each other are run one by one.
  ///
  /// - Parameters:
  ///   - count: how many items, at least 1.
  ///   - sizes: the batch sizes.
  ///   - itemsInteract: true if items of a batch influence each other.
  ///   - belongTogether: true if the items were given as one batch.
  /// - Returns: nil if no batch size serves.
  package init?(count: Int, sizes: [Int], itemsInteract: Bool, belongTogether: Bool) {
    guard count > 0 else { return nil }
    if itemsInteract {
      let size = belongTogether ? count : 1
      guard sizes.contains(size) else { return nil }
      chunks = stride(from: 0, to: count, by: size).map { Chunk(items: $0..<$0 + size, size: size) }
      return
    }
    var chunks: [Chunk] = []
    var next = 0
    while next < count {
      let left = count - next
      guard
        let size = sizes.filter({ $0 > 0 && $0 <= left }).max()
          ?? sizes.filter({ $0 > left }).min()
      else { return nil }
      let end = next + min(size, left)
      chunks.append(Chunk(items: next..<end, size: size))
      next = end
    }
    self.chunks = chunks
  }
}
