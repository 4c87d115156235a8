import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// Indexes of vectors: made, asked, refused.
@Suite struct SearchCommandTests {
  private let fixture: CommandFixture

  /// A plan whose `look` gives the mean colour of a picture, and `shift` that of a picture moved by
  /// numbers; pictures of four colours in `in`.
  init() throws {
    fixture = try CommandFixture()
    try fixture.text(
      "colours.tgraph",
      """
      model Colours() {
        func look(image: Image[3, 4, 4](0 ... 1, fit: "stretch")) -> (vector: Tensor[3]) {
          return mean(image, axes: [1, 2])
        }

        func shift(image: Image[3, 4, 4](0 ... 1, fit: "stretch"), by: Tensor[3] = 0)
            -> (vector: Tensor[3]) {
          return look(image) + by
        }

        func many(image: Image[3, 4, 4](0 ... 1, fit: "stretch")) -> (a: Tensor[3], b: Tensor[2]) {
          return (a: look(image), b: look(image)[0 ..< 2])
        }

        func maps(image: Image[3, 4, 4](0 ... 1, fit: "stretch")) -> (maps: Tensor[3, 4, 4]) {
          return image * 2
        }
      }

      """)
    let made = try #require(BuiltCommand("tgc")).run(
      ["colours.tgraph", "--batch", "1,4", "-o", "colours.tplan"], in: fixture.folder.url)
    try #require(made.status == 0, "\(made.messages)")
    try FileManager.default.createDirectory(
      at: fixture.url("in"), withIntermediateDirectories: false)
    for (name, colour) in Self.colours {
      try Picture(height: 6, width: 5, colour: colour).write(
        path: fixture.folder.path("in/\(name).png"))
    }
  }

  private static let colours: [(String, [UInt8])] = [
    ("black", [1, 1, 1]), ("blue", [10, 10, 250]), ("orange", [250, 120, 10]),
    ("red", [250, 10, 10]),
  ]

  private func index() throws {
    let made = try fixture.run(["colours.tplan", "in", "--index-out", "index.npy"])
    try #require(made.status == 0, "\(made.messages)")
    #expect(made.text == "index.npy\nindex.jsonl\n")
  }

  @Test func anIndexHasARowAndALineForEachPicture() throws {
    try index()
    let vectors = try fixture.array("index.npy")
    #expect(vectors.shape == [4, 3])
    #expect(abs(vectors[3] - 10 / 255) < 1e-6 && abs(vectors[5] - 250 / 255) < 1e-6)
    let lines = String(decoding: try fixture.bytes("index.jsonl"), as: UTF8.self)
    #expect(lines == Self.colours.map { "{\"file\":\"in/\($0.0).png\"}\n" }.joined())
  }

  @Test func theNearestAreTold() throws {
    try index()
    let told = try fixture.run(["colours.tplan", "in/red.png", "--index", "index.npy"])
    #expect(told.status == 0, "\(told.messages)")
    #expect(told.text.hasPrefix("1\t1.0\tin/red.png\n2\t0.9"))
    let others = try fixture.run([
      "colours.tplan", "in/red.png", "--index", "index.npy", "--nearest", "1", "--without-query",
      "--json",
    ])
    let json = try JSON(parsing: Array(others.text.utf8))
    guard case .array(let nearest) = json["nearest"] else {
      Issue.record("no array: \(others.text)")
      return
    }
    #expect(nearest.map { $0["file"] } == [.string("in/orange.png")])
    #expect(nearest.map { $0["row"] } == [.integer(2)])
    #expect(json["index"] == .string("index.npy") && json["function"] == .string("look"))
    // What the function takes besides is given as ever.
    try fixture.array("by.npy", [1, 3], [-1, 0, 1])
    let moved = try fixture.run([
      "colours.tplan", "in/red.png", "--function", "shift", "--input", "by=by.npy", "--index",
      "index.npy", "--nearest", "1",
    ])
    #expect(moved.text == "1\t0.9983\tin/blue.png\n", "\(moved.text) \(moved.messages)")
  }

  @Test func aSheetShowsWhatIsFound() throws {
    try index()
    let drawn = try fixture.run([
      "colours.tplan", "in/blue.png", "--index", "index.npy", "--nearest", "2", "-o", "sheet.png",
    ])
    #expect(drawn.status == 0 && drawn.text.hasSuffix("sheet.png\n"), "\(drawn.messages)")
    let sheet = try Picture.read(path: fixture.folder.path("sheet.png"))
    #expect(sheet.width == 3 * 48 + 2 * Picture.gap)
    #expect((0..<3).map { sheet[3, 24, $0] } == [10, 10, 250])
  }

  @Test func brokenPicturesHaveNoEntries() throws {
    try fixture.text("in/broken.png", "no picture")
    let made = try fixture.run(["colours.tplan", "in", "--index-out", "index.npy"])
    #expect(made.status == 65)
    #expect(made.messages.contains("the index has no entries of them"), "\(made.messages)")
    #expect(try fixture.array("index.npy").shape == [4, 3])
  }

  @Test func recallOfADataSet() throws {
    try fixture.text(
      "in/entries.jsonl",
      Self.colours.map { "{\"file\":\"\($0.0).png\",\"caption\":\"\($0.0)\"}\n" }.joined())
    let data = ["--data", "plain=in/"]
    try fixture.text(
      "in/queries.jsonl",
      [("red", "orange"), ("orange", "red"), ("blue", "red")].map {
        "{\"source\":\"\($0).png\",\"text\":\"x\",\"target\":\"\($1).png\"}\n"
      }.joined())
    let made = try fixture.run(["colours.tplan", "--index-out", "index.npy"] + data)
    #expect(made.status == 0, "\(made.messages)")
    let lines = String(decoding: try fixture.bytes("index.jsonl"), as: UTF8.self)
    #expect(lines.hasPrefix("{\"file\":\"in/black.png\",\"caption\":\"black\"}\n"))
    let told = try fixture.run(["colours.tplan", "--index", "index.npy"] + data)
    // Red and orange are nearest to each other; from blue, black is nearer than red.
    #expect(told.text == "R@1\t66.67 %\nR@5\t100.0 %\nR@10\t100.0 %\nR@50\t100.0 %\n")
    let json = try fixture.run(["colours.tplan", "--index", "index.npy", "--json"] + data)
    let parsed = try JSON(parsing: Array(json.text.utf8))
    #expect(parsed["queries"] == .integer(3) && parsed["entries"] == .integer(4))
    #expect(parsed["recall"]?["1"] == .number(2.0 / 3.0))
    // An index of other pictures is refused.
    let fewer = try fixture.run(["colours.tplan", "in/red.png", "--index-out", "fewer.npy"])
    #expect(fewer.status == 0)
    let refused = try fixture.run(["colours.tplan", "--index", "fewer.npy"] + data)
    #expect(refused.status == 65)
    #expect(refused.messages.contains("fewer.npy has no entry in/black.png"), "\(refused.messages)")
  }

  @Test(
    arguments: [
      (["--nearest", "3"], 64, "go with --index"),
      (["--index", "index.npy", "--index-out", "b.npy"], 64, "makes an index"),
      (["--index", "index.txt"], 64, "is not named .npy"),
      (["--index", "index.npy", "--nearest", "0"], 64, "1 or more"),
      (["--index", "index.npy", "--seeds", "1-3"], 64, "--seeds does not go with an index"),
      (["--index", "index.npy", "--data", "plain=in"], 64, "are those of --data"),
      (["--index", "index.npy", "--data", "none=in"], 64, "--data"),
      (["--index", "index.npy", "--function", "many"], 64, "gives several: a, b"),
      (["--index", "index.npy", "--function", "maps"], 64, "gives none"),
      (["--index", "index.npy", "-o", "sheet.gif"], 64, "the sheet of what is found is a picture"),
      (["--index", "index.npy", "-o", "in/blue.png"], 64, "would be written over"),
      (["--index", "none.npy"], 66, "none.npy"),
      (["--index", "one.npy"], 66, "one.jsonl"),
      (["--index", "small.npy"], 65, "has vectors of 2 numbers, and 'vector' of the plan has 3"),
      (["--index-out", "none/index.npy"], 73, "there is no folder none"),
    ] as [([String], Int32, String)])
  func whatCannotBeIsRefused(options: [String], status: Int32, words: String) throws {
    try index()
    try fixture.array("small.npy", [1, 2], [1, 2])
    try fixture.text("small.jsonl", "{\"file\":\"a\"}\n")
    let outcome = try fixture.run(["colours.tplan", "in/red.png"] + options)
    #expect(outcome.status == status, "\(outcome.messages)")
    #expect(outcome.messages.contains(words), "\(outcome.messages)")
  }
}
