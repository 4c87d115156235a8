internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output[i…] = [input[i…] > 0]`: which numbers are larger than 0, a bit for each; the bits that pad a
  /// row are 0.
  ///
  /// - Parameters:
  ///   - input: rank 1 or more, innermost stride 1.
  ///   - output: bits, the extents of `input`, innermost stride 1.
  package static func packMasks(
    input: ResolvedView, output: ResolvedView, isa: ISA
  ) -> KernelCall {
    let extents = unsafe input.dimensions
    let last = extents.count - 1
    unsafe precondition(input.strides[last] == 1 || extents[last] == 1, "neighbours lie together")
    unsafe precondition(output.element == .bits, "a bit for each number")
    unsafe precondition(output.dimensions == extents, "equal extents")
    let word = Int(TG_WORD)
    let words = (extents[last] + word - 1) / word
    let outer = unsafe output.strides[..<last].map { $0 / word }
    let lead = unsafe [input.strides[..<last], outer[...]]
    let partial = extents[last] % word
    var runs = Axes(extents: extents[..<last], strides: lead)
    var run = Axes.Axis(extent: words, strides: [word, 1])
    if partial == 0 {
      // Only full words: those of neighbouring runs may make one run.
      runs = Axes(
        extents: (extents[..<last] + [words])[...],
        strides: [(Array(lead[0]) + [word])[...], (outer + [1])[...]])
      runs.merge()
      run = runs.takeInnermost(tensors: 2)
    } else {
      runs.merge()
    }
    let grid = tg_grid(isa: isa, units: runs.count * run.extent, unitElements: word)
    let record = unsafe tg_pack_masks(
      grid: grid, input: UnsafePointer(input.base),
      output: output.address.assumingMemoryBound(to: UInt16.self), runs: runs.raw,
      count: run.extent, stride_in: run.strides[0], stride_out: run.strides[1],
      last: partial == 0 ? word : partial)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_pack_masks_tile)
  }
}
