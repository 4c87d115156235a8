import TGRetrieval
import TGTensor
import Testing

@Suite struct VectorIndexTests {
  private static let entries = [
    IndexEntry(file: "a.png", caption: "a red bird"), IndexEntry(file: "b \"q\".png", caption: nil),
    IndexEntry(file: nil, caption: "naïve"), IndexEntry(file: "d.png", caption: nil),
  ]
  private static let vectors = HostTensor([4, 3], [2, 0, 0, 0, 3, 0, 1, 1, 0, -5, 0, 0])

  @Test func whatIsWrittenIsRead() throws {
    let folder = try Folder()
    let path = folder.path("x.npy")
    try VectorIndex.save(Self.vectors, entries: Self.entries, to: path)
    let index = try VectorIndex.read(path: path)
    #expect(index.entries == Self.entries)
    #expect(index.dimension == 3)
    #expect(try index == VectorIndex(Self.vectors, entries: Self.entries, path: path))
    #expect(VectorIndex.entriesPath(beside: path) == folder.path("x.jsonl"))
  }

  @Test func theNearestHaveTheLargestCosine() throws {
    let index = try VectorIndex(Self.vectors, entries: Self.entries, path: "x")
    let scores = try #require(index.scores(of: [7, 7, 0]))
    let diagonal = Float(0.5.squareRoot())
    for (score, expected) in zip(scores, [diagonal, diagonal, 1, -diagonal]) {
      #expect(abs(score - expected) < 1e-6)
    }
    let hits = index.nearest(scores, count: 3)
    // Of equal scores the earlier row is first.
    #expect(hits.map(\.row) == [2, 0, 1])
    let others = index.nearest(scores, count: 9) { $0.file == nil }
    #expect(others.map(\.row) == [0, 1, 3])
    #expect(index.scores(of: [0, 0, 0]) == nil)
    #expect(index.scores(of: [.infinity, 0, 0]) == nil)
  }

  @Test func longVectorsAreAddedUpInAFixedOrder() throws {
    let width = 37
    let row = (0..<width).map { Float($0 % 5) - 1.5 }
    let query = (0..<width).map { Float($0 % 7) + 0.25 }
    let index = try VectorIndex(
      HostTensor([1, width], row), entries: [IndexEntry(file: "a", caption: nil)], path: "x")
    func length(_ x: [Float]) -> Double {
      x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let product = zip(row, query).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let expected = product / length(row) / length(query)
    let score = try #require(index.scores(of: query)?.first)
    #expect(abs(Double(score) - expected) < 1e-6)
    #expect(score == index.scores(of: query)?.first)
  }

  @Test func ranksCountWhatIsNearer() {
    let scores: [Float] = [0.9, 0.5, 0.7, 0.5, 0.1]
    #expect(VectorIndex.rank(scores, leftOut: nil) { $0 == 2 } == 1)
    #expect(VectorIndex.rank(scores, leftOut: 0) { $0 == 2 } == 0)
    // The nearest of several right ones counts, and one that is as near is not nearer.
    #expect(VectorIndex.rank(scores, leftOut: nil) { $0 == 1 || $0 == 4 } == 2)
    #expect(VectorIndex.rank(scores, leftOut: 2) { $0 == 3 } == 1)
    // The picture that is shown is no answer, even if it is right.
    #expect(VectorIndex.rank(scores, leftOut: 0) { $0 == 0 } == nil)
  }

  @Test(
    arguments: [
      ([2, 3], [1, 0, 0, 0, 1, 0], "{\"file\":\"a\"}\n", "has 2 vectors"),
      ([1, 2], [1, .nan], "{\"file\":\"a\"}\n", "row 0, column 1"),
      ([1, 2], [0, 0], "{\"file\":\"a\"}\n", "length 0 in row 0"),
      ([2], [1, 1], "{\"file\":\"a\"}\n", "has the shape [2]"),
      ([0, 2], [], "", "has the shape [0, 2]"),
      ([1, 2], [1, 1], "{\"file\":3}\n", "x.jsonl:1: 'file' is no text"),
      ([1, 2], [1, 1], "\n[]\n", "x.jsonl:2: this is no JSON object"),
      ([1, 2], [1, 1], "{}\n", "x.jsonl:1: an entry has a 'file'"),
      ([1, 2], [1, 1], "{\"file\":\"a\"\n", "x.jsonl:1: not valid JSON"),
      ([1, 2], [1, 1], "{\"file\":\"a\",\"file\":\"b\"}\n", "twice"),
    ] as [([Int], [Float], String, String)])
  func filesThatDoNotHoldTogetherAreRefused(
    shape: [Int], elements: [Float], lines: String, words: String
  ) throws {
    let folder = try Folder()
    try folder.array("x.npy", Shape(shape), elements)
    try folder.text("x.jsonl", lines)
    let fault = #expect(throws: RetrievalError.self) {
      try VectorIndex.read(path: folder.path("x.npy"))
    }
    #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "")")
    #expect(fault?.exitCode == 65)
  }

  @Test func whatIsNoArrayOfNumbersOrMissingIsNamed() throws {
    let folder = try Folder()
    let path = folder.path("x.npy")
    func fault() -> RetrievalError? {
      do throws(RetrievalError) {
        _ = try VectorIndex.read(path: path)
        return nil
      } catch { return error }
    }
    #expect(fault()?.exitCode == 66)
    try folder.text("x.npy", "no array")
    #expect(fault()?.message.contains("this is no .npy file") == true)
    try folder.text("x.jsonl", "{\"file\":\"a\"}\n")
    let whole = NumpyArray([1, 2], integers: [1, 2]).encoded
    try AtomicFile.save(whole, to: path)
    #expect(fault()?.message.contains("float32") == true)
    try AtomicFile.save(Array(whole.dropLast(3)), to: path)
    #expect(fault()?.message.contains("shorter") == true)
    try folder.array("x.npy", [1, 2], [1, 2])
    #expect(fault() == nil)
    let index = try VectorIndex.read(path: path)
    #expect(throws: RetrievalError.dimension(path: path, found: 2, output: "v", expected: 3)) {
      try index.demand(dimension: 3, of: "v", path: path)
    }
  }

  @Test func linesThatAreNoUTF8AreNamed() throws {
    let folder = try Folder()
    try folder.array("x.npy", [1, 1], [1])
    try AtomicFile.save(
      Array("{\"file\":\"a\"}\n".utf8) + [0xFF, 0x0A], to: folder.path("x.jsonl"))
    let fault = #expect(throws: RetrievalError.self) {
      try VectorIndex.read(path: folder.path("x.npy"))
    }
    #expect(fault?.message.contains("x.jsonl:2: this is no UTF-8") == true)
  }
}
