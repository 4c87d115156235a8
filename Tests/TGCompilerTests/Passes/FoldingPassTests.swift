import TGCompiler
import TGIR
import TGOps
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

  /// `x`, noise (a number for each of 256 positions) times strengths (one for each of 512 channels).
  private static func noisy(_ rest: String) throws -> Graph {
    let noise = (0..<256).map { "\(Double($0 % 7))" }.joined(separator: ", ")
    let strengths = (0..<512).map { "\(Double($0 % 5))" }.joined(separator: ", ")
    return try PassCase.graph(
      """
      %0 = input() name="x" shape=[1, 256, 512] : [1, 256, 512]
      %1 = constant() shape=[256, 1] values=[\(noise)]f : [256, 1]
      %2 = constant() shape=[512] values=[\(strengths)]f : [512]
      %3 = map(%1, %2) program={2: multiply(0, 1)} : [256, 512]
      \(rest)
      """)
  }

  /// Written out it is 170 times as large as what it is made of, and read in each run.
  @Test func noiseTimesStrengthsIsLeftToItsReader() throws {
    let graph = try Self.noisy(
      """
      %4 = map(%3) program={1: negate(0)} : [256, 512]
      %5 = map(%0, %4) program={2: add(0, 1)} : [1, 256, 512]
      output "y" = %5
      """)
    #expect(try FoldConstants().run(graph) == graph)
    let fused = try PassCase.expectMeaning(FuseElementwise(), graph)
    #expect(fused.nodes.filter { $0.op is Map }.count == 1, "the sum reads noise and strengths")
  }

  /// What is asked once, or is a result, is computed, however large it is.
  @Test(
    arguments: [
      """
      %4 = reduce(%3) function=0 program={1: } axes=[0] : [512]
      %5 = map(%0, %4) program={2: add(0, 1)} : [1, 256, 512]
      output "y" = %5
      """,
      """
      %4 = map(%0, %3) program={2: add(0, 1)} : [1, 256, 512]
      output "y" = %4
      output "z" = %3
      """,
    ])
  func noiseTimesStrengthsIsComputedForOthers(rest: String) throws {
    let folded = try PassCase.expectMeaning(FoldConstants(), Self.noisy(rest))
    #expect(folded.nodes.map { $0.op.leaf } == [.input, .constant, nil])
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
