import Foundation
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// What the commands say of themselves.
@Suite struct VersionTests {
  @Test(arguments: ["tgc", "tgrun", "tginvert", "tgdirect", "tginspect"])
  func versionsNameTheLibraries(_ name: String) throws {
    let command = try #require(BuiltCommand(name))
    let folder = FileManager.default.temporaryDirectory
    let short = try command.run(["--version"], in: folder)
    #expect(short.status == 0 && short.text.hasPrefix("\(name) "))
    let ended = try command.run(["--version", "--json"], in: folder)
    #expect(ended.status == 0 && ended.messages.isEmpty)
    let document = try JSON(parsing: Array(ended.output.dropLast()))
    #expect(document["schema_version"] == .integer(1) && document["command"] == .string(name))
    #expect(document["plan_format"] == .integer(PlanFile.formatVersion))
    guard case .string(let version) = document["version"] else {
      Issue.record("no version")
      return
    }
    #expect(short.text == "\(name) \(version)\n")
    for library in ["libpng", "libjpeg-turbo", "zlib", "protobuf-c"] {
      guard case .string(let revision) = document["libraries"]?[library] else {
        Issue.record("no revision of \(library)")
        continue
      }
      #expect(
        revision.contains(".") && revision.allSatisfy { $0.isNumber || $0 == "." || $0.isLetter })
    }
    guard case .array(let sets) = document["instruction_sets"] else {
      Issue.record("no instruction sets")
      return
    }
    #expect(sets.first == .string("scalar"))
  }
}
