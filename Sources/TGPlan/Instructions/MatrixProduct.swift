package import TGTensor

/// `out[b, m, n] = Σₖ left[b, m, k] · right[b, k, n]`, then the epilogue.
package struct MatrixProduct: Hashable, Sendable {
  /// `[B, M, K]`, float32 or float16; any strides, fast if that of M or K is 1.
  package var left: View
  /// `[B, K, N]`, float32 or float16; any strides, fast if that of K or N is 1.
  package var right: View
  /// `[B, M, N]`, innermost stride 1.
  package var output: View
  /// Applied to each result.
  package var epilogue = Epilogue.none

  /// Makes a product.
  package init(left: View, right: View, output: View) {
    self.left = left
    self.right = right
    self.output = output
  }
}

extension ViewRole {
  /// The left factor of a product.
  package static let left = ViewRole("the left factor")
  /// The right factor of a product.
  package static let right = ViewRole("the right factor")
}

extension MatrixProduct: InstructionKind {
  package static let field: StaticString = "multiply"
  package var instruction: Instruction { .multiply(self) }
  package init() {
    self.init(left: View(), right: View(), output: View())
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("left", &left, .left, .stored)
    try archive.input("right", &right, .right, .stored)
    try archive.output("output", &output)
    try archive.message("epilogue", &epilogue)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try left.checkRank(3, .left)
    try right.checkRank(3, .right)
    try output.checkRank(3, .output)
    let (batch, rows, depth) = (left.dimensions[0], left.dimensions[1], left.dimensions[2])
    let columns = right.dimensions[2]
    try right.checkExtents([batch, depth, columns], .right)
    try output.checkExtents([batch, rows, columns], .output)
    try output.checkInnermost(.output)
    try epilogue.check(output: output)
  }

  package var checkedMacs: Int? {
    left.rank == 3 && output.rank == 3
      ? Int.product(output.dimensions + [left.dimensions[2]]) : nil
  }

  /// Factors as they are read, float32.
  package func leastBytes(of view: NamedView) -> Int? { view.view.widened.leastBytes }

  /// Of the epilogue; multiplications count for the rest.
  package func elementsRead(of operands: [NamedView]) -> Int? {
    Int.elements(of: epilogue.operands)
  }
}
