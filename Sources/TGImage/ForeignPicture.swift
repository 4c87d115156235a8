internal import TGTensor

/// What a user can do with a picture of a format that is not read. Only programs that are there are
/// named.
struct ForeignPicture {
  /// What the file is.
  let kind: FileKind
  /// Where it is.
  let path: String
  /// True for a program that can be called by this name.
  let hasProgram: (String) -> Bool

  /// The command line that makes a picture of it that is read; nil if no program for that is there.
  ///
  /// - Parameter shrinking: true to make a smaller one of a format that is read.
  func command(shrinking: Bool = false) -> String? {
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let target =
      shrinking
      ? freePath(like: "smaller.png") : freePath(like: (stem.isEmpty ? "picture" : stem) + ".png")
    let source = shellWord(path)
    switch kind {
    case .svg where hasProgram("rsvg-convert"):
      return "rsvg-convert \(source) -o \(shellWord(target))"
    case .pdf where hasProgram("pdftoppm"):
      return "pdftoppm -png -singlefile \(source) \(shellWord(String(target.dropLast(4))))"
    case .svg, .pdf: return nil
    default: break
    }
    guard let program = ["magick", "convert"].first(where: hasProgram) else { return nil }
    let isSequence = kind == .gif || kind == .tiff || kind == .photoshop
    return program + " " + (isSequence ? shellWord(path + "[0]") : source) + " -auto-orient "
      + (shrinking ? "-resize 2048x2048 " : "") + shellWord(target)
  }
}
