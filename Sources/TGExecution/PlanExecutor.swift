package import TGPlan
package import TGTensor

/// Runs one function of a plan: the seam between what feeds plans and what computes.
///
/// Everything that can fail or that takes memory is done when an executor is made; what can go wrong
/// later is said here. Not for use by several threads at once: make one executor for each.
package protocol PlanExecutor: AnyObject {
  /// What is executed.
  var function: PlanFunction { get }

  /// The bytes of memory in use besides weights.
  var memoryBytes: Int { get }

  /// How many threads work, the caller included.
  var threadCount: Int { get }

  /// Copies numbers, in row-major order of the view's extents, to where the view sees them, as whole
  /// numbers where it is of int32; allocates nothing.
  ///
  /// - Throws: `wrongCount` unless there is one for each element; `notWhole` for a number that int32
  ///   does not have; `unsound` for a view outside its slot or of weights.
  func store(_ elements: Span<Float>, into view: View) throws(RuntimeError)

  /// Does all instructions in order.
  ///
  /// - Throws: `noSuchRow` for the first number, in the order of instructions and then of positions,
  ///   that should be a row of a table and is none. What has been computed is then not to be used.
  func run() throws(RuntimeError)

  /// Does all instructions in order and times each.
  ///
  /// - Throws: as `run` does.
  func profile() throws(RuntimeError) -> [InstructionTime]

  /// Copies what a view sees, in row-major order of its extents, to memory of the caller's, whole
  /// numbers and bits as floats; allocates nothing.
  ///
  /// - Throws: as `store` does, and `damagedWeights` if the weights are not what was written.
  func fetch(_ view: View, into elements: inout MutableSpan<Float>) throws(RuntimeError)
}

extension PlanExecutor {
  /// Copies numbers, in row-major order of the view's extents, to where the view sees them.
  ///
  /// - Throws: as the same of a span does.
  package func store(_ elements: [Float], into view: View) throws(RuntimeError) {
    try store(elements.span, into: view)
  }

  /// What a view sees, in row-major order of its extents.
  ///
  /// - Throws: `unsound` for a view outside its slot, `damagedWeights` if the weights are not what
  ///   was written.
  package func fetch(_ view: View) throws(RuntimeError) -> [Float] {
    guard function.slots.indices.contains(view.slot), view.lies(in: function.slots[view.slot])
    else { throw .unsound("a view leaves slot \(view.slot)") }
    var elements = [Float](repeating: 0, count: view.count)
    var span = elements.mutableSpan
    try fetch(view, into: &span)
    return elements
  }
}
