import Foundation
import TGTestSupport
import Testing

/// Long runs: two on one output, the end of the terminal, and what is said off one.
@Suite struct LongRunTests {
  private static let endless = [
    "net.tplan", "a.png", "-o", "r.safetensors", "--steps", "900000000", "--save-every", "1",
    "--threads", "1",
  ]

  @Test func theSecondRunOnOneOutputSaysWhoHoldsIt() throws {
    let fixture = try InvertFixture()
    let first = try fixture.tginvert.start(Self.endless, in: fixture.folder.url)
    first.wait(until: fixture.rewritten("r.state.safetensors"))
    for line in [
      "net.tplan b.png -o r.safetensors --steps 2",
      "net.tplan a.png -o ./r.safetensors --steps 2 --resume",
    ] {
      let second = try fixture.run(line)
      #expect(second.status == 73, "\(second.messages)")
      #expect(second.messages.contains("process \(first.number) holds it"), "\(second.messages)")
    }
    // Another output is free.
    #expect(try fixture.run("net.tplan b.png -o other.safetensors --steps 2").status == 0)
    #expect(!fixture.has("r.safetensors") && first.isRunning)
    first.signal(SIGTERM)
    #expect(try first.end().status == 75)
    // Its state is its own, and it goes on.
    let again = try fixture.tginvert.start(
      Self.endless + ["--resume"], in: fixture.folder.url)
    again.wait(until: fixture.rewritten("r.state.safetensors"))
    again.signal(SIGINT)
    let end = try again.end()
    #expect(end.status == 75, "\(end.messages)")
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.url.path)
    #expect(!left.contains { $0.hasPrefix(".") }, "\(left)")
  }

  @Test func theLockEndsWithItsHolder() throws {
    let fixture = try InvertFixture()
    let killed = try fixture.tginvert.start(Self.endless, in: fixture.folder.url)
    killed.wait(until: fixture.rewritten("r.state.safetensors"))
    killed.signal(SIGKILL)
    #expect(try killed.end().status == 128 + 9)
    let next = try fixture.run("net.tplan a.png -o r.safetensors --steps 2")
    #expect(next.status == 0, "\(next.messages)")
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.url.path)
    // What the killed one had begun to write is removed when that name is next written.
    #expect(!left.contains { $0.hasSuffix(".lock") }, "\(left)")
  }

  @Test func theEndOfTheTerminalSavesTheState() throws {
    let fixture = try InvertFixture()
    let outcome = try fixture.tginvert.run(
      Self.endless, in: fixture.folder.url,
      stop: .hangUp(once: fixture.rewritten("r.state.safetensors")))
    #expect(outcome.status == 75, "\(outcome.messages)")
    #expect(fixture.has("r.state.safetensors"))
  }

  @Test func whereItIsIgnoredTheRunGoesOn() throws {
    let fixture = try InvertFixture()
    let shell = BuiltCommand(path: "/bin/sh")
    let run = try shell.start(
      ["-c", "trap '' HUP; exec \"$0\" \"$@\"", fixture.tginvert.path] + Self.endless,
      in: fixture.folder.url)
    run.wait(until: fixture.rewritten("r.state.safetensors"))
    run.signal(SIGHUP)
    // Two more states are written after the signal.
    run.wait(until: fixture.rewritten("r.state.safetensors"))
    run.wait(until: fixture.rewritten("r.state.safetensors"))
    #expect(run.isRunning)
    run.signal(SIGTERM)
    #expect(try run.end().status == 75)
  }

  @Test func theEndOfTheTerminalKeepsWhatIsFinished() throws {
    let fixture = try CommandFixture()
    let isBegun = {
      (try? FileManager.default.contentsOfDirectory(atPath: fixture.folder.path("many")))?
        .contains { $0.hasSuffix(".png") } == true
    }
    let outcome = try fixture.tgrun.run(
      ["sample.tplan", "bird", "--seeds", "0-199999", "--outdir", "many"],
      in: fixture.folder.url, stop: .hangUp(once: isBegun))
    #expect(outcome.status == 130, "\(outcome.messages)")
    #expect(outcome.messages.contains("of 200000 are written"))
  }

  @Test func linesAreSaidNowAndThenAndAtTheEnd() throws {
    let fixture = try InvertFixture()
    let line = ["net.tplan", "a.png", "b.png", "--outdir", "out", "--steps", "3"]
    let often = try fixture.tginvert.run(
      line, in: fixture.folder.url, environment: ["TG_PROGRESS": "0"])
    #expect(often.status == 0)
    for round in 1...3 {
      #expect(often.messages.contains("a +1  round \(round)  loss"), "\(often.messages)")
    }
    #expect(often.messages.contains("2 of 2 done in"))
    for (more, interval) in [(["--quiet"], "0"), ([], "100000")] {
      let silent = try fixture.tginvert.run(
        line + more, in: fixture.folder.url, environment: ["TG_PROGRESS": interval])
      #expect(silent.status == 0)
      #expect(!silent.messages.contains("round ") && !silent.messages.contains("done in"))
    }
    let json = try fixture.tginvert.run(
      line + ["--json"], in: fixture.folder.url, environment: ["TG_PROGRESS": "0"])
    let notes = json.messages.split(separator: "\n")
    #expect(notes.count > 3)
    for note in notes { _ = try JSONSerialization.jsonObject(with: Data(note.utf8)) }
  }

  @Test func manyItemsSayHowManyAreDone() throws {
    let fixture = try CommandFixture()
    let line = ["sample.tplan", "bird", "--seeds", "0-8", "--outdir", "out"]
    let often = try fixture.run(line, environment: ["TG_PROGRESS": "0"])
    // Two batches of four, and one.
    #expect(often.messages.contains("4 of 9, "), "\(often.messages)")
    #expect(often.messages.contains("8 of 9, "))
    #expect(often.messages.contains("9 of 9 done in"))
    let quiet = try fixture.run(line + ["--quiet"], environment: ["TG_PROGRESS": "0"])
    #expect(quiet.messages.isEmpty)
  }
}
