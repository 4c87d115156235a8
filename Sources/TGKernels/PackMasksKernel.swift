internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output[i…, w] = Σₖ 2ᵏ · [input[i…, 16w + k] > 0]`, k below 16 and inside the input: which
  /// numbers are larger than 0, sixteen to a word.
  ///
  /// - Parameters:
  ///   - input: rank 1 or more, innermost stride 1.
  ///   - output: the extents of `input`, the innermost ⌈C / 16⌉ instead of C.
  package static func packMasks(
    input: ResolvedView, output: ResolvedView, isa: ISA
  ) -> KernelCall {
    let (extents, words) = unsafe (input.dimensions, output.dimensions)
    let last = extents.count - 1
    unsafe precondition(input.strides[last] == 1 || extents[last] == 1, "neighbours lie together")
    precondition(
      words == extents[..<last] + [TGKernels.words(for: extents[last])], "a word for 16 neighbours")
    let lead = unsafe [input.strides[..<last], output.strides[..<last]]
    let word = Int(TG_WORD)
    let partial = extents[last] % word
    var runs = Axes(extents: extents[..<last], strides: lead)
    var run = unsafe Axes.Axis(extent: words[last], strides: [word, output.strides[last]])
    if partial == 0 {
      // Only full words: those of neighbouring runs may make one run.
      runs = unsafe Axes(
        extents: words[...],
        strides: [lead[0] + [word], lead[1] + [output.strides[last]]])
      runs.merge()
      run = runs.takeInnermost(tensors: 2)
    } else {
      runs.merge()
    }
    let grid = tg_grid(isa: isa, units: runs.count * run.extent, unitElements: word)
    let record = unsafe tg_pack_masks(
      grid: grid, input: UnsafePointer(input.base), output: output.base, runs: runs.raw,
      count: run.extent, stride_in: run.strides[0], stride_out: run.strides[1],
      last: partial == 0 ? word : partial)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_pack_masks_tile)
  }
}
