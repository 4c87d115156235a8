import TGCommandLine
import TGDissection
import TGImage
import TGSession
import TGTensor

/// Masks of parts as files: `parts.txt` has a name on each line, `NAME-parts.png` for each picture
/// `NAME` a grey picture of 8 bits, 0 where there is no part and n where the part of line n is.
struct MaskFolder {
  /// The folder.
  let path: String
  /// The names of the parts.
  let parts: [String]

  /// Reads the names.
  ///
  /// - Throws: `Failure`, `MappedFileError`.
  init(_ path: String) throws {
    self.path = path
    let list = Path.join(path, "parts.txt")
    let file = try MappedFile(path: list)
    guard file.count <= 1 << 16, let bytes = file.bytes(0..<file.count),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw Failure(.badInput, "\(list) is no list of names", hint: "it has a name on each line")
    }
    parts = text.split(whereSeparator: \.isNewline).map(String.init)
    guard (1...PartMap.limit - 1).contains(parts.count), Set(parts).count == parts.count else {
      throw Failure(
        .badInput, "\(list) has \(parts.count) names",
        hint: "it has 1 to \(PartMap.limit - 1) names, no two the same")
    }
  }

  /// The mask of a picture.
  private func mask(of picture: String) -> String {
    Path.join(path, Path.stem(picture) + "-parts.png")
  }

  /// The pictures that have a mask; the others are told.
  ///
  /// - Throws: `Failure` if none has one.
  func masked(_ pictures: [String], console: Console) throws(Failure) -> [String] {
    let found = pictures.filter { Path.exists(mask(of: $0)) }
    guard !found.isEmpty else {
      let first = pictures.first.map { mask(of: $0) } ?? path
      throw Failure(
        .missingInput, "none of the \(pictures.count) pictures has a mask: there is no \(first)",
        hint: "Tools/scenes/draw --parts writes pictures with their masks")
    }
    if found.count < pictures.count {
      console.note("\(pictures.count - found.count) pictures without a mask are left out")
    }
    return found
  }

  /// Reads the parts of a picture.
  ///
  /// - Throws: `Failure`, `SessionError.picture`.
  func map(of picture: String) throws -> PartMap {
    let path = mask(of: picture)
    let mask: Picture
    do { mask = try Picture.read(path: path) } catch { throw SessionError.picture(error) }
    guard mask.channels == 1, mask.depth == 8 else {
      throw Failure(.badInput, "\(path) is no mask", hint: "a mask is grey, with 8 bits")
    }
    if let bad = mask.samples.firstIndex(where: { $0 > parts.count }) {
      throw Failure(
        .badInput,
        "\(path) has \(mask.samples[bad]) in row \(bad / mask.width), column "
          + "\(bad % mask.width); parts.txt has \(parts.count) names")
    }
    return PartMap(
      height: mask.height, width: mask.width,
      parts: mask.samples.map { $0 == 0 ? PartMap.nothing : UInt8($0 - 1) })
  }
}
