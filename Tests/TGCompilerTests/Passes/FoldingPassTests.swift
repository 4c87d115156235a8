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

  /// A graph of `x`, noise (a number for each of 256 positions) and strengths (one for each of 512
  /// channels), and other lines.
  private static func noisy(_ rest: String) -> String {
    let noise = (0..<256).map { "\(Double($0 % 7))" }.joined(separator: ", ")
    let strengths = (0..<512).map { "\(Double($0 % 5))" }.joined(separator: ", ")
    return """
      %0 = input() name="x" shape=[1, 256, 512] : [1, 256, 512]
      %1 = constant() shape=[256, 1] values=[\(noise)]f : [256, 1]
      %2 = constant() shape=[512] values=[\(strengths)]f : [512]
      \(rest)
      """
  }

  /// Written out it is 170 times as large as what it is made of, and read in each run.
  @Test func noiseTimesStrengthsIsLeftToItsReader() throws {
    try PassCase.expect(
      FoldConstants(),
      keeps: Self.noisy(
        """
        %3 = map(%1, %2) program={2: multiply(0, 1)} : [256, 512]
        %4 = map(%3) program={1: negate(0)} : [256, 512]
        %5 = map(%0, %4) program={2: add(0, 1)} : [1, 256, 512]
        output "y" = %5
        """))
  }

  /// A sum is computed once, however large what it sums is.
  @Test func ofNoiseTimesStrengthsASumIsComputed() throws {
    let sums = (0..<512).map { "\(Double($0 % 5) * Double((0..<256).reduce(0) { $0 + $1 % 7 }))" }
    try PassCase.expect(
      FoldConstants(),
      turns: Self.noisy(
        """
        %3 = map(%1, %2) program={2: multiply(0, 1)} : [256, 512]
        %4 = reduce(%3) function=0 program={1: } axes=[0] : [512]
        %5 = map(%0, %4) program={2: add(0, 1)} : [1, 256, 512]
        output "y" = %5
        """),
      into: """
        %0 = input() name="x" shape=[1, 256, 512] : [1, 256, 512]
        %1 = constant() shape=[512] values=[\(sums.joined(separator: ", "))]f : [512]
        %2 = map(%0, %1) program={2: add(0, 1)} : [1, 256, 512]
        output "y" = %2
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
