internal import TGTensor

/// Checks the fields of an instruction one by one: every view lies in its slot, weights are weights,
/// attributes are in their ranges.
struct FieldCheck: FieldWalk {
  typealias Failure = PlanError
  /// What checks views.
  let function: FunctionCheck
  var listIndex = 0
  /// The views met so far.
  private(set) var views: [NamedView] = []

  init(_ function: FunctionCheck) { self.function = function }

  mutating func view(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ use: ViewUse
  ) throws(PlanError) {
    try function.checkView(view, role)
    let named = NamedView(role: role, view: view, access: use.access, dtypes: use.dtypes)
    guard named.isWellTyped else {
      throw PlanError(.view(role, .dtype(view.dtype, expected: use.dtypes.list)))
    }
    if use.access == .readWeights { try checkWeights(view, role) }
    if use.access == .written { try checkWritten(view) }
    views.append(named)
  }

  mutating func attribute(
    _ name: StaticString, _ value: inout Int, _ range: AttributeRange
  ) throws(PlanError) {
    guard range.allows(value, limit: function.limits.attribute) else {
      throw PlanError(.attribute("\(name)", value))
    }
  }

  private func isWeight(_ view: View) -> Bool { function.function.slots[view.slot].kind == .weight }

  private func checkWeights(_ view: View, _ role: ViewRole) throws(PlanError) {
    guard isWeight(view) else { throw PlanError(.view(role, .notWeights)) }
    guard view.isContiguous else { throw PlanError(.view(role, .notContiguous)) }
  }

  private func checkWritten(_ view: View) throws(PlanError) {
    guard !isWeight(view) else { throw PlanError(.view(.output, .writesWeights)) }
    guard !function.preparedSlots.contains(view.slot) else {
      throw PlanError(.view(.output, .writesPrepared))
    }
    guard view.hasDistinctPositions else { throw PlanError(.view(.output, .repeatsPositions)) }
  }
}
