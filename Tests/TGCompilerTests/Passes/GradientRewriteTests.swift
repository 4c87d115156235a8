import TGCompiler
import Testing

/// Passes for what gradients ask for.
@Suite struct GradientRewriteTests {
  @Test func aNormSharesTheVarianceThatIsReadAnyway() throws {
    try PassCase.expect(
      ShareStatistics(),
      turns: """
        %0 = input() name="x" shape=[1, 4, 2] : [1, 4, 2]
        %1 = reduce(%0) function=5 program={1: } axes=[1] : [1, 2]
        %2 = normalize(%0) axes=[1] epsilon=0.5 epilogue={1: } : [1, 4, 2]
        output "y" = %1
        output "z" = %2
        """,
      into: """
        %0 = input() name="x" shape=[1, 4, 2] : [1, 4, 2]
        %1 = reduce(%0) function=5 program={1: } axes=[1] : [1, 2]
        %2 = reshape(%1) shape=[1, 1, 2] : [1, 1, 2]
        %3 = reduce(%0) function=1 program={1: } axes=[1] : [1, 2]
        %4 = reshape(%3) shape=[1, 1, 2] : [1, 1, 2]
        %5 = constant() shape=[] values=[0.5]f : []
        %6 = map(%2, %5) program={2: add(0, 1)} : [1, 1, 2]
        %7 = map(%6) program={1: reciprocalSquareRoot(0)} : [1, 1, 2]
        %8 = map(%0, %4) program={2: subtract(0, 1)} : [1, 4, 2]
        %9 = map(%7, %8) program={2: multiply(0, 1)} : [1, 4, 2]
        output "y" = %1
        output "z" = %9
        """)
  }

  /// Its variance is over other axes.
  @Test func aNormWithoutThatStays() throws {
    try PassCase.expect(
      ShareStatistics(),
      keeps: """
        %0 = input() name="x" shape=[1, 4, 2] : [1, 4, 2]
        %1 = reduce(%0) function=5 program={1: } axes=[2] : [1, 4]
        %2 = normalize(%0) axes=[1] epsilon=0.5 epilogue={1: } : [1, 4, 2]
        output "y" = %1
        output "z" = %2
        """)
  }

  @Test func aFactorThatIsTheSameEverywhereLeavesASum() throws {
    try PassCase.expect(
      FactorReductions(),
      turns: """
        %0 = input() name="x" shape=[1, 4, 2] : [1, 4, 2]
        %1 = input() name="s" shape=[1, 1, 2] : [1, 1, 2]
        %2 = map(%0, %1) program={2: multiply(0, 1)} : [1, 4, 2]
        %3 = reduce(%2) function=0 program={1: } axes=[1] : [1, 2]
        output "y" = %3
        """,
      into: """
        %0 = input() name="x" shape=[1, 4, 2] : [1, 4, 2]
        %1 = input() name="s" shape=[1, 1, 2] : [1, 1, 2]
        %2 = reduce(%0) function=0 program={1: } axes=[1] : [1, 2]
        %3 = reshape(%1) shape=[1, 2] : [1, 2]
        %4 = map(%2, %3) program={2: multiply(0, 1)} : [1, 2]
        output "y" = %4
        """)
  }

  @Test func aFactorThatChangesAlongTheSumStays() throws {
    try PassCase.expect(
      FactorReductions(),
      keeps: """
        %0 = input() name="x" shape=[1, 4, 2] : [1, 4, 2]
        %1 = input() name="s" shape=[1, 4, 1] : [1, 4, 1]
        %2 = map(%0, %1) program={2: multiply(0, 1)} : [1, 4, 2]
        %3 = reduce(%2) function=0 program={1: } axes=[1] : [1, 2]
        output "y" = %3
        """)
  }

  @Test func aMaskGoesToTheSmallSideOfAPool() throws {
    try PassCase.expect(
      MaskBeforeMaxPoolGradient(),
      turns: """
        %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        %1 = pool(%0) function=0 kernel=[2, 2] stride=[2, 2] padding=[0, 0] size=[1, 1] : [1, 1, \
        1, 1]
        %2 = map(%1) program={1: tanh(0)} : [1, 1, 1, 1]
        %3 = max_pool_gradient(%0, %2) kernel=[2, 2] stride=[2, 2] padding=[0, 0] : [1, 2, 2, 1]
        %4 = constant() shape=[] values=[0.0]f : []
        %5 = map(%4, %0) program={2: less(0, 1)} : [1, 2, 2, 1]
        %6 = map(%5, %3, %4) program={3: select(0, 1, 2)} : [1, 2, 2, 1]
        output "y" = %6
        """,
      into: """
        %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        %1 = pool(%0) function=0 kernel=[2, 2] stride=[2, 2] padding=[0, 0] size=[1, 1] : [1, 1, \
        1, 1]
        %2 = map(%1) program={1: tanh(0)} : [1, 1, 1, 1]
        %3 = constant() shape=[] values=[0.0]f : []
        %4 = map(%3, %1) program={2: less(0, 1)} : [1, 1, 1, 1]
        %5 = map(%4, %2, %3) program={3: select(0, 1, 2)} : [1, 1, 1, 1]
        %6 = max_pool_gradient(%0, %5) kernel=[2, 2] stride=[2, 2] padding=[0, 0] : [1, 2, 2, 1]
        output "y" = %6
        """)
  }

  /// The pooled picture would have to be made for it.
  @Test func aMaskStaysWhereNobodyComputesThePool() throws {
    try PassCase.expect(
      MaskBeforeMaxPoolGradient(),
      keeps: """
        %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        %1 = input() name="g" shape=[1, 1, 1, 1] : [1, 1, 1, 1]
        %2 = max_pool_gradient(%0, %1) kernel=[2, 2] stride=[2, 2] padding=[0, 0] : [1, 2, 2, 1]
        %3 = constant() shape=[] values=[0.0]f : []
        %4 = map(%3, %0) program={2: less(0, 1)} : [1, 2, 2, 1]
        %5 = map(%4, %2, %3) program={3: select(0, 1, 2)} : [1, 2, 2, 1]
        output "y" = %5
        """)
  }
}
