import Foundation
import TGImage
import TGTestSupport
import Testing

/// `tginvert --film`: the course of an inversion, from its begin to its result, whole after an
/// interruption, and without a trace in the other files.
@Suite struct InvertFilmTests {
  /// The frames of a film.
  private static func frames(_ fixture: InvertFixture, _ name: String) throws -> [Picture] {
    var film = try #require(try FilmFrames(path: fixture.folder.path(name)), "\(name) is no film")
    var frames: [Picture] = []
    while let frame = try film.next() { frames.append(frame) }
    #expect(frames.count == film.count)
    return frames
  }

  @Test(arguments: ["invert", "noisy", "searched"])
  func theLastFrameIsTheResult(objective: String) throws {
    let fixture = try InvertFixture()
    let line = "net.tplan a.png --restarts 3 --objective \(objective)"
    for options in ["-o plain.safetensors", "-o filmed.safetensors --film film.png"] {
      let outcome = try fixture.run("\(line) \(options)")
      try #require(outcome.status == 0, "\(outcome.messages)")
    }
    for suffix in ["safetensors", "png", "csv", "before-after.png"] {
      #expect(
        try fixture.bytes("filmed.\(suffix)") == fixture.bytes("plain.\(suffix)"), "\(suffix)")
    }
    let frames = try Self.frames(fixture, "film.png")
    #expect((5...41).contains(frames.count), "\(frames.count)")
    #expect(try frames.last == Picture.read(path: fixture.folder.path("filmed.before-after.png")))
    let files = try fixture.report("filmed.json")["files"] as? [String: String]
    #expect(files?["film"] == "film.png")
  }

  @Test func framesComeAsOftenAsAsked() throws {
    let fixture = try InvertFixture()
    for (options, count) in [
      ("--film-every 10", 5), ("--film-every 40", 2), ("--film-every 99", 2),
    ] {
      let outcome = try fixture.run("net.tplan a.png -o r.safetensors --film film.png \(options)")
      try #require(outcome.status == 0, "\(outcome.messages)")
      #expect(try Self.frames(fixture, "film.png").count == count, "\(options)")
    }
  }

  /// The state keeps what the film is made of.
  @Test func aKilledRunEndsWithTheSameFilm() throws {
    let fixture = try InvertFixture()
    let line = "net.tplan a.png --steps 20000 --save-every 100 --restarts 3"
    let whole = try fixture.run(line + " -o whole.safetensors --film whole-film.png")
    try #require(whole.status == 0, "\(whole.messages)")
    let part = line + " -o part.safetensors --film part-film.png --resume"
    var kills = 0
    for life in [0.01, 0.03, 0.02] {
      let outcome = try fixture.run(
        part, stop: .kill(after: life, once: fixture.rewritten("part.state.safetensors")))
      if outcome.status == 0 { break }
      kills += 1
    }
    #expect(kills > 0)
    let last = try fixture.run(part)
    #expect(last.status == 0, "\(last.messages)")
    #expect(try fixture.bytes("part-film.png") == fixture.bytes("whole-film.png"))
  }

  @Test func anInterruptLeavesTheFilmSoFar() throws {
    let fixture = try InvertFixture()
    let stopped = try fixture.run(
      "net.tplan a.png -o r.safetensors --steps 300000 --save-every 1 --film film.png",
      stop: .interrupt(once: fixture.rewritten("r.state.safetensors")))
    #expect(stopped.status == 75 && stopped.messages.contains("film.png"), "\(stopped.messages)")
    let frames = try Self.frames(fixture, "film.png")
    #expect(!frames.isEmpty && frames[0].width == 2 * 16 + Picture.gap)
  }

  @Test(arguments: [
    ("net.tplan a.png b.png --outdir out --film f.png", "one film"),
    ("net.tplan a.png --film-every 3", "--film"),
    ("net.tplan a.png --film f.mp4", "animated PNGs"),
    ("net.tplan a.png --film out", "animated PNGs"),
    ("net.tplan a.png --film f.png --film-every 0", "--film-every 0"),
    ("net.tplan a.png --film f.png --film-every 1 --steps 5000", "--film-every 5"),
    ("net.tplan a.png -o f.safetensors --film f.png", "two results"),
    ("net.tplan a.png --film a.png", "a.png"),
  ])
  func whatIsNoFilmIsRefused(line: String, words: String) throws {
    let fixture = try InvertFixture()
    let outcome = try fixture.run(line)
    #expect(outcome.status == 64, "\(line): \(outcome.messages)")
    #expect(outcome.messages.contains(words), "\(line): \(outcome.messages)")
  }
}
