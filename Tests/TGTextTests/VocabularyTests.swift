import Foundation
import TGText
import TGTensor
import Testing

@Suite struct VocabularyTests {
  @Test(
    arguments: [
      ("<end>\nthe\npurple\n", nil, [0, 1, 2]), ("[PAD]\n[UNK]\nred", nil, [0, 1, 2]),
      ("<pad>\r\nred\r\nblue\r\n", nil, [0, 1, 2]), ("red\nblue\n", nil, [1, 2]),
      ("red\nblue\n", 2, [0, 1]), ("red\nblue\n", 3, [1, 2]), ("<pad>\nred\n", 3, [1, 2]),
      ("\u{FEFF}red\nblue\n", nil, [1, 2]),
      ("[\"<pad>\", \"red\", \"bl\\u00fce\"]", nil, [0, 1, 2]),
      ("[\n \"red\", \"blue\"]", nil, [1, 2]), ("{\"red\": 4, \"blue\": 2}", nil, [2, 4]),
      (
        "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[PAD]\": 0, \"red\": 3}}}", nil,
        [0, 3]
      ),
      (" {\"7\": \"red\", \"0\": \"\\ud83d\\ude00\"}\n", nil, [0, 7]),
      ("a\n \nb\n", nil, [1, 2, 3]),
    ] as [(String, Int?, [Int])])
  func filesAreRead(text: String, rows: Int?, ids: [Int]) throws {
    let vocabulary = try Vocabulary(contents: Array(text.utf8), path: "v.txt", rows: rows)
    #expect(vocabulary.ids == ids && vocabulary.rows == (ids.last ?? 0) + 1)
    for (id, word) in zip(vocabulary.ids, vocabulary.words) {
      #expect(vocabulary.id(of: word) == id && vocabulary.word(of: id) == word)
    }
    #expect(vocabulary.id(of: "none") == nil && vocabulary.word(of: 999) == nil)
  }

  @Test(arguments: [
    ("", "no words"), ("red\n\nblue\n", "v.txt:2"), ("red\nred\n", "'red' has the ids 1 and 2"),
    ("red 1\nblue 2\n", "one word"), ("red\t1\n", "one word"), ("\"red\"\n\u{1}\n", "v.txt:2"),
    ("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ("[\"a\", 3]", "more than words"), ("[\"a\", [\"b\"]]", "more than words"),
    ("[\"a\"", "ends inside"),
    ("[\"a\"] x", "follows"), ("{\"a\": 1.5}", "neither a word"),
    ("{\"a\": 1, \"b\": 1}", "id 1 stands"),
    ("{\"a\": -1}", "id -1"), ("{\"a\": 99999999}", "99999999"), ("{\"a\": \"b\"}", "'a' is no id"),
    ("{\"a\": 1, \"a\": 2}", "occurs twice"), ("{\"a\" 1}", "byte 5"),
    ("[\"\\ud800\"]", "valid"),
    ("[\"\\x\"]", "valid"), ("[\"a", "ends inside"), ("[\"\"]", "is empty"),
    ("{\"01\": \"a\"}", "'01' is no id"), ("{\"a\": 99999999999999999999}", "neither a word"),
    (String(repeating: "x", count: 1025), "1024 bytes"),
  ])
  func badFilesAreRefused(text: String, words: String) throws {
    let error = #expect(throws: TextError.self) {
      try Vocabulary(contents: Array(text.utf8), path: "v.txt")
    }
    #expect(error?.exitCode == 65)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func bytesThatAreNotUTF8() {
    #expect(throws: TextError.self) {
      try Vocabulary(contents: [0x61, 0x0A, 0xFF, 0x0A], path: "v.txt")
    }
    let error = #expect(throws: TextError.self) { try Vocabulary.read(path: "/none/v.txt") }
    #expect(error?.exitCode == 66)
  }

  @Test func pairsInAnyOrder() throws {
    let vocabulary = try Vocabulary(words: [(7, "b"), (0, "<end>"), (3, "a")])
    #expect(vocabulary.words == ["<end>", "a", "b"] && vocabulary.rows == 8)
  }

  @Test func wordVectorsAreRead() throws {
    let path = Fixtures.root.appending(path: "text/small.vec").path
    let all = try WordVectors.read(path: path)
    #expect(all.vocabulary.words == ["red", "blue", "圆领", "New York"])
    #expect(all.vocabulary.ids == [1, 2, 3, 4] && all.table.shape == [5, 3])
    #expect(all.table.elements.prefix(9) == [0, 0, 0, 1, 0.5, -0.25, 1e-3, 2, 3])
    let some = try WordVectors.read(path: path, words: ["圆领", "green", "red"])
    #expect(some.vocabulary.words == ["圆领", "red"] && some.missing == ["green"])
    #expect(some.table.elements == [0, 0, 0, -1, -2, -3, 1, 0.5, -0.25])
    #expect(try WordVectors.read(path: path, limit: 2).vocabulary.words == ["red", "blue"])
    #expect(throws: TextError.self) { try WordVectors.read(path: path, words: ["green"]) }
  }

  @Test(arguments: [
    ("2 3\nred 1 2\n", "a.vec:2"), ("2 3\nred 1 x 2\n", "'x' is not a number"),
    ("2 3\nred 1 nan 2\n", "'nan'"), ("2 3\n 1 2 3\n", "word is missing"),
    ("2 99999\nred 1\n", "99999 numbers"), ("", "no words"), ("red\n", "0 numbers"),
    ("1 1\n", "no words"), ("red 1 2\nblue 1\n", "a.vec:2"), ("1 2\nred 1  2\n", "not a number"),
  ])
  func badVectorsAreRefused(text: String, words: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tgtext-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.vec")
    try Data(text.utf8).write(to: file)
    let error = #expect(throws: TextError.self) { try WordVectors.read(path: file.path) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func manyLinesAcrossPieces() throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "tgtext-\(UInt64.random(in: 0...UInt64.max)).vec")
    defer { try? FileManager.default.removeItem(at: file) }
    var text = "60000 4\n"
    for index in 0..<60_000 { text += "word\(index) \(index) 0.125 -3.5 2e-3\n" }
    try Data(text.utf8).write(to: file)
    let vectors = try WordVectors.read(path: file.path)
    #expect(vectors.vocabulary.count == 60_000)
    #expect((1...60_000).allSatisfy { vectors.table[4 * $0] == Float($0 - 1) })
  }
}
