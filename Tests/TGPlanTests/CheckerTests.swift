import TGPlan
import TGTestSupport
import Testing

@Suite struct CheckerTests {
  /// What the checker says to a changed plan.
  static func problem(_ change: (inout Plan) -> Void) -> PlanProblem? {
    var plan = SmallPlan().plan
    change(&plan)
    do {
      try PlanChecker.check(plan)
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func theSoundPlanIsAccepted() { #expect(CheckerTests.problem { _ in } == nil) }

  @Test(arguments: CheckerCase.plans) func plan(_ entry: CheckerCase) {
    #expect(CheckerTests.problem(entry.change) == entry.expected)
  }

  @Test(arguments: CheckerCase.views) func view(_ entry: CheckerCase) {
    #expect(CheckerTests.problem(entry.change) == entry.expected)
  }

  @Test(arguments: CheckerCase.instructions) func instruction(_ entry: CheckerCase) {
    #expect(CheckerTests.problem(entry.change) == entry.expected)
  }

  @Test(arguments: CheckerCase.types) func types(_ entry: CheckerCase) {
    #expect(CheckerTests.problem(entry.change) == entry.expected)
  }

  @Test(arguments: CheckerCase.memory) func memory(_ entry: CheckerCase) {
    #expect(CheckerTests.problem(entry.change) == entry.expected)
  }

  @Test(arguments: CheckerCase.items) func item(_ entry: CheckerCase) {
    #expect(CheckerTests.problem(entry.change) == entry.expected)
  }

  @Test func errorsNameTheLocation() throws {
    var plan = SmallPlan().plan
    plan.functions[0].instructions[1].instruction.pooling { $0.window.padTop = 3 }
    let error = try #require(throws: PlanError.self) { try PlanChecker.check(plan) }
    #expect(
      error.description == "function run (batch 1), instruction 1 (pool, small.tgraph:11): "
        + "a pooling window lies outside the picture")
    plan = SmallPlan().plan
    plan.functions[0].inputs[1].lengths = nil
    let other = try #require(throws: PlanError.self) { try PlanChecker.check(plan) }
    #expect(
      other.description == "function run (batch 1), input caption: the lengths are missing")
  }

  @Test func startsAreReadFromTheWeights() throws {
    for (value, isSound) in [
      (0, true), (6, true), (7, false), (-1, false), (.max, false), (.min, false),
    ] as [(Int32, Bool)] {
      var starts = [Int32](repeating: 1, count: 16)
      starts[5] = value
      let plan = SmallPlan().plan
      try PlanChecker.check(plan)
      do {
        try PlanChecker.checkResamplings(plan) { first, count in
          #expect(first == plan.functions[0].slots[17].offset)
          return count == 16 ? starts : nil
        }
        #expect(isSound, "\(value)")
      } catch {
        #expect(!isSound, "\(value)")
        #expect(error.location?.instruction == 6)
      }
    }
  }
}
