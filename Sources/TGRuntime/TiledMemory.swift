internal import TGExecution
internal import TGKernels
internal import TGMachine
internal import TGPlan
internal import TGTensor

/// The weights of a function's convolutions that do not lie in the file as kernels read them, transformed
/// for tiles (`Convolution.tile`) or turned (`Convolution.Packing.turned`): made once, when the function
/// is prepared, each kernel once.
@safe final class TiledMemory {
  /// The bytes that are ours.
  var byteCount: Int { offsets.isEmpty ? 0 : memory.byteCount }
  private let memory: SystemMemory
  /// Where the weights of each kernel begin, in bytes.
  private let offsets: [Key: Int]

  /// A kernel and what it is transformed for.
  private struct Key: Hashable {
    var view: View
    var weights: TiledWeights

    init(_ convolution: Convolution, _ phase: Convolution.Phase) {
      view = phase.weights
      weights = TiledWeights(
        channels: convolution.input.dimensions[3], outputs: convolution.output.dimensions[3],
        results: convolution.form(of: phase)?.results ?? 0,
        kernel: (phase.kernelHeight, phase.kernelWidth), stride: convolution.strideY,
        isTurned: convolution.packing == .turned)
    }
  }

  /// Makes the weights of a function's convolutions.
  ///
  /// - Throws: `overBudget` if they take more bytes than the budget has besides the `taken` ones,
  ///   `outOfMemory`, and `unsound` for a view outside of its slot, or tiles that have no form.
  init(
    _ function: PlanFunction, arena: Arena, isa: ISA, taken: Int, within budget: Budget
  ) throws(RuntimeError) {
    var offsets: [Key: Int] = [:]
    var total = 0
    for placed in function.instructions {
      guard case .convolve(let convolution) = placed.instruction else { continue }
      guard convolution.packing != .turned || convolution.groups == 1 else {
        throw .unsound("turned weights of groups")
      }
      for phase in convolution.phases where convolution.preparesWeights(of: phase) {
        let key = Key(convolution, phase)
        guard offsets[key] == nil else { continue }
        offsets[key] = total
        let bytes = 4 * key.weights.count
        total += (bytes + Slot.alignment - 1) / Slot.alignment * Slot.alignment
      }
    }
    let allowed = budget.allowedBytes
    guard total <= allowed - taken else {
      throw .overBudget(needed: taken + total, allowed: allowed)
    }
    memory = try SystemMemory(byteCount: total, inLargePages: true)
    self.offsets = offsets
    var calls: [KernelCall] = []
    let keys = offsets.sorted { $0.value < $1.value }
    for (key, offset) in keys {
      let packed = unsafe try arena.resolve(key.view)
      unsafe calls.append(
        memory.lend {
          let target = unsafe ($0 + offset).assumingMemoryBound(to: Float.self)
          return unsafe key.weights.making(of: packed.base, into: target, isa: isa)
        })
    }
    guard !calls.isEmpty else { return }
    let pool = try ThreadPool(calls: calls, threads: budget.threads)
    for (call, (key, _)) in zip(calls.indices, keys) {
      pool.run(call: call)
      arena.release(key.view)
    }
  }

  /// The weights that were made for a phase and how many they are; nil for a convolution that reads its
  /// weights as they lie in the file.
  func weights(
    of phase: Convolution.Phase, in convolution: Convolution
  ) -> (base: UnsafePointer<Float>, count: Int)? {
    guard convolution.preparesWeights(of: phase) else { return nil }
    let key = Key(convolution, phase)
    guard let offset = offsets[key] else { return nil }
    return unsafe memory.lend {
      unsafe (UnsafePointer(($0 + offset).assumingMemoryBound(to: Float.self)), key.weights.count)
    }
  }
}
