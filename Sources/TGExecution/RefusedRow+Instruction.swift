package import TGPlan
package import TGTensor

extension RefusedRow {
  /// A number among those that an instruction finds rows by.
  ///
  /// - Parameters:
  ///   - position: where it stands among them, row-major.
  ///   - indices: the view that they lie in.
  ///   - rows: the rows of the table.
  ///   - index: the number of its instruction.
  ///   - function: the function of the plan.
  package init(
    _ number: Int32, at position: Int, of indices: View, rows: Int, instruction index: Int,
    in function: PlanFunction
  ) {
    let shape = Shape(indices.dimensions)
    let placed = function.instructions[index]
    self.init(
      number: number, position: zip(shape.strides, shape.dimensions).map { position / $0 % $1 },
      rows: rows, function: function.name, instruction: index,
      label: placed.label, source: placed.source)
  }
}
