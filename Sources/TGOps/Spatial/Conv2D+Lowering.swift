package import TGIR
import TGPlan
import TGTensor

extension Conv2D {
  /// One `convolve` instruction; the kernels must be constants.
  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let input = context.rows(0)
    var lowered: [TGPlan.Convolution.Phase] = []
    for (index, phase) in phases.enumerated() {
      guard context.isConstant(1 + index) else {
        throw LoweringError("a convolution with a computed kernel")
      }
      let extents = context.shape(1 + index)
      lowered.append(
        .init(
          weights: context.kernel(1 + index, groups: groups), kernelHeight: extents[2],
          kernelWidth: extents[3], padTop: phase.padTop, padLeft: phase.padLeft,
          originY: phase.originY, originX: phase.originX))
    }
    var instruction = TGPlan.Convolution(
      input: input, output: context.output(), phases: lowered)
    instruction.groups = groups
    instruction.tile = tile
    instruction.precision = precision
    (instruction.strideY, instruction.strideX) = (stride[0], stride[1])
    (instruction.dilationY, instruction.dilationX) = (dilation[0], dilation[1])
    (instruction.scaleY, instruction.scaleX) = (scale[0], scale[1])
    instruction.epilogue = context.epilogue(
      epilogue, from: 1 + phases.count, over: context.resultShape)
    context.emit(.convolve(instruction))
  }
}
