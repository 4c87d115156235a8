internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output[a…, i, b…] = Σₜ weights[i, t] · input[a…, starts[i] + t, b…]` along `axis`.
  ///
  /// - Parameters:
  ///   - starts: the first input position of each output position; copied.
  ///   - weights: `[outputs, taps]`, contiguous.
  /// - Returns: nil if a start or a tap lies outside the input.
  package static func resample(
    input: ResolvedView, output: ResolvedView, axis: Int, starts: ResolvedView,
    weights: ResolvedView, isa: ISA
  ) -> KernelCall? {
    let outputs = unsafe output.dimensions[axis]
    let taps = unsafe weights.dimensions[1]
    let last = unsafe input.dimensions[axis] - taps
    var positions: [Int32] = []
    for i in 0..<outputs {
      let start = unsafe starts.integers[i * starts.strides[0]]
      guard start >= 0, Int(start) <= last else { return nil }
      positions.append(start)
    }
    let strideIn = unsafe input.strides[axis]
    let strideOut = unsafe output.strides[axis]
    var (extents, inSteps, outSteps) = unsafe (input.dimensions, input.strides, output.strides)
    extents.remove(at: axis)
    inSteps.remove(at: axis)
    outSteps.remove(at: axis)
    var others = Axes(extents: extents[...], strides: [inSteps[...], outSteps[...]])
    others.merge()
    let lanes = others.takeContiguous(tensors: [0, 1])?.extent ?? 1
    let perOutput = lanes * max(1, taps)
    // A quarter of a tile, so that tiles are even.
    let block = max(1, min(outputs, Piece.tile / 4 / max(1, perOutput)))
    let grid = tg_grid(
      isa: isa, units: others.count * ((outputs + block - 1) / block),
      unitElements: block * perOutput)
    let startsRecord = KernelRecord(positions)
    let record = unsafe tg_resample(
      grid: grid, starts: startsRecord.pointer.assumingMemoryBound(to: Int32.self),
      weights: UnsafePointer(weights.base), input: UnsafePointer(input.base), output: output.base,
      others: others.raw, lanes: lanes, outputs: outputs, block: block, taps: taps,
      stride_in: strideIn, stride_out: strideOut)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0,
      record: KernelRecord([record], keeping: [startsRecord]), function: tg_resample_tile)
  }
}
