import Foundation
import TGCompiler
import TGDiagnostics
import TGPlan
import TGSyntax
import TGTensor
import TGText
import Testing

/// The language and the text room speak of the same tokenizers, and a plan gets what a page names.
@Suite struct TextResourceTests {
  private static func compiled(tokenizer: String, vocabulary: String?) throws -> [[UInt8]] {
    let page = """
      model Page() {
        func look(caption: Text[5](vocabulary: "words", tokenizer: "\(tokenizer)")) -> (y: Tensor[4]) {
          return mean(embedding(caption.ids, 90, 4) @ "table", axis: 0)
        }
      }
      """
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    var compilation = Compilation()
    compilation.syntheticSeed = 1
    compilation.verifies = true
    compilation.vocabularies = vocabulary.map { [VocabularyFile(GivenFile(path: $0))] } ?? []
    return try compilation.run(library).built.plan.texts.map(\.bytes)
  }

  @Test(arguments: TextPipeline.tokenizers)
  func everyTokenizerCanBeNamed(name: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tgraph-words-\(name)-\(UInt64.random(in: 0..<(.max))).txt")
    let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[BOS]", "[EOS]", " ", "a", "bird"]
    try Data(words.joined(separator: "\n").utf8).write(to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let texts = try Self.compiled(tokenizer: name, vocabulary: folder.path)
    #expect(texts.count == 1)
    #expect(throws: Never.self) { try TextPipeline(decoding: texts[0]) }
  }

  @Test func charactersNeedNoFile() throws {
    #expect(try Self.compiled(tokenizer: "characters", vocabulary: nil).count == 1)
    #expect(try Self.compiled(tokenizer: "words", vocabulary: nil).isEmpty)
  }

  @Test func anUnknownTokenizerIsAnErrorOfThePage() {
    #expect(throws: DiagnosticFailure.self) {
      try Self.compiled(tokenizer: "syllables", vocabulary: nil)
    }
  }
}
