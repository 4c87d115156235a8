/// A direction as the command line names it: `FILE[:COLUMN]=AMOUNTS[@LAYERS]`.
package struct DirectionNotation: Hashable, Sendable {
  /// The file.
  package let path: String
  /// The column of a matrix `[D, K]` of directions.
  package let column: Int?
  /// How far.
  package let amounts: AmountList
  /// The layers, if they are stated.
  package let layers: LayerList?
  /// What follows the path: the notation is `path + rest`.
  package let rest: String

  /// Reads the notation.
  ///
  /// - Parameter isThere: whether a path names a file; a file of the whole name wins over a column.
  /// - Throws: `EditingError.notation`.
  package init(
    _ text: String, isThere: (String) -> Bool = { _ in false }
  ) throws(EditingError) {
    let form = "FILE=AMOUNT, FILE=FIRST:LAST:COUNT, FILE:COLUMN=AMOUNT or FILE=AMOUNT@LAYERS"
    guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
      throw .notation("--direction", text, form: form)
    }
    let how = text[text.index(after: sign)...].split(
      separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let amounts = how.first.flatMap({ AmountList(String($0)) }) else {
      throw .notation("--direction", text, form: form)
    }
    self.amounts = amounts
    layers = how.count > 1 ? LayerList(String(how[1])) : nil
    guard how.count == 1 || layers != nil else {
      throw .notation("--direction", text, form: form)
    }
    let file = text[..<sign]
    if let colon = file.lastIndex(of: ":"), colon != file.startIndex,
      let column = Int(file[file.index(after: colon)...]), column >= 0, !isThere(String(file))
    {
      path = String(file[..<colon])
      self.column = column
    } else {
      path = String(file)
      column = nil
    }
    rest = String(text.dropFirst(path.count))
  }
}

/// Rows of another code as the command line names them: `FILE:LAYERS`.
package struct MixNotation: Hashable, Sendable {
  /// The file.
  package let path: String
  /// The rows that are taken.
  package let layers: LayerList
  /// What follows the path: the notation is `path + rest`.
  package let rest: String

  /// Reads the notation.
  ///
  /// - Throws: `EditingError.notation`.
  package init(_ text: String) throws(EditingError) {
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
      let layers = LayerList(String(text[text.index(after: colon)...]))
    else { throw .notation("--mix", text, form: "FILE:LAYERS, such as style.safetensors:10-13") }
    path = String(text[..<colon])
    self.layers = layers
    rest = String(text[colon...])
  }
}

/// An end of an interpolation as the command line names it.
package enum InterpolationEnd: Hashable, Sendable {
  /// `seed:3`: what is drawn from a seed.
  case seed(UInt64)
  /// A file of codes.
  case file(String)
  /// A picture.
  case picture(String)
  /// A caption.
  case caption(String)

  /// Reads the notation: a seed, what is named like a file of codes, `#` and a name in it behind it or
  /// not, a picture, or else a caption.
  ///
  /// - Parameter isPicture: whether a word of the command line is a picture.
  /// - Throws: `EditingError.notation`.
  package init(_ text: String, isPicture: (String) -> Bool) throws(EditingError) {
    if text.hasPrefix("seed:") {
      guard let list = SeedList(String(text.dropFirst(5))), list.seeds.count == 1 else {
        throw .notation("--interpolate", text, form: "seed:NUMBER")
      }
      self = .seed(list.seeds[0])
    } else if CodeFile.suffixes.contains(where: { suffix in
      text.lowercased().hasSuffix(suffix) || text.lowercased().contains(suffix + "#")
    }) {
      self = .file(text)
    } else if isPicture(text) {
      self = .picture(text)
    } else {
      self = .caption(text)
    }
  }
}
