internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// Prepares `out[i…] = program(operands[i…]…)`; with the identity program a strided copy.
  ///
  /// - Parameters:
  ///   - program: a sound program.
  ///   - operands: one view per operand, each with the output's extents. One may be the output itself;
  ///     none may overlap it otherwise.
  ///   - output: the result, any strides. Of whole numbers: the program has no steps and one operand,
  ///     of whole numbers, or of floats, where one that is no whole number of 32 bits becomes the least.
  ///   - isa: an available instruction set.
  package static func elementwise(
    program: KernelProgram, operands: [ResolvedView], output: ResolvedView, isa: ISA
  ) -> KernelCall {
    unsafe precondition(operands.count == program.operandCount, "a view for each operand")
    for index in unsafe operands.indices {
      unsafe precondition(operands[index].dimensions == output.dimensions, "equal extents")
    }
    var map = unsafe tg_elementwise()
    var out = unsafe output.raw
    let views = unsafe operands.map { unsafe $0.raw }
    let status = unsafe tg_elementwise_prepare(
      &map, isa.code, Int32(program.operandCount), Int32(program.steps.count), program.raw, &out,
      views)
    precondition(status == TG_OK, "an elementwise program is sound")
    return unsafe KernelCall(
      tileCount: map.tile_count, workspaceBytes: map.workspace_bytes,
      record: KernelRecord([map]), function: tg_elementwise_tile)
  }
}
