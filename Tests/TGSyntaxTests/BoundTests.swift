import TGDiagnostics
import TGSyntax
import Testing

/// What a short text can ask for is bounded. (`tgfuzz page` damages whole pages.)
@Suite struct BoundTests {
  /// Calls within brackets within calls: deep, but not as deep as the stack.
  @Test func boundsDepthOverCalls() {
    let open = String(repeating: "(", count: 40)
    let close = String(repeating: ")", count: 40)
    let functions = (0..<40).map { "func f\($0)(x) { return \(open)f\($0 + 1)(x)\(close) }" }
    let text = """
      \(functions.joined(separator: "\n"))
      func f40(x) { return x }
      model M() { func f(x: Tensor[2]) -> Tensor[2] { return f0(x) } }
      """
    #expect(findings(text).map(\.id) == ["recursion"])
  }

  /// Blocks that each use the next one twice would run for ever.
  @Test func boundsWork() {
    let blocks = (0..<40).map { "block B\($0)(x) { return B\($0 + 1)(x) + B\($0 + 1)(x) }" }
    let text = """
      \(blocks.joined(separator: "\n"))
      block B40(x) { return x }
      model M() { func f(x: Tensor[2]) -> Tensor[2] { return B0(x) } }
      """
    let clock = ContinuousClock()
    let time = clock.measure { #expect(findings(text).map(\.id) == ["limit"]) }
    #expect(time < .seconds(60), "a few seconds are the aim; this bound is for busy machines")
  }

  /// The gradient of a gradient of a gradient has ever more nodes.
  @Test(arguments: ["sum(gradient(y, over: x) * x * y)", "y + sum(gradient(y, over: x))"])
  func boundsGradientsOfGradients(next: String) {
    let text = """
      model M() {
        func f(x: Tensor[2]) -> Tensor[] {
          var y = sum(sin(x) * x)
          for i in 0 ..< 10000 { y = \(next) }
          return y
        }
      }
      """
    let clock = ContinuousClock()
    let time = clock.measure { #expect(findings(text).map(\.id) == ["limit"]) }
    #expect(time < .seconds(60), "a few seconds are the aim; this bound is for busy machines")
  }

  /// A gradient over a short way looks through the whole graph, which counts.
  @Test func boundsGradientsOfLargeGraphs() {
    let text = """
      model M() {
        func f(x: Tensor[2]) -> Tensor[] {
          var y = x
          for i in 0 ..< 20000 { y = y + 1 }
          for i in 0 ..< 20000 { let g = gradient(sum(x), over: x) }
          return sum(y)
        }
      }
      """
    #expect(findings(text).map(\.id) == ["limit"])
  }
}
