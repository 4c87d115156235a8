package import CTGKernels
package import TGMachine

/// An elementwise program in the numbering of the plan: operands first, then one value per step.
package struct KernelProgram: Hashable, Sendable {
  /// One step.
  package struct Step: Hashable, Sendable {
    /// The function's code in the plan; see `KernelFunction`.
    package var function: Int
    /// The values it is computed from, at most three.
    package var arguments: [Int]
    /// The constant's value or the leaky rectifier's slope.
    package var immediate: Float

    /// Makes a step.
    package init(_ function: Int, _ arguments: [Int] = [], immediate: Float = 0) {
      self.function = function
      self.arguments = arguments
      self.immediate = immediate
    }
  }

  /// The number of operands, at most 8.
  package var operandCount: Int
  /// The steps, at most 64, each naming values before it. None returns operand 0.
  package var steps: [Step]

  /// Makes a program.
  package init(operandCount: Int, steps: [Step] = []) {
    self.operandCount = operandCount
    self.steps = steps
  }

  /// The program that returns its only operand.
  package static let identity = KernelProgram(operandCount: 1)

  /// The steps for C.
  package var raw: [tg_step] {
    steps.map { step in
      precondition(
        step.arguments.count <= Int(TG_MAX_ARGUMENTS), "a step has at most three arguments")
      let padded = step.arguments + [0, 0, 0]
      return tg_step(
        function: Int32(step.function),
        arguments: (Int32(padded[0]), Int32(padded[1]), Int32(padded[2])),
        immediate: step.immediate)
    }
  }

  /// The program with its registers allocated for an instruction set; traps if it is not sound.
  ///
  /// - Parameter elements: what its operands hold, all of them.
  package func prepared(reading elements: [KernelElement], for isa: ISA) -> tg_program {
    precondition(elements.count == operandCount, "a type for each operand")
    var program = tg_program()
    let status = unsafe tg_program_prepare(
      &program, isa.code, Int32(operandCount), elements.map(\.code), Int32(steps.count), raw)
    precondition(status == TG_OK, "an elementwise program is sound")
    return program
  }
}

/// A program on the fly: operand 0 is the kernel's result, the rest are read at the same position.
@unsafe package struct KernelEpilogue {
  /// The program; `operandCount` is `operands.count + 1`.
  package var program: KernelProgram
  /// Operands 1 and up, each with the output's extents.
  package var operands: [ResolvedView]

  /// Makes an epilogue; traps if the counts do not fit.
  package init(program: KernelProgram = .identity, operands: [ResolvedView] = unsafe []) {
    unsafe precondition(
      program.operandCount == operands.count + 1, "an epilogue has a view for each operand")
    unsafe self.program = program
    unsafe self.operands = operands
  }
}
