internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output[i] = input[i]`: floats of 16 bits as floats of 32 bits, which is exact; not-a-number becomes
  /// quiet.
  ///
  /// - Parameters:
  ///   - input: so many floats of 16 bits.
  ///   - output: room for as many of 32 bits, apart from `input`.
  package static func widen(
    _ input: UnsafePointer<UInt16>, count: Int, into output: UnsafeMutablePointer<Float>, isa: ISA
  ) -> KernelCall {
    let run = Int(TG_WIDEN_RUN)
    let grid = tg_grid(isa: isa, units: (count + run - 1) / run, unitElements: run)
    let record = unsafe tg_widen(grid: grid, input: input, output: output, count: count)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_widen_tile)
  }
}
