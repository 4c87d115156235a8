import Foundation
import TGPlan
import TGTensor
import TGTestSupport
import Testing

@Suite struct ListingTests {
  /// Set `TG_REFRESH_GOLDEN` to write the golden files anew.
  private func golden(_ name: String, _ text: String) throws -> String {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "Fixtures/plans/\(name)")
    if ProcessInfo.processInfo.environment["TG_REFRESH_GOLDEN"] != nil {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return try String(contentsOf: file, encoding: .utf8)
  }

  @Test func planAsText() throws {
    let text = PlanListing.text(SmallPlan().plan)
    #expect(try text == golden("small-plan.txt", text))
  }

  @Test func memoryMapAsText() throws {
    let text = MemoryMap(SmallPlan().main).drawing()
    #expect(try text == golden("small-plan-memory.txt", text))
  }

  @Test func everyFieldShowsUpInTheListing() throws {
    var plan = SmallPlan().plan
    let plain = PlanListing.text(plan)
    plan.functions[0].inputs[2].defaultValue = 0.5
    plan.functions[0].itemsInteract = true
    plan.functions[0].role = .gradient
    plan.licence = "a \"b\"\n"
    let text = PlanListing.text(plan)
    for words in [
      "default_value=0.5", "items_interact: true", "role: gradient", "licence: \"a \\\"b\\\"\\n\"",
    ] {
      #expect(!plain.contains(words))
      #expect(text.contains(words))
    }
  }

  @Test func peakIsTheMostAliveAtOnce() {
    var function = PlanFunction(name: "f", batch: 1)
    function.slots = [(0, 16), (64, 32), (0, 16)].map {
      Slot(kind: .arena, offset: $0.0, count: $0.1)
    }
    let views = (0..<3).map { View(slot: $0, shape: [16]) }
    function.inputs = [InterfaceItem(name: "x", kind: .tensor, view: views[0])]
    for (from, to) in [(0, 1), (1, 2)] {
      function.instructions.append(
        PlacedInstruction(
          .map(PointwiseMap(program: .identity, operands: [views[from]], output: views[to])),
          label: "", source: ""))
    }
    function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: views[2])]
    function.arenaBytes = 192
    let map = MemoryMap(function)
    #expect(map.rows.map(\.slot) == [0, 2, 1])
    #expect(map.rows.map(\.lifetime) == [-1...0, 1...2, 0...1])
    #expect(map.peakBytes == 48 * 4)
    #expect(map.peakInstruction == 0)
    #expect(map.arenaBytes == 48 * 4)
  }
}
