import Foundation
import FoundationXML
import TGCheckpoint
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// `tginvert` as a user meets it: its files, its ends, and what happens when it is stopped.
@Suite struct InvertCommandTests {
  @Test func writesAllFilesOfAPicture() throws {
    let fixture = try InvertFixture()
    let outcome = try fixture.run("net.tplan a.png -o r.safetensors")
    try #require(outcome.status == 0, "\(outcome.messages)")
    let report = try fixture.report("r.json")
    #expect(report["rounds"] as? Int == 40 && report["objective"] as? String == "invert")
    #expect(report["pictures"] as? [String: String] == ["target": "a.png"])
    #expect(report["seed"] as? String == "0")
    #expect((report["terms"] as? [String: Any])?.count == 2)
    #expect((report["psnr"] as? Double ?? 0) > 20, "\(report)")
    let table = String(decoding: try fixture.bytes("r.csv"), as: UTF8.self)
    #expect(table.split(separator: "\n").count == 41)
    #expect(XMLParser(data: try fixture.bytes("r.svg")).parse())
    let picture = try Picture.read(path: fixture.folder.path("r.png"))
    let sheet = try Picture.read(path: fixture.folder.path("r.before-after.png"))
    #expect(picture.width == 16 && sheet.width == 2 * 16 + Picture.gap && sheet.height == 16)
    let code = try Checkpoint.read(path: fixture.folder.path("r.safetensors"))
    #expect(try code["z"]?.tensor().elements.count == 8)
    #expect(!fixture.has("r.state.safetensors"))
  }

