internal import CTGKernels

/// An epilogue ready to be run on blocks of a kernel's result.
@unsafe struct PreparedEpilogue {
  /// For C; without program if the epilogue is the identity.
  private(set) var raw = unsafe tg_block_epilogue()
  /// What `raw` points to.
  private(set) var records: [KernelRecord] = []
  /// The workspace of the program, in bytes.
  private(set) var programBytes = 0

  /// Prepares an epilogue.
  ///
  /// - Parameter operandStrides: of operands 1 and up, along the axes that the kernel counts by.
  init(_ epilogue: KernelEpilogue, operandStrides: [[Int]], isa: ISA) {
    guard unsafe !epilogue.program.steps.isEmpty else { return }
    let program = unsafe epilogue.program.prepared(for: isa)
    unsafe programBytes = withUnsafePointer(to: program) { unsafe tg_program_workspace($0) }
    let record = KernelRecord([program])
    unsafe records = [record]
    unsafe raw.program = record.pointer.assumingMemoryBound(to: tg_program.self)
    for (index, strides) in operandStrides.enumerated() {
      unsafe tg_block_epilogue_append(
        &raw, epilogue.operands[index].base, strides.count, strides)
    }
  }
}
