import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// Many pictures at once: each is what it is alone, and broken ones do not stop the others.
@Suite struct ManyPicturesTests {
  /// A folder `in` with two good pictures, a damaged one and one that is no PNG.
  private func pictures(of fixture: CommandFixture) throws {
    try FileManager.default.createDirectory(
      at: fixture.url("in"), withIntermediateDirectories: false)
    for (name, colour) in [("a", [255, 0, 51]), ("c", [9, 200, 7])] as [(String, [UInt8])] {
      try Picture(height: 9, width: 8, colour: colour).write(
        path: fixture.folder.path("in/\(name).png"))
    }
    let whole = try fixture.bytes("in/a.png")
    try whole.prefix(whole.count / 2).write(to: fixture.url("in/b.png"))
    try fixture.text("in/d.png", "no picture")
    try fixture.text("in/notes.txt", "no picture")
  }

  @Test(
    arguments: [
      ["in"], ["in/*.png"], ["@in/list.txt"], ["in/a.png", "in/b.png", "in/c.png", "in/d.png"],
    ])
  func theGoodOnesAreDoneAndAllBrokenOnesAreListed(operands: [String]) throws {
    let fixture = try CommandFixture()
    try pictures(of: fixture)
    try fixture.text("in/list.txt", "in/d.png\n\nin/a.png\nin/b.png\r\nin/c.png\n")
    let outcome = try fixture.run(
      ["sample.tplan", "--function", "edit", "--outdir", "new/out"] + operands)
    #expect(outcome.status == 65)
    let made = ["a-small", "a", "c-small", "c"].map { "new/out/sample-0-\($0).png\n" }
    #expect(outcome.text == made.joined())
    #expect(outcome.messages.contains("in/b.png is a damaged PNG"), "\(outcome.messages)")
    #expect(outcome.messages.contains("in/d.png is not a PNG"))
    #expect(outcome.messages.contains("2 of 4 pictures cannot be used: in/b.png, in/d.png"))
    for name in ["a", "c"] {
      let alone = try fixture.run(
        ["sample.tplan", "in/\(name).png", "--function", "edit", "-o", "alone.png"])
      #expect(alone.status == 0)
      #expect(try fixture.bytes("alone.png") == fixture.bytes("new/out/sample-0-\(name).png"))
    }
    let again = try fixture.run(
      ["sample.tplan", "in/a.png", "--replay", "new/out/sample-0-a.png", "-o", "r.png"])
    #expect(again.status == 0 && again.messages.contains("bit for bit"), "\(again.messages)")
  }

  @Test func picturesSeedsAndSheets() throws {
    let fixture = try CommandFixture()
    try pictures(of: fixture)
    let outcome = try fixture.run([
      "sample.tplan", "in/c.png", "in/a.png", "--function", "edit", "--seeds", "1-2",
      "--before-after", "--output", "small=small.npy",
    ])
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(!fixture.has("sample-1-a.png"))
    #expect(try fixture.array("small.npy").shape == [4, 1, 8, 8])
    let sheets = try fixture.run(
      ["sample.tplan", "in", "--function", "edit", "--outdir", "out", "--before-after"])
    #expect(sheets.status == 65)
    let sheet = try Picture.read(path: fixture.folder.path("out/sample-0-c-before-after.png"))
    #expect(sheet[0, 0, 1] == 200, "the picture of its own is shown")
  }

  @Test func whenNoneIsGoodNothingIsMade() throws {
    let fixture = try CommandFixture()
    try pictures(of: fixture)
    let outcome = try fixture.run(
      ["sample.tplan", "in/b.png", "in/d.png", "--function", "edit", "--outdir", "out"])
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.messages.contains("none of the 2 pictures can be used"))
    #expect(!fixture.has("out"))
    let missing = try fixture.run(
      ["sample.tplan", "in/x.png", "in/y.png", "--function", "edit", "--outdir", "out"])
    #expect(missing.status == 66)
    for (operand, status, words) in [
      ("none/*.png", 66, "no file matches"), ("@none.txt", 66, "none.txt"),
      ("@empty.txt", 65, "lists no pictures"),
    ] as [(String, Int32, String)] {
      let refused = try fixture.run(["sample.tplan", operand, "--function", "edit"])
      #expect(refused.status == status && refused.messages.contains(words), "\(refused.messages)")
    }
  }

  @Test func twoImageInputsTakeTwoPicturesOrManyForOne() throws {
    let fixture = try CommandFixture()
    try pictures(of: fixture)
    let page = """
      model Blend() {
        func blend(a: Image[3, 8, 8](-1 ... 1, fit: "crop", filter: "bilinear"),
            b: Image[3, 8, 8](-1 ... 1, fit: "crop", filter: "bilinear"))
            -> (image: Image[3, 8, 8](-1 ... 1)) {
          return a * 0.75 + b * 0.25
        }
      }

      """
    try fixture.text("blend.tgraph", page)
    let tgc = try #require(BuiltCommand("tgc"))
    let made = try tgc.run(["blend.tgraph", "-o", "blend.tplan"], in: fixture.folder.url)
    try #require(made.status == 0, "\(made.messages)")
    let two = try fixture.run(["blend.tplan", "in/a.png", "in/c.png", "-o", "two.png"])
    #expect(two.status == 0, "\(two.messages)")
    let many = try fixture.run(
      ["blend.tplan", "--input", "b=in/c.png", "in/a.png", "photo.png", "--outdir", "out"])
    #expect(many.status == 0, "\(many.messages)")
    #expect(many.text == "out/blend-0-a.png\nout/blend-0-photo.png\n")
    #expect(
      try Picture.read(path: fixture.folder.path("out/blend-0-a.png"))
        == Picture.read(path: fixture.folder.path("two.png")))
    for operands in [["in"], ["in/a.png", "in/c.png", "photo.png"], ["in/*.png", "in/a.png"]] {
      let refused = try fixture.run(["blend.tplan", "--outdir", "out"] + operands)
      #expect(refused.status == 64 && refused.messages.contains("too many pictures"))
      #expect(refused.messages.contains("--input b="), "\(refused.messages)")
    }
  }

  @Test func inversionsOfTheGoodOnes() throws {
    let fixture = try InvertFixture()
    let whole = try fixture.bytes("a.png")
    try FileManager.default.createDirectory(
      at: fixture.url("in"), withIntermediateDirectories: false)
    for name in ["a", "c"] {
      try fixture.bytes("\(name).png").write(to: fixture.url("in/\(name).png"))
    }
    try whole.prefix(whole.count / 2).write(to: fixture.url("in/b.png"))
    try Data("no".utf8).write(to: fixture.url("in/d.png"))
    let outcome = try fixture.run("net.tplan in --outdir new/codes --steps 3")
    #expect(outcome.status == 65)
    #expect(outcome.messages.contains("in/b.png is a damaged PNG"), "\(outcome.messages)")
    #expect(outcome.messages.contains("in/d.png is not a PNG"))
    #expect(outcome.messages.contains("2 of 4 pictures cannot be used"))
    for name in ["a", "c"] {
      let alone = try fixture.run("net.tplan in/\(name).png -o alone.safetensors --steps 3")
      #expect(alone.status == 0)
      #expect(try fixture.bytes("alone.png") == fixture.bytes("new/codes/\(name).png"))
    }
    #expect(!fixture.has("new/codes/tginvert.state.safetensors"))
    let none = try fixture.run("net.tplan in/b.png in/d.png --outdir none")
    #expect(none.status == 65 && none.messages.contains("none of the 2 pictures"))
    #expect(!fixture.has("none"))
  }
}
