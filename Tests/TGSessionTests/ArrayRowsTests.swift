import TGPlan
import TGSession
import TGTensor
import Testing

/// Arrays fitted to inputs: axes of length 1, flattened axes, captions, ranges.
@Suite struct ArrayRowsTests {
  private static func item(_ kind: InterfaceItem.Kind, _ dimensions: [Int]) -> InterfaceItem {
    var item = InterfaceItem(
      name: "x", kind: kind, view: View(slot: 0, shape: Shape(dimensions)))
    if kind.takesIds {
      item.lengths = View(slot: 1, shape: Shape([dimensions[0]]))
      item.rows = 10
    }
    return item
  }

  private static func rows(
    _ extents: [Int], for item: InterfaceItem, lengths: [Float]? = nil, value: Float = 1
  ) throws(SessionError) -> ArrayRows {
    try ArrayRows(
      HostTensor(Shape(extents), repeating: value),
      lengths: lengths.map { HostTensor(Shape([$0.count]), $0) }, for: item)
  }

  /// The form of an item, an array, and how many items it holds; 0 if it does not fit.
  @Test(
    arguments: [
      ([64], [8, 64], 8), ([64], [64], 1), ([64], [8, 64, 1, 1], 8), ([64], [64, 8], 0),
      ([1, 28, 28], [10, 784], 10), ([1, 28, 28], [10, 28, 28], 10), ([1, 28, 28], [784], 1),
      ([1, 28, 28], [28, 28], 1), ([1, 28, 28], [7840], 0), ([784], [10, 1, 28, 28], 10),
      ([3, 8, 8], [2, 3, 8, 8], 2), ([3, 8, 8], [2, 8, 8, 3], 0), ([3, 8, 8], [2, 3, 64], 2),
      ([3, 8, 8], [2, 24, 8], 0), ([3, 8, 8], [0, 3, 8, 8], 0), ([], [5], 5), ([], [5, 1], 5),
      ([2, 3], [3, 2], 0), ([1], [4], 4), ([1], [4, 1, 1], 4),
    ] as [([Int], [Int], Int)])
  func shapes(form: [Int], extents: [Int], count: Int) throws {
    let item = Self.item(.tensor, [1] + form)
    if count == 0 {
      #expect(throws: SessionError.self) { try Self.rows(extents, for: item) }
    } else {
      let rows = try Self.rows(extents, for: item)
      #expect(rows.count == count)
      #expect(rows.rowSize * count == rows.elements.count)
    }
  }

  @Test func captionsArePaddedWithZeros() throws {
    let rows = try Self.rows(
      [2, 3], for: Self.item(.text(vocabulary: "v"), [1, 5]), lengths: [3, 1])
    #expect(rows.elements == [1, 1, 1, 0, 0, 1, 1, 1, 0, 0])
    #expect(rows.lengths == [3, 1])
    let one = try Self.rows([4], for: Self.item(.text(vocabulary: "v"), [1, 5]))
    #expect(one.count == 1 && one.lengths == [4])
  }

  @Test(arguments: [[2, 6], [0, 5], [2, 0], [2, 5, 2]])
  func captionsOfOtherShapes(extents: [Int]) {
    #expect(throws: SessionError.self) {
      try Self.rows(extents, for: Self.item(.text(vocabulary: "v"), [1, 5]))
    }
  }

  @Test(
    arguments: [[0, 1], [4, 1], [1.5, 1], [.nan, 1], [1], [1, 1, 1], [-1, 2]] as [[Float]])
  func lengthsOutOfRange(lengths: [Float]) {
    #expect(throws: SessionError.self) {
      try Self.rows([2, 3], for: Self.item(.text(vocabulary: "v"), [1, 5]), lengths: lengths)
    }
  }

  @Test(arguments: [-1, 0.5, 10, .nan, .infinity, -.infinity, 1e30] as [Float])
  func numbersThatAreNoIds(value: Float) {
    for item in [
      Self.item(.text(vocabulary: "v"), [1, 2]), Self.item(.label(count: 10), [1]),
    ] {
      #expect(throws: SessionError.self) {
        try Self.rows(item.view.dimensions, for: item, value: value)
      }
    }
  }

  @Test(arguments: [.nan, .infinity] as [Float])
  func numbersThatAreNotFinite(value: Float) {
    #expect(throws: SessionError.notFinite(input: "x", item: 0, value: .infinity)) {
      try Self.rows([1, 2], for: Self.item(.latent, [1, 2]), value: .infinity)
    }
    #expect(throws: SessionError.self) {
      try Self.rows([1, 2], for: Self.item(.latent, [1, 2]), value: value)
    }
  }
}
