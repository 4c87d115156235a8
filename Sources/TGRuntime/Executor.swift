package import TGExecution
internal import TGKernels
package import TGMachine
package import TGPlan
package import TGTensor

/// Runs one function of a plan.
///
/// Everything is prepared when it is made: memory, addresses, kernels, threads. A run then does the
/// instructions in order and allocates nothing. The numbers depend on the plan, the inputs and the
/// instruction set, not on the number of threads. Not for use by several threads at once; make one
/// executor for each.
package final class Executor: PlanExecutor {
  /// What is executed.
  package let function: PlanFunction
  /// The instruction set of the kernels.
  package let isa: ISA
  private let verification: WeightVerification?
  private let arena: Arena
  private let transformed: TransformedWeights
  /// What the calls of one instruction hand on to each other, one instruction after the other.
  private let shared: SystemMemory
  private let pool: ThreadPool
  /// For each instruction, one past its last kernel call.
  private let callEnds: [Int]
  /// For each instruction, where it says that a number is refused.
  private let refusals: [RefusedPosition?]

  /// Prepares a function.
  ///
  /// - Parameters:
  ///   - file: the checked plan with its weights.
  ///   - function: its number.
  ///   - isa: the instruction set, one that the processor has.
  ///   - budget: the threads that may work, of which no more are started than there are tiles, and
  ///     the bytes that arena, transformed weights, partial results and scratch memory may take.
  /// - Throws: `RuntimeError`, `outOfMemory` if the system refuses memory for all threads but none.
  package init(
    _ file: LoadedPlan, function: Int = 0, isa: ISA = .best(), within budget: Budget
  ) throws(RuntimeError) {
    guard file.plan.functions.indices.contains(function) else { throw .noSuchFunction(function) }
    guard ISA.available().contains(isa) else { throw .unavailableISA(isa.rawValue) }
    self.function = file.plan.functions[function]
    self.isa = isa
    verification = file.verification
    verification?.begin(self.function)
    let allowed = budget.allowedBytes
    let arenaBytes = self.function.arenaBytes
    guard arenaBytes <= allowed else {
      throw .overBudget(needed: arenaBytes, allowed: allowed)
    }
    arena = try Arena(self.function, weights: file.weights)
    transformed = try TransformedWeights(
      self.function, arena: arena, isa: isa, taken: arenaBytes, within: budget)
    var prepared: [PreparedCalls] = []
    for placed in self.function.instructions {
      prepared.append(try arena.prepare(placed.instruction, isa: isa, transformed))
    }
    let fixedBytes = arenaBytes + transformed.byteCount
    let sharedBytes = prepared.lazy.map(\.sharedBytes).max() ?? 0
    guard sharedBytes <= allowed - fixedBytes else {
      throw .overBudget(needed: fixedBytes + sharedBytes, allowed: allowed)
    }
    shared = try SystemMemory(byteCount: sharedBytes, inLargePages: true)
    var calls: [KernelCall] = []
    var ends: [Int] = []
    var refusals: [RefusedPosition?] = []
    for instruction in prepared {
      let own = unsafe shared.lend { unsafe instruction.calls(sharing: $0) }
      calls += own
      ends.append(calls.count)
      refusals.append(own.lazy.compactMap(\.refused).first)
    }
    callEnds = ends
    self.refusals = refusals
    let demand = ThreadPool.demand(of: calls, threads: budget.threads)
    let needed = fixedBytes + sharedBytes + demand.bytes
    guard needed <= allowed else { throw .overBudget(needed: needed, allowed: allowed) }
    pool = try ThreadPool(
      calls: calls, threads: try Self.ready(demand.threads, for: self.function, isa: isa))
  }

  /// Takes what matrix products need of the system, for so many threads or fewer.
  private static func ready(
    _ threads: Int, for function: PlanFunction, isa: ISA
  ) throws(RuntimeError) -> Int {
    guard function.instructions.contains(where: \.instruction.isProduct) else { return threads }
    let able = MatrixMultiplier.ready(threads: threads, isa: isa)
    guard able > 0 else { throw .outOfMemory(MatrixMultiplier.addressSpace) }
    return able
  }

  /// The bytes of memory in use besides weights as they lie in the file: arena, transformed weights, what
  /// calls share, and scratch memory.
  package var memoryBytes: Int {
    arena.byteCount + transformed.byteCount + shared.byteCount + pool.workspaceBytes
  }

  /// How many threads work, the caller included.
  package var threadCount: Int { pool.threadCount }

  /// Does all instructions in order; allocates nothing.
  ///
  /// - Throws: `noSuchRow` for the first number, in the order of instructions and then of positions,
  ///   that should be a row of a table and is none. What has been computed is then not to be used.
  package func run() throws(RuntimeError) {
    for index in callEnds.indices { try run(instruction: index) }
  }

  private func run(instruction index: Int) throws(RuntimeError) {
    for call in (index > 0 ? callEnds[index - 1] : 0)..<callEnds[index] { pool.run(call: call) }
    if let position = refusals[index]?.take() { throw refusal(at: position, of: index) }
  }

  /// The error about a number that an instruction refused.
  private func refusal(at position: Int, of index: Int) -> RuntimeError {
    guard let (indices, rows) = function.instructions[index].instruction.kind.rowNumbers,
      let numbers = try? arena.fetchIntegers(indices), numbers.indices.contains(position)
    else { return .unsound("instruction \(index) refuses position \(position)") }
    return .noSuchRow(
      RefusedRow(
        numbers[position], at: position, of: indices, rows: rows, instruction: index, in: function))
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

  /// Copies numbers, in row-major order of the view's extents, to where the view sees them;
  /// allocates nothing.
  ///
  /// - Throws: `wrongCount` unless there is one for each element; `unsound` for a view outside its
  ///   slot or of weights.
  package func store(_ elements: Span<Float>, into view: View) throws(RuntimeError) {
    try arena.store(elements, into: view)
  }

  /// Copies what a view sees, in row-major order of its extents, to memory of the caller's; allocates
  /// nothing.
  ///
  /// - Throws: as `store` does, and `damagedWeights` if the weights are not what was written.
  package func fetch(_ view: View, into elements: inout MutableSpan<Float>) throws(RuntimeError) {
    try verification?.demand()
    try arena.fetch(view, into: &elements)
  }
}

extension Instruction {
  /// True for products of computed matrices.
  fileprivate var isProduct: Bool {
    if case .multiply = self { return true }
    return false
  }
}
