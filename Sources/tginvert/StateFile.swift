import TGCommandLine
import TGExecution
import TGInversion
import TGPlan
import TGTensor

/// The file that says where a run stands.
struct StateFile {
  /// The version of what stands in the file.
  static let version = 1

  let path: String
  private let identity: [(name: String, value: String)]

  /// A file of a run.
  init(of request: Request, target: any ExecutionTarget) {
    path = request.naming.state
    identity = request.identity + [("instruction set", target.name)]
  }

  /// True if it is there.
  var exists: Bool { Path.exists(path) }

  /// An archive that begins with what the run is.
  func archive(_ members: [(String, JSON)]) -> StateArchive {
    let who = JSON.pairs(identity.map { ($0.name, .string($0.value)) })
    return StateArchive(
      .pairs([("version", .integer(Self.version)), ("run", who)] + members))
  }

  /// Writes an archive, whole or not at all.
  func save(_ archive: StateArchive) throws {
    try AtomicFile.save(try archive.encoded(), to: path)
  }

  /// Reads the archive of this very run.
  ///
  /// - Throws: `InversionError.state` for a damaged file, `otherRun` for one of another run.
  func load() throws -> StateArchive {
    let file = try MappedFile(path: path)
    let archive: StateArchive
    do {
      archive = try StateArchive(decoding: ByteRegion(file))
      let version = try archive.members.whole("version", in: 0..<1 << 20)
      guard version == Self.version else {
        throw InversionError.otherRun(
          what: "version", stored: String(version), now: String(Self.version))
      }
      let stored = archive.members["run"] ?? .null
      for (name, now) in identity {
        let value = try stored.string(name)
        guard value == now else {
          throw InversionError.otherRun(
            what: name, stored: Self.short(value), now: Self.short(now))
        }
      }
    } catch let error as InversionError {
      throw Failure(error.exitStatus, "\(path): \(error.message)", hint: error.hint)
    }
    return archive
  }

  /// Removes the file.
  func remove() { Path.remove(path) }

  private static func short(_ text: String) -> String {
    text.isEmpty ? "nothing" : text.count > 90 ? text.prefix(87) + "..." : text
  }
}
