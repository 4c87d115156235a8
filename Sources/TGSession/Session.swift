package import TGExecution
package import TGMachine
package import TGPlan
package import TGTensor
package import TGText

/// A function of a plan, ready to be run on captions, pictures, noise and arrays.
///
/// The plan is loaded and prepared once and may then be run on any number of items.
package final class Session {
  /// What is run, in all its batch sizes.
  package let variants: FunctionVariants
  /// What computes.
  package let target: any ExecutionTarget
  private let loaded: LoadedPlan
  private let budget: Budget
  private let readers: [String: CaptionReader]
  private var executors: [Int: any PlanExecutor] = [:]
  private var prepared = PreparedValues()

  /// Prepares a function of a plan.
  ///
  /// - Parameters:
  ///   - loaded: the checked plan.
  ///   - function: the name; nil for the default one.
  ///   - target: what computes.
  ///   - budget: how many threads compute, and the most bytes that weights, arena and scratch memory
  ///     may take.
  /// - Throws: `SessionError`.
  package init(
    _ loaded: LoadedPlan, function: String? = nil, on target: any ExecutionTarget,
    within budget: Budget
  ) throws(SessionError) {
    variants = try FunctionVariants(of: loaded.plan, named: function)
    self.loaded = loaded
    self.target = target
    self.budget = budget
    var readers: [String: CaptionReader] = [:]
    for item in variants.form.inputs {
      guard let rule = item.kind.source.words, !rule.isVectors, !rule.vocabulary.isEmpty,
        case let name = rule.vocabulary, readers[name] == nil,
        let resource = loaded.plan.texts.first(where: { $0.name == name })
      else { continue }
      do {
        readers[name] = CaptionReader(try TextPipeline(decoding: resource.bytes))
      } catch { throw .vocabulary(name, error) }
    }
    self.readers = readers
  }

  /// What makes ids of captions for an input; nil if nothing does.
  package func pipeline(for item: InterfaceItem) -> TextPipeline? {
    reader(for: item)?.pipeline
  }

  private func reader(for item: InterfaceItem) -> CaptionReader? {
    item.textResource.flatMap { readers[$0] }
  }

  /// How many captions were cut and looked up so far; one that was is remembered.
  package var captionReadings: Int { readers.values.reduce(0) { $0 + $1.readings } }

  /// What is made of a caption; nil if the input takes no captions.
  ///
  /// - Parameters:
  ///   - strictWords: makes any unknown word an error.
  ///   - location: where the caption stands, before the sentence of an error.
  ///
  /// - Throws: `SessionError.caption`.
  package func tokens(
    of caption: String, for item: InterfaceItem, strictWords: Bool = false, location: String = ""
  ) throws(SessionError) -> Tokens? {
    guard let reader = reader(for: item) else { return nil }
    do {
      return try reader.tokens(
        of: caption, length: item.itemShape.first ?? .max, strictWords: strictWords)
    } catch { throw .caption(error, location: location) }
  }

  /// Binds inputs for some items and cuts the items into batches.
  ///
  /// - Parameters:
  ///   - given: what is given, by input.
  ///   - items: what differs between items; at least one.
  ///   - belongTogether: true if the items were given as one batch.
  /// - Throws: `SessionError` for anything that does not fit; nothing has been computed then.
  package func prepare(
    _ given: [String: Given], items: [RunItem], belongTogether: Bool
  ) throws(SessionError) -> PreparedRun {
    for name in given.keys.sorted() { _ = try variants.input(name) }
    guard
      let plan = BatchPlan(
        count: items.count, sizes: variants.sizes,
        itemsInteract: variants.form.itemsInteract, belongTogether: belongTogether)
    else {
      throw .batch(
        count: items.count, sizes: variants.sizes, together: belongTogether,
        function: variants.form.name)
    }
    for size in Set(plan.chunks.map(\.size)).sorted() { _ = try executor(batch: size) }
    var bindings: [Binding] = []
    for item in variants.form.inputs {
      bindings.append(
        try Binding(
          item, given: given[item.name], reader: reader(for: item),
          hasCaptions: items.contains { $0.captions[item.name] != nil },
          hasNumbers: items.allSatisfy { $0.numbers[item.name] != nil },
          function: variants.form.name))
    }
    return PreparedRun(bindings: bindings, items: items, chunks: plan.chunks)
  }

  /// The numbers that an item gives to an input that takes no caption.
  ///
  /// - Parameter given: what is given for the input, if anything.
  /// - Returns: the numbers of one item in the framework's order.
  /// - Throws: `SessionError` if nothing gives any.
  package func numbers(
    of item: InterfaceItem, given: Given?, run: RunItem
  ) throws(SessionError) -> [Float] {
    let binding = try Binding(
      item, given: given, reader: nil, hasCaptions: false, function: variants.form.name)
    return try binding.numbers(of: run).elements
  }

  /// Computes one batch.
  ///
  /// - Parameters:
  ///   - outputs: the names of what is wanted.
  ///   - profiled: true to time each instruction.
  /// - Returns: for each item of the chunk the outputs wanted, each of extents `[1, …]` in the
  ///   framework's order; and the times.
  /// - Throws: `SessionError`, `notFiniteOutput` if a wanted number is infinite or none.
  package func run(
    _ chunk: BatchPlan.Chunk, of run: PreparedRun, outputs wanted: [String], profiled: Bool = false
  ) throws(SessionError) -> (results: [[String: HostTensor]], times: [InstructionTime]) {
    let executor = try executor(batch: chunk.size)
    let function = executor.function
    for (binding, item) in zip(run.bindings, function.inputs) {
      try store(binding, into: item, chunk: chunk, of: run, on: executor)
    }
    var times: [InstructionTime] = []
    do {
      if profiled { times = try executor.profile() } else { try executor.run() }
      try loaded.verification?.demandUnchanged()
    } catch { throw .runtime(error) }
    var results = [[String: HostTensor]](repeating: [:], count: chunk.items.count)
    for item in function.outputs where wanted.contains(item.name) {
      let elements: [Float]
      do { elements = try executor.fetch(item.view) } catch { throw .runtime(error) }
      let size = item.itemShape.reduce(1, *)
      let shape = Shape([1] + item.itemShape)
      for index in chunk.items.indices {
        let row = index - chunk.items.lowerBound
        let numbers = Array(elements[row * size..<(row + 1) * size])
        if let bad = numbers.firstIndex(where: { !$0.isFinite }) {
          throw .notFiniteOutput(name: item.name, item: index, position: bad, value: numbers[bad])
        }
        results[row][item.name] = HostTensor(shape, numbers)
      }
    }
    return (results, times)
  }

  /// Computes items, one batch after the other.
  ///
  /// - Parameters:
  ///   - given: what is given for all items.
  ///   - outputs: the names of what is wanted.
  /// - Returns: for each item the outputs wanted, as `run` gives them; nothing for no items.
  /// - Throws: as `prepare` and `run` do.
  package func results(
    of items: [RunItem], given: [String: Given] = [:], outputs wanted: [String]
  ) throws(SessionError) -> [[String: HostTensor]] {
    guard !items.isEmpty else { return [] }
    let prepared = try prepare(given, items: items, belongTogether: false)
    var results: [[String: HostTensor]] = []
    for chunk in prepared.chunks {
      results += try run(chunk, of: prepared, outputs: wanted).results
    }
    return results
  }

  /// Computes one batch again and again, warm: nothing but running is timed. What a run gives is left
  /// unread.
  ///
  /// - Parameters:
  ///   - runs: how many, after one that is not counted.
  ///   - profiled: true to time each instruction.
  /// - Returns: the seconds of each run, and the times of its instructions if `profiled`.
  /// - Throws: `SessionError`.
  package func timed(
    _ chunk: BatchPlan.Chunk, of run: PreparedRun, runs: Int, profiled: Bool
  ) throws(SessionError) -> (seconds: [Double], instructions: [[InstructionTime]]) {
    let executor = try executor(batch: chunk.size)
    let clock = ContinuousClock()
    var seconds: [Double] = []
    var instructions: [[InstructionTime]] = []
    for index in 0...runs {
      // A run may use the memory of its inputs for something else.
      for (binding, item) in zip(run.bindings, executor.function.inputs) {
        try store(binding, into: item, chunk: chunk, of: run, on: executor)
      }
      let start = clock.now
      var times: [InstructionTime] = []
      do {
        if profiled { times = try executor.profile() } else { try executor.run() }
      } catch { throw .runtime(error) }
      guard index > 0 else { continue }
      seconds.append(start.duration(to: clock.now) / .seconds(1))
      if profiled { instructions.append(times) }
    }
    return (seconds, instructions)
  }

  /// What the target reaches at best with the threads that a batch is computed by; nil if it is not
  /// known.
  ///
  /// - Throws: `SessionError`.
  package func ceilings(batch: Int) throws(SessionError) -> Ceilings? {
    let threads = try executor(batch: batch).threadCount
    do { return try target.ceilings(threads: threads) } catch { throw .runtime(error) }
  }

  /// The bytes that a batch takes: weights, arena and scratch memory.
  package func memoryBytes(batch: Int) throws(SessionError) -> Int {
    try executor(batch: batch).memoryBytes + loaded.plan.weightBytes
  }

  private func store(
    _ binding: Binding, into item: InterfaceItem, chunk: BatchPlan.Chunk, of run: PreparedRun,
    on executor: any PlanExecutor
  ) throws(SessionError) {
    var elements: [Float] = []
    var lengths: [Float] = []
    elements.reserveCapacity(item.view.count)
    for row in 0..<chunk.size {
      // What is left of a batch computes the last item again.
      let index = min(chunk.items.lowerBound + row, chunk.items.upperBound - 1)
      let (numbers, words) = try binding.numbers(of: run.items[index])
      elements += numbers
      if let words { lengths.append(Float(words)) }
    }
    do {
      try executor.store(elements, into: item.view)
      if let view = item.lengths { try executor.store(lengths, into: view) }
    } catch { throw .runtime(error) }
  }

  private func executor(batch: Int) throws(SessionError) -> any PlanExecutor {
    if let executor = executors[batch] { return executor }
    guard let variant = variants.variants.first(where: { $0.batch == batch }) else {
      throw .batch(
        count: batch, sizes: variants.sizes, together: true, function: variants.form.name)
    }
    let executor = try open(variant.index, besides: loaded.plan.weightBytes)
    let taken = loaded.plan.weightBytes + executor.memoryBytes
    try prepared.fill(executor, of: loaded) { index throws(SessionError) in
      try open(index, besides: taken)
    }
    executors[batch] = executor
    return executor
  }

  /// An executor of the function of a number, beside so many bytes that are taken.
  private func open(_ index: Int, besides taken: Int) throws(SessionError) -> any PlanExecutor {
    if let limit = budget.memory {
      let needed = taken + loaded.plan.functions[index].arenaBytes
      guard needed <= limit else { throw .memory(needed: needed, allowed: limit) }
    }
    do {
      return try target.executor(for: index, of: loaded, within: budget.less(taken))
    } catch {
      if case .overBudget(let needed, let allowed) = error {
        throw .memory(needed: needed + taken, allowed: allowed + taken)
      }
      throw .runtime(error)
    }
  }
}

/// Items with their inputs bound and cut into batches.
package struct PreparedRun {
  let bindings: [Binding]
  /// The items.
  package let items: [RunItem]
  /// The batches, in order.
  package let chunks: [BatchPlan.Chunk]
}
