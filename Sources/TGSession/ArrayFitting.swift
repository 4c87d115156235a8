package import TGPlan
package import TGTensor

/// An array given for an input, brought to the input's form: one row of numbers for each item.
package struct ArrayRows: Hashable, Sendable {
  /// How many items.
  package var count: Int
  /// The numbers of an item, row-major in the framework's order.
  package var rowSize: Int
  /// The numbers of all items, `count * rowSize`.
  package var elements: [Float]
  /// For texts and sequences: the words of each item.
  package var lengths: [Int]?

  /// The numbers of one item.
  package func row(_ item: Int) -> ArraySlice<Float> {
    elements[item * rowSize..<(item + 1) * rowSize]
  }

  /// Fits an array to an input.
  ///
  /// Axes of length 1 may be missing or added, and trailing axes may be flattened into one. Texts
  /// take `[N, T]` and sequences `[N, T, D]` with `T` up to the declared length; what is missing is
  /// filled with zeros. Every number is checked: whole and in range for ids, lengths and labels,
  /// finite elsewhere.
  ///
  /// - Parameters:
  ///   - array: the numbers.
  ///   - lengths: for texts and sequences the words of each item; nil for `T`.
  ///   - item: the input.
  /// - Throws: `SessionError`.
  package init(
    _ array: HostTensor, lengths: HostTensor?, for item: InterfaceItem
  ) throws(SessionError) {
    if item.takesWords {
      try self.init(words: array, lengths: lengths, for: item)
    } else {
      guard lengths == nil else { throw .lengthsWithoutWords(input: item.name) }
      let form = Array(item.view.dimensions.dropFirst())
      guard let count = Self.items(array.shape.dimensions, form: form) else {
        throw .shape(input: item.name, found: array.shape, expected: item.view.dimensions)
      }
      self.init(
        count: count, rowSize: form.reduce(1, *), elements: array.elements, lengths: nil)
    }
    try check(item)
  }

  /// Takes numbers that have an input's form already; `check` looks at them.
  init(count: Int, rowSize: Int, elements: [Float], lengths: [Int]?) {
    self.count = count
    self.rowSize = rowSize
    self.elements = elements
    self.lengths = lengths
  }

  /// How many items an array of some extents holds, each of extents `form`; nil if it does not fit.
  static func items(_ extents: [Int], form: [Int]) -> Int? {
    let size = form.reduce(1, *)
    guard let total = Shape(checking: extents)?.count, size > 0, total > 0,
      total.isMultiple(of: size)
    else { return nil }
    let count = total / size
    let found = extents.filter { $0 != 1 }
    let wanted = ([count] + form).filter { $0 != 1 }
    if found == wanted { return count }
    let common = zip(found, wanted).prefix { $0 == $1 }.count
    guard common > 0 || count == 1 else { return nil }
    // After what is equal, one side has a single axis: the product of the other's.
    return found.count == common + 1 || wanted.count == common + 1 ? count : nil
  }

  private init(
    words array: HostTensor, lengths: HostTensor?, for item: InterfaceItem
  ) throws(SessionError) {
    let expected = item.view.dimensions
    let longest = expected[1]
    let width = expected.dropFirst(2).reduce(1, *)
    let vectors = expected.count > 2
    var extents = array.shape.dimensions
    // A single caption may come without the axis of items, and ids with an axis of length 1 behind.
    while extents.count > expected.count, extents.last == 1 { extents.removeLast() }
    if extents.count == expected.count - 1 { extents.insert(1, at: 0) }
    guard extents.count == expected.count, extents[0] > 0, extents[1] > 0,
      extents[1] <= longest, !vectors || extents.dropFirst(2).elementsEqual(expected.dropFirst(2))
    else { throw .shape(input: item.name, found: array.shape, expected: expected) }
    let steps = extents[1]
    count = extents[0]
    rowSize = longest * width
    var elements: [Float] = []
    elements.reserveCapacity(count * rowSize)
    let given = steps * width
    for row in 0..<count {
      elements += array.elements[row * given..<(row + 1) * given]
      elements += [Float](repeating: 0, count: rowSize - given)
    }
    self.elements = elements
    guard let lengths else {
      self.lengths = [Int](repeating: steps, count: count)
      return
    }
    guard item.lengths != nil else { throw .lengthsWithoutWords(input: item.name) }
    guard lengths.elements.count == count else {
      throw .shape(input: item.name + ".lengths", found: lengths.shape, expected: [count])
    }
    var whole: [Int] = []
    for (position, value) in lengths.elements.enumerated() {
      guard value == value.rounded(), value >= 1, value <= Float(steps) else {
        throw .lengthOutOfRange(input: item.name, item: position, value: value, longest: steps)
      }
      whole.append(Int(value))
    }
    self.lengths = whole
  }

  /// Makes sure that ids, lengths and labels are whole and in range, and other numbers finite.
  ///
  /// - Throws: `SessionError`.
  func check(_ item: InterfaceItem) throws(SessionError) {
    guard let limit = item.wholeNumberLimit else {
      guard let bad = elements.firstIndex(where: { !$0.isFinite }) else { return }
      throw .notFinite(input: item.name, item: bad / rowSize, value: elements[bad])
    }
    // Ids of texts without a table of their own only have to be whole.
    let highest = limit > 0 ? Float(limit) : 16_777_216
    for (position, value) in elements.enumerated() {
      guard value == value.rounded(), value >= 0, value < highest else {
        throw .numberOutOfRange(
          input: item.name, item: position / rowSize, value: value, limit: limit)
      }
    }
  }
}
