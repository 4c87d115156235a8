import TGTensor
import TGTestSupport
import Testing

/// Names of files keep their bytes, whatever they are.
@Suite struct FileNameTests {
  private static let names: [[UInt8]] = [
    [], Array("plain.png".utf8), Array("圆领 🐦.png".utf8), [0xE9], [0x70, 0xE9, 0x2E, 0x70],
    [0xFF], [0xFE, 0xFF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0x80, 0xBF],
    [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80],
    // The scalars that stand for bytes, as a name's own characters, and cut off.
    [0xF4, 0x8F, 0xBB, 0xA9], [0xF4, 0x8F, 0xBA, 0x80], [0xF4, 0x8F, 0xBB, 0xBF, 0xE9],
    [0xF4, 0x8F, 0xBB], Array("\u{10FE7F}\u{10FF00}".utf8),
    Array("e\u{301}".utf8), Array("\u{E9}".utf8), Array("a\nb".utf8),
  ]

  @Test(arguments: names)
  func bytesComeBack(name: [UInt8]) {
    let text = FileName.text(of: name)
    #expect(FileName.bytes(of: text) == name)
    #expect(FileName.cString(text) == name.map { CChar(bitPattern: $0) } + [0])
    #expect(FileName.read(FileName.written(text)) == text)
    #expect(FileName.bytes(of: FileName.read(FileName.written(text))) == name)
    #expect(!FileName.shown(text).unicodeScalars.contains(where: FileName.standsForByte))
  }

  @Test func differentBytesAreDifferentTexts() {
    let texts = Self.names.map { Array(FileName.text(of: $0).utf8) }
    #expect(Set(texts).count == Self.names.count)
  }

  @Test func randomBytesComeBack() {
    var numbers = SeededNumbers(seed: 5)
    for round in 0..<2000 {
      let name = (0..<round % 12).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
      #expect(FileName.bytes(of: FileName.text(of: name)) == name, "\(name)")
    }
  }

  @Test(
    arguments: [
      ([0x70, 0xE9], "p\\xE9", "p\\xE9"), (Array("p\\xE9".utf8), "p\\xE9", "p\\x5CxE9"),
      (Array("C:\\xerox".utf8), "C:\\xerox", "C:\\xerox"),
      (Array("\\x5C".utf8), "\\x5C", "\\x5Cx5C"),
      (Array("é".utf8), "é", "é"), ([0x5C, 0xE9], "\\\\xE9", "\\\\xE9"),
    ] as [([UInt8], String, String)])
  func shown(name: [UInt8], shown: String, written: String) {
    #expect(FileName.shown(FileName.text(of: name)) == shown)
    #expect(FileName.written(FileName.text(of: name)) == written)
    #expect(FileName.bytes(of: FileName.read(written)) == name)
  }

  @Test func aPathWithAZeroNamesNothing() {
    #expect(FileName.cString("a\0b") == [0])
    #expect(throws: MappedFileError.self) { try MappedFile(path: "/dev\0/null") }
  }

  @Test func jsonShowsBytes() {
    #expect(JSON.string(FileName.text(of: [0x70, 0xE9])).text() == #""p\\xE9""#)
  }
}
