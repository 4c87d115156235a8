package import TGCheckpoint
internal import TGTensor

/// Layers of a code, rows of `[L, D]`, as written on the command line and in files: `0-5`,
/// `0,1,4-6`, or `all`.
package struct LayerList: Hashable, Sendable {
  /// The layers in ascending order, each once; nil for all.
  package let layers: [Int]?

  /// The highest number of a layer.
  package static let limit = 999

  /// Reads numbers and ranges, separated by commas; nil if the text is something else.
  package init?(_ text: String) {
    guard text != "all" else {
      layers = nil
      return
    }
    guard let list = SeedList(text), list.seeds.allSatisfy({ $0 <= UInt64(Self.limit) }) else {
      return nil
    }
    layers = Set(list.seeds).sorted().map { Int($0) }
  }

  /// Reads what files of directions hold: a text, a number or a list of numbers.
  package init?(_ value: PickleValue) {
    switch value {
    case .string(let text): self.init(text)
    case .int(let layer): self.init("\(layer)")
    case .list(let items), .tuple(let items), .set(let items): self.init(items.map(\.int))
    case .array(let array):
      guard case .int64(let layers) = array.elements else { return nil }
      self.init(layers.map { Int(exactly: $0) })
    default: return nil
    }
  }

  private init?(_ numbers: [Int?]) {
    self.init(numbers.map { number in number.map(String.init) ?? "" }.joined(separator: ","))
  }

  /// The layers of a code that has so many.
  ///
  /// - Throws: `EditingError.layer` if one is beyond them.
  package func rows(of count: Int, in path: String) throws(EditingError) -> [Int] {
    guard let layers else { return Array(0..<count) }
    guard let last = layers.last, last < count else {
      throw .layer(path: path, layers.last ?? 0, count: count)
    }
    return layers
  }
}
