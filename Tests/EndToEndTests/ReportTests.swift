import Foundation
import TGTestSupport
import Testing

/// Names of JSON mean the same in all commands.
@Suite struct ReportTests {
  private func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func planNameHashAndSeedMeanTheSameEverywhere() throws {
    let fixture = try InvertFixture()
    try FileManager.default.createDirectory(
      at: fixture.url("sub"), withIntermediateDirectories: false)
    try fixture.bytes("net.tplan").write(to: fixture.url("sub/net.tplan"))
    let tgrun = try #require(BuiltCommand("tgrun"))
    let tgc = try #require(BuiltCommand("tgc"))
    let seed = "18446744073709551615"
    let run = try object(
      tgrun.run(
        ["sub/net.tplan", "--seed", seed, "-o", "x.png", "--json"], in: fixture.folder.url
      ).output)
    let inverted = try object(
      fixture.run("sub/net.tplan a.png -o r.safetensors --steps 2 --json --seed \(seed)").output)
    let inspected = try object(
      fixture.tginspect.run(["sub/net.tplan", "--json"], in: fixture.folder.url).output)
    let compiled = try object(
      tgc.run(
        [
          "net.tgraph", "--model", "Inversion", "--synthetic-weights", "1", "--batch", "1,2",
          "-o", "sub/net.tplan", "--json",
        ], in: fixture.folder.url
      ).output)
    let times = try #require(compiled["times"] as? [String: Double])
    #expect(
      times.keys.sorted()
        == ["elaboration", "folding", "lowering", "passes", "reading", "writing"])
    let written = try object(try fixture.bytes("r.json"))
    let results = try #require(inverted["results"] as? [[String: Any]])
    for told in [run, inverted, inspected, compiled, written] {
      #expect(told["schema_version"] as? Int == 1, "\(told)")
      #expect(told["plan"] as? String == "sub/net.tplan")
      #expect(told["name"] as? String == "Inversion")
      #expect(told["hash"] as? String == run["hash"] as? String)
    }
    #expect(inverted["seed"] as? String == seed && written["seed"] as? String == seed)
    #expect(results.count == 1 && results[0]["name"] as? String == "Inversion")
    let runs = try #require(run["runs"] as? [[String: Any]])
    #expect(runs[0]["seed"] as? String == seed)
    #expect(runs[0]["files"] as? [String: String] == ["image": "x.png"])
    #expect(
      written["files"] as? [String: String] == [
        "code": "r.safetensors", "picture": "r.png", "before_after": "r.before-after.png",
        "drawing": "r.svg", "table": "r.csv", "report": "r.json",
      ])
    #expect(written["pictures"] as? [String: String] == ["target": "a.png"])
    #expect(written["captions"] as? [String: String] == [:])
    let sources = try #require(inspected["sources"] as? [[String: String]])
    #expect(sources.first?["name"] == "net.tgraph")
  }

  @Test func captionsAndPicturesAreInTheRuns() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(
      ["sample.tplan", "a red bird", "--json", "--outdir", "out", "--attention", "maps"])
    let runs = try #require(try object(outcome.output)["runs"] as? [[String: Any]])
    #expect(runs[0]["captions"] as? [String: String] == ["caption": "a red bird"])
    #expect(
      runs[0]["files"] as? [String: String] == [
        "maps": "out/sample-0-maps.npy", "image": "out/sample-0.png",
        "attention.maps": "out/sample-0-maps.png",
      ])
    let listed = try fixture.run(
      ["sample.tplan", "--captions", "captions.txt", "--json", "--outdir", "out"])
    let lines = try #require(try object(listed.output)["runs"] as? [[String: Any]])
    #expect(lines.map { $0["line"] as? Int } == [1, 4])
    #expect(
      lines.map { ($0["captions"] as? [String: String])?["caption"] }
        == ["a red bird", "a small blue bird"])
    let edited = try fixture.run(
      [
        "sample.tplan", "photo.png", "--function", "edit", "--json", "--outdir", "out",
        "--before-after",
      ])
    let edits = try #require(try object(edited.output)["runs"] as? [[String: Any]])
    #expect(edits[0]["pictures"] as? [String: String] == ["photo": "photo.png"])
    #expect(
      (edits[0]["files"] as? [String: String])?["before_after"]
        == "out/sample-0-before-after.png")
  }

  /// Each line of the standard error is an object of the same form.
  @Test(
    arguments: [
      ["none.tplan"], ["sample.tplan", "--bogus"], ["sample.tplan", "zzz"],
      ["sample.tplan", "a rd bird", "-o", "o.png"],
      ["sample.tplan", "--function", "edit", "--input", "photo=bytes.npy"],
    ])
  func messagesAreObjects(arguments: [String]) throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(arguments + ["--json"])
    let lines = outcome.messages.split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let told = try object(Data(line.utf8))
      #expect(told["schema_version"] as? Int == 1)
      let kinds = ["error", "warning", "note"].filter { told[$0] != nil }
      #expect(kinds.count == 1 && told.count == 2, "\(line)")
      let inner = try #require(told[kinds[0]] as? [String: Any])
      #expect(inner["message"] is String)
    }
  }

  @Test func findingsAboutPagesAreObjectsToo() throws {
    let fixture = try CommandFixture()
    try fixture.text("bad.tgraph", "model M() { func f( }\n")
    let tgc = try #require(BuiltCommand("tgc"))
    let outcome = try tgc.run(["bad.tgraph", "--check", "--json"], in: fixture.folder.url)
    #expect(outcome.status == 65)
    for line in outcome.messages.split(separator: "\n") {
      let told = try object(Data(line.utf8))
      #expect(told["schema_version"] as? Int == 1 && told["diagnostic"] != nil)
    }
  }
}
