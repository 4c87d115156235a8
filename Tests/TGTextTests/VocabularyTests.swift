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
      ("a\n \nb\n", nil, [1, 2, 3]), ("red\nblue\n\n\r\n\n", nil, [1, 2]),
      ("red 2\nblue 1\n", nil, [1, 2]), ("0\t<pad>\r\n1\tred\r\n", nil, [0, 1]),
      ("7 0\n9 1\n", nil, [0, 1]),
      ("{\"red\": \"4\", \"blue\": \"2\"}", nil, [2, 4]),
      ("[[\"red\", 3], [\"blue\", 1]]", nil, [1, 3]),
      ("{\"idx2word\": [\"red\", \"blue\"], \"idx\": 2}", nil, [0, 1]),
      ("{\"red\": 4.0, \"\": 0}", nil, [4]),
      (
        "{\"stoi\": {\"<unk>\": 0, \"red\": 1, \"seen\": 0}, \"itos\": [\"<unk>\", \"red\"]}", nil,
        [0, 1]
      ),
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
    ("", "no words"), ("\n\n", "no words"), ("red\n\nblue\n", "v.txt:2"),
    ("red\nblue\r\nred\n", "v.txt:3: not a vocabulary: 'red' stands on line 1 already"),
    ("red 1\nblue 1\n", "no ids"), ("red\t7\n", "no ids"), ("red 1\nblue\n", "one word"),
    ("red 1 2\n", "one word"), ("the 969108\na 5\n", "v.txt:1"), ("\"red\"\n\u{1}\n", "v.txt:2"),
    ("[\"a\", 3]", "more than words"), ("[\"a\", [\"b\"]]", "more than words"),
    ("[\"a\"", "ends inside"),
    ("[\"a\"] x", "follows"), ("{\"a\": 1.5}", "neither a word"), ("{}", "no words"),
    ("{\"word2idx\": {\"a\": 1}, \"idx2word\": {\"1\": \"b\"}}", "`word2idx` gives 'a' the id 1"),
    (
      "{\"word2idx\": {\"a\": 1}, \"idx2word\": {\"1\": \"a\", \"2\": \"b\"}}",
      "which `word2idx` lacks"
    ),
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
}
