import TGCompiler
import Testing

/// Passes that compute and shrink constants.
@Suite struct FoldingPassTests {
  private static let scaled = """
    %0 = input() name="x" shape=[1, 2] : [1, 2]
    %1 = constant() shape=[2, 2] values=[1.0, 2.0, 3.0, 4.0]f : [2, 2]
    %2 = linear(%0, %1) epilogue={1: } : [1, 2]
    %3 = constant() shape=[2] values=[10.0, 100.0]f : [2]
    %4 = map(%2, %3) program={2: multiply(0, 1)} : [1, 2]
    """

  @Test func whatReadsConstantsOnlyIsComputed() throws {
    try PassCase.expect(
      FoldConstants(),
      turns: """
        %0 = input() name="x" shape=[1, 2] : [1, 2]
        %1 = constant() shape=[2] values=[1.0, 2.0]f : [2]
        %2 = constant() shape=[] values=[3.0]f : []
        %3 = map(%1, %2) program={2: multiply(0, 1)} : [2]
        %4 = map(%0, %3) program={2: add(0, 1)} : [1, 2]
        output "y" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 2] : [1, 2]
        %1 = constant() shape=[2] values=[3.0, 6.0]f : [2]
        %2 = map(%0, %1) program={2: add(0, 1)} : [1, 2]
        output "y" = %2
        """)
  }

  /// Factors of what a linear layer reads are factors of its columns.
  @Test func aScaleInFrontOfALinearLayerIsFolded() throws {
    let read = """
      %0 = input() name="x" shape=[1, 2] : [1, 2]
      %1 = constant() shape=[2] values=[10.0, 100.0]f : [2]
      %2 = map(%0, %1) program={2: multiply(0, 1)} : [1, 2]
      %3 = constant() shape=[3, 2] values=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]f : [3, 2]
      %4 = linear(%2, %3) epilogue={1: } : [1, 3]
      output "y" = %4
      """
    try PassCase.expect(
      FoldScales(), turns: read,
      into: """
        %0 = input() name="x" shape=[1, 2] : [1, 2]
        %1 = constant() shape=[3, 2] values=[10.0, 200.0, 30.0, 400.0, 50.0, 600.0]f : [3, 2]
        %2 = linear(%0, %1) epilogue={1: } : [1, 3]
        output "y" = %2
        """)
    try PassCase.expect(FoldScales(), keeps: read + "\noutput \"z\" = %2")
  }

  /// A broadcast costs nothing as a view and much as data.
  @Test func aRepeatedConstantStaysAView() throws {
    try PassCase.expect(
      FoldConstants(),
      keeps: """
        %0 = input() name="x" shape=[1, 2] : [1, 2]
        %1 = constant() shape=[] values=[3.0]f : []
        %2 = broadcast(%1) shape=[1, 2] : [1, 2]
        %3 = map(%0, %2) program={2: add(0, 1)} : [1, 2]
        output "y" = %3
        """)
  }

  @Test func aConstantIsKeptOnceAlongEqualNumbers() throws {
    try PassCase.expect(
      NarrowConstants(),
      turns: """
        %0 = input() name="x" shape=[2, 2] : [2, 2]
        %1 = constant() shape=[2, 2] values=[1.0, 2.0, 1.0, 2.0]f : [2, 2]
        %2 = map(%0, %1) program={2: add(0, 1)} : [2, 2]
        output "y" = %2
        """,
      into: """
        %0 = input() name="x" shape=[2, 2] : [2, 2]
        %1 = constant() shape=[1, 2] values=[1.0, 2.0]f : [1, 2]
        %2 = map(%0, %1) program={2: add(0, 1)} : [2, 2]
        output "y" = %2
        """)
  }

  @Test func aConstantOfDifferentNumbersStays() throws {
    try PassCase.expect(
      NarrowConstants(),
      keeps: """
        %0 = input() name="x" shape=[2, 2] : [2, 2]
        %1 = constant() shape=[2, 2] values=[1.0, 2.0, 3.0, 4.0]f : [2, 2]
        %2 = map(%0, %1) program={2: add(0, 1)} : [2, 2]
        output "y" = %2
        """)
  }

  @Test func aScalePerChannelGoesIntoTheWeights() throws {
    try PassCase.expect(
      FoldScales(), on: Self.scaled,
      turns: """
        output "y" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 2] : [1, 2]
        %1 = constant() shape=[2, 2] values=[10.0, 20.0, 300.0, 400.0]f : [2, 2]
        %2 = linear(%0, %1) epilogue={1: } : [1, 2]
        output "y" = %2
        """)
  }

  @Test func aScaleStaysWhereTheUnscaledIsReadToo() throws {
    try PassCase.expect(
      FoldScales(), on: Self.scaled,
      keeps: """
        %5 = map(%2, %4) program={2: add(0, 1)} : [1, 2]
        output "y" = %5
        """)
  }
}
