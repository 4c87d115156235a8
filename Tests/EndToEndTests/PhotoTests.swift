import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// JPEG in and out, as a user meets it.
@Suite struct PhotoTests {
  /// Waves, 12 rows of 8 pixels: no two are alike.
  private static let waves = Picture(
    height: 12, width: 8, channels: 3,
    samples: (0..<288).map { UInt16(127 + 120 * sin(Double($0 * $0 % 97) / 9)) })

  /// A JPEG that says how it is to be turned.
  private static func photo(_ picture: Picture, turned number: UInt8) throws -> Data {
    var bytes = try picture.encoded(as: PictureEncoding(.jpeg, quality: 100))
    let block: [UInt8] =
      [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, number]
      + [UInt8](repeating: 0, count: 6)
    bytes.insert(
      contentsOf: [0xFF, 0xE1, 0, UInt8(8 + block.count)] + Array("Exif\0\0".utf8) + block, at: 20)
    return Data(bytes)
  }

  /// A photograph gives what its upright copy gives without loss.
  @Test func photographsAreTakenUpright() throws {
    let fixture = try CommandFixture()
    for number in UInt8(1)...8 {
      try Self.photo(Self.waves, turned: number).write(to: fixture.url("p.jpg"))
      try Picture.read(path: fixture.folder.path("p.jpg")).write(path: fixture.folder.path("p.png"))
      for name in ["p.jpg", "p.png"] {
        let outcome = try fixture.run(
          ["sample.tplan", name, "--function", "edit", "-o", "of-\(name).png", "--no-metadata"])
        #expect(outcome.status == 0, "\(outcome.messages)")
      }
      #expect(try fixture.bytes("of-p.jpg.png") == fixture.bytes("of-p.png.png"), "\(number)")
    }
    let listing = try fixture.tginspect.run(["p.jpg"], in: fixture.folder.url).text
    #expect(listing.contains("p.jpg: a JPEG picture, 8 × 12, YCbCr 4:4:4, 8 bits"), "\(listing)")
    #expect(listing.contains("turned a quarter to the left (orientation 8)"), "\(listing)")
    let told = try fixture.tginspect.run(["p.jpg", "--json"], in: fixture.folder.url).output
    let object = try #require(
      try JSONSerialization.jsonObject(with: told) as? [String: Any])
    #expect(object["format"] as? String == "jpeg" && object["orientation"] as? Int == 8)
  }

  @Test func aFolderOfPhotographs() throws {
    let fixture = try CommandFixture()
    try FileManager.default.createDirectory(
      at: fixture.url("in"), withIntermediateDirectories: false)
    for name in ["b.JPG", "a.png", "c.jpeg"] {
      try Data(Self.waves.encoded(as: PictureEncoding(name == "a.png" ? .png : .jpeg)))
        .write(to: fixture.url("in/\(name)"))
    }
    let whole = try fixture.bytes("in/c.jpeg")
    try whole.prefix(whole.count - 30).write(to: fixture.url("in/d.jpg"))
    let outcome = try fixture.run(
      ["sample.tplan", "in", "--function", "edit", "--outdir", "out", "--jpeg-quality", "80"])
    #expect(outcome.status == 65, "\(outcome.messages)")
    #expect(
      outcome.messages.contains("in/d.jpg is a damaged JPEG: the file ends too early (near byte"))
    #expect(
      outcome.text
        == ["a-small", "a", "b-small", "b", "c-small", "c"].map { "out/sample-0-\($0).jpg\n" }
        .joined())
    #expect(try Picture.readHead(path: fixture.folder.path("out/sample-0-b.jpg"))?.format == .jpeg)
  }

  @Test func writesAJPEGThatRemembersHowItWasMade() throws {
    let fixture = try CommandFixture()
    let made = try fixture.run([
      "sample.tplan", "a small bird", "--seed", "5", "-o", "out.jpg", "--attention", "maps",
      "--jpeg-quality", "90",
    ])
    try #require(made.status == 0, "\(made.messages)")
    #expect(made.text == "out.jpg\nout-maps.jpg\n")
    let texts = try Picture.readText(path: fixture.folder.path("out.jpg"))
    func text(_ key: String) -> String? { texts.first { $0.key == key }?.value }
    #expect(text("tgraph.text.caption") == "a small bird" && text("tgraph.seed") == "5")
    #expect(text("tgraph.quality") == "90")
    let again = try fixture.run(["--replay", "out.jpg"])
    #expect(again.status == 0, "\(again.messages)")
    #expect(again.messages.contains("was made from, bit for bit"), "\(again.messages)")
    #expect(try fixture.bytes("out-replay.jpg") == fixture.bytes("out.jpg"))
    let plain = try fixture.run(["--replay", "out.jpg", "-o", "plain.png"])
    #expect(plain.status == 0, "\(plain.messages)")
    let best = try fixture.run(
      ["sample.tplan", "a small bird", "--seed", "5", "-o", "plain-2.png"])
    #expect(best.status == 0)
    #expect(try fixture.bytes("plain.png") == fixture.bytes("plain-2.png"))
    let bare = try fixture.run(["sample.tplan", "bird", "-o", "bare.jpeg", "--no-metadata"])
    #expect(bare.status == 0)
    #expect(try Picture.readText(path: fixture.folder.path("bare.jpeg")).isEmpty)
  }

  /// A JPEG is compared by the digest of the picture that it was made from, and by what becomes of
  /// that picture with the same losses.
  @Test(
    arguments: [
      (false, ["tgraph.seed": "6"], 76, "the picture differs from out.jpg"),
      (true, [:], 76, "the pixels of out.jpg were changed"),
      (false, ["tgraph.pixels": nil], 69, "does not tell the tgraph.pixels"),
      (false, ["Software": "tgraph 0.0.1"], 0, "bit for bit"),
    ] as [(Bool, [String: String?], Int32, String)])
  func changedJPEGs(
    pixels: Bool, changes: [String: String?], status: Int32, words: String
  ) throws {
    let fixture = try CommandFixture()
    let made = try fixture.run(["sample.tplan", "a small bird", "--seed", "5", "-o", "out.png"])
    try #require(made.status == 0, "\(made.messages)")
    let path = fixture.folder.path("out.png")
    var texts = try Picture.readText(path: path)
    texts.append(("tgraph.quality", "95"))
    texts = texts.compactMap { text in
      guard let change = changes[text.key] else { return text }
      return change.map { (text.key, $0) }
    }
    var picture = try Picture.read(path: path)
    if pixels { picture[2, 2, 1] ^= 128 }
    try Data(picture.encoded(as: PictureEncoding(.jpeg), text: texts))
      .write(to: fixture.url("out.jpg"))
    let outcome = try fixture.run(["--replay", "out.jpg"])
    #expect(outcome.status == status, "\(outcome.messages)")
    #expect(outcome.messages.contains(words), "\(outcome.messages)")
  }

  @Test func invertsAPhotograph() throws {
    let fixture = try InvertFixture()
    let source = try Picture.read(path: fixture.folder.path("a.png"))
    try source.write(
      path: fixture.folder.path("a.jpg"), as: PictureEncoding(.jpeg, quality: 98))
    let outcome = try fixture.run("net.tplan a.jpg -o r.safetensors --jpeg-quality 90")
    try #require(outcome.status == 0, "\(outcome.messages)")
    #expect(try fixture.report("r.json")["psnr"] as? Double ?? 0 > 20)
    for name in ["r.jpg", "r.before-after.jpg"] {
      let head = try #require(try Picture.readHead(path: fixture.folder.path(name)))
      #expect(head.format == .jpeg && head.colour == "grey" || name.contains("after"))
    }
    let texts = try Picture.readText(path: fixture.folder.path("r.jpg"))
    #expect(texts.contains { $0 == ("tgraph.picture.target", "a.jpg") })
    #expect(!fixture.has("r.png"))
    let wrong = try fixture.run("net.tplan a.jpg -o q.safetensors --jpeg-quality 0")
    #expect(wrong.status == 64, "\(wrong.messages)")
  }
}
