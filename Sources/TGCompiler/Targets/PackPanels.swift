import TGPlan
import TGTensor

/// Puts the constants that a function names into the weight section, kernels of convolutions as the
/// processor's kernels read them.
///
/// Ops say what a constant is (`NamedConstant`); this step says how it lies in memory: panels of 16
/// output channels, or `[height][width][C]` where each channel has a kernel of its own. Equal constants
/// get one slot, and a kernel that batch sizes or functions share is packed once. A target with another packing is another step in this folder.
enum PackPanels {
  /// The function with its constants in `store`; slots that are no longer named remain. Kernels that are
  /// transformed when the function is opened (`Convolution.tile`) come last: nothing reads them after
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
    var isDepthwise: [Int: Bool] = [:]
    let tiled = function.tiledKernels
    let ordered =
      constants.filter { !tiled.contains($0.slot) } + constants.filter { tiled.contains($0.slot) }
    for (number, constant) in ordered {
      let slot: Slot
      switch constant {
      case .numbers(let numbers): slot = store.insert(numbers)
      case .kernel(let weights, let groups):
        // One input channel for each output channel, and more than one of them.
        let depthwise = groups > 1 && groups == weights.shape[0] && weights.shape[1] == 1
        slot = store.insert(weights, groups: groups) { weights in
          depthwise
            ? WeightPacking.packDepthwise(weights)
            : WeightPacking.packPanels(weights, groups: groups)
        }
        isDepthwise[number] = depthwise
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
        convolution.packing = isDepthwise[slot] == true ? .depthwise : .panels
        convolution.phases[phase].weights = View(slot: slot, shape: [result.slots[slot].count])
      }
      result.instructions[index].instruction = .convolve(convolution)
    }
    store.finishFunction()
    result.renumberSlots(numbers)
    return result
  }
}

extension PlanFunction {
  /// The slots of the kernels of convolutions in tiles.
  fileprivate var tiledKernels: Set<Int> {
    var slots: Set<Int> = []
    for placed in instructions {
      guard case .convolve(let convolution) = placed.instruction, convolution.tile > 0 else {
        continue
      }
      slots.formUnion(convolution.phases.map(\.weights.slot))
    }
    return slots
  }
}
