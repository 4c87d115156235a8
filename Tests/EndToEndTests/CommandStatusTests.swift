import Foundation
import TGTestSupport
import Testing

/// Every way in which `tgrun` and `tginspect` can be made to fail: status, and what they say.
@Suite struct CommandStatusTests {
  /// The command line (`_` for a space inside a word), the status, and words of the message.
  private static let failures: [(String, Int32, String)] = [
    // 64: the command line.
    ("", 64, "no plan was given"),
    ("sample.tplan --bogus", 64, "--bogus"),
    ("sample.tplan", 64, "needs a caption for 'caption'"),
    ("sample.tplan bird out.png", 64, "tgrun sample.tplan bird -o out.png"),
    ("sample.tplan bird photo.png", 64, "takes no picture"),
    ("sample.tplan bird red", 64, "fits no input"),
    ("sample.tplan bird --function none", 64, "has no function 'none'"),
    ("sample.tplan bird --input none=one.npy", 64, "has no input 'none'"),
    ("sample.tplan bird --output none=none.npy", 64, "has no output 'none'"),
    ("sample.tplan bird --output image=image.png", 64, "-o OUT.png"),
    ("sample.tplan --function measure --input x=one.npy y=b.npy", 64, "--input y=b.npy"),
    ("sample.tplan bird --input z", 64, "NAME=FILE.npy"),
    ("sample.tplan bird --seed 1 --seeds 2", 64, "both given"),
    ("sample.tplan bird --seed x", 64, "seed"),
    ("sample.tplan bird --seeds 3-1", 64, "no list of seeds"),
    ("sample.tplan bird --seeds 1,2 -o out.png", 64, "--outdir"),
    ("sample.tplan bird -o out.bmp", 64, "out.png"),
    ("sample.tplan bird -o out.npy", 64, "--output image=out.npy"),
    ("sample.tplan bird -o out.png --outdir .", 64, "both given"),
    ("sample.tplan --function edit photo.png -o photo.png", 64, "written over"),
    ("sample.tplan --function edit photo.png -o ./photo.png", 64, "written over"),
    ("sample.tplan --function edit photo.png two.png -o out.png", 64, "2 are to be made"),
    ("sample.tplan bird photo.png", 64, "-o photo-2.png"),
    ("sample.tplan bird -o .", 64, "--outdir ."),
    ("sample.tplan bird --outdir=", 64, "missing value for '--outdir <DIR>'"),
    ("sample.tplan bird -o /dev/stdout", 64, "-o - writes it"),
    ("sample.tplan bird -o pipe.npy", 64, "-o - writes it"),
    ("sample.tplan bird -o photo.gif", 64, "-o photo-2.png"),
    ("sample.tplan bird -o out.png --jpeg-quality 90", 64, "say -o out.jpg"),
    ("sample.tplan bird --jpeg-quality 101", 64, "between 1 and 100"),
    ("sample.tplan bird -o /dev/null --attention maps", 64, "throws it away"),
    ("sample.tplan bird --seed 18446744073709551616", 64, "seed"),
    ("sample.tplan bird --seeds 18446744073709551616", 64, "below 2^64"),
    ("sample.tplan --function edit", 64, "needs a picture"),
    ("sample.tplan --function pick", 64, "--input label=0"),
    ("sample.tplan --function pick --input label=1 -o out.png", 64, "no picture"),
    ("sample.tplan --function measure --input x=one.npy --input x=one.npy", 64, "given twice"),
    ("sample.tplan --input caption.lengths=lengths.npy", 64, "without 'caption'"),
    ("sample.tplan bird --attention image", 64, "attention maps are"),
    ("sample.tplan bird --threads -1", 64, "0 (one per core)"),
    ("sample.tplan bird --max-memory 0", 64, "megabytes"),
    ("sample.tplan --function edit photo.png --captions captions.txt", 64, "fits no input"),
    // 65: what is in the files.
    ("photo.png", 65, "it is a picture"),
    ("photo.png sample.tplan bird", 64, "tgrun sample.tplan photo.png bird"),
    ("captions.txt bird", 65, "TGPLAN"),
    ("sample.tplan --function edit photo.jpg", 65, "damaged JPEG: the file ends too early"),
    ("sample.tplan --function edit page.jpg", 65, "not a PNG"),
    ("sample.tplan zzz", 65, "no word"),
    ("sample.tplan zzz\u{1}", 65, "control character"),
    ("sample.tplan _", 65, "empty"),
    ("sample.tplan bird --input z=one.npy", 65, "expected [N, 3, 8, 8]"),
    ("sample.tplan --input caption=badids.npy", 65, "0 ..< 6"),
    ("sample.tplan --function measure --input x=captions.npy", 66, "captions.npy"),
    ("sample.tplan --function pick --input label=10", 65, "0 ..< 10"),
    ("sample.tplan --function mix --input x=three.npy", 65, "--batch 3"),
    ("sample.tplan --function mix --input x=two.npy --input shift=three.npy", 65, "'shift' has 3"),
    ("--replay photo.png", 65, "does not say how it was made"),
    ("sample.tplan zzz_bird --strict-words", 65, "zzz"),
    ("sample.tplan zzz_bird --strict", 65, "zzz"),
    ("sample.tplan --function edit --input photo=bytes.npy --strict", 65, "from 0 to 255"),
    ("sample.tplan --function pick --input label=half.npy", 65, "0.5"),
    ("sample.tplan --function pick --input label=-1", 65, "0 ..< 10"),
    ("sample.tplan --captions empty.txt", 65, "has no captions"),
    // 66: what is not there.
    ("none.tplan", 66, "none.tplan"),
    ("sample.tplan --function edit none.png", 66, "none.png"),
    ("sample.tplan --captions none.txt", 66, "none.txt"),
    ("--replay none.png", 66, "none.png"),
    (". bird", 66, "not a regular file"),
    // 71: memory. 73: where nothing can be created. 76: numbers that are none.
    ("sample.tplan bird -o none/out.png", 73, "mkdir -p none"),
    ("sample.tplan bird --outdir captions.txt/none", 73, "captions.txt is not a folder"),
    ("sample.tplan bird --outdir captions.txt", 73, "captions.txt is not a folder"),
    ("sample.tplan bird --output maps=pipe.npy", 73, "a device or a pipe"),
    ("sample.tplan bird --output image=none/x.npy", 73, "no folder none"),
    ("sample.tplan --function measure --input x=negative.npy", 76, "'y' has"),
  ]

