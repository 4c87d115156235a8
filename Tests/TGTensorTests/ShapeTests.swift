import TGTensor
import Testing

/// Shapes count without overflow, broadcast by NumPy's rule, and views know their gaps.
@Suite struct ShapeTests {
  @Test(arguments: [
    ([2, 3], [3], [2, 3]), ([2, 1], [1, 4], [2, 4]), ([], [5], [5]), ([1], [1, 1], [1, 1]),
  ])
  func broadcasts(a: [Int], b: [Int], expected: [Int]) {
    #expect(Shape(a).broadcast(with: Shape(b)) == Shape(expected))
    #expect(Shape(b).broadcast(with: Shape(a)) == Shape(expected))
  }

  @Test func refusesWhatDoesNotFit() {
    #expect(Shape([2, 3]).broadcast(with: [2]) == nil)
    #expect(Shape(checking: [1 << 40, 1 << 40]) == nil)
    #expect(Shape(checking: [2, -1]) == nil)
    #expect(Shape(checking: [0, 7])?.count == 0)
  }

  @Test func transposesByCopying() {
    let tensor = HostTensor([2, 3], [1, 2, 3, 4, 5, 6])
    #expect(tensor.transposed([1, 0]) == HostTensor([3, 2], [1, 4, 2, 5, 3, 6]))
    #expect(tensor.reshaped([3, 2]).elements == tensor.elements)
    #expect(tensor.gathered([2, 0, 2], axis: 1) == HostTensor([2, 3], [3, 1, 3, 6, 4, 6]))
    #expect(tensor.gathered([1], axis: 0) == HostTensor([1, 3], [4, 5, 6]))
  }

  /// In blocks, with edges, and with axes that lie together: all orders of the axes of some shapes.
  @Test(arguments: [[70, 130], [3, 1, 65, 17], [2, 19, 3, 3], [5, 4, 3, 2], [1, 1], [0, 4]])
  func transposesInBlocks(extents: [Int]) {
    let shape = Shape(extents)
    let tensor = HostTensor(shape, (0..<shape.count).map { Float($0) })
    for permutation in orders(Array(extents.indices)) {
      let expected = StridedOrder(
        dimensions: permutation.map { extents[$0] },
        strides: permutation.map { shape.strides[$0] }
      ).map { tensor[$0] }
      #expect(tensor.transposed(permutation).elements == expected, "\(permutation)")
    }
  }

  private func orders(_ axes: [Int]) -> [[Int]] {
    guard !axes.isEmpty else { return [[]] }
    return axes.flatMap { axis in orders(axes.filter { $0 != axis }).map { [axis] + $0 } }
  }

  @Test func walksInRowMajorOrder() {
    let positions = Array(StridedOrder(dimensions: [2, 2], strides: [1, 10], offset: 5))
    #expect(positions == [5, 15, 6, 16])
    #expect(Array(StridedOrder(dimensions: [2, 0], strides: [1, 1])).isEmpty)
    #expect(Array(StridedOrder(dimensions: [], strides: [], offset: 3)) == [3])
  }

  @Test func viewsKnowTheirGaps() {
    #expect(View(slot: 0, shape: [2, 3]).isContiguous)
    #expect(!View(slot: 0, dimensions: [2, 3], strides: [4, 1]).isContiguous)
    #expect(View(slot: 0, dimensions: [1, 3], strides: [99, 1]).isContiguous)
    #expect(View(slot: 0, dimensions: [2, 3], strides: [3, 1]).count == 6)
  }
}
