import TGTensor
import Testing

@Suite struct TextLinesTests {
  private func lines(_ text: String) -> [String] {
    TextLines(Array(text.utf8)).map { "\($0.number) \(String(decoding: $0.bytes, as: UTF8.self))" }
  }

  @Test func linesHaveTheirNumbersAndNoEnds() {
    #expect(lines("") == [])
    #expect(lines("a") == ["1 a"])
    #expect(lines("a\nb\n") == ["1 a", "2 b"])
    #expect(lines("a\r\n\r\n \t\n b \r\n") == ["1 a", "4  b "])
    #expect(lines("\u{FEFF}a\n\u{FEFF}b") == ["1 a", "2 \u{FEFF}b"])
    #expect(lines("\n\n\u{2028}\n") == ["3 \u{2028}"])
  }

  @Test func bytesOfNoEncodingAreLines() {
    #expect(TextLines([0xFF, 0x0A, 0x00]).map { Array($0.bytes) } == [[0xFF], [0x00]])
  }
}
