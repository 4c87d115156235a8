import Foundation
import TGCompiler
import TGPlan
import TGSyntax
import Testing

/// Small pages with the plans they become, as text: an unintended change is a visible difference.
///
/// `TG_REFRESH_GOLDEN=1 Tools/test --filter GoldenPlanTests` writes the plans anew.
@Suite struct GoldenPlanTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/golden")

  @Test(
    arguments: ["layers", "branches", "words"],
    [OptimizationLevel.none, .exact, .reassociating])
  func plansStayAsTheyAre(name: String, level: OptimizationLevel) throws {
    let listing = PlanListing.text(try Self.compiled(name, level: level).plan)
    let golden = Self.folder.appendingPathComponent("\(name)-O\(level.rawValue).plan")
    if ProcessInfo.processInfo.environment["TG_REFRESH_GOLDEN"] != nil {
      try Data(listing.utf8).write(to: golden)
    }
    let expected = try String(contentsOf: golden, encoding: .utf8)
    #expect(listing == expected)
  }

  @Test func theSameInputsGiveTheSameBytesInAnyFolder() throws {
    let temporary = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tgraph-golden-\(UInt64.random(in: 0..<(.max)))")
    defer { try? FileManager.default.removeItem(at: temporary) }
    var plans: [Data] = []
    for path in ["here", "there/and/deeper"] {
      let folder = temporary.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let page = folder.appendingPathComponent("branches.tgraph")
      try FileManager.default.copyItem(
        at: Self.folder.appendingPathComponent("branches.tgraph"), to: page)
      let plan = folder.appendingPathComponent("out.tplan").path
      _ = try Self.compiled(page).write(to: plan)
      plans.append(try Data(contentsOf: URL(fileURLWithPath: plan)))
    }
    #expect(plans[0] == plans[1])
    #expect(!plans[0].isEmpty)
  }

  static func compiled(_ name: String, level: OptimizationLevel) throws
    -> PlanBuilder.Result
  {
    try compiled(folder.appendingPathComponent("\(name).tgraph"), level: level)
  }

  private static func compiled(_ page: URL, level: OptimizationLevel = .reassociating) throws
    -> PlanBuilder.Result
  {
    let library = try Library(path: page.path) { path throws(Library.LoadingError) in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Library.LoadingError("no such file")
      }
      return Array(data)
    }
    var compilation = Compilation()
    compilation.level = level
    compilation.verifies = true
    compilation.syntheticSeed = 1
    return try compilation.run(library).built
  }
}
