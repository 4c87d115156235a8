import Foundation
import TGTensor
import TGTestSupport
import Testing

/// A folder with a plan that has objectives, pictures that its decoder made, and `tginvert`.
struct InvertFixture {
  let folder: TemporaryFolder
  let tginvert: BuiltCommand
  let tginspect: BuiltCommand

  private static let page = """
    model Decoder() {
      func decode(z: Latent[8]) -> (image: Image[1, 16, 16](0 ... 1)) {
        return z |> linear(256) @ "fc" |> sigmoid |> reshape([1, 16, 16])
      }
    }

    model Inversion() {
      part G = Decoder()

      /// A constant rate, two starts.
      objective invert(target: Image[1, 16, 16](0 ... 1))
          -> (z: Latent[8], image: Image[1, 16, 16](0 ... 1)) {
        sample random: Normal[8]
        var z = start(random: random, middle: 0 * random)
        repeat 40 {
          minimize (pixels: mse(G.decode(z), target), size: 0.001 * mean(square(z)))
            over z using adam(rate: 0.1)
        }
        return (z: z, image: G.decode(z))
      }

      /// A schedule, draws in each round and a projection.
      objective noisy(target: Image[1, 16, 16](0 ... 1))
          -> (z: Latent[8], image: Image[1, 16, 16](0 ... 1)) {
        sample random: Normal[8]
        var z = random
        repeat 40 { t in
          sample n: Normal[8]
          minimize mse(G.decode(z + 0.1 * n), target) over z using adam(rate: 0.1 * (1 - t))
          z = min(max(z, -2), 2)
        }
        return (z: z, image: G.decode(z))
      }

      /// A search.
      objective searched(target: Image[1, 16, 16](0 ... 1))
          -> (z: Latent[8], image: Image[1, 16, 16](0 ... 1)) {
        sample random: Normal[8]
        var z = random
        repeat 40 { minimize mse(G.decode(z), target) over z using lbfgs() }
        return (z: z, image: G.decode(z))
      }

      func decode(z: Normal[8]) -> (image: Image[1, 16, 16](0 ... 1)) { return G.decode(z) }
    }
    """

  init() throws {
    tginvert = try #require(BuiltCommand("tginvert"), "build the package first")
    tginspect = try #require(BuiltCommand("tginspect"), "build the package first")
    folder = try TemporaryFolder()
    try Data((Self.page + "\n").utf8).write(to: url("net.tgraph"))
    let tgc = try #require(BuiltCommand("tgc"), "build the package first")
    for (seed, plan) in [("1", "net.tplan"), ("2", "other.tplan")] {
      let made = try tgc.run(
        [
          "net.tgraph", "--model", "Inversion", "--synthetic-weights", seed, "--batch", "1,2",
          "-o", plan,
        ], in: folder.url)
      try #require(made.status == 0, "\(made.messages)")
    }
    let tgrun = try #require(BuiltCommand("tgrun"), "build the package first")
    for (seed, name) in ["a", "b", "c"].enumerated() {
      let made = try tgrun.run(
        ["net.tplan", "--seed", String(seed + 5), "-o", "\(name).png"], in: folder.url)
      try #require(made.status == 0, "\(made.messages)")
    }
    let bytes = HostTensor([1, 1, 16, 16], (0..<256).map { Float($0) })
    try Data(NumpyArray(bytes).encoded).write(to: url("bytes.npy"))
    try Data("no plan".utf8).write(to: url("bad.tplan"))
    try Data("no code".utf8).write(to: url("bad.safetensors"))
    try FileManager.default.createDirectory(at: url("out"), withIntermediateDirectories: false)
  }

  /// Runs `tginvert` in the folder.
  func run(_ line: String, stop: BuiltCommand.Stop? = nil) throws -> BuiltCommand.Outcome {
    try tginvert.run(
      line.split(separator: " ").map(String.init) + ["--threads", "1"], in: folder.url, stop: stop)
  }

  /// True from the moment a file is written anew.
  func rewritten(_ name: String) -> () -> Bool {
    let before = writing(of: name)
    return { writing(of: name) != before }
  }

  /// What tells one writing of a file from the next, which replaces it; nil if there is none.
  private func writing(of name: String) -> UInt64? {
    let found = try? FileManager.default.attributesOfItem(atPath: folder.path(name))
    return (found?[.systemFileNumber] as? NSNumber)?.uint64Value
  }

  /// A file of the folder.
  func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

  /// True if the folder has the file.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }

  /// The losses of a table, round by round.
  func losses(_ name: String) throws -> [Substring] {
    String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",")[2]
    }
  }

  /// The members of a report.
  func report(_ name: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: bytes(name)) as? [String: Any])
  }
}
