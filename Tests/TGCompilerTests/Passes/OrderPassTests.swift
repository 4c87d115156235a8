import TGCompiler
import Testing

/// Passes that order nodes and choose what is kept of them.
@Suite struct OrderPassTests {
  private static let mapped = """
    %0 = input() name="x" shape=[1, 16] : [1, 16]
    %1 = map(%0) program={1: tanh(0)} : [1, 16]
    """
  private static let summed = """
    %0 = input() name="x" shape=[1, 16] : [1, 16]
    %1 = map(%0) program={1: tanh(0)} : [1, 16]
    %2 = softmax(%1) axis=1 logarithmic=false : [1, 16]
    %3 = map(%2) program={1: exponential(0)} : [1, 16]
    %4 = concat(%3, %3, %3, %3) axis=1 : [1, 64]
    %5 = softmax(%4) axis=1 logarithmic=false : [1, 64]
    %6 = reduce(%5) function=0 program={1: } axes=[1] : [1]
    """

  /// It comes before the map that is read with it; that is made last, when less is alive.
  @Test func aSumFollowsWhatItSums() throws {
    try PassCase.expect(
      Schedule(), on: Self.mapped,
      turns: """
        %2 = map(%0) program={1: exponential(0)} : [1, 16]
        %3 = softmax(%2) axis=1 logarithmic=false : [1, 16]
        %4 = reduce(%1) function=0 program={1: } axes=[1] : [1]
        %5 = map(%1, %3) program={2: add(0, 1)} : [1, 16]
        output "y" = %5
        output "z" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 16] : [1, 16]
        %1 = map(%0) program={1: exponential(0)} : [1, 16]
        %2 = softmax(%1) axis=1 logarithmic=false : [1, 16]
        %3 = map(%0) program={1: tanh(0)} : [1, 16]
        %4 = reduce(%3) function=0 program={1: } axes=[1] : [1]
        %5 = map(%3, %2) program={2: add(0, 1)} : [1, 16]
        output "y" = %5
        output "z" = %4
        """)
  }

  @Test func anOrderThatIsRightStays() throws {
    try PassCase.expect(
      Schedule(), on: Self.mapped,
      keeps: """
        %2 = reduce(%1) function=0 program={1: } axes=[1] : [1]
        %3 = map(%1) program={1: exponential(0)} : [1, 16]
        output "y" = %2
        output "z" = %3
        """)
  }

  /// The mask at the end reads bits; the softmax before it the value.
  @Test func signsAreKeptInsteadOfAValue() throws {
    try PassCase.expect(
      PackMasks(least: 1), on: Self.summed,
      turns: """
        %7 = map(%1, %0, %6) program={3: constant(0.0!); less(3, 0); select(4, 1, 2)} : [1, 16]
        output "y" = %7
        """,
      into: """
        %0 = input() name="x" shape=[1, 16] : [1, 16]
        %1 = map(%0) program={1: tanh(0)} : [1, 16]
        %2 = signs(%1) : bits[1, 16]
        %3 = softmax(%1) axis=1 logarithmic=false : [1, 16]
        %4 = map(%3) program={1: exponential(0)} : [1, 16]
        %5 = concat(%4, %4, %4, %4) axis=1 : [1, 64]
        %6 = softmax(%5) axis=1 logarithmic=false : [1, 64]
        %7 = reduce(%6) function=0 program={1: } axes=[1] : [1]
        %8 = map(%2, %0, %7) program={3: select(0, 1, 2)} : [1, 16]
        output "y" = %8
        """)
  }

  @Test func aValueThatIsReadAsItIsStays() throws {
    try PassCase.expect(
      PackMasks(least: 1), on: Self.summed,
      keeps: """
        %7 = map(%1, %0, %6) program={3: multiply(0, 1); add(3, 2)} : [1, 16]
        output "y" = %7
        """)
  }
}
