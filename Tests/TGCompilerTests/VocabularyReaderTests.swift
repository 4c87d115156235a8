import Foundation
import TGCheckpoint
import TGCompiler
import TGDiagnostics
import TGSyntax
import TGTensor
import TGText
import Testing

/// Vocabularies in every form that text encoders come with, made by Tools/fixtures/vocabularies.py, and
/// what is said of files that are none.
@Suite struct VocabularyReaderTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/vocabularies").standardized

  @Test func everyFormIsRead() throws {
    let expected = try JSONDecoder().decode(
      [String: [String: Int]].self,
      from: Data(contentsOf: Self.folder.appending(path: "expected.json")))
    #expect(expected.count >= 31)
    for (name, ids) in expected.sorted(by: { $0.key < $1.key }) {
      let path = Self.folder.appending(path: name).path
      do {
        let found = try VocabularyReader.read(GivenFile(path: path), rows: 0)
        #expect(Dictionary(zip(found.words, found.ids)) { $1 } == ids, "\(name)")
      } catch { Issue.record("\(name): \(error)") }
    }
  }

  @Test func listsBeginWhereTheTableSays() throws {
    func ids(_ rows: Int) throws -> [Int] {
      let path = Self.folder.appending(path: "list-2.pkl").path
      return try VocabularyReader.read(GivenFile(path: path), rows: rows).ids
    }
    #expect(try ids(8) == Array(0..<8) && ids(9) == Array(1..<9) && ids(20) == Array(0..<8))
  }

  /// What stands where words should be, and how it is called.
  private static let foreign: [([UInt8], String)] = [
    ([], "empty"), ([0x1F, 0x8B, 8, 0], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
    (Array("PK\u{3}\u{4}".utf8), "zip"), (Array("<!DOCTYPE html>".utf8), "web page"),
    (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS"),
    ([0xBA, 0x16, 0x4F, 0x2F, 12, 0, 0, 0], "fasttext print-word-vectors"),
    (Array("2 3\nred ".utf8) + [0, 0, 0x80, 0x3F, 1, 0, 0, 0], "word2vec's binary form"),
    ([0xFF, 0xFE, 0x72, 0], "UTF-16"), (Array("%PDF-1.7".utf8), "PDF"),
    ([0x89] + Array("PNG\r\n".utf8), "PNG"), ([1, 2, 3, 0], "binary"),
  ]

  @Test func whatIsNoTextIsNamed() throws {
    for (bytes, words) in Self.foreign {
      let file = GivenFile(path: "v.txt", contents: ByteRegion(bytes))
      let one = #expect(throws: TextError.self, "\(words)") {
        try VocabularyReader.read(file, rows: 0)
      }
      let other = #expect(throws: TextError.self, "\(words)") {
        try VocabularyReader.vectors(file, words: nil)
      }
      for error in [one, other] {
        #expect(error?.exitCode == 65 && error?.message.hasPrefix("v.txt: not ") == true)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test func aCheckpointIsNoVocabulary() throws {
    let path = Self.folder.deletingLastPathComponent().appending(path: "checkpoint")
    let names = try FileManager.default.contentsOfDirectory(atPath: path.path)
    let name = try #require(names.filter { $0.hasSuffix(".pth") }.sorted().first)
    #expect(throws: (any Error).self) {
      try VocabularyReader.read(GivenFile(path: path.appending(path: name).path), rows: 0)
    }
  }

  // MARK: Words and rows

  private static func compiled(
    _ vocabulary: String, vectors: String? = nil
  ) throws -> Compilation.Result {
    let page =
      vectors == nil
      ? """
      model Page() {
        func look(caption: Text[5](vocabulary: "words")) -> (y: Tensor[4]) {
          return mean(embedding(caption.ids, 8, 4) @ "table", axis: 0)
        }
      }
      """
      : """
      model Page() {
        func look(caption: Sequence[5, 2](vocabulary: "words")) -> (y: Tensor[5, 2]) {
          return caption.values * 2
        }
      }
      """
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    func file(_ text: String) -> GivenFile {
      GivenFile(path: "v.txt", contents: ByteRegion(Array(text.utf8)))
    }
    var compilation = Compilation()
    compilation.syntheticSeed = 1
    compilation.vocabularies = [VocabularyFile(name: "words", file(vocabulary))]
    compilation.wordVectors = vectors.map(file)
    return try compilation.run(library)
  }

  @Test(
    arguments: [
      // Seven words and the padding, or eight words with it: every row has a word.
      ("a\nb\nc\nd\ne\nf\ng\n", nil), ("<pad>\nb\nc\nd\ne\nf\ng\nh\n", nil),
      (
        "a\nb\nc\n",
        "3 words, the embedding of `caption` has 8 rows: 4 have no word (ids from 4 to 7)"
      ),
      ("{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5, \"f\": 7}", "1 have no word (id 6)"),
      ("{\"a\": 0, \"b\": 7}", "6 have no word (ids from 1 to 6)"),
    ] as [(String, String?)])
  func rowsWithoutAWordAreSaid(text: String, words: String?) throws {
    let warnings = try Self.compiled(text).warnings.filter { $0.id == "vocabulary-rows" }
    #expect(warnings.map(\.severity) == (words == nil ? [] : [.warning]))
    #expect(words.map { warnings.first?.message.contains($0) == true } ?? warnings.isEmpty)
  }

  @Test func wordsWithoutARowAreAnError() {
    let error = #expect(throws: DiagnosticFailure.self) {
      try Self.compiled("{\"a\": 1, \"b\": 8, \"c\": 9}")
    }
    let finding = error?.diagnostics.first
    #expect(finding?.id == "vocabulary-size" && finding?.range != nil)
    #expect(finding?.message.contains("2 words have no row") == true)
  }

  @Test func wordsWithoutAVectorAreSaid() throws {
    let vectors = "2 2\na 1 2\nb 3 4\n"
    #expect(try Self.compiled("a\nb\n", vectors: vectors).warnings.isEmpty)
    let warnings = try Self.compiled("a\nzebra\n", vectors: vectors).warnings
    #expect(warnings.map(\.id) == ["word-vectors"])
    #expect(
      warnings.first?.message.contains("1 word of the vocabulary has no vector: 'zebra'") == true)
  }
}
