import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// A folder with everything that the command lines name, and the commands.
struct StatusFixture {
  let commands: CommandFixture
  let inversion: InvertFixture
  let pages: PageFixture

  init() throws {
    commands = try CommandFixture()
    inversion = try InvertFixture()
    pages = try PageFixture()
    try writePages()
    _ = try SamplePlan.write(to: commands.folder.path("large.tplan"), weights: 600_000)
    let plan = try commands.bytes("sample.tplan")
    try plan.prefix(plan.count - 5).write(to: commands.url("cut.tplan"))
    let made = try commands.run(["sample.tplan", "bird", "-o", "made.png"])
    try #require(made.status == 0, "\(made.messages)")
    let many = try commands.run(
      "sample.tplan --function edit photo.png two.png --grid 2 -o many.png".split(separator: " ")
        .map(String.init))
    try #require(many.status == 0, "\(many.messages)")
    try writePhotos()
    try writeScores()
    try commands.array("badindex.npy", [1, 2], [1, .nan])
    try commands.text("badindex.jsonl", "{\"file\":\"a.png\"}\n")
    try FileManager.default.createDirectory(
      at: commands.url("badset"), withIntermediateDirectories: false)
    try commands.text("badset/entries.jsonl", "{\"file\":\"a.png\"\n")
    for name in ["net.tplan", "other.tplan", "a.png", "bad.tplan", "bad.safetensors"] {
      try FileManager.default.copyItem(at: inversion.url(name), to: commands.url(name))
    }
    let dissected = try DissectFixture()
    for name in ["painter", "wide", "parts", "seer"].map({ $0 + ".tplan" }) + ["masks", "badmasks"]
    {
      try FileManager.default.copyItem(at: dissected.url(name), to: commands.url(name))
    }
    let large = try pages.run("large-net.tgraph --synthetic-weights 1 -o large-net.tplan")
    try #require(large.status == 0, "\(large.messages)")
    let logs = try pages.run("logs.tgraph -o logs.tplan")
    try #require(logs.status == 0, "\(logs.messages)")
    for name in try FileManager.default.contentsOfDirectory(atPath: pages.folder.url.path) {
      try FileManager.default.copyItem(
        at: pages.folder.url.appendingPathComponent(name), to: commands.url(name))
    }
  }

  /// Scores of unequal protocols, a file that has none, and an array with no number.
  private func writeScores() throws {
    try commands.text("empty.json", "{}")
    try commands.array("nan.npy", [2, 2], [1, .nan, 3, 4])
    let tgeval = try #require(BuiltCommand("tgeval"), "build the package first")
    for (name, sets) in [
      ("first", ["two.npy", "three.npy"]), ("second", ["three.npy", "two.npy"]),
    ] {
      let scores = try tgeval.run(
        ["sets"] + sets + ["--scores", "frechet", "--json"], in: commands.folder.url)
      try #require(scores.status == 0, "\(scores.messages)")
      try commands.text("\(name).json", scores.text)
    }
  }

  /// A JPEG that claims to be huge, one of 12 bits, and one without what was made.
  private func writePhotos() throws {
    let picture = Picture(height: 8, width: 8, colour: [1, 2, 3])
    let bytes = try picture.encoded(as: PictureEncoding(.jpeg))
    let frame = try #require(
      bytes.indices.dropLast(9).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    var huge = bytes
    huge.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    try Data(huge).write(to: commands.url("huge.jpg"))
    var deep = bytes
    deep[frame + 4] = 12
    try Data(deep).write(to: commands.url("deep.jpg"))
    let texts = try Picture.readText(path: commands.folder.path("made.png"))
      .filter { $0.key != "tgraph.pixels" }
    try picture.write(
      path: commands.folder.path("untold.jpg"), as: PictureEncoding(.jpeg), text: texts)
  }

  private func writePages() throws {
    func model(_ body: String) -> String { "model M() {\n  \(body)\n}" }
    let layer = "func f(x: Tensor[6]) -> (y: Tensor[4]) { return x |> linear(4) @ \"a\" }"
    let sees = "func f(image: Image[3, 8, 8](0 ... 255)) -> (y: Tensor[3])"
    try pages.write(
      model(sees + " { return mean(log(image - 200), axes: [1, 2]) }"), to: "logs.tgraph")
    for name in ["ok", "other"] { try pages.write(model(layer), to: "\(name).tgraph") }
    try pages.write(
      model("func f(x: Tensor[6]) -> (y: Tensor[4]) { return x }"), to: "wrong.tgraph")
    try pages.write(
      model("func f(x: Image[2, 8, 8](0 ... 1)) -> (y: Tensor[2, 8, 8]) { return x * 1 }"),
      to: "wide.tgraph")
    try pages.write("import A from \"../a.tgraph\"\n" + model(layer), to: "importing.tgraph")
    try pages.write("model {", to: "broken.tgraph")
    try pages.write(
      """
      model Asked() { func asked(x: Tensor[n]) -> (y: Tensor[n]) }
      model Takes(part G: Asked) { func f(x: Tensor[6]) -> (y: Tensor[6]) { return G.asked(x) } }
      """, to: "takes.tgraph")
    try pages.write(
      model(
        """
        func draw(z: Normal[6]) -> (image: Image[1, 2, 2](0 ... 1)) {
          return reshape(linear(z, 4) @ "a", [1, 2, 2])
        }
        """), to: "sees.tgraph")
    try pages.write("model   M( ) {\n\(layer)\n}", to: "unstyled.tgraph")
    try pages.write(
      model("func f(x: Tensor[2000]) -> (y: Tensor[2000]) { return x |> linear(2000) @ \"a\" }"),
      to: "large.tgraph")
    try pages.write(
      model(
        """
        objective invert(target: Image[1, 16, 16](0 ... 1)) -> (z: Latent[1000]) {
            sample random: Normal[1000]
            var z = random
            repeat 4 {
              minimize mse(z |> linear(1000) @ "a" |> linear(256) @ "b" |> reshape([1, 16, 16]), target)
                over z using adam(rate: 0.1)
            }
            return (z: z)
          }
        """), to: "large-net.tgraph")
    let bias = HostTensor([4], [1, .nan, 1, 1])
    try pages.write(["a.weight": [4, 6], "a.bias": [4]], to: "w.safetensors")
    try pages.write(["b.weight": [4, 6]], to: "v.safetensors")
    try pages.write(
      ["a.weight": HostTensor([4, 6], repeating: 1), "a.bias": bias], to: "nan.safetensors")
    try Data([8, 8, 0x3a, 200, 1]).write(
      to: pages.folder.url.appendingPathComponent("damaged.onnx"))
  }

  func run(_ line: String) throws -> BuiltCommand.Outcome {
    if line.hasPrefix("$ ") { return try shell(String(line.dropFirst(2))) }
    let words = line.split(separator: " ").map { $0.replacing("_", with: " ") }
    let command = try #require(BuiltCommand(String(words[0])), "build the package first")
    return try command.run(words.dropFirst().map(String.init), in: commands.folder.url)
  }

  /// Runs a line of a shell whose first word is a command of ours.
  private func shell(_ line: String) throws -> BuiltCommand.Outcome {
    let name = String(line.prefix { $0 != " " })
    let command = try #require(BuiltCommand(name), "build the package first")
    return try BuiltCommand(path: "/bin/sh").run(
      ["-c", "\"$0\" \(line.dropFirst(name.count))", command.path], in: commands.folder.url)
  }
}
