import TGCommandLine
import TGTensor

/// The operands of a command line as pictures and captions.
struct PictureList {
  /// Paths of pictures, each once, in the order of their bytes.
  private(set) var pictures: [String] = []
  /// Captions in the order given.
  private(set) var captions: [String] = []
  /// The lists that were read.
  private(set) var lists: [String] = []

  /// The most bytes of a list.
  private static let limit = 64 << 20

  /// Finds what is meant: files, folders, patterns, `@` lists; the rest are captions if the plan
  /// takes any.
  init(_ operands: [String], takesCaptions: Bool) throws {
    var found: [String] = []
    for operand in operands {
      if operand.hasPrefix("@"), operand.count > 1, !Path.exists(operand) {
        found += try readList(String(operand.dropFirst()))
      } else if let paths = try Self.pictures(operand) {
        found += paths
      } else if takesCaptions, !Path.exists(operand) {
        captions.append(operand)
      } else {
        throw Self.unknown(operand)
      }
    }
    pictures = Path.distinct(found)
  }

  /// Keeps the part of the pictures that `I/N` names: those whose places in the order leave I - 1
  /// when divided by N.
  mutating func keep(shard text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let part = parts[0], let count = parts[1], count >= 1,
      (1...count).contains(part)
    else {
      throw Failure(
        .usage, "--shard \(text) is not of the form I/N with 1 <= I <= N",
        hint: "the second of four machines says --shard 2/4")
    }
    pictures = pictures.enumerated().filter { $0.offset % count == part - 1 }.map(\.element)
  }

  /// The pictures that an operand names; nil if it is no picture.
  private static func pictures(_ operand: String) throws -> [String]? {
    if Path.isFolder(operand) {
      let found = Path.pictures(inFolder: operand)
      guard !found.isEmpty else {
        throw Failure(
          .missingInput, "the folder \(operand) has no .png files",
          hint: "other pictures are converted first: convert IN.jpg OUT.png")
      }
      return found
    }
    if !Path.exists(operand), Path.isPattern(operand) {
      let found = Path.matching(operand)
      if !found.isEmpty { return found }
      guard PictureOperand.isPicture(operand) || operand.contains("/") else { return nil }
      throw Failure(.missingInput, "no file matches \(operand)", hint: "ls \(operand)")
    }
    return PictureOperand.isPicture(operand) ? [operand] : nil
  }

  private mutating func readList(_ path: String) throws -> [String] {
    let file = try MappedFile(path: path)
    guard file.count <= Self.limit, var bytes = file.bytes(0..<file.count)?[...] else {
      throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    lists.append(path)
    var found: [String] = []
    for line in bytes.split(separator: 0x0A) {
      let name = FileName.text(of: line.last == 0x0D ? line.dropLast() : line)
      guard name.contains(where: { $0 != " " && $0 != "\t" }) else { continue }
      guard let paths = try Self.pictures(name) else { throw Self.unknown(name) }
      found += paths
    }
    guard !found.isEmpty else { throw Failure(.badInput, "\(path) lists no pictures") }
    return found
  }

  private static func unknown(_ operand: String) -> Failure {
    Path.exists(operand)
      ? Failure(
        .badInput, "\(operand) is no picture",
        hint: "arrays are given by name: --input NAME=\(Path.quoted(operand))")
      : Failure(
        .missingInput, "there is no picture \(operand)",
        hint: "say the path of a .png file, a folder of them, or a pattern in quotes")
  }
}
