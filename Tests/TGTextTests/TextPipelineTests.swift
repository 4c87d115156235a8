import Foundation
import TGText
import TGTestSupport
import Testing

@Suite struct TextPipelineTests {
  private let shapes = [
    "[PAD]", "[BOS]", "[EOS]", "[UNK]", "a", "blue", "circle", "green", "large", "medium",
    "rectangle", "red", "small", "triangle", "yellow",
  ]
  private let clothes = ["<end>", "圆领", "短袖", "的", "女式t恤", "v领", "女式", "7分袖"]

  private func pipeline(
    _ words: [String], _ tokenizer: String? = nil
  ) throws -> TextPipeline {
    try TextPipeline(tokenizer: tokenizer, vocabulary: Vocabulary(list: words, path: "list"))
  }

  @Test func taggedSentences() throws {
    let pipeline = try pipeline(shapes)
    let tokens = try pipeline.tokenize("A small red circle.", length: 10)
    #expect(tokens.ids == [1, 4, 12, 11, 6, 2])
    #expect(tokens.padded(to: 10, with: pipeline.padding) == [1, 4, 12, 11, 6, 2, 0, 0, 0, 0])
    #expect(tokens.shown == "[BOS]=1 a=4 small=12 red=11 circle=6 [EOS]=2")
    let odd = try pipeline.tokenize("a smal red circle", length: 10)
    #expect(odd.ids == [1, 4, 3, 11, 6, 2])
    #expect(odd.unknown.map(\.description) == ["'smal' (did you mean 'small'?)"])
    let cut = try pipeline.tokenize("a small red circle a small red circle a blue", length: 10)
    #expect(cut.ids == [1, 4, 12, 11, 6, 4, 12, 11, 6, 2] && cut.truncated == 2)
    #expect(cut.warnings.count == 1 && cut.padded(to: 9, with: 0) == nil)
  }

  @Test(arguments: [
    ("圆领 短袖 的 女式T恤", [1, 2, 3, 4]), ("圆领短袖的女式T恤", [1, 2, 3, 4]),
    ("V领，7分袖", [5, 7]), ("女式 圆领", [6, 1]), ("红色圆领", [1]),
  ])
  func chineseWords(caption: String, ids: [Int]) throws {
    let tokens = try pipeline(clothes).tokenize(caption)
    #expect(tokens.ids == ids)
    #expect(tokens.unknown.map(\.word) == (caption.hasPrefix("红") ? ["红色"] : []))
  }

