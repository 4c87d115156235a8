import TGPlan
import TGTensor
import Testing

/// A sound objective of two loops, and everything that can be wrong with one.
@Suite struct ObjectiveCheckTests {
  /// A function that only hands things over: all its inputs and outputs are slots of their own.
  private static func function(
    _ name: String, _ role: PlanFunction.Role, batch: Int = 2,
    inputs: [(String, [Int], InterfaceItem.Role)] = [],
    outputs: [(String, [Int], InterfaceItem.Role)] = []
  ) -> PlanFunction {
    var function = PlanFunction(name: name, batch: batch)
    function.role = role
    func item(_ name: String, _ extents: [Int], _ role: InterfaceItem.Role) -> InterfaceItem {
      let shape = Shape([batch] + extents)
      function.slots.append(
        Slot(kind: .arena, offset: 64 * function.slots.count, count: shape.count))
      var item = InterfaceItem(
        name: name, kind: .tensor, view: View(slot: function.slots.count - 1, shape: shape))
      item.role = role
      return item
    }
    for (name, extents, role) in inputs { function.inputs.append(item(name, extents, role)) }
    for (name, extents, role) in outputs {
      let output = item(name, extents, role)
      function.outputs.append(output)
      function.instructions.append(
        PlacedInstruction(
          .map(
            PointwiseMap(
              program: .init(operandCount: 0, steps: [.init(.constant)]), operands: [],
              output: output.view)), label: "fill", source: ""))
    }
    function.arenaBytes = function.requiredArenaBytes ?? 0
    return function
  }