  @Test(arguments: ["invert", "noisy"])
  func killedRunsEndWithTheSameBytes(objective: String) throws {
    let fixture = try InvertFixture()
    let line = "net.tplan a.png --objective \(objective) --steps 30000 --save-every 100"
    let whole = try fixture.run(line + " -o whole.safetensors")
    try #require(whole.status == 0, "\(whole.messages)")
    let part = line + " -o part.safetensors"
    var kills = 0
    var resumed = 0
    for life in [0.01, 0.03, 0.02, 0.07] {
      if fixture.has("part.state.safetensors") { resumed += 1 }
      let outcome = try fixture.run(
        part + " --resume",
        stop: .kill(after: life, once: fixture.rewritten("part.state.safetensors")))
      if outcome.status == 0 { break }
      #expect(outcome.status == 128 + 9, "\(outcome.messages)")
      kills += 1
    }
    #expect(kills > 0)
    let last = try fixture.run(part + " --resume")
    #expect(last.status == 0, "\(last.messages)")
    #expect(resumed > 0)
    for suffix in ["safetensors", "png", "csv"] {
      #expect(try fixture.bytes("part.\(suffix)") == fixture.bytes("whole.\(suffix)"), "\(suffix)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.url.path)
    #expect(!left.contains { $0.hasPrefix(".") }, "\(left)")
  }

  @Test func anInterruptCanBeResumedByTheSameRunOnly() throws {
    let fixture = try InvertFixture()
    let line = "net.tplan a.png -o r.safetensors --steps 300000"
    let stopped = try fixture.run(
      line + " --save-every 1", stop: .interrupt(once: fixture.rewritten("r.state.safetensors")))
    #expect(stopped.status == 75 && stopped.messages.contains("--resume"), "\(stopped.messages)")
    #expect(fixture.has("r.state.safetensors"))
    for (other, word) in [
      ("other.tplan a.png -o r.safetensors --steps 300000", "plan"),
      ("net.tplan b.png -o r.safetensors --steps 300000", "list of pictures"),
      ("net.tplan a.png -o r.safetensors --steps 300001", "number of rounds"),
      (line + " --seed 1", "seed"), (line + " --rate 0.2", "rate"),
      (line + " --restarts 2", "number of restarts"), (line + " --objective noisy", "objective"),
      (line + " --init middle", "start"), (line + " --patience 9", "patience"),
    ] {
      let outcome = try fixture.run(other + " --resume")
      #expect(outcome.status == 65, "\(other): \(outcome.status) \(outcome.messages)")
      #expect(outcome.messages.contains("its \(word) is"), "\(other): \(outcome.messages)")
    }
  }

  @Test func damagedStatesAreRefused() throws {
    let fixture = try InvertFixture()
    let line = "net.tplan a.png -o r.safetensors --save-every 1 --steps 2000"
    let written = { fixture.rewritten("r.state.safetensors") }
    let stopped = try fixture.run(line + "00", stop: .interrupt(once: written()))
    try #require(stopped.status == 75, "\(stopped.messages)")
    let sound = [UInt8](try fixture.bytes("r.state.safetensors"))
    var refused = 0
    for trial in 0..<40 {
      var bytes = sound
      if trial % 4 == 0 {
        bytes.removeLast(1 + trial * bytes.count / 41)
      } else {
        // The beginning, where the structure stands.
        bytes[(trial * 97) % min(bytes.count, 4000)] ^= UInt8(1 << (trial % 7))
      }
      try Data(bytes).write(to: fixture.url("r.state.safetensors"))
      let outcome = try fixture.run(line + "00 --resume", stop: .interrupt(once: written()))
      #expect([0, 65, 75].contains(outcome.status), "\(trial): \(outcome.messages)")
      if outcome.status == 65 { refused += 1 }
    }
    #expect(refused >= 20, "\(refused)")
  }

  @Test func restartsKeepTheBest() throws {
    let fixture = try InvertFixture()
    let outcome = try fixture.run("net.tplan a.png -o r.safetensors --restarts 5 --steps 4")
    try #require(outcome.status == 0, "\(outcome.messages)")
    let report = try fixture.report("r.json")
    let begins = try #require(report["restarts"] as? [[String: Any]])
    let losses = begins.compactMap { $0["loss"] as? Double }
    #expect(losses.count == 5 && Set(losses).count == 5)
    #expect(report["loss"] as? Double == losses.min())
    let seed = try #require(report["seed"] as? String)
    let alone = try fixture.run("net.tplan a.png -o one.safetensors --steps 4 --seed \(seed)")
    #expect(alone.status == 0, "\(alone.messages)")
    #expect(try fixture.bytes("one.png") == fixture.bytes("r.png"))
  }

  @Test func shardsCoverAllPicturesOnce() throws {
    let fixture = try InvertFixture()
    var seen: [String] = []
    for shard in ["1/2", "2/2"] {
      let outcome = try fixture.run(
        "net.tplan a.png b.png c.png --outdir out --steps 2 --shard \(shard)")
      #expect(outcome.status == 0, "\(outcome.messages)")
      seen += outcome.text.split(separator: "\n").map(String.init)
        .filter { $0.hasSuffix(".safetensors") }
    }
    #expect(seen.sorted() == ["a", "b", "c"].map { "out/\($0).safetensors" })
  }

  @Test func valuesThatAreNotFiniteEndWithTheLastGoodCode() throws {
    let fixture = try InvertFixture()
    let outcome = try fixture.run("net.tplan a.png -o r.safetensors --rate 1e30")
    #expect(outcome.status == 76, "\(outcome.messages)")
    let code = try Checkpoint.read(path: fixture.folder.path("r.safetensors"))
    let numbers = try #require(code["z"]).tensor().elements
    let isFinite = numbers.allSatisfy { $0.isFinite }
    #expect(isFinite)
    #expect(try fixture.report("r.json")["stop"] as? String == "not-finite")
  }

  @Test(arguments: ["", " --patience 30", " --objective searched"])
  func fiveAndFiveRoundsAreTen(options: String) throws {
    let fixture = try InvertFixture()
    for line in [
      "-o ten.safetensors --steps 10", "-o five.safetensors --steps 5 --keep-state",
      "-o more.safetensors --steps 5 --continue-from five.safetensors",
    ] {
      let outcome = try fixture.run("net.tplan a.png \(line)\(options)")
      try #require(outcome.status == 0, "\(line): \(outcome.messages)")
      #expect(!outcome.messages.contains("begins anew"))
    }
    let ten = try Checkpoint.read(path: fixture.folder.path("ten.safetensors"))
    let more = try Checkpoint.read(path: fixture.folder.path("more.safetensors"))
    #expect(try #require(ten["z"]).tensor() == #require(more["z"]).tensor())
    #expect(try fixture.bytes("ten.png") == fixture.bytes("more.png"))
    #expect(try fixture.losses("ten.csv").suffix(5) == fixture.losses("more.csv")[...])
    let anew = try fixture.run(
      "net.tplan a.png -o anew.safetensors --steps 1 --continue-from ten.safetensors\(options)")
    #expect(anew.status == 0 && anew.messages.contains("begins anew"), "\(anew.messages)")
    let again = try fixture.run(
      "net.tplan a.png -o in.safetensors --init ten.safetensors --steps 1\(options)")
    #expect(again.status == 0, "\(again.messages)")
  }

  @Test func inspectionListsObjectives() throws {
    let fixture = try InvertFixture()
    let outcome = try fixture.tginspect.run(["net.tplan", "--json"], in: fixture.folder.url)
    let object = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    #expect(object["function"] as? String == "decode")
    let objectives = try #require(object["objectives"] as? [[String: Any]])
    #expect(objectives.map { $0["name"] as? String } == ["invert", "noisy", "searched"])
    let loops = try #require(objectives[0]["loops"] as? [[String: Any]])
    #expect(loops[0]["variables"] as? [String] == ["z"] && loops[0]["rounds"] as? Int == 40)
    #expect(loops[0]["method"] as? String == "adam")
    #expect(loops[0]["starts"] as? [String] == ["random", "middle"])
    let functions = try #require(object["functions"] as? [[String: Any]])
    let roles = Set(functions.compactMap { $0["role"] as? String })
    #expect(roles.isSuperset(of: ["entry", "prepare", "gradient", "finish"]))
    let step = try #require(functions.first { $0["name"] as? String == "invert.step" })
    let outputs = try #require(step["outputs"] as? [[String: Any]])
    #expect(
      outputs.map { $0["role"] as? String } == ["term pixels", "term size", "loss", "gradient z"])
    let text = try fixture.tginspect.run(["net.tplan"], in: fixture.folder.url).text
    #expect(text.contains("objective invert") && text.contains("function decode (default)"))
    #expect(text.contains("40 rounds of adam over z"), "\(text)")
  }

