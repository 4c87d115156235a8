import TGCommandLine
import TGImage
import TGPlan
import TGSession
import TGTensor

/// A picture and, word by word, the same picture glowing where the word attends, side by side.
struct AttentionSheet {
  /// The sheet.
  let picture: Picture

  /// Makes sure that an output holds maps, `[N, words, H, W]`.
  static func demand(_ output: InterfaceItem) throws {
    guard output.itemShape.count == 3, !output.takesPicture else {
      throw Failure(
        .usage,
        "--attention \(output.name): attention maps are [N, words, H, W], and this is "
          + "[N" + output.itemShape.map { ", \($0)" }.joined() + "]")
    }
  }

  /// Draws maps `[1, words, H, W]`, one cell for each of `words`, or for each map that is not all
  /// zero if the words are not known.
  init(picture: Picture, maps: HostTensor, words: [String]) throws {
    let extents = maps.shape.dimensions
    let count = extents[1]
    let area = extents[2] * extents[3]
    let shown = (0..<count).filter { index in
      words.isEmpty
        ? maps.elements[index * area..<(index + 1) * area].contains { $0 != 0 }
        : index < words.count
    }
    let base = picture.converted(channels: 3).with8Bits()
    let scale = max(1, base.width / 96)
    let strip = Lettering.height * scale + 4 * scale
    let columns = min(shown.count + 1, max(1, 2048 / base.width))
    let lines = (shown.count + columns) / columns
    var sheet = Picture(
      height: lines * (base.height + strip), width: columns * base.width, colour: [255, 255, 255])
    sheet.paste(base, row: 0, column: 0)
    for (cell, index) in shown.enumerated() {
      let map = HostTensor(
        [extents[2], extents[3]], Array(maps.elements[index * area..<(index + 1) * area]))
      guard let glowing = base.overlaid(attention: map) else {
        throw Failure(.badInput, "the attention maps have no area")
      }
      let row = (cell + 1) / columns * (base.height + strip)
      let column = (cell + 1) % columns * base.width
      sheet.paste(glowing, row: row, column: column)
      if index < words.count {
        Lettering.draw(
          words[index], scale: scale, row: row + base.height + 2 * scale, column: column + scale,
          width: base.width - 2 * scale, on: &sheet)
      }
    }
    self.picture = sheet
  }
}

/// Capital letters of 3 by 5 dots, drawn larger.
enum Lettering {
  /// The dots of a letter from top to bottom.
  static let height = 5

  /// Writes black letters as far as they fit; what has no letter becomes a chequered box.
  static func draw(
    _ text: String, scale: Int, row: Int, column: Int, width: Int, on picture: inout Picture
  ) {
    var left = column
    for character in text.uppercased() {
      guard left + 3 * scale <= column + width else { return }
      let rows = letters[character] ?? "52525"
      for (y, digit) in rows.utf8.enumerated() {
        for x in 0..<3 where digit >> (2 - UInt8(x)) & 1 == 1 {
          for dy in 0..<scale {
            for dx in 0..<scale {
              for channel in 0..<3 {
                picture[row + y * scale + dy, left + x * scale + dx, channel] = 0
              }
            }
          }
        }
      }
      left += 4 * scale
    }
  }

  /// Each row of a letter as an octal digit: 4 is the left dot, 1 the right one.
  private static let letters: [Character: String] = [
    "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644",
    "G": "34553", "H": "55755", "I": "72227", "J": "11152", "K": "55655", "L": "44447",
    "M": "57755", "N": "65555", "O": "25552", "P": "65644", "Q": "25563", "R": "65655",
    "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775", "X": "55255",
    "Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "61247", "3": "61216",
    "4": "55711", "5": "74616", "6": "34757", "7": "71122", "8": "75757", "9": "75716",
    ".": "00002", ",": "00024", "-": "00700", "'": "22000", "!": "22202", "?": "61202",
    " ": "00000", "#": "57575", "[": "64446", "]": "31113", "<": "12421", ">": "42124",
  ]
}
