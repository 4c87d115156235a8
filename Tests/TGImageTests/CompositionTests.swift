import Foundation
import TGImage
import TGTensor
import Testing

@Suite struct CompositionTests {
  private let red = Picture(height: 4, width: 6, colour: [255, 0, 0])
  private let grey = Picture(height: 8, width: 4, colour: [100])

  @Test func sideBySideScalesToTheTallest() throws {
    let sheet = try #require(Picture.sideBySide([red, grey], gap: 3))
    #expect(sheet.height == 8 && sheet.width == 12 + 3 + 4 && sheet.channels == 3)
    #expect(pixel(sheet, 4, 5) == [255, 0, 0])
    #expect(pixel(sheet, 4, 13) == [255, 255, 255])
    #expect(pixel(sheet, 7, 18) == [100, 100, 100])
    #expect(Picture.sideBySide([]) == nil)
    let wide = Picture(height: 1, width: 16_000, colour: [0])
    #expect(Picture.sideBySide([wide, wide]) == nil)
  }

  @Test func gridsCentreTheirPictures() throws {
    let sheet = try #require(Picture.grid([red, grey, red], columns: 2, gap: 2))
    #expect(sheet.height == 8 + 2 + 8 && sheet.width == 6 + 2 + 6)
    #expect(pixel(sheet, 1, 0) == [255, 255, 255] && pixel(sheet, 2, 0) == [255, 0, 0])
    #expect(pixel(sheet, 0, 9) == [100, 100, 100] && pixel(sheet, 0, 8) == [255, 255, 255])
    #expect(pixel(sheet, 12, 5) == [255, 0, 0] && pixel(sheet, 12, 9) == [255, 255, 255])
    #expect(Picture.grid([]) == nil)
    for count in 1...17 {
      let square = try #require(Picture.grid([Picture](repeating: grey, count: count), gap: 0))
      #expect(square.height * square.width >= count * 32)
      #expect(square.height <= 3 * square.width && square.width <= 8 * square.height)
    }
  }

  @Test func attentionGlowsWhereTheMapIsHigh() throws {
    let under = Picture(height: 16, width: 16, colour: [50, 60, 70])
    let map = HostTensor([1, 2, 2], [0, 0, 0, 4])
    let shown = try #require(under.overlaid(attention: map))
    #expect(pixel(shown, 0, 0) == [50, 60, 70])
    // At the peak three quarters of (255, 240, 80) lie over the picture.
    #expect(pixel(shown, 15, 15) == [204, 195, 78])
    #expect(under.overlaid(attention: HostTensor([3, 3], repeating: 2)) == under)
    #expect(under.overlaid(attention: HostTensor([2, 2], [.nan, 0, .infinity, 0])) == under)
    #expect(under.overlaid(attention: HostTensor([2, 2, 2], repeating: 0)) == nil)
  }

  private func pixel(_ picture: Picture, _ row: Int, _ column: Int) -> [Int] {
    (0..<3).map { Int(picture[row, column, $0]) }
  }
}
