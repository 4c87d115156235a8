internal import CTGKernels
internal import TGMachine

/// A program ready to be run on blocks of a kernel's result, or of what it reads.
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
    unsafe prepare(
      epilogue.program, reading: [.float32] + epilogue.operands.map { unsafe $0.element }, isa)
    unsafe append(epilogue.operands, strides: operandStrides)
  }

  /// Prepares what a kernel reads: a program over operands, or operand 0 as it is if the program is
  /// the identity.
  ///
  /// - Parameter operandStrides: of all operands, along the axes that the kernel counts by.
  init(
    reading program: KernelProgram, of operands: [ResolvedView], operandStrides: [[Int]], isa: ISA
  ) {
    let elements = unsafe operands.map { unsafe $0.element }
    if !program.steps.isEmpty || elements != [.float32] {
      unsafe prepare(program, reading: elements, isa)
    }
    unsafe append(operands, strides: operandStrides)
  }

  private mutating func prepare(
    _ program: KernelProgram, reading elements: [KernelElement], _ isa: ISA
  ) {
    let program = program.prepared(reading: elements, for: isa)
    unsafe programBytes = withUnsafePointer(to: program) { unsafe tg_program_workspace($0) }
    let record = KernelRecord([program])
    unsafe records = [record]
    unsafe raw.program = record.pointer.assumingMemoryBound(to: tg_program.self)
  }

  private mutating func append(_ operands: [ResolvedView], strides: [[Int]]) {
    for (index, strides) in strides.enumerated() {
      unsafe tg_block_epilogue_append(&raw, operands[index].address, strides.count, strides)
    }
  }
}
