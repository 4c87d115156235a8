package import TGTensor

/// How the weights of convolutions lie in a plan (spec/plan.md §3): one packing for every instruction
/// set.
package enum WeightPacking {
  /// Output channels of one panel.
  package static let panelWidth = 16

  /// The number of elements of packed weights.
  ///
  /// - Parameters:
  ///   - outputChannels: O, a multiple of `groups`.
  ///   - groupChannels: C / groups.
  package static func packedCount(
    outputChannels: Int, groupChannels: Int, kernelHeight: Int, kernelWidth: Int, groups: Int
  ) -> Int {
    let panels = (outputChannels / groups + panelWidth - 1) / panelWidth
    return groups * panels * kernelHeight * kernelWidth * groupChannels * panelWidth
  }

  /// Packs `[O, C / groups, kernelHeight, kernelWidth]` into
  /// `[groups][⌈O / groups / 16⌉][kernelHeight][kernelWidth][C / groups][16]`, missing channels 0.
  package static func packPanels(_ weights: HostTensor, groups: Int) -> [Float] {
    let shape = weights.shape
    precondition(shape.rank == 4, "weights are O, C, height, width")
    precondition(groups > 0 && shape[0] % groups == 0, "groups divide the output channels")
    let groupOutputs = shape[0] / groups
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let panels = (groupOutputs + panelWidth - 1) / panelWidth
    let taps = height * width
    let count = packedCount(
      outputChannels: shape[0], groupChannels: channels, kernelHeight: height, kernelWidth: width,
      groups: groups)
    var packed = [Float](repeating: 0, count: count)
    let elements = weights.elements
    for output in 0..<shape[0] {
      let (group, local) = output.quotientAndRemainder(dividingBy: groupOutputs)
      let (panel, lane) = local.quotientAndRemainder(dividingBy: panelWidth)
      let base = (group * panels + panel) * taps * channels * panelWidth + lane
      let source = output * channels * taps
      for channel in 0..<channels {
        for tap in 0..<taps {
          packed[base + (tap * channels + channel) * panelWidth] =
            elements[source + channel * taps + tap]
        }
      }
    }
    return packed
  }

  /// Packs `[C, 1, kernelHeight, kernelWidth]` into `[kernelHeight][kernelWidth][C]`.
  package static func packDepthwise(_ weights: HostTensor) -> [Float] {
    let shape = weights.shape
    precondition(shape.rank == 4 && shape[1] == 1, "depthwise weights are C, 1, height, width")
    return weights.transposed([1, 2, 3, 0]).elements
  }
}
