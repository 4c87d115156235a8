import Foundation
import TGText
import Testing

@Suite struct SplittingTests {
  /// What the fixture holds for each caption: how Python cuts it.
  private func golden() throws -> [(caption: String, cuts: [String: [String]], ids: [Int])] {
    let file = Fixtures.root.appending(path: "text/captions.json")
    let cases = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return try #require(cases as? [[String: Any]]).map { entry in
      var cuts: [String: [String]] = [:]
      for (key, value) in entry { cuts[key] = value as? [String] }
      return (
        try #require(entry["caption"] as? String), cuts, try #require(entry["wordPiece"] as? [Int])
      )
    }
  }

  @Test func cutsEqualPython() throws {
    var compared = 0
    for (caption, cuts, _) in try golden() {
      for splitting in [Splitting.words, .asciiWords, .stripped, .whitespace, .spaces] {
        let expected = try #require(cuts[splitting.rawValue])
        guard !expected.isEmpty else { continue }
        // A vocabulary of exactly the words expected: nothing may be unknown, and the order shows.
        let words = Array(Set(expected)).sorted()
        let pipeline = TextPipeline(
          splitting: splitting,
          vocabulary: try Vocabulary(words: words.enumerated().map { ($0.offset, $0.element) }),
          padding: 0, unknown: .drop)
        let tokens = try pipeline.tokenize(caption)
        #expect(tokens.pieces == expected, "\(splitting) \(caption)")
        #expect(tokens.unknown.isEmpty, "\(splitting) \(caption)")
        compared += 1
      }
    }
    #expect(compared > 70)
  }

  @Test func wordPiecesEqualBERT() throws {
    let path = Fixtures.root.appending(path: "text/pieces-vocab.txt").path
    let vocabulary = try Vocabulary.read(path: path)
    let pipeline = try TextPipeline(tokenizer: nil, vocabulary: vocabulary)
    #expect(pipeline.splitting == .wordPiece && pipeline.padding == 0)
    var unknown = 0
    for (caption, _, ids) in try golden() {
      guard let tokens = try? pipeline.tokenize(caption) else {
        #expect(Set(ids.dropFirst().dropLast()) == [try #require(vocabulary.id(of: "[UNK]"))])
        continue
      }
      #expect(tokens.ids == ids, "\(caption): \(tokens.shown)")
      unknown += tokens.unknown.count
    }
    #expect(unknown > 0)
  }

  @Test func charactersEqualTheSheet() throws {
    let exact = try TextPipeline.characters(exactly: true)
    let port = try TextPipeline.characters()
    #expect(exact.vocabulary.count == 69 && exact.rows == 71)
    #expect(try exact.tokenize("az09-= {}").ids == [1, 26, 27, 36, 60, 61, 70, 68, 69])
    // The Torch demos leave an upper-case letter's column empty, the port lower-cases.
    #expect(try exact.tokenize("Ab").ids == [0, 2])
    #expect(try port.tokenize("Ab").ids == [1, 2])
    #expect(try exact.tokenize("aé").ids == [1, 0])
    #expect(try port.tokenize("aé").ids == [1, 70])
    let long = try port.tokenize(String(repeating: "ab", count: 200), length: 201)
    #expect(long.count == 201 && long.truncated == 199)
  }
}
