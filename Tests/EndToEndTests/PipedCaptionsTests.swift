import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// `--captions -` stands in a pipe: whoever writes a line gets its answer before the next one.
@Suite struct PipedCaptionsTests {
  @Test func aLineIsAnsweredBeforeTheNextOneIsWritten() throws {
    let fixture = try CommandFixture()
    let talk = try fixture.tgrun.start(
      ["sample.tplan", "--captions", "-", "--seed", "3", "--outdir", "out"],
      in: fixture.folder.url)
    for (line, number) in [("a red bird", 1), ("small blue", 2), ("a bird", 4)] {
      if number == 4 { try talk.say("  ") }
      try talk.say(line)
      let answer = try #require(try talk.answer())
      #expect(answer == "out/sample-3-\(number)-maps.npy")
      #expect(try talk.answer() == "out/sample-3-\(number).png")
      #expect(talk.isRunning)
      let alone = try fixture.run(
        ["sample.tplan", line, "--seed", "3", "-o", "alone.png"])
      #expect(alone.status == 0)
      #expect(
        try Picture.read(path: fixture.folder.path("alone.png"))
          == Picture.read(path: fixture.folder.path("out/sample-3-\(number).png")))
    }
    let end = try talk.end()
    #expect(end.status == 0 && end.text.isEmpty, "\(end.messages)")
  }

  @Test func refusedLinesAreAnsweredToo() throws {
    let fixture = try CommandFixture()
    let talk = try fixture.tgrun.start(
      ["sample.tplan", "--captions", "-", "--output", "maps=maps.npy", "--outdir", "."],
      in: fixture.folder.url)
    try talk.say("zzz")
    #expect(try talk.answer() == "")
    try talk.say("bird")
    #expect(try talk.answer() == "sample-0-2-maps.npy")
    #expect(try talk.answer() == "sample-0-2.png")
    let end = try talk.end()
    #expect(end.status == 65 && end.text == "maps.npy\n")
    #expect(end.messages.contains("line 1: "), "\(end.messages)")
    #expect(end.messages.contains("1 of 2 captions are refused; the others are done"))
    #expect(try fixture.array("maps.npy").shape == [1, 4, 2, 2])
  }

  @Test func answersAreJSONLinesOnRequest() throws {
    struct Answer: Decodable {
      struct Run: Decodable {
        let seed: String
        let captions: [String: String]
        let files: [String: String]
      }
      struct Fault: Decodable { let code: Int }
      let schemaVersion: Int
      let plan: String
      let name: String
      let line: Int
      let runs: [Run]?
      let error: Fault?
    }
    let fixture = try CommandFixture()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let talk = try fixture.tgrun.start(
      ["sample.tplan", "--captions", "-", "--json", "--seeds", "4,18446744073709551615"],
      in: fixture.folder.url)
    func answer(to line: String) throws -> Answer {
      try talk.say(line)
      return try decoder.decode(Answer.self, from: Data(#require(try talk.answer()).utf8))
    }
    let first = try answer(to: "a red bird")
    #expect(first.schemaVersion == 1 && first.plan == "sample.tplan" && first.name == "Sample")
    #expect(first.line == 1 && first.error == nil)
    #expect(first.runs?.map(\.seed) == ["4", "18446744073709551615"])
    #expect(first.runs?.first?.captions == ["caption": "a red bird"])
    #expect(first.runs?.first?.files == ["image": "sample-4-1.png"])
    let refused = try answer(to: "zzz")
    #expect(refused.line == 2 && refused.error?.code == 65 && refused.runs == nil)
    let long = try answer(to: String(repeating: "bird ", count: 300_000))
    #expect(long.line == 3 && long.error?.code == 65)
    let last = try answer(to: "blue")
    #expect(last.line == 4 && last.runs?.count == 2)
    let end = try talk.end()
    #expect(end.status == 65 && end.text.isEmpty)
    for line in end.messages.split(separator: "\n") {
      _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
    }
  }

  @Test func whereAllCaptionsAreNeededAtOnceTheyAreReadFirst() throws {
    let fixture = try CommandFixture()
    let one = try fixture.run(
      ["sample.tplan", "--captions", "-", "-o", "one.png"], input: "a bird\n")
    #expect(one.status == 0 && one.text == "one.png\n", "\(one.messages)")
    let two = try fixture.run(
      ["sample.tplan", "--captions", "-", "-o", "one.png"], input: "a bird\nred\n")
    #expect(two.status == 64)
    let none = try fixture.run(["sample.tplan", "--captions", "-"], input: "\n\n")
    #expect(none.status == 65 && none.messages.contains("no captions"))
  }
}
