import TGCheckpoint
import TGImage
import TGMachine
import TGPlan
import TGProtobuf
import TGRuntime
package import TGTensor

/// The version of all commands.
package enum Version {
  /// The number.
  package static let number = "0.1.0"

  /// What `--version --json` prints: the command, the plan format, the compiler's language, the
  /// revisions of the libraries as they run, and the instruction sets of this processor.
  package static func document(of command: String) -> JSON {
    let matrices = NativeTarget.matrixLibrary
    return .document([
      ("command", .string(command)), ("version", .string(number)),
      ("plan_format", .integer(PlanFile.formatVersion)), ("swift", .string(swift)),
      (
        "libraries",
        .pairs(
          [("openblas", matrices.map { .string($0.revision) } ?? .null)]
            + PictureFormat.libraries.map { ($0.name, .string($0.revision)) }
            + [
              ("zlib", .string(Checkpoint.libraryRevision)),
              ("protobuf-c", .string(MessageType.libraryRevision)),
            ])
      ), ("openblas_core", matrices.map { .string($0.core) } ?? .null),
      ("instruction_sets", .strings(ISA.available().map(\.rawValue))),
    ])
  }

  /// The compiler's version as far as a source can know it.
  private static var swift: String {
    #if compiler(>=6.4)
      "6.4 or newer"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
