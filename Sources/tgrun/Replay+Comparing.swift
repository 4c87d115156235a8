import TGCommandLine
import TGImage
import TGPlan
import TGSession
import TGTensor

extension Replay {
  /// Why a repeated picture may differ from the one it was made from, as far as that one tells.
  private struct Cause {
    let sentence: String
    let hint: String
  }

  /// Says that the repeated picture or film is the same.
  ///
  /// - Parameters:
  ///   - film: the path of the film made now; nil if it is none.
  ///   - repeated: the picture made now.
  ///   - target: the name of what made it.
  ///   - files: what was read for it.
  /// - Throws: `Failure` of status `checkFailed` if it differs, with every cause that is known.
  func compare(
    with film: String?, or repeated: Picture?, target: String, files: [String], console: Console
  ) throws {
    let isEqual: Bool
    if let film {
      isEqual = try Film.areEqual(path, film)
    } else if let repeated {
      isEqual = try isSame(repeated)
    } else {
      throw Failure(.internalError, "the run of \(path) was repeated and made no picture")
    }
    guard !isEqual else {
      return console.note(
        encoding.format.keepsEveryBit
          ? "the same \(film == nil ? "picture" : "film") as \(path), bit for bit"
          : "the same picture as \(path) was made from, bit for bit, with the same losses")
    }
    let causes = try causes(of: repeated, target: target, files: files)
    guard let first = causes.first else {
      let isTold = texts.contains { $0.key == Metadata.isa }
      throw Failure(
        .checkFailed,
        "the picture differs from \(path), though plan, files and version are the same"
          + (isTold ? " and the instruction set too" : "")
          + ": the weights or this machine may be damaged"
          + (isTold ? "" : ", or another instruction set made it, which it does not tell"),
        hint: "tginspect --verify compares the weights of a plan with what was written")
    }
    throw Failure(
      .checkFailed,
      "the picture differs from \(path): " + causes.map(\.sentence).joined(separator: "; "),
      hint: first.hint)
  }

  /// True if a picture made now is the one that was made then. A file that keeps every bit is
  /// compared itself. Of one with losses the digest that it tells is compared, and then the file with
  /// what becomes of the picture by the same losses, so that a file changed later is noticed.
  private func isSame(_ repeated: Picture) throws -> Bool {
    guard !encoding.format.keepsEveryBit else { return original == repeated }
    guard let pixels = texts.first(where: { $0.key == Metadata.pixels })?.value else {
      throw Failure(
        .notAvailable,
        "\(path) is a \(encoding.format.rawValue), which keeps a picture with losses, and does not "
          + "tell the \(Metadata.pixels) of the picture it was made from",
        hint: "look at the repeated picture beside it")
    }
    guard pixels == repeated.digest else { return false }
    do {
      return original == (try Picture.decode(repeated.encoded(as: encoding), path: path))
    } catch { throw SessionError.picture(error) }
  }

  /// True if the file is not as it was written, as far as that can be told: of one with losses only
  /// where the picture it was made from is known.
  private func isChanged(beside repeated: Picture?, _ pixels: String) -> Bool {
    encoding.format.keepsEveryBit ? pixels != original.digest : pixels == repeated?.digest
  }

  private func causes(of repeated: Picture?, target: String, files: [String]) throws -> [Cause] {
    var causes: [Cause] = []
    func all(_ key: String) -> [String] { texts.filter { $0.key == key }.map(\.value) }
    if let pixels = all(Metadata.pixels).first, isChanged(beside: repeated, pixels) {
      causes.append(
        Cause(
          sentence: "the pixels of \(path) were changed after it was made",
          hint: "compare with an untouched copy of \(path)"))
    }
    for text in all(Metadata.file) {
      let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2, let file = files.first(where: { Path.keptName($0) == parts[1] }),
        try MappedFile(path: file).digest != parts[0]
      else { continue }
      causes.append(
        Cause(
          sentence: "\(file) is not the file of this name that it was made from",
          hint: "give the one whose SHA-256 is \(parts[0])"))
    }
    let now = "tgraph \(Version.number)"
    if let software = all(Metadata.software).first, software != now {
      causes.append(
        Cause(
          sentence: "it was made by \(software), and this is \(now)",
          hint: "repeat it with \(software)"))
    }
    if let name = all(Metadata.isa).first, name != target {
      causes.append(
        Cause(
          sentence: "it was made by the instruction set \(name), and this is \(target)",
          hint: "TG_ISA=\(name) tgrun … computes as it was, where the machine can"))
    }
    return causes
  }
}
