package import TGPlan
internal import TGTensor

extension RefusedRow {
  /// The number at a place, row-major, of a gathering's row numbers.
  ///
  /// - Parameters:
  ///   - gathering: what reads the table.
  ///   - index: the number of its instruction.
  ///   - function: the function of the plan.
  package init(
    _ number: Float, at place: Int, of gathering: Gathering, instruction index: Int,
    in function: PlanFunction
  ) {
    let shape = Shape(gathering.indices.dimensions)
    let placed = function.instructions[index]
    self.init(
      number: number, place: zip(shape.strides, shape.dimensions).map { place / $0 % $1 },
      rows: gathering.table.dimensions[0], function: function.name, instruction: index,
      label: placed.label, source: placed.source)
  }
}
