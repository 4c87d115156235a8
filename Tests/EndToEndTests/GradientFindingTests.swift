import Foundation
import TGTestSupport
import Testing

/// What `tgc` says of objectives that cannot be differentiated: all of it, before weights are read.
@Suite struct GradientFindingTests {
  private static let page = """
    block Steps(x: Tensor[4]) -> Tensor[4] {
      return x * 3 |> floor
    }

    model Net() {
      func f(z: Tensor[4]) -> (y: Tensor[4]) { return linear(z, 4) @ "fc" }

      objective stepped(target: Tensor[4]) -> (z: Tensor[4]) {
        var z = 0 * target
        repeat 3 {
          minimize mse(
            Steps(z) + sign(linear(z, 4) @ "fc"), target) over z using adam(rate: 0.1)
        }
        return (z: z)
      }

      objective still(target: Tensor[4]) -> (z: Tensor[4]) {
        var z = 0 * target
        var other = target
        repeat 3 {
          minimize mse(z + detach(other), target) over z, other using adam(rate: 0.1)
        }
        return (z: z)
      }

      objective sound(target: Tensor[4]) -> (z: Tensor[4]) {
        var z = 0 * target
        repeat 3 {
          minimize mse(z * detach(less(z, 0)), target) over z using adam(rate: 0.1)
        }
        return (z: z)
      }
    }
    """

  @Test(arguments: [["--check"], ["-o", "net.tplan"]])
  func allFindingsAreToldWithTheirLocations(options: [String]) throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("net.tgraph")
    try Data((Self.page + "\n").utf8).write(to: file)
    let tgc = try #require(BuiltCommand("tgc"), "build the package first: swift build -c release")
    let outcome = try tgc.run(["net.tgraph"] + options, in: folder.url)
    #expect(outcome.status == 65)
    for message in [
      "net.tgraph:2:19: error: the gradient of `stepped` stops at `floor`: its derivative is 0",
      "net.tgraph:12:20: error: the gradient of `stepped` stops at `sign`: its derivative is 0",
      "net.tgraph:19:9: error: `other` does not change what `still` minimises",
      "[not-differentiable]", "3 errors",
    ] {
      #expect(outcome.messages.contains(message), "\(outcome.messages)")
    }
    #expect(outcome.messages.contains("hint: detach("))
  }
}
