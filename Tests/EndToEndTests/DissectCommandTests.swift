import Foundation
import TGImage
import TGTestSupport
import Testing

/// `tgdissect` on a painter and an encoder of which everything is known.
@Suite struct DissectCommandTests {
  private static let painted =
    "painter.tplan --segmenter parts.tplan --seeds 0-19 --effect-seeds 100-123 --top 0.5 --sets 1,2"

  private func entries(_ report: [String: Any], _ name: String) throws -> [[String: Any]] {
    try #require(report[name] as? [[String: Any]])
  }

  @Test func unitsAndEffectsAreThoseThatThePainterHas() throws {
    let fixture = try DissectFixture()
    let outcome = try fixture.run(Self.painted + " --outdir out")
    #expect(outcome.status == 0, "\(outcome.messages)")
    let report = try fixture.report("out/report.json")
    let units = try entries(report, "units")
    #expect(units.map { $0["part"] as? String } == ["red", "green"])
    // The level is 0. Enlarged, a unit is above it in its four columns and in the next one.
    #expect(units.map { $0["iou"] as? Double } == [0.8, 0.8])
    #expect(units.map { $0["level"] as? Double } == [0, 0])
    let effects = try entries(report, "effects")
    #expect(effects.map { $0["part"] as? String } == ["red", "green"])
    #expect(effects.map { $0["order"] as? [Int] } == [[0, 1], [1, 0]])
    #expect(effects.map { $0["removed"] as? [Double] } == [[1, 1], [1, 1]])
    #expect(effects.map { $0["off"] as? [Double] } == [[0, 0], [0, 0]])
    #expect(effects[0]["ace"] as? [Double] == [1, 1])
    // Green is weaker than red: alone it wins in the right half of the places only.
    let green = try #require(effects[1]["ace"] as? [Double])
    #expect(green[0] > 0.2 && green[0] < 0.8 && green[1] == 1)
    let table = try String(contentsOf: fixture.url("out/units.csv"), encoding: .utf8)
    #expect(table.hasPrefix("unit,part,iou,information,level,clear,iou red,iou green\n0,red,0.8,"))
    let sheet = try Picture.read(path: fixture.folder.path("out/unit-red-0.png"))
    #expect(sheet.width >= 4 * 8)
    for name in ["ace.svg", "removed.svg", "effects.csv", "effect-green.png", "unit-green-1.png"] {
      #expect(FileManager.default.fileExists(atPath: fixture.folder.path("out/\(name)")), "\(name)")
    }
  }

  @Test func bytesDoNotDependOnThreadsAndTheReportIsPrinted() throws {
    let fixture = try DissectFixture()
    for threads in [1, 3] {
      let outcome = try fixture.run(
        Self.painted + " --top iqr --outdir out\(threads) --threads \(threads)")
      #expect(outcome.status == 0, "\(outcome.messages)")
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path("out1"))
    where name != "report.json" {
      let one = try Data(contentsOf: fixture.url("out1/\(name)"))
      #expect(try Data(contentsOf: fixture.url("out3/\(name)")) == one, "\(name)")
    }
    let printed = try fixture.run(Self.painted + " --no-effects --pictures 0 --json --outdir j")
    let told = try #require(
      try JSONSerialization.jsonObject(with: printed.output) as? [String: Any])
    #expect(told["schema_version"] as? Int == 1 && told["function"] as? String == "edit")
    #expect(told["samples"] as? Int == 20 && (told["effects"] as? [Any])?.isEmpty == true)
    #expect(try fixture.report("j/report.json").count == told.count)
  }

  @Test func aMaskSaysWhereUnitsAreSwitched() throws {
    let fixture = try DissectFixture()
    var mask = Picture(height: 8, width: 8, colour: [0])
    for row in 0..<8 { for column in 4..<8 { mask[row, column, 0] = 255 } }
    try mask.write(path: fixture.folder.path("right.png"))
    let outcome = try fixture.run(
      Self.painted + " --part green --mask right.png --value high --outdir out")
    #expect(outcome.status == 0, "\(outcome.messages)")
    let effects = try entries(try fixture.report("out/report.json"), "effects")
    #expect(effects.count == 1 && effects[0]["part"] as? String == "green")
    #expect((effects[0]["ace"] as? [Double])?.first == 1)
  }

  @Test func anEncoderIsDissectedByMasksOfFiles() throws {
    let fixture = try DissectFixture()
    let outcome = try fixture.run("seer.tplan masks --masks masks --top 0.4 --outdir out")
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(outcome.messages.contains("3 pictures without a mask are left out"))
    let units = try entries(try fixture.report("out/report.json"), "units")
    #expect(units[0]["part"] as? String == "sun" && units[2]["part"] as? String == "sky")
    let bad = try fixture.run("seer.tplan masks --masks badmasks --top 0.4 --outdir bad")
    #expect(bad.status == 65 && bad.messages.contains("has 9 in row 0, column 0"))
    #expect(!FileManager.default.fileExists(atPath: fixture.folder.path("bad")))
    let none = try fixture.run("seer.tplan masks/scene-0-parts.png --masks masks")
    #expect(none.status == 66 && none.messages.contains("scene-0-parts-parts.png"))
  }
}
