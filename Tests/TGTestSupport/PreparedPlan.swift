package import TGPlan
internal import TGTensor

/// A hand-made sound plan of a function in two batch sizes that reads a value computed once by
/// another: `y = x + v`, `v = tanh(weights)`.
package enum PreparedPlan {
  /// The weights; what is prepared is their tanh.
  package static let weights: [Float] = [0.5, -1, 2]

  /// The plan.
  package static func plan() -> Plan {
    var plan = Plan(name: "prepared-plan")
    plan.functions = [function(batch: 1), function(batch: 2), prepare()]
    plan.weightBytes = 4 * weights.count
    return plan
  }

  private static func function(batch: Int) -> PlanFunction {
    var function = PlanFunction(name: "shift", batch: batch)
    let shape: Shape = [batch, 3]
    function.slots = [
      Slot(kind: .arena, offset: 0, count: shape.count),
      Slot(kind: .arena, offset: 64, count: shape.count), Slot(kind: .state, offset: 128, count: 3),
    ]
    let (x, y, v) = (
      View(slot: 0, shape: shape), View(slot: 1, shape: shape), View(slot: 2, shape: [3])
    )
    function.inputs = [InterfaceItem(name: "x", kind: .tensor, view: x)]
    function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: y)]
    function.prepare = "shift.prepare"
    function.prepared = [InterfaceItem(name: "v0", kind: .tensor, view: v)]
    let everywhere = View(slot: 2, dimensions: shape.dimensions, strides: [0, 1])
    add(
      PointwiseMap(
        program: .init(operandCount: 2, steps: [.init(.add, [0, 1])]), operands: [x, everywhere],
        output: y), to: &function)
    return function
  }

  private static func prepare() -> PlanFunction {
    var function = PlanFunction(name: "shift.prepare", batch: 1)
    function.role = .prepare
    function.slots = [
      Slot(kind: .weight, offset: 0, count: 3), Slot(kind: .arena, offset: 0, count: 3),
    ]
    let (weights, v) = (View(slot: 0, shape: [3]), View(slot: 1, shape: [3]))
    function.outputs = [InterfaceItem(name: "v0", kind: .tensor, view: v)]
    add(
      PointwiseMap(
        program: .init(operandCount: 1, steps: [.init(.tanh, [0])]), operands: [weights], output: v),
      to: &function)
    return function
  }

  private static func add(_ map: PointwiseMap, to function: inout PlanFunction) {
    function.instructions.append(PlacedInstruction(.map(map), label: "map", source: ""))
    function.arenaBytes = function.requiredArenaBytes ?? 0
  }
}
