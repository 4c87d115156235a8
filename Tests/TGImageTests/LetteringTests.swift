import TGImage
import Testing

/// Letters and the sheets that have them.
@Suite struct LetteringTests {
  private let letters = Lettering(scale: 1)

  /// The dots of a text on a small sheet.
  private func dots(_ text: String) -> [UInt16] {
    var picture = Picture(height: 10, width: 60, colour: [255])
    letters.draw(text, row: 0, column: 0, colour: [0], on: &picture)
    return picture.samples
  }

  @Test func everyPrintableCharacterHasAFormOfItsOwn() {
    let characters = (0x21...0x7E).map { String(Character(Unicode.Scalar($0))) }
    #expect(Set(characters.map(dots)).count == characters.count)
    let box = dots("\u{6F22}")
    #expect(dots(" ").allSatisfy { $0 == 255 })
    for character in characters {
      #expect(dots(character) != box && dots(character) != dots(" "), "\(character)")
    }
    #expect(
      dots("\u{E9}") == dots("e") && dots("\u{201C}") == dots("\"") && dots("\u{DF}") == dots("ss"))
    #expect(dots("e\u{301}") == dots("e"))
  }

  @Test func linesAreBrokenAndCut() {
    #expect(letters.width(of: "abc") == 17 && letters.width(of: "") == 0)
    let caption = "a red bird with a yellow crown"
    #expect(letters.lines(caption, width: 64) == ["a red bird", "with a", "yellow", "crown"])
    #expect(letters.lines(caption, width: 64, most: 2) == ["a red bird", "with a..."])
    #expect(letters.lines(caption, width: 400) == [caption])
    #expect(letters.lines("abcdefghij kl", width: 23) == ["abcd", "efgh", "ij", "kl"])
    #expect(letters.lines("  a\n b  ", width: 400) == ["a b"])
    #expect(letters.lines("", width: 64).isEmpty)
    #expect(letters.lines("abc def", width: 1, most: 1) == ["."])
    for width in 0...200 {
      for line in letters.lines(caption, width: width, most: 3) {
        #expect(line.count == 1 || letters.width(of: line) <= width)
      }
    }
  }

  @Test func whatReachesBeyondThePictureIsLeftOut() {
    var picture = Picture(height: 4, width: 8, colour: [255, 255, 255])
    Lettering(scale: 3).draw("WWW", row: -2, column: -1, colour: [1, 2, 3], on: &picture)
    #expect(picture.samples.contains(1) && picture.samples.contains(3))
  }

  @Test func sheetsHaveTheirTextsUnderThePictures() throws {
    let red = Picture(height: 40, width: 64, colour: [255, 0, 0])
    var sheet = ContactSheet(columns: 2, title: "three birds")
    for text in ["seed 1", "", "a red bird with a yellow crown"] { sheet.add(red, text: text) }
    let picture = try #require(sheet.picture)
    // A title, a row of one line, a row of four.
    #expect(picture.width == 64 + 8 + 64 && picture.height == 13 + (40 + 11) + 8 + (40 + 41))
    #expect(picture[13, 0, 1] == 0 && picture[13, 64, 1] == 255 && picture[13, 72, 1] == 0)
    #expect(picture.cropped(rows: 13..<53, columns: 72..<136) == red)
    #expect(picture.cropped(rows: 72..<112, columns: 0..<64) == red)
    func isBlank(_ rows: Range<Int>, _ columns: Range<Int>) -> Bool {
      picture.cropped(rows: rows, columns: columns).samples.allSatisfy { $0 == 255 }
    }
    #expect(!isBlank(0..<13, 0..<136) && !isBlank(53..<64, 0..<64))
    #expect(isBlank(53..<64, 64..<136) && !isBlank(112..<153, 0..<64))
    #expect(ContactSheet(columns: 3).picture == nil)
    #expect(ContactSheet.allows(height: 256, width: 256, columns: 6, count: 36))
    #expect(!ContactSheet.allows(height: 1024, width: 1024, columns: 20, count: 20))
  }

  @Test func whatARowHasInCommonStandsOverIt() throws {
    let red = Picture(height: 40, width: 64, colour: [255, 0, 0])
    var sheet = ContactSheet(columns: 2)
    for (heading, text) in [("a bird", "1"), ("a bird", "2"), ("a bird", ""), ("a flower", "")] {
      sheet.add(red, heading: heading, text: text)
    }
    let picture = try #require(sheet.picture)
    // A line over the first row and one under it; a line under the second.
    #expect(picture.height == (11 + 40 + 11) + 8 + (40 + 11))
    #expect(picture.cropped(rows: 11..<51, columns: 0..<64) == red)
    #expect(picture.cropped(rows: 70..<110, columns: 72..<136) == red)
  }

  @Test func smallPicturesHaveRoomForTheirText() throws {
    var sheet = ContactSheet(columns: 3)
    for text in ["a", "b", "c"] { sheet.add(Picture(height: 8, width: 8, colour: [9]), text: text) }
    #expect(sheet.picture?.width == 3 * 48 + 2 * 8)
  }
}
