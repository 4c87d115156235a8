import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Pickles that would run a command when they are loaded: reading them does not.
@Suite struct NothingIsRunTests {
  /// What makes an object of a name and its arguments, in the ways that pickles have.
  private static func pickles(_ command: String) -> [(String, [UInt8])] {
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    let argument: [UInt8] = bytes("X") + [UInt8(command.utf8.count), 0, 0, 0] + bytes(command)
    var found: [(String, [UInt8])] = []
    for name in ["os\nsystem", "posix\nsystem", "subprocess\ngetoutput", "builtins\nexec"] {
      let head: [UInt8] = [0x80, 2]
      found.append((name, head + bytes("c\(name)\n(") + argument + bytes("tR.")))
    }
    let module: [UInt8] = [0x80, 4, 0x8c, 2] + bytes("os")
    let function: [UInt8] = [0x8c, 6] + bytes("system") + [0x93]
    let call: [UInt8] = argument + [0x85, 0x52, 0x2e]
    found.append(("by the stack", module + function + call))
    found.append(("by an instance", bytes("(") + argument + bytes("ios\nsystem\n.")))
    let object: [UInt8] = [0x80, 2] + bytes("(cos\nsystem\n")
    found.append(("by an object", object + argument + bytes("o.")))
    return found
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
