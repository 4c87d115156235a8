import TGCompiler
import Testing

/// Passes that fuse elementwise programs.
@Suite struct FusionPassTests {
  private static let linear = """
    %0 = input() name="x" shape=[1, 2] : [1, 2]
    %1 = constant() shape=[2, 2] values=[1.0, 2.0, 3.0, 4.0]f : [2, 2]
    %2 = linear(%0, %1) epilogue={1: } : [1, 2]
    """

  /// The number becomes a step.
  @Test func aChainOfMapsBecomesOneProgram() throws {
    try PassCase.expect(
      FuseElementwise(),
      turns: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = constant() shape=[] values=[3.0]f : []
        %2 = map(%0, %1) program={2: multiply(0, 1)} : [1, 4]
        %3 = map(%2) program={1: tanh(0)} : [1, 4]
        %4 = map(%3, %0) program={2: add(0, 1)} : [1, 4]
        output "y" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = map(%0) program={1: constant(3.0!); multiply(0, 1); tanh(2); add(3, 0)} : [1, 4]
        output "y" = %1
        """)
  }

  /// Noise times a strength for each channel, the same for both items: read as it is given.
  @Test func whatIsMadeOfLittleIsMadeAgainForEachItem() throws {
    let inputs = """
      %0 = input() name="x" shape=[2, 16, 16] : [2, 16, 16]
      %1 = input() name="n" shape=[1, 16, 1] : [1, 16, 1]
      %2 = input() name="s" shape=[16] : [16]
      """
    try PassCase.expect(
      FuseElementwise(), on: inputs,
      turns: """
        %3 = map(%1, %2) program={2: multiply(0, 1)} : [1, 16, 16]
        %4 = map(%0, %3) program={2: add(0, 1)} : [2, 16, 16]
        output "y" = %4
        """,
      into: inputs + """

        %3 = map(%0, %1, %2) program={3: multiply(1, 2); add(0, 3)} : [2, 16, 16]
        output "y" = %3
        """)
    try PassCase.expect(
      FuseElementwise(), on: inputs,
      keeps: """
        %3 = map(%1, %2) program={2: multiply(0, 1); tanh(2)} : [1, 16, 16]
        %4 = map(%0, %3) program={2: add(0, 1)} : [2, 16, 16]
        output "y" = %4
        """)
  }

  @Test func aMapThatIsAResultStays() throws {
    try PassCase.expect(
      FuseElementwise(),
      keeps: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = map(%0) program={1: tanh(0)} : [1, 4]
        %2 = map(%1, %0) program={2: add(0, 1)} : [1, 4]
        output "y" = %1
        output "z" = %2
        """)
  }

  @Test func aCheapMapIsComputedByEachReader() throws {
    try PassCase.expect(
      Rematerialize(),
      turns: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = map(%0) program={1: square(0)} : [1, 4]
        %2 = reduce(%1) function=0 program={1: } axes=[1] : [1]
        %3 = map(%1) program={1: tanh(0)} : [1, 4]
        output "y" = %2
        output "z" = %3
        """,
      into: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = reduce(%0) function=0 program={1: square(0)} axes=[1] : [1]
        %2 = map(%0) program={1: square(0); tanh(1)} : [1, 4]
        output "y" = %1
        output "z" = %2
        """)
  }

  @Test func aDearMapIsStored() throws {
    try PassCase.expect(
      Rematerialize(),
      keeps: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = map(%0) program={1: tanh(0)} : [1, 4]
        %2 = reduce(%1) function=0 program={1: } axes=[1] : [1]
        %3 = map(%1) program={1: square(0)} : [1, 4]
        output "y" = %2
        output "z" = %3
        """)
  }

  /// The second reader reads neither x nor y otherwise.
  @Test func aReaderThatWouldReadMoreIsLeft() throws {
    try PassCase.expect(
      Rematerialize(),
      keeps: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = input() name="y" shape=[1, 4] : [1, 4]
        %2 = map(%0, %1) program={2: subtract(0, 1)} : [1, 4]
        %3 = reduce(%2) function=0 program={1: } axes=[1] : [1]
        %4 = map(%2) program={1: square(0)} : [1, 4]
        output "y" = %3
        output "z" = %4
        """)
  }

  @Test func aMapBecomesTheEpilogueOfItsProducer() throws {
    try PassCase.expect(
      FuseEpilogues(), on: Self.linear,
      turns: """
        %3 = constant() shape=[2] values=[5.0, 6.0]f : [2]
        %4 = map(%2, %3) program={2: add(0, 1); relu(2)} : [1, 2]
        output "y" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 2] : [1, 2]
        %1 = constant() shape=[2, 2] values=[1.0, 2.0, 3.0, 4.0]f : [2, 2]
        %2 = constant() shape=[2] values=[5.0, 6.0]f : [2]
        %3 = linear(%0, %1, %2) epilogue={2: add(0, 1); relu(2)} : [1, 2]
        output "y" = %3
        """)
  }

  @Test func aProducerWithAnotherReaderStays() throws {
    try PassCase.expect(
      FuseEpilogues(), on: Self.linear,
      keeps: """
        %3 = map(%2) program={1: tanh(0)} : [1, 2]
        %4 = softmax(%2) axis=1 logarithmic=false : [1, 2]
        output "y" = %3
        output "z" = %4
        """)
  }

  @Test func aMapIsReducedAsItIsComputed() throws {
    try PassCase.expect(
      FuseReductions(),
      turns: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = input() name="y" shape=[1, 4] : [1, 4]
        %2 = map(%0, %1) program={2: subtract(0, 1); square(2)} : [1, 4]
        %3 = reduce(%2) function=1 program={1: } axes=[1] : [1]
        output "y" = %3
        """,
      into: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = input() name="y" shape=[1, 4] : [1, 4]
        %2 = reduce(%0, %1) function=1 program={2: subtract(0, 1); square(2)} axes=[1] : [1]
        output "y" = %2
        """)
  }

  @Test func aMapOfAnotherReaderIsStored() throws {
    try PassCase.expect(
      FuseReductions(),
      keeps: """
        %0 = input() name="x" shape=[1, 4] : [1, 4]
        %1 = map(%0) program={1: square(0)} : [1, 4]
        %2 = reduce(%1) function=1 program={1: } axes=[1] : [1]
        %3 = softmax(%1) axis=1 logarithmic=false : [1, 4]
        output "y" = %2
        output "z" = %3
        """)
  }
}