  @Test func failuresHaveTheirStatusAndSayWhatToDo() throws {
    let fixture = try CommandFixture()
    for (line, status, words) in Self.failures {
      let arguments = line.split(separator: " ").map { $0.replacing("_", with: " ") }
      let outcome = try fixture.run(arguments.map(String.init))
      #expect(outcome.status == status, "tgrun \(line): \(outcome.messages)")
      #expect(outcome.messages.contains(words), "tgrun \(line): \(outcome.messages)")
      #expect(outcome.output.isEmpty, "tgrun \(line)")
      #expect(!outcome.messages.contains("Optional("), "tgrun \(line)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.url.path)
    #expect(left.filter { $0.hasPrefix("sample-") || $0.hasSuffix(".tmp") }.isEmpty)
  }

  @Test(arguments: [("TG_ISA", "mmx"), ("TG_THREADS", "many"), ("TG_PROGRESS", "often")])
  func environment(name: String, value: String) throws {
    let outcome = try CommandFixture().run(
      ["sample.tplan", "bird"], environment: [name: value])
    #expect(outcome.status == 64)
    #expect(outcome.messages.contains("\(name)=\(value)"))
  }

  @Test func damagedPlansAreRefused() throws {
    let fixture = try CommandFixture()
    var bytes = try fixture.bytes("sample.tplan")
    // The weight section begins behind the header of 512 bytes or less; only --verify reads it.
    let range = try #require(bytes.range(of: Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])))
    bytes[range.lowerBound + 1] ^= 1
    try bytes.write(to: fixture.url("flipped.tplan"))
    let run = { try fixture.tginspect.run($0, in: fixture.folder.url) }
    #expect(try run(["flipped.tplan"]).status == 0)
    #expect(try run(["sample.tplan", "--verify"]).status == 0)
    let verified = try run(["flipped.tplan", "--verify"])
    #expect(verified.status == 65)
    #expect(verified.messages.contains("checksum"))
    try bytes.prefix(bytes.count - 5).write(to: fixture.url("cut.tplan"))
    #expect(try run(["cut.tplan"]).status == 65)
    #expect(try run(["sample.tplan", "--function", "none"]).status == 64)
    #expect(try run(["none.tplan"]).status == 66)
  }

  @Test func errorsAreJSONOnRequest() throws {
    struct Told: Decodable {
      struct Inner: Decodable {
        let code: Int
        let message: String
        let hint: String?
      }
      let error: Inner
    }
    let fixture = try CommandFixture()
    for (arguments, code) in [
      (["none.tplan", "--json"], 66), (["sample.tplan", "--json", "--bogus"], 64),
      (["sample.tplan", "zzz", "--json"], 65),
    ] {
      let outcome = try fixture.run(arguments)
      let told = try JSONDecoder().decode(Told.self, from: Data(outcome.messages.utf8))
      #expect(told.error.code == code)
      #expect(outcome.status == code)
    }
  }

  @Test func memoryBudget() throws {
    let fixture = try CommandFixture()
    // Weights of 2 MiB are more than a megabyte.
    let hash = try SamplePlan.write(
      to: fixture.folder.path("large.tplan"), weights: 600_000)
    #expect(hash != fixture.hash)
    let outcome = try fixture.run(["large.tplan", "bird", "--max-memory", "1"])
    #expect(outcome.status == 71)
    #expect(outcome.messages.contains("--max-memory"))
    #expect(try fixture.run(["large.tplan", "bird", "--max-memory", "8"]).status == 0)
  }
}