  static func plan() -> Plan {
    var plan = Plan(name: "objective")
    let w = ("w", [2], InterfaceItem.Role.variable)
    let v = ("v", [5], InterfaceItem.Role.variable)
    plan.functions = [
      function(
        "fit.start", .prepare, inputs: [("target", [3], .value)],
        outputs: [
          ("w.mean", [2], .start(of: "w", named: "mean")),
          ("w.zero", [2], .start(of: "w", named: "zero")), ("kept.v0", [3], .kept),
        ]),
      function(
        "fit.step", .gradient,
        inputs: [
          w, ("kept.v0", [3], .kept), ("e", [2], .value), ("loop.fraction", [], .value),
        ],
        outputs: [
          ("loss", [], .loss), ("term.pixels", [], .term("pixels")),
          ("method.rate", [], .number("rate")), ("gradient.w", [2], .gradient(of: "w")),
          ("kept.v1", [4], .kept),
        ]),
      function("fit.project", .project, inputs: [w, ("kept.v1", [4], .kept)], outputs: [w]),
      function("fit.start2", .prepare, inputs: [w], outputs: [v]),
      function(
        "fit.step2", .gradient, inputs: [v],
        outputs: [("loss", [], .loss), ("gradient.v", [5], .gradient(of: "v"))]),
      function("fit.finish", .finish, inputs: [v], outputs: [("code", [5], .value)]),
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
    first.shared = ["w"]
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
    ("a stranger shared", .shared("q"), { $0.objectives[0].loops[0].shared = ["q"] }),
    ("shared twice", .shared("w"), { $0.objectives[0].loops[0].shared = ["w", "w"] }),
    (
      "a search of which some is shared", .shared("v"),
      {
        $0.objectives[0].loops[1].variables = ["v", "w"]
        $0.objectives[0].loops[1].shared = ["v"]
      }
    ),
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
      "wrong role", .function("fit.finish", batch: 2), { $0.functions[5].role = .prepare }
    ),
    (
      "unknown variable", .missing("u", function: "fit.step2"),
      { $0.objectives[0].loops[1].variables = ["u"] }
    ),
    (
      "no gradient", .missing("gradient v", function: "fit.step2"),
      { $0.functions[4].outputs[1].role = .kept }
    ),
    (
      "a gradient of another variable", .missing("gradient v", function: "fit.step2"),
      { $0.functions[4].outputs[1].role = .gradient(of: "w") }
    ),
    (
      "no loss but its name", .missing("loss", function: "fit.step"),
      { $0.functions[1].outputs[0].role = .kept }
    ),
    (
      "no term", .missing("term x", function: "fit.step"),
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
          "fit.project", .project,
          inputs: [("w", [2], .variable), ("kept.v1", [5], .kept)],
          outputs: [("w", [2], .variable)])
      }
    ),
    (
      "a start of other extents", .extents("w.zero", function: "fit.start"),
      { plan in
        plan.functions[0] = function(
          "fit.start", .prepare, inputs: [("target", [3], .value)],
          outputs: [
            ("w.mean", [2], .start(of: "w", named: "mean")),
            ("w.zero", [4], .start(of: "w", named: "zero")), ("kept.v0", [3], .kept),
          ])
      }
    ),
    (
      "one batch size more", .function("fit.step", batch: 3),
      { $0.functions.append(function("fit.start", .prepare, batch: 3)) }
    ),
    (
      "a part in one batch size more", .batches(function: "fit.finish"),
      {
        $0.functions.append(
          function("fit.finish", .finish, batch: 3, inputs: [("v", [5], .variable)]))
      }
    ),
  ]

  @Test(arguments: cases.indices)
  func refuses(index: Int) {
    let (name, fault, change) = Self.cases[index]
    #expect(Self.problem(change) == .objective("fit", fault), "\(name)")
  }

  /// Names of items are for people: a plan whose items are called otherwise is as sound.
  @Test func namesOfOutputsAreFree() throws {
    var plan = Self.plan()
    plan.functions[0].outputs[0].name = "a"
    for (index, name) in ["loss2", "b", "c", "d"].enumerated() {
      plan.functions[1].outputs[index].name = name
    }
    try PlanChecker.check(plan)
  }

  static let roles: [(String, ItemFault, @Sendable (inout Plan) -> Void)] = [
    (
      "a loss of an entry point", .role(.loss),
      {
        $0.functions[0].role = .entry
        $0.functions[0].outputs[0].role = .loss
      }
    ),
    ("a variable of an entry point", .role(.variable), { $0.functions[3].role = .entry }),
    ("a loss that is given", .role(.loss), { $0.functions[4].inputs[0].role = .loss }),
    (
      "a start that a step puts out", .role(.start(of: "v", named: "s")),
      { $0.functions[4].outputs[1].role = .start(of: "v", named: "s") }
    ),
    ("two losses", .roleTwice(.loss), { $0.functions[4].outputs[1].role = .loss }),
    (
      "one start twice", .roleTwice(.start(of: "w", named: "mean")),
      { $0.functions[0].outputs[1].role = .start(of: "w", named: "mean") }
    ),
    (
      "a gradient of nothing", .role(.gradient(of: "")),
      {
        $0.functions[4].outputs[1].role = .gradient(of: "")
      }
    ),
  ]

  @Test(arguments: roles.indices)
  func refusesRoles(index: Int) {
    let (name, fault, change) = Self.roles[index]
    #expect(Self.problem(change) == .item(fault), "\(name)")
  }

  @Test func rolesReadBackAsTheyAreWritten() {
    let roles: [InterfaceItem.Role] = [
      .value, .variable, .start(of: "noise.0", named: "mean"), .kept, .loss, .term("pixels"),
      .number("rate"), .gradient(of: "w"),
    ]
    for role in roles { #expect(InterfaceItem.Role(role.description) == role) }
    for text in ["", "loss x", "term", "start w", "gradient  w", "lost"] {
      #expect(InterfaceItem.Role(text) == nil, "\(text)")
    }
  }

  @Test func namesStandOnce() {
    #expect(
      Self.problem { $0.objectives.append($0.objectives[0]) }
        == .duplicateName(.objective, "fit"))
    #expect(Self.problem { $0.objectives[0].name = "a b" } == .name(.objective, "a b"))
  }
}
