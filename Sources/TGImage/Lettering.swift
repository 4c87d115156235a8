/// Letters of dots, drawn into pictures: five dots wide and seven high, two more below the line.
///
/// All printable characters of ASCII have a form of our own drawing. Letters with accents lose them,
/// quotation marks and dashes become those of ASCII; for anything else a box is drawn.
package struct Lettering: Hashable, Sendable {
  /// Pixels for each dot, in both directions.
  package let scale: Int

  /// Makes letters; traps unless the scale is positive.
  package init(scale: Int) {
    precondition(scale > 0, "a dot has at least one pixel")
    self.scale = scale
  }

  /// Pixels from the top of one line to the top of the next.
  package var lineHeight: Int { 10 * scale }

  /// The pixels that a text takes in one line, without the space behind its last letter.
  package func width(of text: String) -> Int { max(0, 6 * Self.plain(text).count - 1) * scale }

  /// A text in lines of at most so many pixels, broken at spaces and, where a word alone is longer,
  /// inside it.
  ///
  /// - Parameter most: the most lines; what does not fit is left out, and the last line ends in
  ///   three dots then.
  package func lines(_ text: String, width: Int, most: Int = .max) -> [String] {
    let room = max(1, (width + scale) / (6 * scale))
    var lines: [String] = []
    var line = ""
    for word in Self.plain(text).split(separator: " ") {
      var rest = word
      if !line.isEmpty, line.count + 1 + rest.count <= room {
        line += " " + rest
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while rest.count > room {
        lines.append(String(rest.prefix(room)))
        rest = rest.dropFirst(room)
      }
      line = String(rest)
    }
    if !line.isEmpty { lines.append(line) }
    guard lines.count > most, most > 0 else { return lines }
    let last = lines[most - 1].prefix(max(0, room - 3))
    return Array(lines[..<(most - 1)]) + [last + String(repeating: ".", count: min(3, room))]
  }

  /// Draws a line of text; what reaches beyond the picture is left out.
  ///
  /// - Parameters:
  ///   - row: the top of the letters.
  ///   - column: the left of the first one.
  ///   - colour: one 8-bit sample for each channel of the picture, which has 8 bits.
  package func draw(
    _ text: String, row: Int, column: Int, colour: [UInt8] = [0, 0, 0], on picture: inout Picture
  ) {
    var left = column
    for character in Self.plain(text) {
      for (y, dots) in (Self.forms[character] ?? Self.box).utf8.enumerated() {
        let dots =
          dots < UInt8(ascii: "A") ? dots - UInt8(ascii: "0") : dots - UInt8(ascii: "A") + 10
        for x in 0..<5 where dots >> (4 - UInt8(x)) & 1 == 1 {
          dot(row: row + y * scale, column: left + x * scale, colour, on: &picture)
        }
      }
      left += 6 * scale
    }
  }

  private func dot(row: Int, column: Int, _ colour: [UInt8], on picture: inout Picture) {
    for y in max(0, row)..<max(0, row, min(row + scale, picture.height)) {
      for x in max(0, column)..<max(0, column, min(column + scale, picture.width)) {
        for (channel, sample) in colour.prefix(picture.channels).enumerated() {
          picture[y, x, channel] = UInt16(sample)
        }
      }
    }
  }

  /// The text in characters that have a form, as far as they can be had.
  private static func plain(_ text: String) -> String {
    var result = ""
    for character in text {
      if character.isWhitespace {
        result += " "
      } else if forms[character] != nil {
        result.append(character)
      } else {
        result += plainForms.first { $0.from.contains(character) }?.to ?? String(character)
      }
    }
    return result
  }

  /// What is drawn for characters without a form of their own.
  private static let plainForms: [(from: String, to: String)] = [
    ("àáâãåāăą", "a"), ("ÀÁÂÃÅĀĂĄ", "A"), ("çćčĉċ", "c"), ("ÇĆČĈĊ", "C"), ("èéêëēĕėęě", "e"),
    ("ÈÉÊËĒĔĖĘĚ", "E"), ("ìíîïīĭįı", "i"), ("ÌÍÎÏĪĬĮİ", "I"), ("ñńňņ", "n"), ("ÑŃŇŅ", "N"),
    ("òóôõøōŏő", "o"), ("ÒÓÔÕØŌŎŐ", "O"), ("ùúûūŭůűų", "u"), ("ÙÚÛŪŬŮŰŲ", "U"), ("ýÿ", "y"),
    ("ÝŸ", "Y"), ("šśş", "s"), ("ŠŚŞ", "S"), ("žźż", "z"), ("ŽŹŻ", "Z"), ("łĺľ", "l"), ("ŁĹĽ", "L"),
    ("ďđ", "d"), ("ĎĐ", "D"), ("ťţ", "t"), ("ŤŢ", "T"), ("řŕ", "r"), ("ŘŔ", "R"), ("ğĝ", "g"),
    ("ĞĜ", "G"), ("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"),
    ("ß", "ss"), ("æ", "ae"), ("Æ", "AE"), ("œ", "oe"), ("Œ", "OE"), ("‘’‚′", "'"),
    ("“”„″«»", "\""),
    ("‐‑‒–—−", "-"), ("…", "..."), ("×", "x"), ("·•", "."), ("→", "->"), ("←", "<-"),
  ]

  private static let box = "VHHHHHV"

  /// The rows of each character from the top, a digit of base 32 for each: 16 is the left dot, 1 the
  /// right one. The line stands below the seventh row.
  private static let forms: [Character: String] = [
    " ": "", "!": "4444404", "\"": "AAA", "#": "AAVAVAA", "$": "4FKE5U4", "%": "OP248J3",
    "&": "CIK8LID", "'": "44", "(": "2488842", ")": "8422248", "*": "04LEL4", "+": "044V44",
    ",": "00000CC48", "-": "000E", ".": "00000CC", "/": "01248G", "0": "EHJLPHE", "1": "4C4444E",
    "2": "EH1248V", "3": "V2421HE", "4": "26AIV22", "5": "VGU11HE", "6": "68GUHHE", "7": "V124888",
    "8": "EHHEHHE", "9": "EHHF12C", ":": "00CC0CC", ";": "00CC0CC48", "<": "248G842", "=": "00V0V",
    ">": "8421248", "?": "EH12404", "@": "EH1DLLE", "A": "EHHVHHH", "B": "UHHUHHU", "C": "EHGGGHE",
    "D": "UHHHHHU", "E": "VGGUGGV", "F": "VGGUGGG", "G": "EHGNHHF", "H": "HHHVHHH", "I": "E44444E",
    "J": "72222IC", "K": "HIKOKIH", "L": "GGGGGGV", "M": "HRLLHHH", "N": "HHPLJHH", "O": "EHHHHHE",
    "P": "UHHUGGG", "Q": "EHHHLID", "R": "UHHUKIH", "S": "FGGE11U", "T": "V444444", "U": "HHHHHHE",
    "V": "HHHHHA4", "W": "HHHLLLA", "X": "HHA4AHH", "Y": "HHA4444", "Z": "V1248GV", "[": "E88888E",
    "\\": "0G8421", "]": "E22222E", "^": "4AH", "_": "0000000V", "`": "84", "a": "00E1FHF",
    "b": "GGMPHHU", "c": "00EGGHE", "d": "11DJHHF", "e": "00EHVGE", "f": "698S888",
    "g": "00FHHHF1E", "h": "GGMPHHH", "i": "40C444E", "j": "2062222IC", "k": "GGIKOKI",
    "l": "C44444E", "m": "00QLLLL", "n": "00MPHHH", "o": "00EHHHE", "p": "00UHHHUGG",
    "q": "00FHHHF11", "r": "00MPGGG", "s": "00FGE1U", "t": "88S8896", "u": "00HHHJD",
    "v": "00HHHA4", "w": "00HHLLA", "x": "00HA4AH", "y": "00HHHHF1E", "z": "00V248V",
    "{": "6448446", "|": "4444444", "}": "C44244C", "~": "008L2",
  ]
}
