import Foundation
import TGCheckpoint
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// Codes that `tginvert` wrote in the hands of `tgrun`: the reconstruction again, then edited. The
/// plan is IDInvert's, small and with synthetic weights.
@Suite struct HandOverTests {
  /// A folder with the plan and the codes and reconstructions of two pictures, by both objectives.
  struct Fixture {
    let folder: TemporaryFolder
    private let tgrun: BuiltCommand

    init() throws {
      let built = "build the package first: swift build -c release"
      tgrun = try #require(BuiltCommand("tgrun"), "\(built)")
      let tgc = try #require(BuiltCommand("tgc"), "\(built)")
      let tginvert = try #require(BuiltCommand("tginvert"), "\(built)")
      folder = try TemporaryFolder()
      let page = GraphPages.file("idinvert").path
      let made = try tgc.run(
        [page, "--set", "size=8", "widest=16", "--synthetic-weights", "1", "-o", "i.tplan"],
        in: folder.url)
      try #require(made.status == 0, "\(made.messages)")
      for (seed, name) in [(1, "a"), (2, "b")] {
        var numbers = SeededNumbers(seed: UInt64(seed))
        let tensor = numbers.tensor([1, 3, 8, 8], in: -1...1)
        try #require(Picture(tensor: tensor, low: -1, high: 1)).write(
          path: folder.path(name + ".png"))
      }
      for objective in ["invert", "search"] {
        try FileManager.default.createDirectory(
          at: folder.url.appending(path: objective), withIntermediateDirectories: false)
        let outcome = try tginvert.run(
          ["i.tplan", "a.png", "b.png", "--steps", "2", "--objective", objective]
            + ["--outdir", objective], in: folder.url)
        try #require(outcome.status == 0, "\(outcome.messages)")
      }
    }

    /// What `tgrun` makes of a code.
    func picture(_ line: String) throws -> Picture {
      let outcome = try tgrun.run(
        ["i.tplan", "--latent"] + line.split(separator: " ").map(String.init) + [
          "-o", "shown.png",
        ],
        in: folder.url)
      try #require(outcome.status == 0, "\(line): \(outcome.messages)")
      return try file("shown.png")
    }

    func file(_ name: String) throws -> Picture { try Picture.read(path: folder.path(name)) }

    /// The four rows of 512 of a code.
    func code(_ name: String) throws -> HostTensor {
      let tensor = try #require(Checkpoint.read(path: folder.path(name))["w"]).tensor()
      try #require(tensor.shape == [1, 4, 512])
      return tensor
    }

    func write(_ rows: [ArraySlice<Float>], _ name: String) throws {
      let tensor = HostTensor([rows.count, rows[0].count], rows.flatMap { $0 })
      try AtomicFile.save(NumpyArray(tensor).encoded, to: folder.path(name))
    }
  }

  @Test func codesGiveTheReconstruction() throws {
    let fixture = try Fixture()
    for objective in ["invert", "search"] {
      for name in ["a", "b"] {
        let path = "\(objective)/\(name)"
        #expect(
          try fixture.picture(path + ".safetensors") == fixture.file(path + ".png"), "\(path)")
      }
      #expect(try fixture.file("\(objective)/a.png") != fixture.file("\(objective)/b.png"))
    }
  }

  @Test func codesOfTwoPicturesMeet() throws {
    let fixture = try Fixture()
    let (one, other) = ("invert/a.safetensors", "invert/b.safetensors")
    let (a, b) = (try fixture.code(one).elements, try fixture.code(other).elements)
    func row(_ code: [Float], _ index: Int) -> ArraySlice<Float> {
      code[index * 512..<(index + 1) * 512]
    }
    try fixture.write([row(a, 0), row(b, 1), row(b, 2), row(a, 3)], "mixed.npy")
    let mixed = try fixture.picture("mixed.npy")
    #expect(try fixture.picture(one + " --mix \(other):1-2") == mixed)
    #expect(try mixed != fixture.file("invert/a.png"))

    let step = (0..<512).map { Float($0 % 7 - 3) / 4 }
    try fixture.write([step[...]], "step.npy")
    let moved = zip(row(a, 2), step).map { $0 + 2 * $1 }
    try fixture.write([row(a, 0), row(a, 1), moved[...], row(a, 3)], "moved.npy")
    let shown = try fixture.picture("moved.npy")
    #expect(try fixture.picture(one + " --direction step.npy=2@2") == shown)
    #expect(try fixture.picture(one + " --direction step.npy=0") == fixture.file("invert/a.png"))
    #expect(try shown != fixture.file("invert/a.png"))
  }

  @Test func theWayFromOneToTheOther() throws {
    let fixture = try Fixture()
    let tgrun = try #require(BuiltCommand("tgrun"))
    let outcome = try tgrun.run(
      ["i.tplan", "--interpolate", "invert/a.safetensors", "invert/b.safetensors"]
        + ["--frames", "5", "-o", "f-%d.png"], in: fixture.folder.url)
    #expect(outcome.status == 0, "\(outcome.messages)")
    let frames = try outcome.text.split(separator: "\n").map { try fixture.file(String($0)) }
    #expect(frames.count == 5)
    #expect(try frames.first == fixture.file("invert/a.png"))
    #expect(try frames.last == fixture.file("invert/b.png"))
    #expect(Set(frames.indices.map { index in frames.filter { $0 == frames[index] }.count }) == [1])
  }
}
