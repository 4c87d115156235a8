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
    packPanels(weights, groups: groups, panels: 0..<panels(of: weights, groups: groups))
  }

  /// The panels of all groups of a kernel.
  package static func panels(of weights: HostTensor, groups: Int) -> Int {
    groups * ((weights.shape[0] / groups + panelWidth - 1) / panelWidth)
  }

  /// Some of the panels, in order.
  package static func packPanels(
    _ weights: HostTensor, groups: Int, panels range: Range<Int>
  ) -> [Float] {
    let shape = weights.shape
    precondition(shape.rank == 4, "weights are O, C, height, width")
    precondition(groups > 0 && shape[0] % groups == 0, "groups divide the output channels")
    let groupOutputs = shape[0] / groups
    let (channels, taps) = (shape[1], shape[2] * shape[3])
    let panels = (groupOutputs + panelWidth - 1) / panelWidth
    var packed = [Float](repeating: 0, count: range.count * taps * channels * panelWidth)
    let from = weights.elements.span
    var to = packed.mutableSpan
    // Some channels of all outputs of a panel at a time, so that both sides stay in the cache.
    let step = max(1, panelWidth / max(1, taps))
    for (index, panel) in range.enumerated() {
      let (group, first) = (panel / panels, panel % panels * panelWidth)
      let lanes = min(panelWidth, groupOutputs - first)
      for start in stride(from: 0, to: channels, by: step) {
        for lane in 0..<lanes {
          let source = (group * groupOutputs + first + lane) * channels * taps
          let target = index * taps * channels * panelWidth + lane
          for channel in start..<min(channels, start + step) {
            for tap in 0..<taps {
              to[target + (tap * channels + channel) * panelWidth] =
                from[source + channel * taps + tap]
            }
          }
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
