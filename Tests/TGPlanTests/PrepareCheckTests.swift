import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// A sound plan with a value that is computed once, and everything that can be wrong with one.
@Suite struct PrepareCheckTests {
  private static func change(
    _ name: String, _ expected: PlanProblem?,
    _ change:
      @escaping @Sendable (_ reader: inout PlanFunction, _ prepare: inout PlanFunction) -> Void
  ) -> CheckerCase {
    CheckerCase(name, expected) { plan in
      var (reader, prepare) = (plan.functions[0], plan.functions[2])
      change(&reader, &prepare)
      (plan.functions[0], plan.functions[2]) = (reader, prepare)
    }
  }

  private static let nothing = PlanProblem.prepare(.function("shift.prepare"))

  static let cases = [
    change("sound", nil) { _, _ in },
    change("no such function", .prepare(.function("f"))) { reader, _ in reader.prepare = "f" },
    change("no name", .prepare(.function(""))) { reader, _ in reader.prepare = "" },
    change("no values", nothing) { reader, _ in
      reader.prepared = []
      reader.instructions = [
        PlacedInstruction(
          .map(
            PointwiseMap(
              program: .identity, operands: [reader.inputs[0].view], output: reader.outputs[0].view)
          ),
          label: "", source: "")
      ]
    },
    change("itself", .prepare(.function("shift"))) { reader, _ in reader.prepare = "shift" },
    change("another role", nothing) { _, prepare in prepare.role = .entry },
    change("another batch size", nothing) { _, prepare in prepare.batch = 2 },
    change("it needs something", nothing) { _, prepare in
      prepare.slots.append(Slot(kind: .arena, offset: 64, count: 3))
      prepare.inputs = [InterfaceItem(name: "x", kind: .tensor, view: View(slot: 2, shape: [3]))]
      prepare.arenaBytes = 128
    },
    change("it is prepared itself", nothing) { _, prepare in
      prepare.slots.append(Slot(kind: .state, offset: 64, count: 3))
      prepare.prepare = "shift.prepare"
      prepare.prepared = [InterfaceItem(name: "v0", kind: .tensor, view: View(slot: 2, shape: [3]))]
      prepare.arenaBytes = 128
    },
    change("it puts out another", .prepare(.missing("v0", function: "shift.prepare"))) {
      $1.outputs[0].name = "w"
    },
    change("it puts out more", .prepare(.extents("v0", function: "shift.prepare"))) {
      $1.outputs[0].view = View(slot: 1, dimensions: [1 << 30, 3], strides: [0, 1])
    },
    change("two of one name", .duplicateName(.prepared, "v0")) { reader, _ in
      reader.slots.append(Slot(kind: .state, offset: 192, count: 3))
      reader.arenaBytes = 256
      var other = reader.prepared[0]
      other.view.slot = 3
      reader.prepared.append(other)
    },
    change("no name of an item", .name(.prepared, "a b")) { reader, _ in
      reader.prepared[0].name = "a b"
    },
    change("two at one position", .view(.values, .overlaps(.values))) { reader, prepare in
      var other = reader.prepared[0]
      other.name = "v1"
      reader.prepared.append(other)
      other.view.slot = 1
      prepare.outputs.append(other)
    },
    change("outside its slot", .view(.values, .outsideSlot(last: 3, count: 3))) { reader, _ in
      reader.prepared[0].view.offset = 1
    },
    change("one position repeated", .view(.values, .repeatsPositions)) { reader, _ in
      reader.prepared[0].view.strides = [0]
    },
    change("a role of objectives", .item(.role(.kept))) { reader, _ in
      reader.role = .finish
      reader.prepared[0].role = .kept
    },
    change("not kept", .view(.values, .notKept)) { reader, _ in reader.slots[2].kind = .arena },
    change("in the weights", .view(.values, .notKept)) { reader, _ in
      reader.slots[2] = Slot(kind: .weight, offset: 0, count: 3)
      reader.arenaBytes = 128
    },
    change("where an input lies", .view(.values, .overlaps(.values))) { reader, _ in
      reader.inputs[0].view = View(slot: 2, dimensions: [1, 3], strides: [3, 1])
      reader.instructions = []
      reader.outputs = []
    },
    change("overwritten", .view(.output, .writesPrepared)) { reader, _ in
      reader.instructions.append(
        PlacedInstruction(
          .map(
            PointwiseMap(
              program: .identity, operands: [View(slot: 0, shape: [3])],
              output: View(slot: 2, shape: [3]))), label: "", source: ""))
    },
    change("beside something else", .slotsOverlap(1, 2)) { reader, _ in
      reader.slots[2].offset = 64
      reader.arenaBytes = 128
    },
  ]

  @Test(arguments: cases)
  func finds(checkerCase: CheckerCase) throws {
    var plan = PreparedPlan.plan()
    checkerCase.change(&plan)
    var found: PlanProblem?
    do throws(PlanError) { try PlanChecker.check(plan) } catch { found = error.problem }
    #expect(found == checkerCase.expected)
  }
}
