import Foundation
import TGCheckpoint
import TGCompiler
import TGDiagnostics
import TGPlan
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// What a page asks of the numbers of its file, and what reading them leaves in a plan.
@Suite struct RequirementTests {
  private static let page = """
    model M() {
      func head() { return parameter("head", [3]) }
      func unread() { return parameter("other", [2]) }
      require less(abs(sum(head()) - 6), 0.01), "the head adds up to 6"
      require less(sum(unread()), 0), "never looked at"
      func f(x: Tensor[3]) -> (y: Tensor[3]) { return x * head() }
    }
    """

  private static func compiled(_ page: String, head: [Float]?) throws -> PlanBuilder.Result {
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    var compilation = Compilation()
    guard let head else {
      compilation.syntheticSeed = 1
      return try compilation.run(library).built
    }
    let file = FileManager.default.temporaryDirectory.appending(
      path: "tgraph-requirement-\(UInt64.random(in: 0..<(.max))).npz.safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(Safetensors.encoded([("head", HostTensor([head.count], head))])).write(to: file)
    compilation.weights = [WeightFile(GivenFile(path: file.path))]
    return try compilation.run(library).built
  }

  @Test func weightsThatMissItAreRefused() throws {
    _ = try Self.compiled(Self.page, head: [1, 2, 3])
    let error = #expect(throws: DiagnosticFailure.self) {
      try Self.compiled(Self.page, head: [1, 2, 4])
    }
    let finding = try #require(error?.diagnostics.first)
    #expect(error?.diagnostics.count == 1)
    #expect(finding.id == "require" && finding.message == "the head adds up to 6")
    let range = try #require(finding.range)
    #expect(
      String(decoding: Array(Self.page.utf8)[range.start..<range.end], as: UTF8.self)
        == "less(abs(sum(head()) - 6), 0.01)")
  }

  @Test func notANumberMissesIt() {
    #expect(throws: DiagnosticFailure.self) { try Self.compiled(Self.page, head: [.nan, 2, 4]) }
  }

  @Test func numbersOfOurOwnMakingAreNotAsked() throws {
    _ = try Self.compiled(Self.page, head: nil)
  }

  /// The recurrent matrix of a single step is read, not multiplied and not stored.
  @Test(arguments: ["lstm", "gru"], [OptimizationLevel.none, .reassociating])
  func aSingleStepComputesNothingForItsMatrix(operation: String, level: OptimizationLevel) throws {
    let page = """
      model M() {
        func f(x: Tensor[1, 4]) -> (y: Tensor[32]) { return (\(operation)(x, 32) @ "r").final }
      }
      """
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    var compilation = Compilation()
    compilation.level = level
    compilation.syntheticSeed = 1
    let plan = try compilation.run(library).built.plan
    let products = plan.functions[0].instructions.filter {
      switch $0.instruction {
      case .convolve, .multiply: true
      default: false
      }
    }
    #expect(products.count == 1, "the inputs alone")
    #expect(plan.weightBytes < 4 * 3 * 32 * 32, "less than the smaller recurrent matrix")
  }
}
