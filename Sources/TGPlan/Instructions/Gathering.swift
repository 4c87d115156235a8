package import TGTensor

/// `out[i…, d…] = table[indices[i…], d…]`; a number that is no row ends the run.
package struct Gathering: Hashable, Sendable {
  /// `[rows, d…]`, float32 or float16.
  package var table: View
  /// Int32, any extents.
  package var indices: View
  /// The extents of `indices`, then those of a row.
  package var output: View

  /// Makes a gathering.
  package init(table: View, indices: View, output: View) {
    self.table = table
    self.indices = indices
    self.output = output
  }
}

extension ViewRole {
  /// The table whose rows are gathered.
  package static let table = ViewRole("the table")
  /// The numbers of rows.
  package static let indices = ViewRole("the indices")
}

extension Gathering: InstructionKind {
  package static let field: StaticString = "gather"
  package var instruction: Instruction { .gather(self) }
  package init() {
    self.init(table: View(), indices: View(), output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("table", &table, .table, .stored)
    try archive.input("indices", &indices, .indices, .int32)
    try archive.output("output", &output)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    guard table.rank >= 1 else { throw PlanError(.view(.table, .rank(table.rank, expected: 1))) }
    try output.checkExtents(indices.dimensions + table.dimensions.dropFirst(), .output)
  }

  package var rowNumbers: (indices: View, rows: Int)? { (indices, table.dimensions[0]) }

  /// No more than are written.
  package func elementsRead(of operands: [NamedView]) -> Int? { 0 }
}
