import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Pickles that would run a command when they are loaded: reading them does not.
@Suite struct NothingIsRunTests {
  /// What makes an object of a name and its arguments, in the ways that pickles have.
  private static func pickles(_ command: String) -> [(String, [UInt8])] {
    let text = Array("X".utf8) + [UInt8(command.utf8.count), 0, 0, 0] + Array(command.utf8)
    let calls = ["os\nsystem", "posix\nsystem", "subprocess\ngetoutput", "builtins\nexec"]
    return calls.map { name in
      (name, [0x80, 2] + Array("c\(name)\n(".utf8) + text + Array("tR.".utf8))
    } + [
      (
        "by the stack",
        [0x80, 4, 0x8c, 2] + Array("os".utf8) + [0x8c, 6] + Array("system".utf8)
          + [0x93] + text + [0x85, 0x52, 0x2e]
      ),
      ("by an instance", Array("(".utf8) + text + Array("ios\nsystem\n.".utf8)),
      ("by an object", [0x80, 2] + Array("(cos\nsystem\n".utf8) + text + Array("o.".utf8)),
    ]
  }

  @Test func readingRunsNothing() throws {
    let folder = try TemporaryFolder()
    let mark = folder.path("mark")
    for (name, bytes) in Self.pickles("touch \(mark)") {
      #expect(throws: CheckpointError.self, "\(name)") {
        try Checkpoint.readPlainData(ByteRegion(bytes), path: "attack.pkl")
      }
      #expect(throws: CheckpointError.self, "\(name)") {
        try Checkpoint.read(ByteRegion(bytes), path: "attack.pkl")
      }
      #expect(!FileManager.default.fileExists(atPath: mark), "\(name)")
    }
  }
}
