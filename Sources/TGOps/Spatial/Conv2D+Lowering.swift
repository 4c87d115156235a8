package import TGIR
import TGPlan
import TGTensor

extension Conv2D {
  /// One `convolve` instruction with packed weights; the kernels must be constants.
  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let input = context.rows(0)
    let channels = context.shape(0)[3]
    let depthwise = groups == channels && context.resultShape[3] == channels && groups > 1
    var lowered: [TGPlan.Convolution.Phase] = []
    for (index, phase) in phases.enumerated() {
      guard let kernel = context.constant(1 + index) else {
        throw LoweringError("a convolution with a computed kernel")
      }
      let packed = depthwise ? packDepthwise(kernel) : packPanels(kernel, groups: groups)
      lowered.append(
        .init(
          weights: context.weights(packed), kernelHeight: kernel.shape[2],
          kernelWidth: kernel.shape[3], padTop: phase.padTop, padLeft: phase.padLeft,
          originY: phase.originY, originX: phase.originX))
    }
    var instruction = TGPlan.Convolution(
      input: input, output: context.output(), phases: lowered)
    instruction.groups = groups
    (instruction.strideY, instruction.strideX) = (stride[0], stride[1])
    (instruction.dilationY, instruction.dilationX) = (dilation[0], dilation[1])
    (instruction.scaleY, instruction.scaleX) = (scale[0], scale[1])
    instruction.packing = depthwise ? .depthwise : .panels
    instruction.epilogue = context.epilogue(
      epilogue, from: 1 + phases.count, over: context.resultShape)
    context.emit(.convolve(instruction))
  }
}

/// Kernels `[O, C/groups, kh, kw]` in panels of 16 output channels,
/// `[groups][⌈O/groups / 16⌉][kh][kw][C/groups][16]`, the last panel filled with zeros.
func packPanels(_ kernel: HostTensor, groups: Int) -> [Float] {
  let (channels, kh, kw) = (kernel.shape[1], kernel.shape[2], kernel.shape[3])
  let perGroup = kernel.shape[0] / groups
  let panels = (perGroup + 15) / 16
  let area = kh * kw
  var packed = [Float](repeating: 0, count: groups * panels * area * channels * 16)
  let source = kernel.elements
  for group in 0..<groups {
    for o in 0..<perGroup {
      let (panel, lane) = (o / 16, o % 16)
      let from = (group * perGroup + o) * channels * area
      let to = (group * panels + panel) * area * channels * 16 + lane
      for c in 0..<channels {
        for k in 0..<area { packed[to + (k * channels + c) * 16] = source[from + c * area + k] }
      }
    }
  }
  return packed
}

/// Kernels `[C, 1, kh, kw]` as `[kh][kw][C]`.
func packDepthwise(_ kernel: HostTensor) -> [Float] {
  let (channels, area) = (kernel.shape[0], kernel.shape[2] * kernel.shape[3])
  var packed = [Float](repeating: 0, count: channels * area)
  for c in 0..<channels {
    for k in 0..<area { packed[k * channels + c] = kernel[c * area + k] }
  }
  return packed
}
