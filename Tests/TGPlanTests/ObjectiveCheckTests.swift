import TGPlan
import TGTensor
import Testing

/// A sound objective of two loops, and everything that can be wrong with one.
@Suite struct ObjectiveCheckTests {
  /// A function that only hands things over: all its inputs and outputs are slots of their own.
  private static func function(
    _ name: String, _ role: PlanFunction.Role, batch: Int = 2, inputs: [(String, [Int])] = [],
    outputs: [(String, [Int])] = []
  ) -> PlanFunction {
    var function = PlanFunction(name: name, batch: batch)
    function.role = role
    func item(_ name: String, _ extents: [Int]) -> InterfaceItem {
      let shape = Shape([batch] + extents)
      function.slots.append(
        Slot(kind: .arena, offset: 16 * function.slots.count, count: shape.count))
      return InterfaceItem(
        name: name, kind: .tensor, view: View(slot: function.slots.count - 1, shape: shape))
    }
    for (name, extents) in inputs { function.inputs.append(item(name, extents)) }
    for (name, extents) in outputs {
      let output = item(name, extents)
      function.outputs.append(output)
      function.instructions.append(
        PlacedInstruction(
          .map(
            PointwiseMap(
              program: .init(operandCount: 0, steps: [.init(.constant)]), operands: [],
              output: output.view)), label: "fill", source: ""))
    }
    function.arenaElements = function.requiredArenaElements ?? 0
    return function
  }

  static func plan() -> Plan {
    var plan = Plan(name: "objective")
    plan.functions = [
      function(
        "fit.start", .prepare, inputs: [("target", [3])],
        outputs: [("w.mean", [2]), ("w.zero", [2]), ("kept.v0", [3])]),
      function(
        "fit.step", .gradient,
        inputs: [("w", [2]), ("kept.v0", [3]), ("e", [2]), ("loop.fraction", [])],
        outputs: [
          ("loss", []), ("term.pixels", []), ("method.rate", []), ("gradient.w", [2]),
          ("kept.v1", [4]),
        ]),
      function(
        "fit.project", .project, inputs: [("w", [2]), ("kept.v1", [4])], outputs: [("w", [2])]),
      function("fit.start2", .prepare, inputs: [("w", [2])], outputs: [("v", [5])]),
      function(
        "fit.step2", .gradient, inputs: [("v", [5])], outputs: [("loss", []), ("gradient.v", [5])]),
      function("fit.finish", .finish, inputs: [("v", [5])], outputs: [("code", [5])]),
    ]
    var objective = PlanObjective(name: "fit", finish: "fit.finish")
    var first = PlanObjective.Loop(start: "fit.start", step: "fit.step", rounds: 9, method: .adam)
    first.project = "fit.project"
    first.scheduled = ["rate"]
    first.variables = ["w"]
    first.starts = ["mean", "zero"]
    first.draws = ["e"]
    first.fraction = "loop.fraction"
    first.terms = ["pixels"]
    var second = PlanObjective.Loop(
      start: "fit.start2", step: "fit.step2", rounds: 1, method: .lbfgs)
    second.variables = ["v"]
    objective.loops = [first, second]
    plan.objectives = [objective]
    return plan
  }

  private static func problem(_ change: (inout Plan) -> Void) -> PlanProblem? {
    var plan = plan()
    change(&plan)
    do {
      try PlanChecker.check(plan)
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func theSoundObjectiveIsAcceptedAndSurvivesTheCodec() throws {
    let plan = Self.plan()
    try PlanChecker.check(plan)
    let encoder = PlanEncoder(plan)
    let back = try PlanDecoder.decode(message: encoder.bytes, texts: encoder.texts, memory: 1 << 24)
    #expect(back == plan)
  }

  static let cases: [(String, ObjectiveFault, @Sendable (inout Plan) -> Void)] = [
    ("no loop", .loops(0), { $0.objectives[0].loops = [] }),
    (
      "65 loops", .loops(65),
      { plan in
        let loop = plan.objectives[0].loops[1]
        plan.objectives[0].loops += [PlanObjective.Loop](repeating: loop, count: 63)
      }
    ),
    ("no rounds", .rounds(0), { $0.objectives[0].loops[0].rounds = 0 }),
    ("too many rounds", .rounds(1 << 40), { $0.objectives[0].loops[0].rounds = 1 << 40 }),
    ("no variable", .noVariable, { $0.objectives[0].loops[1].variables = [] }),
    ("no rate", .number("rate"), { $0.objectives[0].loops[0].scheduled = [] }),
    (
      "rate twice", .number("rate"),
      { $0.objectives[0].loops[0].numbers = [.init(name: "rate", value: 1)] }
    ),
    (
      "infinite", .number("beta1"),
      { $0.objectives[0].loops[0].numbers = [.init(name: "beta1", value: .infinity)] }
    ),
    (
      "no function", .function("fit.go", batch: 2), { $0.objectives[0].loops[0].step = "fit.go" }
    ),
    (
      "wrong role", .function("fit.finish", batch: 2), { $0.functions[5].role = .entry }
    ),
    (
      "unknown variable", .missing("u", function: "fit.step2"),
      { $0.objectives[0].loops[1].variables = ["u"] }
    ),
    (
      "no gradient", .missing("gradient.v", function: "fit.step2"),
      { $0.functions[4].outputs[1].name = "d" }
    ),
    (
      "no term", .missing("term.x", function: "fit.step"),
      { $0.objectives[0].loops[0].terms = ["x"] }
    ),
    (
      "nothing gives it", .missing("kept.v0", function: "fit.step"),
      { $0.functions[0].outputs[2].name = "other" }
    ),
    (
      "other extents", .extents("kept.v1", function: "fit.project"),
      { plan in
        plan.functions[2] = function(
          "fit.project", .project, inputs: [("w", [2]), ("kept.v1", [5])], outputs: [("w", [2])])
      }
    ),
    (
      "a start of other extents", .extents("w.zero", function: "fit.start"),
      { plan in
        plan.functions[0] = function(
          "fit.start", .prepare, inputs: [("target", [3])],
          outputs: [("w.mean", [2]), ("w.zero", [4]), ("kept.v0", [3])])
      }
    ),
    (
      "one batch size more", .function("fit.step", batch: 3),
      { $0.functions.append(function("fit.start", .prepare, batch: 3)) }
    ),
    (
      "a part in one batch size more", .batches(function: "fit.finish"),
      { $0.functions.append(function("fit.finish", .finish, batch: 3, inputs: [("v", [5])])) }
    ),
  ]

  @Test(arguments: cases.indices)
  func refuses(index: Int) {
    let (name, fault, change) = Self.cases[index]
    #expect(Self.problem(change) == .objective("fit", fault), "\(name)")
  }

  @Test func namesStandOnce() {
    #expect(
      Self.problem { $0.objectives.append($0.objectives[0]) }
        == .duplicateName(.objective, "fit"))
    #expect(Self.problem { $0.objectives[0].name = "a b" } == .name(.objective, "a b"))
  }
}