  @Test func unknownWords() throws {
    let pipeline = try pipeline(["<end>", "yellow", "purple", "flower", "this", "with"])
    #expect(pipeline.unknown == .drop && pipeline.padding == 0)
    let tokens = try pipeline.tokenize("this yelow flowre with zebras zebras")
    #expect(tokens.pieces == ["this", "with"])
    #expect(tokens.unknown.map(\.word) == ["yelow", "flowre", "zebras"])
    #expect(tokens.unknown.map(\.suggestions) == [["yellow"], ["flower"], []])
    #expect(tokens.warnings.count == 3)
    let strict = #expect(throws: TextError.self) {
      try pipeline.tokenize("this yelow flower", strictWords: true)
    }
    #expect(strict?.exitCode == 65 && strict?.message.contains("did you mean 'yellow'") == true)
    let none = #expect(throws: TextError.self) { try pipeline.tokenize("zebras only") }
    #expect(none?.exitCode == 65 && none?.message.contains("'zebras'") == true)
  }

  @Test func decomposedAccentsAreFound() throws {
    let pipeline = try pipeline(["<pad>", "caf\u{E9}", "red"])
    #expect(try pipeline.tokenize("cafe\u{301} red").ids == [1, 2])
    #expect(try pipeline.tokenize("CAF\u{C9}").ids == [1])
  }

  @Test(arguments: [
    ("", "empty"), (" \t\n", "empty"), ("!!! ...", "empty"), ("red\u{0}", "control character"),
    ("re\u{1B}[31md", "U+001B"), ("red\u{7F}", "U+007F"), ("red\u{85}", "U+0085"),
    (String(repeating: "red ", count: 20_000), "80000 bytes"), ("🐦", "empty"), ("xyzzy", "'xyzzy'"),
  ])
  func badCaptions(caption: String, words: String) throws {
    let error = #expect(throws: TextError.self) {
      try pipeline(["<pad>", "red"]).tokenize(caption, length: 25)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func bytesThatAreNotUTF8() throws {
    #expect(try Caption.read(Array("红 red".utf8)) == "红 red")
    for (bytes, offset) in [
      ([0x72, 0x65, 0xFF, 0x64], 2), ([0xE7, 0xBA], 0), ([0x61, 0xC0, 0x80], 1),
      ([0xE7, 0xBA, 0xA2, 0xED, 0xA0, 0x80], 3),
    ] as [([UInt8], Int)] {
      #expect(throws: TextError.notUTF8(offset: offset)) { try Caption.read(bytes) }
    }
  }

  @Test func longCaptionsAreCut() throws {
    let caption = String(repeating: "red ", count: 10_000)
    let tokens = try pipeline(["<pad>", "red"]).tokenize(caption, length: 25)
    #expect(tokens.count == 25 && tokens.truncated == 9975)
  }

  @Test func tokenizersAreChosenAndRefused() throws {
    #expect(try pipeline(shapes).first == 1)
    #expect(try pipeline(clothes).splitting == .words)
    #expect(try pipeline(shapes, "words").first == nil)
    #expect(try pipeline(["a", "b", " "]).splitting == .characters)
    let c = try pipeline(["<pad>", "<start>", "<end>", "<unk>", "man"])
    #expect(try c.tokenize("man dog").ids == [1, 4, 3, 2])
    for (words, name) in [
      (clothes, "wordPiece"), (clothes, "tagged"), (clothes, "characters"), (clothes, "bpe"),
    ] {
      let error = #expect(throws: TextError.self) { try pipeline(words, name) }
      #expect(error?.message.contains("'\(name)'") == true)
    }
    for name in TextPipeline.tokenizers where !["wordPiece", "tagged", "characters"].contains(name)
    {
      #expect(try pipeline(clothes, name).vocabulary.count == clothes.count)
    }
  }

  @Test func storedFormReadsBack() throws {
    let all = [
      try pipeline(shapes), try pipeline(clothes), try TextPipeline.characters(),
      TextPipeline(
        splitting: .whitespace,
        vocabulary: try Vocabulary(words: [(1 << 24, "x"), (5, "é"), (130, "e\u{301}")]),
        padding: 1 << 24, unknown: .id(0), first: 9, last: nil),
    ]
    for pipeline in all {
      let bytes = pipeline.encode()
      let again = try TextPipeline(decoding: bytes)
      #expect(again == pipeline && again.encode() == bytes)
      for count in 0..<bytes.count {
        #expect(throws: TextError.self) { try TextPipeline(decoding: Array(bytes.prefix(count))) }
      }
      #expect(throws: TextError.self) { try TextPipeline(decoding: bytes + [0]) }
    }
  }

  @Test(
    arguments: [
      ([], "does not begin"), (Array("TGTX".utf8) + [2], "does not begin"),
      (head + [0xFF, 0xFF, 0xFF, 0xFF, 1], "shortest"), (head + [99], "99 is more"),
      (head + [0x80, 0], "shortest"),
      (head + [0, 0, 0, 0, 0, 0xBF, 0x84, 0x3D], "ends too early"),
      (head + [0, 0, 0, 0, 0, 0xC1, 0x84, 0x3D], "more than 1000000"),
      (head + [0, 0, 0, 0, 0, 1, 0, 5, 97], "behind the last byte"),
      (head + [0, 0, 0, 0, 0, 1, 0, 1, 0xFF], "not UTF-8"),
      (head + [0, 0, 0, 0, 0, 2, 0, 1, 97, 0, 1, 97], "has the ids 0 and 1"),
      (head + [0, 0, 0, 0, 0, 1, 0, 0], "empty"), (head + [0, 0, 0, 0, 0, 0], "no words"),
      (head + [0, 0, 0, 0, 0, 1, 0, 1, 97, 0], "follow"),
    ] as [([UInt8], String)])
  func damagedFormsAreRefused(bytes: [UInt8], words: String) throws {
    let error = #expect(throws: TextError.self) { try TextPipeline(decoding: bytes) }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(.enabled(if: SharedData.has("captions"), "../shared/data is optional"))
  func flowersHaveNoUnknownWord() throws {
    let folder = SharedData.url("captions")
    let vocabulary = try Vocabulary.read(
      path: folder.appending(path: "oxford102-flowers-vocab.txt").path)
    #expect(vocabulary.count == 4043 && vocabulary.word(of: 0) == "<end>")
    let pipeline = try TextPipeline(tokenizer: nil, vocabulary: vocabulary)
    let text = try String(
      contentsOf: folder.appending(path: "oxford102-flowers-train.jsonl"), encoding: .utf8)
    var count = 0
    for line in text.split(separator: "\n") {
      let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      for caption in try #require(entry?["captions"] as? [String]) where !caption.isEmpty {
        let tokens = try pipeline.tokenize(caption)
        #expect(tokens.unknown.isEmpty && tokens.pieces.joined(separator: " ") == caption)
        count += 1
      }
    }
    #expect(count > 39_000)
    #expect(try TextPipeline(decoding: pipeline.encode()) == pipeline)
  }
}

private let head: [UInt8] = Array("TGTX".utf8) + [1]
