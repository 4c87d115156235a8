internal import TGImage
internal import TGTensor

/// The operands of a command line as pictures and captions.
package struct PictureList {
  /// Paths of pictures, each once, in the order of their bytes.
  package private(set) var pictures: [String] = []
  /// Captions in the order given.
  package private(set) var captions: [String] = []
  /// The lists that were read.
  package private(set) var lists: [String] = []

  /// Several pictures that one operand names.
  package struct Several: Hashable {
    /// Their paths, at least one.
    package let paths: [String]
    /// The list that was read; nil for folders and patterns.
    package let list: String?
  }

  /// The most bytes of a list.
  private static let limit = 64 << 20

  /// Finds what is meant: files, folders, patterns, `@` lists; the rest are captions if the plan
  /// takes any.
  ///
  /// - Throws: `Failure`, `MappedFileError`.
  package init(_ operands: [String], takesCaptions: Bool) throws {
    var found: [String] = []
    for operand in operands {
      if let several = try Self.several(operand, takesCaptions: takesCaptions) {
        found += several.paths
        if let list = several.list { lists.append(list) }
      } else if PictureOperand.isPicture(operand) {
        found.append(operand)
      } else if takesCaptions, !Path.exists(operand) {
        captions.append(operand)
      } else {
        throw Self.unknown(operand)
      }
    }
    pictures = Path.distinct(found)
  }

  /// Keeps the part of the pictures that `I/N` names: those whose indices in the order leave I - 1
  /// when divided by N.
  package mutating func keep(shard text: String) throws(Failure) {
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

  /// The pictures of a folder, a pattern or an `@` list; nil if an operand is none of these.
  ///
  /// - Parameter takesCaptions: true if what matches nothing may be a caption.
  /// - Throws: `Failure`, `MappedFileError`.
  package static func several(_ operand: String, takesCaptions: Bool) throws -> Several? {
    let isThere = Path.exists(operand)
    if operand.hasPrefix("@"), operand.count > 1, !isThere {
      let path = String(operand.dropFirst())
      guard Path.exists(path) || !takesCaptions else { return nil }
      return Several(paths: try list(path), list: path)
    }
    return try pictures(operand, isThere: isThere).map { Several(paths: $0, list: nil) }
  }

  /// The pictures of a folder or a pattern; nil if an operand is neither.
  private static func pictures(_ operand: String, isThere: Bool) throws(Failure) -> [String]? {
    if isThere {
      guard Path.isFolder(operand) else { return nil }
      let found = Path.pictures(inFolder: operand)
      guard !found.isEmpty else {
        throw Failure(
          .missingInput,
          "the folder \(operand) has no \(PictureFormat.suffixes.map { ".\($0)" }.joined(separator: ", "))"
            + " files", hint: "pictures of other kinds are saved as \(PictureFormat.names) first")
      }
      return found
    }
    guard Path.isPattern(operand) else { return nil }
    let found = Path.matching(operand)
    if !found.isEmpty { return found }
    guard PictureOperand.isPicture(operand) || operand.contains("/") && !operand.contains(" ")
    else { return nil }
    throw Failure(
      .missingInput, "no file matches \(operand)",
      hint: "* stands for any letters, ? for one, and names that begin with a point are left out")
  }

  private static func list(_ path: String) throws -> [String] {
    let file = try MappedFile(path: path)
    guard file.count <= Self.limit, let bytes = file.bytes(0..<file.count) else {
      throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
    }
    var found: [String] = []
    for line in TextLines(bytes) {
      let name = FileName.text(of: line.bytes)
      if let paths = try pictures(name, isThere: Path.exists(name)) {
        found += paths
      } else {
        // What is missing or no picture is told with the others when the pictures are read.
        found.append(name)
      }
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
        hint: "say the path of a picture, a folder of them, or a pattern in quotes")
  }
}