  @Test func wrongCommandLines() throws {
    let fixture = try InvertFixture()
    let table: [(line: String, status: Int32, word: String)] = [
      ("", 64, "plan"), ("net.tplan", 64, "target"), ("net.tplan a.png --bogus", 64, "bogus"),
      ("missing.tplan a.png", 66, "missing.tplan"), ("bad.tplan a.png", 65, "bad.tplan"),
      ("net.tplan none.png", 66, "none.png"), ("net.tplan bad.safetensors", 65, "bad.safetensors"),
      ("net.tplan a.png --objective nope", 64, "'invert'"),
      ("net.tplan a.png --space w+", 64, "w+"), ("net.tplan a.png --steps x", 64, "--steps"),
      ("net.tplan a.png --steps 1,2", 64, "--steps"), ("net.tplan a.png --steps -3", 64, "steps"),
      ("net.tplan a.png --rate 0", 64, "--rate"), ("net.tplan a.png --rate x", 64, "--rate"),
      ("net.tplan a.png --rate 1,2", 64, "--rate"),
      ("net.tplan a.png --objective noisy --rate 1", 64, "schedule"),
      ("net.tplan a.png --init nope", 64, "'middle'"),
      ("net.tplan a.png --init bad.safetensors", 65, "bad.safetensors"),
      ("net.tplan a.png --continue-from none.safetensors", 66, "none.safetensors"),
      ("net.tplan a.png --init middle --continue-from x", 64, "--continue-from"),
      ("net.tplan a.png --restarts 0", 64, "--restarts"),
      ("net.tplan a.png --save-every 0", 64, "--save-every"),
      ("net.tplan a.png --patience 0", 64, "--patience"),
      ("net.tplan a.png --stop-loss nan", 64, "--stop-loss"),
      ("net.tplan a.png --resume --seed -1", 64, "--resume"),
      ("net.tplan a.png -o r.safetensors --outdir out", 64, "--outdir"),
      ("net.tplan a.png -o r.png", 64, "-o r.safetensors"),
      ("net.tplan a.png b.png -o r.safetensors", 64, "-o"),
      ("net.tplan a.png -o nowhere/r.safetensors", 73, "nowhere"),
      ("net.tplan a.png --outdir a.png/x", 73, "a.png is not a folder"),
      ("net.tplan a.png -o code.png", 64, "-o code.safetensors"),
      ("net.tplan a.png -o bad.jpg", 64, "-o bad-2.safetensors"),
      ("net.tplan a.png -o .", 64, "--outdir ."), ("net.tplan a.png -o out", 64, "--outdir out"),
      ("net.tplan a.png -o /dev/null", 64, "CODE.safetensors"),
      ("net.tplan a.png -o -", 64, "CODE.safetensors"),
      ("net.tplan a.png --seed 18446744073709551616", 64, "seed"),
      ("net.tplan --input target=bytes.npy --strict", 65, "from 0 to 255"),
      ("net.tplan a.png --mask b.png", 64, "mask"),
      ("net.tplan a.png --shard 3/2 --outdir out", 64, "--shard"),
      ("net.tplan a.png --input bogus=1", 64, "bogus"),
      ("net.tplan a.png --max-memory 0", 64, "max-memory"),
    ]
    for (line, status, word) in table {
      let outcome = try fixture.run(line)
      #expect(outcome.status == status, "\(line): \(outcome.status) \(outcome.messages)")
      #expect(
        word.isEmpty || outcome.messages.contains(word), "\(line): \(outcome.messages)")
    }
  }
}
