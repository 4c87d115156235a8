import Foundation
import TGTensor
import TGText
import Testing

/// Vectors of words as text: what is read, and what is refused with its line.
@Suite struct WordVectorTests {
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
    ("1 3\nred 1 nan 2\n", "'nan'"), ("1 3\nred 1 inf 2\n", "'inf'"),
    ("1 3\nred 1 1e99 2\n", "not a finite one"), ("2 3\n 1 2 3\n", "word is missing"),
    ("2 99999\nred 1\n", "99999 numbers"), ("", "no words"), ("red\n", "0 numbers"),
    ("1 1\n", "ends early"), ("2 1\nred 1\n", "says 2 words, and it has 1"),
    ("2519370 2\nred 1 2\nblue 1 2\n", "a.vec:3"), ("1 3\nred 1 2 3 4\n", "4 numbers behind"),
    ("2 2\nred 1 2\nblue 1 2 3\n", "a.vec:3"), ("red 1 2\nblue 1 2 3\n", "as on line 1"),
    ("red 1 2\nNew York 1 2\nNew York 1 2 3\n", "a.vec:3"), ("0 2\n", "no words"),
    ("red 1 2\nblue 1\n", "a.vec:2: not word vectors: 1 number behind"),
  ])
  func badVectorsAreRefused(text: String, words: String) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tgtext-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.vec")
    try Data(text.utf8).write(to: file)
    let error = #expect(throws: TextError.self) { try WordVectors.read(path: file.path) }
    #expect(error?.exitCode == 65)
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

  @Test(
    arguments: [
      ("\u{FEFF}2 2\r\nred 1 2\r\nblue 3 4\r\n", ["red", "blue"], [1, 2, 3, 4], ""),
      ("1 2\nred 1  2\n", ["red"], [1, 2], ""),
      ("red\t1\t2\nblue\t3\t4\n", ["red", "blue"], [1, 2, 3, 4], ""),
      ("2 2\nred 1 2 \nblue 3 4 \n\n", ["red", "blue"], [1, 2, 3, 4], ""),
      (". . . 1 2\nNew York 3 4\n", [". . .", "New York"], [1, 2, 3, 4], ""),
      ("7 1 2\n8 3 4\n", ["7", "8"], [1, 2, 3, 4], ""),
      ("1 2\nred 1 2\nblue 3 4\n", ["red", "blue"], [1, 2, 3, 4], "says 1 word, and it has 2"),
      ("2 2\nred 1 2\nred 3 4\n", ["red"], [1, 2], "line 3: 'red' has a vector on line 2"),
    ] as [(String, [String], [Float], String)])
  func formsThatAreRead(text: String, words: [String], numbers: [Float], warning: String) throws {
    let vectors = try WordVectors.read(ByteRegion(Array(text.utf8)), path: "a.vec")
    #expect(vectors.vocabulary.words == words)
    #expect(Array(vectors.table.elements.dropFirst(2)) == numbers)
    #expect(vectors.warnings.isEmpty == warning.isEmpty)
    #expect(warning.isEmpty || vectors.warnings.contains { $0.contains(warning) })
  }

  /// What is not asked for need not be right, but every line must have as many numbers.
  @Test func wantedWords() throws {
    func read(_ text: String, _ words: [String], limit: Int = 200_000) throws -> WordVectors {
      try WordVectors.read(ByteRegion(Array(text.utf8)), path: "a.vec", words: words, limit: limit)
    }
    #expect(try read("3 1\nred 1\nblue nan\ngreen 3\n", ["red", "green"]).vocabulary.count == 2)
    #expect(throws: TextError.self) { try read("3 1\nred 1\nblue 2 2\ngreen 3\n", ["green"]) }
    // The file may end early behind the last word wanted, and not before.
    #expect(try read("9 1\nred 1\nblue 2\n", ["red"]).missing.isEmpty)
    #expect(throws: TextError.self) { try read("9 1\nred 1\nblue 2\n", ["red", "green"]) }
    let bytes = Array("2 1\n".utf8) + [0xE9] + Array(" 1\nred 2\n".utf8)
    let odd = try WordVectors.read(ByteRegion(bytes), path: "a.vec")
    #expect(odd.vocabulary.words == ["red"] && odd.warnings == ["left out, as not UTF-8: 1 word"])
    let first = try WordVectors.read(
      ByteRegion(Array("3 1\na 1\nb 2\nc 3\n".utf8)), path: "a.vec", limit: 2)
    #expect(first.warnings == ["taken are only its first 2 words; --vocabulary chooses others"])
  }
}
