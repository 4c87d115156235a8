import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// What `tgrun` and `tginspect` do when all is well.
@Suite struct CommandRunTests {
  @Test func aPictureWithItsDefaultName() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(["sample.tplan", "a red bird"])
    #expect(outcome.status == 0)
    #expect(outcome.text == "sample-0.png\n")
    #expect(outcome.messages.contains("seed 0"))
    let picture = try Picture.read(path: fixture.folder.path("sample-0.png"))
    #expect(picture.width == 8 && picture.height == 8 && picture.channels == 3)
    let random = try fixture.run(["sample.tplan", "a red bird", "--seed", "-1", "-o", "r.png"])
    let seed = try #require(
      random.messages.split(separator: "\n").first { $0.hasPrefix("seed ") }?.dropFirst(5))
    _ = try fixture.run(["sample.tplan", "a red bird", "--seed", String(seed), "-o", "s.png"])
    #expect(try fixture.bytes("r.png") == fixture.bytes("s.png"))
  }

  @Test func theSameBytesForAnyNumberOfThreads() throws {
    let fixture = try CommandFixture()
    for threads in ["1", "2", "3", "4", "7"] {
      let outcome = try fixture.run(
        ["sample.tplan", "bird", "--threads", threads, "-o", "t\(threads).png"])
      #expect(outcome.status == 0)
      #expect(try fixture.bytes("t\(threads).png") == fixture.bytes("t1.png"))
    }
    let outcome = try fixture.run(
      ["sample.tplan", "bird", "-o", "e.png"], environment: ["TG_THREADS": "2"])
    #expect(outcome.status == 0)
    #expect(try fixture.bytes("e.png") == fixture.bytes("t1.png"))
  }

  @Test func manyAtOnceAreTheOnesAlone() throws {
    let fixture = try CommandFixture()
    try FileManager.default.createDirectory(
      at: fixture.url("many"), withIntermediateDirectories: false)
    let many = try fixture.run(
      ["sample.tplan", "a bird", "--seeds", "0-4,97", "--outdir", "many"])
    #expect(many.status == 0)
    #expect(many.text.split(separator: "\n").count == 12)
    for seed in [0, 4, 97] {
      let alone = try fixture.run(
        ["sample.tplan", "a bird", "--seed", "\(seed)", "-o", "alone.png"])
      #expect(alone.status == 0)
      #expect(try fixture.bytes("alone.png") == fixture.bytes("many/sample-\(seed).png"))
      #expect(try fixture.array("many/sample-\(seed)-maps.npy").shape == [1, 4, 2, 2])
    }
  }

  @Test func captionsFromAFileAndFromAPipe() throws {
    let fixture = try CommandFixture()
    let listed = try fixture.run(
      ["sample.tplan", "--captions", "captions.txt", "--outdir", ".", "--seed", "3"])
    #expect(listed.status == 0)
    #expect(fixture.has("sample-3-1.png") && fixture.has("sample-3-4.png"))
    #expect(try fixture.array("sample-3-4-maps.npy").elements.prefix(4) == [1, 1, 1, 1])
    let piped = try fixture.run(
      ["sample.tplan", "--captions", "-", "--seed", "3", "--no-metadata"], input: "red bird\n")
    #expect(piped.text == "sample-3-1.png\n")
    let refused = try fixture.run(["sample.tplan", "--captions", "-"], input: "bird\nzzz\n")
    #expect(refused.status == 65)
    #expect(refused.messages.contains("line 2"))
  }

  @Test func arraysInAndOut() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run([
      "sample.tplan", "--input", "caption=ids.npy", "--input", "caption.lengths=lengths.npy",
      "--output", "maps=maps.npy", "--output", "image=image.npy",
    ])
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(outcome.text == "maps.npy\nimage.npy\n")
    #expect(!fixture.has("sample-0.png"))
    let maps = try fixture.array("maps.npy")
    #expect(maps.shape == [2, 4, 2, 2])
    #expect(
      maps.elements.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) == [
        1, 2, 5, 0, 3, 5, 0, 0,
      ])
    #expect(try fixture.array("image.npy").shape == [2, 3, 8, 8])
    let mixed = try fixture.run(
      ["sample.tplan", "--function", "mix", "--input", "x=two.npy", "--output", "y=y.npy"])
    #expect(mixed.status == 0, "\(mixed.messages)")
    #expect(try fixture.array("y.npy").elements == [4, 5, 6, 7])
    let printed = try fixture.run(
      ["sample.tplan", "--function", "pick", "--input", "label=7"])
    #expect(printed.text.hasPrefix("y [1]: 7.0\ndrawn [5]: 2."))
  }

  @Test func picturesInAndOut() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(
      ["sample.tplan", "photo.png", "--function", "edit", "-o", "-"])
    #expect(outcome.status == 0, "\(outcome.messages)")
    let picture = try Picture.decode(Array(outcome.output), path: "-")
    #expect(picture[0, 0, 0] == 0 && picture[0, 0, 1] == 255 && picture[0, 0, 2] == 204)
    let all = try fixture.run(
      ["sample.tplan", "photo.png", "--function", "edit", "--outdir", "."])
    #expect(all.text == "sample-0-small.png\nsample-0.png\n")
    #expect(try Picture.read(path: fixture.folder.path("sample-0-small.png")).channels == 1)
  }

  @Test func picturesTellHowTheyWereMadeAndCanBeRepeated() throws {
    let fixture = try CommandFixture()
    let made = try fixture.run(["sample.tplan", "a small bird", "--seed", "5", "-o", "out.png"])
    #expect(made.status == 0)
    let texts = try Picture.readText(path: fixture.folder.path("out.png"))
    let told = Dictionary(texts.map { ($0.key, $0.value) }) { first, _ in first }
    #expect(told["tgraph.hash"] == fixture.hash)
    #expect(told["tgraph.seed"] == "5")
    #expect(told["tgraph.text.caption"] == "a small bird")
    #expect(told["tgraph.plan"] == "sample.tplan")
    let again = try fixture.run(["--replay", "out.png"])
    #expect(again.status == 0, "\(again.messages)")
    #expect(again.text == "out-replay.png\n")
    #expect(again.messages.contains("bit for bit"))
    #expect(try fixture.bytes("out-replay.png") == fixture.bytes("out.png"))
    // A picture as input is found by its base name, and one with another seed is refused.
    _ = try fixture.run(
      ["sample.tplan", fixture.folder.path("photo.png"), "--function", "edit", "-o", "e.png"])
    let edited = try fixture.run(["sample.tplan", "--replay", "e.png"])
    #expect(edited.messages.contains("bit for bit"), "\(edited.messages)")
    #expect(!texts.contains { $0.value.contains(fixture.folder.url.path) })
    #expect(try fixture.run(["--replay", "out.png", "--seed", "1"]).status == 64)
    _ = try SamplePlan.write(to: fixture.folder.path("sample.tplan"), weights: 7)
    let other = try fixture.run(["--replay", "out.png"])
    #expect(other.status == 76)
    #expect(other.messages.contains(fixture.hash))
    let bare = try fixture.run(["sample.tplan", "bird", "--no-metadata", "-o", "bare.png"])
    #expect(bare.status == 0)
    #expect(try Picture.readText(path: fixture.folder.path("bare.png")).isEmpty)
  }

  @Test func wordsAreShownAndMissingOnesWarnedAbout() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(["sample.tplan", "a rd bird", "--show-tokens", "-o", "o.png"])
    #expect(outcome.status == 0)
    #expect(outcome.messages.contains("a=1 bird=5"))
    #expect(outcome.messages.contains("'rd'") && outcome.messages.contains("'red'"))
  }

  @Test func attentionIsDrawnWordByWord() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(
      ["sample.tplan", "a red bird", "-o", "o.png", "--attention", "maps"])
    #expect(outcome.text == "o.png\no-maps.png\n", "\(outcome.messages)")
    let sheet = try Picture.read(path: fixture.folder.path("o-maps.png"))
    #expect(sheet.width == 4 * 48 + 3 * 8 && sheet.height > 8)
  }

  @Test func repeatedRunsAreTimed() throws {
    let fixture = try CommandFixture()
    let line = ["sample.tplan", "bird", "-o", "o.png", "--repeat", "4", "--profile-by", "excess"]
    let told = try fixture.run(line)
    #expect(told.status == 0 && told.messages.contains("4 runs: median "), "\(told.messages)")
    let outcome = try fixture.run(line + ["--json"])
    let report = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    let times = try #require(report["repeat"] as? [String: Double])
    let (least, median) = (try #require(times["min_ms"]), try #require(times["median_ms"]))
    #expect(times["runs"] == 4 && 0 < least && least <= median)
    #expect(try #require(times["p90_ms"]) >= median)
    let rows = try #require(report["profile"] as? [[String: Any]])
    for row in rows {
      #expect(row["runs"] as? Int == 4)
      #expect(row["bytes"] as? Int ?? 0 > 0 && row["least_seconds"] as? Double ?? 0 > 0)
    }
    let excess = try rows.map { row in
      try #require(row["seconds"] as? Double) - #require(row["least_seconds"] as? Double)
    }
    #expect(excess == excess.sorted(by: >))
    #expect(report["ceilings"] is [String: Double])
    // The picture is that of a run that is not timed.
    let bytes = try fixture.bytes("o.png")
    #expect(try fixture.run(["sample.tplan", "bird", "-o", "o.png"]).status == 0)
    #expect(try fixture.bytes("o.png") == bytes)
  }

  @Test func profileNamesTheLine() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(["sample.tplan", "bird", "--profile", "-o", "o.png"])
    #expect(outcome.status == 0)
    #expect(outcome.messages.contains("sample.tgraph:4"))
    #expect(outcome.messages.contains("GB/s (b), as measured now"))
    #expect(outcome.messages.contains("GFLOP/s"))
  }

  @Test func resultsAreJSONOnRequest() throws {
    struct Item: Decodable {
      let name: String
      let kind: String
      let shape: [Int]
    }
    struct Function: Decodable {
      let name: String
      let batch: Int
      let inputs: [Item]
      let outputs: [Item]
      let macs: Int
      let arenaBytes: Int
    }
    struct Inspected: Decodable {
      let inputs: [Item]
      let outputs: [Item]
      let functions: [Function]
      let macs: Int
      let arenaBytes: Int
      let weightBytes: Int
      let hash: String
      let licence: String
    }
    let fixture = try CommandFixture()
    let outcome = try fixture.tginspect.run(["sample.tplan", "--json"], in: fixture.folder.url)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let told = try decoder.decode(Inspected.self, from: outcome.output)
    #expect(told.inputs.map(\.kind) == ["text", "normal"])
    #expect(told.inputs.map(\.shape) == [[1, 4], [1, 3, 8, 8]])
    #expect(told.outputs.map(\.name) == ["maps", "image"])
    #expect(told.functions.map(\.name) == ["paint", "paint", "edit", "measure", "mix", "pick"])
    #expect(told.functions[1].inputs[0].shape == [4, 4])
    #expect(told.hash == fixture.hash && told.licence == "Apache-2.0")
    #expect(told.weightBytes >= 12 && told.arenaBytes > 0)
    let text = try fixture.tginspect.run(
      ["sample.tplan", "--function", "paint"], in: fixture.folder.url)
    #expect(text.text.contains("Apache-2.0") && text.text.contains("sample.tgraph:4"))
    let run = try fixture.run(["sample.tplan", "bird", "--json", "-o", "o.png"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
    #expect(object["hash"] as? String == fixture.hash)
  }

  @Test func anInterruptLosesNothingThatIsFinished() throws {
    let fixture = try CommandFixture()
    try FileManager.default.createDirectory(
      at: fixture.url("many"), withIntermediateDirectories: false)
    let outcome = try fixture.tgrun.run(
      ["sample.tplan", "bird", "--seeds", "0-19999", "--outdir", "many"],
      in: fixture.folder.url,
      stop: .interrupt(once: {
        (try? FileManager.default.contentsOfDirectory(atPath: fixture.folder.path("many")))?
          .contains { $0.hasSuffix(".png") } == true
      }))
    #expect(outcome.status == 130, "\(outcome.messages)")
    #expect(outcome.messages.contains("of 20000 are written"))
    let files = try FileManager.default.contentsOfDirectory(
      atPath: fixture.folder.path("many"))
    #expect(!files.contains { $0.hasSuffix(".tmp") })
    for name in files where name.hasSuffix(".png") {
      _ = try Picture.read(path: fixture.folder.path("many/\(name)"))
    }
  }

  @Test func quietSaysNothing() throws {
    let outcome = try CommandFixture().run(["sample.tplan", "bird", "--quiet", "-o", "o.png"])
    #expect(outcome.status == 0 && outcome.messages.isEmpty)
  }
}
