import TGMachine
import TGOps
import TGPlan
import TGTensor

/// Puts the constants that a function names into the weight section, kernels of convolutions as the
/// processor's kernels read them.
///
/// Ops say what a constant is (`NamedConstant`); this step says how it lies in memory: panels of 16
/// output channels, or `[height][width][C]` where each channel has a kernel of its own. Equal constants
/// get one slot, and a kernel that batch sizes or functions share is packed once. The kernel of a
/// gradient that is a known one turned (`Convolution.Packing.turned`) is not stored again. Large weights
/// are stored in the type of the store (`WeightsType`) where all that reads them takes it. A target with
/// another packing is another step in this folder.
enum PackPanels {
  /// The function with its constants in `store`; slots that are no longer named remain. Kernels of which
  /// others are made when the function is opened (`Convolution.tile`, `precision`) come last: nothing reads them after
  /// that, and memory is given back by the page. Otherwise the order is that in which they were named.
  ///
  /// - Parameter constants: the constants by their slots.
  static func packed(
    _ function: PlanFunction, constants: [(slot: Int, constant: NamedConstant)],
    into store: inout WeightStore
  ) -> PlanFunction {
    var result = function
    var numbers = Array(function.slots.indices)
    var known: [Slot: Int] = [:]
    var packings: [Int: Convolution.Packing] = [:]
    let single = function.kernelsOfOnePhase
    // The panels of the function's kernels of one group.
    var panels: [ObjectIdentifier: Slot] = [:]
    let readers = Readers(of: function)
    let last = function.preparedKernels
    let ordered =
      constants.filter { !last.contains($0.slot) } + constants.filter { last.contains($0.slot) }
    for (number, constant) in ordered {
      let slot: Slot
      switch constant {
      case .numbers(.floats(let numbers)):
        slot = store.insert(stored(numbers, number, readers, &store))
      case .numbers(let numbers): slot = store.insert(numbers)
      case .kernel(let weight, let groups):
        let source = single.contains(number) ? weight.turnedFrom : nil
        if let known = source.flatMap({ panels[ObjectIdentifier($0)] }) {
          (slot, packings[number]) = (known, .turned)
          break
        }
        weight.settle()
        let kernel = weight.kernel
        if single.contains(number), let known = store.slot(turning: kernel) {
          (slot, packings[number]) = (known, .turned)
          break
        }
        // One input channel for each output channel, and more than one of them.
        let depthwise = groups > 1 && groups == kernel.shape[0] && kernel.shape[1] == 1
        var kept: KeptWeights.Reason?
        let type = store.type
        slot = store.insert(kernel, groups: groups) {
          let packed =
            depthwise ? WeightPacking.packDepthwise($0) : Self.panels(of: $0, groups: groups)
          let stored = type.stored(packed, allowsHalves: readers.takeHalves(number))
          kept = stored.kept
          return stored.numbers
        }
        if let kept { store.keep(readers.keptWeights(number, kept)) }
        packings[number] = depthwise ? .depthwise : .panels
        if groups == 1 { panels[ObjectIdentifier(weight)] = slot }
      }
      result.slots[number] = slot
      numbers[number] = known[slot] ?? number
      known[slot] = numbers[number]
    }
    for index in result.instructions.indices {
      guard case .convolve(var convolution) = result.instructions[index].instruction else {
        continue
      }
      for phase in convolution.phases.indices {
        let slot = convolution.phases[phase].weights.slot
        convolution.packing = packings[slot] ?? .panels
        convolution.phases[phase].weights = View(slot: slot, shape: [result.slots[slot].count])
      }
      result.instructions[index].instruction = .convolve(convolution)
    }
    let slots = result.slots
    for index in result.instructions.indices {
      result.instructions[index].instruction.updateViews { $0.dtype = slots[$0.slot].dtype }
    }
    store.finishFunction()
    result.renumberSlots(numbers)
    return result
  }

  /// Numbers in the type in which the store has them, remembered where they stay float32.
  private static func stored(
    _ numbers: [Float], _ slot: Int, _ readers: Readers, _ store: inout WeightStore
  ) -> WeightNumbers {
    let stored = store.type.stored(numbers, allowsHalves: readers.takeHalves(slot))
    if let kept = stored.kept { store.keep(readers.keptWeights(slot, kept)) }
    return stored.numbers
  }

  /// `WeightPacking.packPanels`, on all processors.
  private static func panels(of kernel: HostTensor, groups: Int) -> [Float] {
    let all = WeightPacking.panels(of: kernel, groups: groups)
    let step = max(1, piece * all / max(1, kernel.shape.count))
    return WorkerThread.joined(all, piece: step) {
      WeightPacking.packPanels(kernel, groups: groups, panels: $0)
    }
  }

  /// Numbers that one thread packs at a time.
  private static let piece = 1 << 16
}

/// Who reads the slots of a function.
private struct Readers {
  /// The first instruction that reads each slot.
  private var first: [Int: PlacedInstruction] = [:]
  /// The slots that something reads as float32 only.
  private var floatOnly: Set<Int> = []

  init(of function: PlanFunction) {
    for placed in function.instructions {
      for named in placed.instruction.namedOperands {
        let slot = named.view.slot
        if first[slot] == nil { first[slot] = placed }
        if !named.dtypes.contains(.float16) { floatOnly.insert(slot) }
      }
    }
    for item in function.outputs { floatOnly.insert(item.view.slot) }
  }

  /// True if something reads a slot, and all that does takes float16.
  func takeHalves(_ slot: Int) -> Bool { first[slot] != nil && !floatOnly.contains(slot) }

  /// A slot's weights, which stay float32.
  func keptWeights(_ slot: Int, _ reason: KeptWeights.Reason) -> KeptWeights {
    KeptWeights(
      reason: reason, label: first[slot]?.label ?? "", source: first[slot]?.source ?? "")
  }
}

extension Weight {
  /// The numbers as `[O, C / groups, height, width]`.
  fileprivate var kernel: HostTensor {
    shape.rank == 4 ? tensor : tensor.reshaped(Shape(shape.dimensions + [1, 1]))
  }
}

extension PlanFunction {
  /// The slots that hold the only kernel of a convolution of one group.
  fileprivate var kernelsOfOnePhase: Set<Int> {
    var slots: Set<Int> = []
    for placed in instructions {
      guard case .convolve(let convolution) = placed.instruction, convolution.groups == 1,
        convolution.phases.count == 1
      else { continue }
      slots.insert(convolution.phases[0].weights.slot)
    }
    return slots
  }

  /// The slots of the kernels of convolutions in tiles or of bfloat16.
  fileprivate var preparedKernels: Set<Int> {
    var slots: Set<Int> = []
    for placed in instructions {
      guard case .convolve(let convolution) = placed.instruction,
        convolution.tile > 0 || convolution.precision == .bfloat16
      else { continue }
      slots.formUnion(convolution.phases.map(\.weights.slot))
    }
    return slots
  }
}
