import TGCompiler
import TGIR
import TGOps
import TGTensor
import Testing

/// Passes that merge moves and sink transpositions.
@Suite struct LayoutPassTests {
  private static let transposed = """
    %0 = input() name="x" shape=[1, 2, 3] : [1, 2, 3]
    %1 = transpose(%0) permutation=[0, 2, 1] : [1, 3, 2]
    """

  @Test func movesThatUndoEachOtherDisappear() throws {
    try PassCase.expect(
      SimplifyShapes(), on: Self.transposed,
      turns: """
        %2 = transpose(%1) permutation=[0, 2, 1] : [1, 2, 3]
        %3 = detach(%2) : [1, 2, 3]
        %4 = reshape(%3) shape=[1, 6] : [1, 6]
        %5 = reshape(%4) shape=[6] : [6]
        %6 = map(%5) program={1: tanh(0)} : [6]
        output "y" = %6
        """,
      into: """
        %0 = input() name="x" shape=[1, 2, 3] : [1, 2, 3]
        %1 = reshape(%0) shape=[6] : [6]
        %2 = map(%1) program={1: tanh(0)} : [6]
        output "y" = %2
        """)
  }

  @Test func aSingleMoveStays() throws {
    try PassCase.expect(
      SimplifyShapes(), on: Self.transposed,
      keeps: """
        %2 = reshape(%1) shape=[1, 6] : [1, 6]
        output "y" = %2
        """)
  }

  /// The vector of the other operand becomes a column.
  @Test func aTranspositionGoesBehindAMap() throws {
    try PassCase.expect(
      SinkTransposes(), on: Self.transposed,
      turns: """
        %2 = constant() shape=[2] values=[1.0, 2.0]f : [2]
        %3 = map(%1, %2) program={2: add(0, 1)} : [1, 3, 2]
        %4 = map(%3) program={1: tanh(0)} : [1, 3, 2]
        output "y" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 2, 3] : [1, 2, 3]
        %1 = constant() shape=[1, 2, 1] values=[1.0, 2.0]f : [1, 2, 1]
        %2 = map(%0, %1) program={2: add(0, 1)} : [1, 2, 3]
        %3 = map(%2) program={1: tanh(0)} : [1, 2, 3]
        %4 = transpose(%3) permutation=[0, 2, 1] : [1, 3, 2]
        output "y" = %4
        """)
  }

  @Test func whatIsSummedKeepsItsLayoutIfAsked() throws {
    try PassCase.expect(
      SinkTransposes(keepsSums: true), on: Self.transposed,
      keeps: """
        %2 = reduce(%1) function=0 program={1: } axes=[1, 2] : [1]
        output "y" = %2
        """)
  }

  @Test func aSumTakesTheOtherLayoutOtherwise() throws {
    try PassCase.expect(
      SinkTransposes(), on: Self.transposed,
      turns: """
        %2 = reduce(%1) function=0 program={1: } axes=[1] : [1, 2]
        output "y" = %2
        """,
      into: """
        %0 = input() name="x" shape=[1, 2, 3] : [1, 2, 3]
        %1 = reduce(%0) function=0 program={1: } axes=[2] : [1, 2]
        output "y" = %1
        """)
  }

  /// Noise of fewer axes than the picture, times a strength for each channel: its operands are turned, and
  /// the product stays next to the sum that reads it.
  @Test func aMapOfLittleIsTurnedByItsOperands() throws {
    let graph = try PassCase.graph(
      """
      %0 = input() name="x" shape=[1, 4, 4, 2] : [1, 4, 4, 2]
      %1 = transpose(%0) permutation=[0, 3, 1, 2] : [1, 2, 4, 4]
      %2 = input() name="n" shape=[1, 4, 4] : [1, 4, 4]
      %3 = input() name="s" shape=[2, 1, 1] : [2, 1, 1]
      %4 = map(%2, %3) program={2: multiply(0, 1)} : [2, 4, 4]
      %5 = map(%1, %4) program={2: add(0, 1)} : [1, 2, 4, 4]
      output "y" = %5
      """)
    let result = try PassCase.expectMeaning(SinkTransposes(), graph)
    let maps = result.nodes.filter { $0.op is Map }
    #expect(maps.map(\.shape) == [[1, 4, 4, 2], [1, 4, 4, 2]])
    #expect(maps.last?.operands.contains { result[$0].op is Map } == true)
  }
}
