internal import TGExecution
internal import TGKernels
internal import TGMachine
internal import TGPlan
internal import TGTensor

/// The weights of a function that are not read as the file has them, made once, when the function is
/// prepared, each once: kernels of convolutions, transformed for tiles (`Convolution.tile`), turned
/// (`Convolution.Packing.turned`) or rounded to bfloat16 (`Convolution.precision`), and slots of float16,
/// widened to float32 (`PlanFunction.widenedSlots`).
@safe final class TransformedWeights {
  /// The bytes that are ours.
  var byteCount: Int { offsets.isEmpty ? 0 : memory.byteCount }
  private let memory: SystemMemory
  /// Where each begins, in bytes.
  private let offsets: [Key: Int]

  private enum Key: Hashable {
    /// A kernel, and what is made of it.
    case kernel(View, PreparedWeights)
    /// A slot of float16.
    case widened(Slot)

    /// The kernel of a phase of a convolution for which others are made.
    init(_ convolution: Convolution, _ phase: Convolution.Phase) {
      self = .kernel(
        phase.weights,
        PreparedWeights(
          channels: convolution.input.dimensions[3], outputs: convolution.output.dimensions[3],
          results: convolution.form(of: phase)?.results ?? 0,
          kernel: (phase.kernelHeight, phase.kernelWidth), stride: convolution.strideY,
          isTurned: convolution.packing == .turned, groups: convolution.groups,
          inPairs: convolution.precision == .bfloat16))
    }

    /// How many floats, or words of two bfloat16, it is.
    var count: Int {
      switch self {
      case .kernel(_, let weights): weights.count
      case .widened(let slot): slot.count
      }
    }
  }

  /// What is made, and of which view.
  private struct Request {
    var key: Key
    var source: View
  }

  /// Makes all weights of a function that need it.
  ///
  /// - Throws: `overBudget` if they take more bytes than the budget has besides the `taken` ones,
  ///   `outOfMemory`, and `unsound` for a view outside of its slot, or turned weights of groups.
  init(
    _ function: PlanFunction, arena: Arena, isa: ISA, taken: Int, within budget: Budget
  ) throws(RuntimeError) {
    var offsets: [Key: Int] = [:]
    var total = 0
    let requests = try Self.requests(of: function)
    for request in requests {
      offsets[request.key] = total
      let bytes = 4 * request.key.count
      total += (bytes + Slot.alignment - 1) / Slot.alignment * Slot.alignment
    }
    let allowed = budget.allowedBytes
    guard total <= allowed - taken else {
      throw .overBudget(needed: taken + total, allowed: allowed)
    }
    memory = try SystemMemory(byteCount: total, inLargePages: true)
    self.offsets = offsets
    var calls: [KernelCall] = []
    for request in requests {
      let source = unsafe try arena.resolve(request.source)
      let target = unsafe memory.lend {
        unsafe ($0 + (offsets[request.key] ?? 0)).assumingMemoryBound(to: Float.self)
      }
      switch request.key {
      case .kernel(_, let weights):
        unsafe calls.append(weights.making(of: source, into: target, isa: isa))
      case .widened(let slot):
        unsafe calls.append(
          .widen(
            UnsafePointer(source.address.assumingMemoryBound(to: UInt16.self)), count: slot.count,
            into: target, isa: isa))
      }
    }
    guard !calls.isEmpty else { return }
    let pool = try ThreadPool(calls: calls, threads: budget.threads)
    for (call, request) in zip(calls.indices, requests) {
      pool.run(call: call)
      arena.release(request.source)
    }
  }

  /// What a function needs, each once.
  private static func requests(of function: PlanFunction) throws(RuntimeError) -> [Request] {
    var met: Set<Key> = []
    var requests = function.widenedSlots.map { number in
      let slot = function.slots[number]
      return Request(
        key: .widened(slot),
        source: View(slot: number, type: TensorType(.float16, [slot.count])))
    }
    for placed in function.instructions {
      guard case .convolve(let convolution) = placed.instruction else { continue }
      guard convolution.packing != .turned || convolution.groups == 1 else {
        throw .unsound("turned weights of groups")
      }
      for phase in convolution.phases where convolution.preparesWeights(of: phase) {
        let key = Key(convolution, phase)
        guard met.insert(key).inserted else { continue }
        requests.append(Request(key: key, source: phase.weights))
      }
    }
    return requests
  }

  /// The weights that were made for a phase and how many they are; nil if it reads those of the file, or
  /// what they are widened to.
  func weights(
    of phase: Convolution.Phase, in convolution: Convolution
  ) -> (base: UnsafePointer<Float>, count: Int)? {
    guard convolution.preparesWeights(of: phase) else { return nil }
    let key = Key(convolution, phase)
    guard let base = unsafe address(of: key) else { return nil }
    return unsafe (UnsafePointer(base), key.count)
  }

  /// The first element of a slot, widened; nil if it is not.
  func widened(_ slot: Slot) -> UnsafeMutablePointer<Float>? { unsafe address(of: .widened(slot)) }

  private func address(of key: Key) -> UnsafeMutablePointer<Float>? {
    guard let offset = offsets[key] else { return nil }
    return unsafe memory.lend { unsafe ($0 + offset).assumingMemoryBound(to: Float.self) }
  }
}
