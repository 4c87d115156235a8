package import TGExecution
package import TGMachine
package import TGPlan
package import TGTensor

/// Executes plans as spec/plan.md says, slowly and obviously, on any machine: what other executors are
/// held against.
package struct ReferenceTarget: ExecutionTarget {
  /// Makes the target.
  package init() {}

  /// `reference`.
  package var name: String { "reference" }

  /// Prepares a function, as `ReferenceExecutor` does.
  ///
  /// - Throws: `RuntimeError`.
  package func executor(
    for function: Int, of plan: LoadedPlan, within budget: Budget
  ) throws(RuntimeError) -> any PlanExecutor {
    try ReferenceExecutor(plan, function: function, within: budget)
  }
}

/// Runs one function of a plan on the calling thread: every operand is read whole, the result is made
/// in `Double` and stored whole. Runs allocate.
package final class ReferenceExecutor: PlanExecutor {
  /// What is executed.
  package let function: PlanFunction
  /// The bytes of the arena and of the grids of the largest instruction.
  package let memoryBytes: Int
  private let verification: WeightVerification?
  private var memory: ReferenceMemory

  /// Prepares a function.
  ///
  /// - Throws: `RuntimeError`.
  package init(
    _ plan: LoadedPlan, function index: Int = 0, within budget: Budget
  ) throws(RuntimeError) {
    guard plan.plan.functions.indices.contains(index) else { throw .noSuchFunction(index) }
    function = plan.plan.functions[index]
    memoryBytes = Self.demand(of: function)
    guard memoryBytes <= budget.allowedBytes else {
      throw .overBudget(needed: memoryBytes, allowed: budget.allowedBytes)
    }
    verification = plan.verification
    verification?.begin(function)
    memory = try ReferenceMemory(function, weights: plan.weights)
    for placed in function.instructions {
      for named in placed.instruction.namedViews {
        try memory.demand(named.view, writing: named.access == .written)
        guard named.isWellTyped else { throw .unsound("\(named.role) is of \(named.view.dtype)") }
      }
      if case .resample(let resampling) = placed.instruction { try demandInside(resampling) }
    }
  }

  /// One, the caller.
  package var threadCount: Int { 1 }

  /// The bytes of the arena and of the grids of the largest instruction: for each element of a view
  /// its number, its position, and as much again while it is computed. The largest number if they
  /// cannot be counted.
  private static func demand(of function: PlanFunction) -> Int {
    let counts = function.instructions.map { placed -> Int in
      placed.instruction.views.reduce(0) { sum, view in
        let count = Shape(checking: view.dimensions)?.count ?? .max
        let (total, overflow) = sum.addingReportingOverflow(count)
        return overflow ? .max : total
      }
    }
    let (grids, overflow) = (counts.max() ?? 0).multipliedReportingOverflow(by: 32)
    let (sum, sumOverflow) = grids.addingReportingOverflow(function.arenaBytes)
    return overflow || sumOverflow ? .max : sum
  }

  private func demandInside(_ resampling: Resampling) throws(RuntimeError) {
    let last = resampling.input.dimensions[resampling.axis] - resampling.weights.dimensions[1]
    let isInside = memory.read(resampling.starts).elements.allSatisfy { start in
      start >= 0 && start <= Double(last)
    }
    guard isInside else { throw .unsound("a resampling reads outside its input") }
  }

  /// Does all instructions in order.
  ///
  /// - Throws: `noSuchRow` for the first number, in the order of instructions and then of positions,
  ///   that should be a row of a table and is none.
  package func run() throws(RuntimeError) {
    for index in function.instructions.indices { try run(instruction: index) }
  }

  private func run(instruction index: Int) throws(RuntimeError) {
    let instruction = function.instructions[index].instruction
    guard let refused = memory.execute(instruction),
      let (indices, rows) = instruction.kind.rowNumbers
    else { return }
    throw .noSuchRow(
      RefusedRow(
        refused.number, at: refused.position, of: indices, rows: rows, instruction: index,
        in: function))
  }

  /// Does all instructions in order and times each.
  ///
  /// - Throws: as `run` does.
  package func profile() throws(RuntimeError) -> [InstructionTime] {
    let clock = ContinuousClock()
    var times: [InstructionTime] = []
    for index in function.instructions.indices {
      let start = clock.now
      try run(instruction: index)
      times.append(
        InstructionTime(function.instructions[index], elapsed: start.duration(to: clock.now)))
    }
    return times
  }

  /// Copies numbers, in row-major order of the view's extents, to where the view sees them.
  ///
  /// - Throws: `wrongCount` unless there is one for each element; `unsound` for a view outside its
  ///   slot or of weights.
  package func store(_ elements: Span<Float>, into view: View) throws(RuntimeError) {
    try memory.demand(view, writing: true)
    guard elements.count == view.count else {
      throw .wrongCount(expected: view.count, found: elements.count)
    }
    if view.dtype == .int32 {
      for index in elements.indices where Int32(exactly: elements[index]) == nil {
        throw .notWhole(elements[index])
      }
    }
    memory.write(
      Grid(view.dimensions, elements.indices.map { Double(elements[$0]) }), to: view)
  }

  /// Copies what a view sees, in row-major order of its extents, to memory of the caller's.
  ///
  /// - Throws: as `store` does, and `damagedWeights` if the weights are not what was written.
  package func fetch(_ view: View, into elements: inout MutableSpan<Float>) throws(RuntimeError) {
    try verification?.demand()
    try memory.demand(view)
    guard elements.count == view.count else {
      throw .wrongCount(expected: view.count, found: elements.count)
    }
    for (index, number) in memory.read(view).elements.enumerated() {
      elements[index] = Float(number)
    }
  }
}
