internal import TGExecution
internal import TGPlan
internal import TGSession
internal import TGTensor

/// A function of an objective that takes its inputs from a store and keeps what does not change.
final class StagedFunction {
  /// What is run.
  let function: PlanFunction
  private let executor: any PlanExecutor
  /// For each input the version that lies in the executor; -1 where it has to be stored each time.
  private var loaded: [Int]
  private let persists: [Bool]
  /// The numbers of each output, of the last run that fetched it.
  private var fetched: [String: [Float]] = [:]

  /// Joins a function with its executor.
  init(_ executor: any PlanExecutor) {
    self.executor = executor
    function = executor.function
    loaded = function.inputs.map { _ in -1 }
    persists = Self.persistence(of: function)
    for output in function.outputs {
      fetched[output.name] = [Float](repeating: 0, count: output.view.count)
    }
  }

  /// The outputs that enter the store; the others are for the method.
  var carried: [InterfaceItem] { function.outputs.filter(\.role.isStored) }

  /// The bytes of memory besides weights.
  var memoryBytes: Int { executor.memoryBytes }

  /// Takes nothing that was stored for granted; for a new store.
  func forget() { for index in loaded.indices { loaded[index] = -1 } }

  /// Stores what has changed, and runs.
  func run(_ store: TensorStore) throws(InversionError) {
    for (index, input) in function.inputs.enumerated() {
      guard let entry = store[input.name] else {
        throw .session(.runtime(.unsound("nothing puts out '\(input.name)'")))
      }
      if persists[index], loaded[index] == entry.version { continue }
      do {
        try executor.store(entry.elements.span, into: input.view)
        if let lengths = input.lengths {
          try executor.store(store[input.name + ".lengths"]?.elements ?? [], into: lengths)
        }
      } catch { throw .session(.runtime(error)) }
      loaded[index] = entry.version
    }
    do { try executor.run() } catch { throw .session(.runtime(error)) }
  }

  /// An output of the last run, the rows of all items.
  ///
  /// The array is reused by the next call for the same output.
  func fetch(_ name: String) throws(InversionError) -> [Float] {
    guard let output = function.outputs.first(where: { $0.name == name }),
      var elements = fetched.removeValue(forKey: name)
    else { throw .session(.runtime(.unsound("'\(function.name)' does not put out '\(name)'"))) }
    var failure: RuntimeError?
    do {
      var span = elements.mutableSpan
      do { try executor.fetch(output.view, into: &span) } catch { failure = error }
    }
    fetched[name] = elements
    if let failure { throw .session(.runtime(failure)) }
    return elements
  }

  /// The output of a role of the last run, the rows of all items.
  ///
  /// The array is reused by the next call for the same output.
  func fetch(_ role: InterfaceItem.Role) throws(InversionError) -> [Float] {
    guard let output = function.outputs.first(where: { $0.role == role }) else {
      throw .session(.runtime(.unsound("'\(function.name)' does not put out '\(role)'")))
    }
    return try fetch(output.name)
  }

  /// For each input, true if no instruction writes where it lies.
  private static func persistence(of function: PlanFunction) -> [Bool] {
    var written = [Bool](repeating: false, count: function.slots.count)
    for placed in function.instructions { written[placed.instruction.output.slot] = true }
    let ranges = function.slots.indices.filter { written[$0] && function.slots[$0].kind != .weight }
      .map { function.slots[$0].offset..<function.slots[$0].offset + function.slots[$0].byteCount }
      .sorted { $0.lowerBound < $1.lowerBound }
    // The ends so far, so that one search finds whether any written range reaches into an input.
    var reach: [Int] = []
    for range in ranges { reach.append(max(reach.last ?? 0, range.upperBound)) }
    return function.inputs.map { input in
      let slot = function.slots[input.view.slot]
      var (low, high) = (0, ranges.count)
      while low < high {
        let middle = (low + high) / 2
        if ranges[middle].lowerBound < slot.offset + slot.byteCount {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return input.lengths == nil && (low == 0 || reach[low - 1] <= slot.offset)
    }
  }
}
