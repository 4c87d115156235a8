import Foundation
import TGTensor
import TGTestSupport
import Testing

/// Numbers that leave the range which a plan states are told, and legal ones are not.
@Suite struct RangeTests {
  private static let edit = ["sample.tplan", "--function", "edit", "--output", "image=o.npy"]

  @Test func arraysInAnotherRangeAreToldWithWhatWasSeen() throws {
    let fixture = try CommandFixture()
    // The plan's pictures are of -1 ... 1.
    for (low, high, seen, way) in [
      (0, 255, "from 0 to 255", "x / 127.5 - 1"), (-1.5, 1, "from -1.5 to 1", "before they are"),
      (0, 1.01, "from 0 to 1.01", "x / 127.5 - 1"), (-300, 4, "from -300 to 4", "before they are"),
    ] as [(Float, Float, String, String)] {
      let numbers = (0..<192).map { low + (high - low) * Float($0) / 191 }
      try fixture.array("x.npy", [1, 3, 8, 8], numbers)
      let warned = try fixture.run(Self.edit + ["--input", "photo=x.npy"])
      #expect(warned.status == 0, "\(warned.messages)")
      let line = "warning: photo: values \(seen), the plan wants -1 ... 1\n"
      #expect(warned.messages.contains(line), "\(warned.messages)")
      #expect(warned.messages.contains(way), "\(warned.messages)")
      let refused = try fixture.run(Self.edit + ["--input", "photo=x.npy", "--strict"])
      #expect(refused.status == 65 && refused.output.isEmpty)
      #expect(refused.messages.contains(seen))
    }
  }

  @Test func legalNumbersAreNotDoubted() throws {
    let fixture = try CommandFixture()
    for (low, high) in [(-1, 1), (0, 1), (-1.0015, 1.0015), (0, 0)] as [(Float, Float)] {
      let numbers = (0..<192).map { low + (high - low) * Float($0) / 191 }
      try fixture.array("x.npy", [1, 3, 8, 8], numbers)
      let outcome = try fixture.run(Self.edit + ["--input", "photo=x.npy", "--strict"])
      #expect(outcome.status == 0, "\(outcome.messages)")
      #expect(!outcome.messages.contains("warning"))
    }
  }

  @Test func whatIsDrawnUniformlyHasARangeToo() throws {
    let fixture = try CommandFixture()
    let pick = ["sample.tplan", "--function", "pick", "--input", "label=1", "--input"]
    // `u` lies in 2 ..< 3.
    let inside = try fixture.run(pick + ["u=2.5", "--strict"])
    #expect(inside.status == 0, "\(inside.messages)")
    let outside = try fixture.run(pick + ["u=7"])
    #expect(outside.status == 0)
    #expect(outside.messages.contains("u: values from 7 to 7, the plan wants 2 ... 3"))
    #expect(try fixture.run(pick + ["u=7", "--strict"]).status == 65)
  }

  @Test func targetsAndStartsOfAnInversion() throws {
    let fixture = try InvertFixture()
    let warned = try fixture.run("net.tplan --input target=bytes.npy -o r.safetensors --steps 1")
    #expect(warned.status == 0, "\(warned.messages)")
    #expect(
      warned.messages.contains("warning: target: values from 0 to 255, the plan wants 0 ... 1"))
    #expect(warned.messages.contains("x / 255"))
    let page = """
      model Paint() {
        objective paint(target: Image[1, 4, 4](0 ... 1)) -> (x: Image[1, 4, 4](0 ... 1)) {
          sample random: Uniform[1, 4, 4](0 ... 1)
          var x = random
          repeat 2 { minimize mse(x, target) over x using adam(rate: 0.05) }
          return (x: x)
        }
      }

      """
    try Data(page.utf8).write(to: fixture.url("paint.tgraph"))
    let tgc = try #require(BuiltCommand("tgc"))
    let made = try tgc.run(["paint.tgraph", "-o", "paint.tplan"], in: fixture.folder.url)
    try #require(made.status == 0, "\(made.messages)")
    func write(_ name: String, upTo high: Float) throws {
      let tensor = HostTensor([1, 1, 4, 4], (0..<16).map { high * Float($0) / 15 })
      try Data(NumpyArray(tensor).encoded).write(to: fixture.url(name))
    }
    try write("target.npy", upTo: 1)
    for (high, isLegal) in [(1, true), (1.2, false)] as [(Float, Bool)] {
      try write("start.npy", upTo: high)
      let line = "paint.tplan --input target=target.npy --init start.npy -o p.safetensors"
      let outcome = try fixture.run(line)
      #expect(outcome.status == 0, "\(outcome.messages)")
      #expect(outcome.messages.contains("warning: x: values from 0 to 1.2") == !isLegal)
      #expect(try fixture.run(line + " --strict").status == (isLegal ? 0 : 65))
    }
  }
}
