import TGExecution
import TGMachine
import TGPlan
import TGReference
import TGRuntime
import TGTensor
import Testing

/// Runs a plan of one instruction on the reference executor and on every instruction set with 1 and 3
/// threads, holds the result against numbers computed in Double, the two thread counts against each
/// other bit by bit, and looks whether anything else was written.
func check(
  _ builder: PlanBuilder, inputs: [(View, [Float])], output: View, expected: [Double],
  tolerance: Double = 1e-5, _ comment: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let targets: [any ExecutionTarget] =
    [ReferenceTarget()] + ISA.available().map { NativeTarget($0) }
  for target in targets {
    var single: [Float] = []
    for threads in [1, 3] {
      let executor = try builder.executor(on: target, within: Budget(threads: threads))
      for (view, elements) in inputs { try executor.store(elements, into: view) }
      try executor.run()
      let found = try executor.fetch(output)
      let difference = relativeDifference(found, expected)
      #expect(
        difference <= tolerance, "\(comment) \(target.name) differs by \(difference)",
        sourceLocation: sourceLocation)
      #expect(
        try builder.isUntouched(around: output, in: executor),
        "\(comment) \(target.name) writes elsewhere", sourceLocation: sourceLocation)
      if threads == 1 {
        single = found
      } else {
        #expect(
          found.map(\.bitPattern) == single.map(\.bitPattern),
          "\(comment) \(target.name): threads change bits", sourceLocation: sourceLocation)
      }
    }
  }
}
