import Foundation
import TGCheckpoint
import TGCompiler
import TGDiagnostics
import TGPlan
import TGSyntax
import TGTensor
import Testing

/// Pages that read a checkpoint which TensorFlow wrote: `Tests/Fixtures/tensorflow`.
@Suite struct TensorFlowWeightTests {
  private static let folder = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/tensorflow").standardized.path

  private static func compiled(_ body: String, _ file: String) throws -> PlanBuilder.Result {
    let page = """
      model M() {
        func f(x: Tensor[3, 4, 4]) -> (y: Tensor[4, 3, 3]) {
          let kernel = permute(parameter("g/kernel", [2, 2, 3, 4]), [3, 2, 0, 1])
          \(body)
        }
      }
      """
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    var compilation = Compilation()
    compilation.weights = [WeightFile(GivenFile(path: "\(folder)/\(file)"))]
    return try compilation.run(library).built
  }

  /// What Adam keeps, and the count of steps, are nobody's business.
  @Test(arguments: [
    "model.ckpt-100", "model.ckpt-100.index", "model.ckpt-100.data-00000-of-00001", "checkpoint",
  ])
  func whatOptimizersKeepNeedsNoIgnore(_ file: String) throws {
    let body = """
      return conv(x, weight: kernel, padding: 0, bias: none) + sum(parameter("g/bias", [3]))
      """
    let plan = try Self.compiled(body, file).plan
    #expect(plan.functions.count == 1)
  }

  @Test func whatIsReadByNobodyIsToldWithItsPattern() throws {
    let error = #expect(throws: DiagnosticFailure.self) {
      try Self.compiled("return conv(x, weight: kernel, padding: 0, bias: none)", "model.ckpt-100")
    }
    let findings = try #require(error?.diagnostics)
    #expect(findings.map(\.id) == ["unread-tensors"])
    #expect("\(findings)".contains("g/bias") && !"\(findings)".contains("Adam"))
  }
}
