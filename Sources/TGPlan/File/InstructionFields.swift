internal import TGTensor

extension PointwiseFunction: PlanChoice {}
extension Convolution.Packing: PlanChoice {}
extension ReductionFunction: PlanChoice {}
extension Pooling.Function: PlanChoice {}

extension PlacedInstruction: PlanMessage {
  package init() { self.init(.map(PointwiseMap()), label: "", source: "") }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.string("label", &label)
    try archive.string("source", &source)
    try archive.number("macs", &macs)
    var kinds = InstructionKinds(instruction)
    try kinds.visit(&archive)
    guard let only = kinds.only else { throw archive.failure(.notOneInstruction) }
    instruction = only
  }
}

/// The instruction kinds as the schema has them: one optional message each.
private struct InstructionKinds {
  var convolve: Convolution?
  var multiply: MatrixProduct?
  var map: PointwiseMap?
  var reduce: Reduction?
  var normalize: Normalization?
  var softmax: Softmax?
  var pool: Pooling?
  var resample: Resampling?
  var gather: Gathering?
  var unpool: Unpooling?
  var signs: SignPacking?

  init(_ instruction: Instruction) {
    switch instruction {
    case .convolve(let value): convolve = value
    case .multiply(let value): multiply = value
    case .map(let value): map = value
    case .reduce(let value): reduce = value
    case .normalize(let value): normalize = value
    case .softmax(let value): softmax = value
    case .pool(let value): pool = value
    case .resample(let value): resample = value
    case .gather(let value): gather = value
    case .unpool(let value): unpool = value
    case .signs(let value): signs = value
    }
  }

  /// The instruction, if there is exactly one.
  var only: Instruction? {
    let found: [Instruction?] = [
      convolve.map(Instruction.convolve), multiply.map(Instruction.multiply),
      map.map(Instruction.map), reduce.map(Instruction.reduce),
      normalize.map(Instruction.normalize), softmax.map(Instruction.softmax),
      pool.map(Instruction.pool), resample.map(Instruction.resample),
      gather.map(Instruction.gather), unpool.map(Instruction.unpool),
      signs.map(Instruction.signs),
    ]
    let present = found.compactMap(\.self)
    return present.count == 1 ? present[0] : nil
  }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("convolve", &convolve)
    try archive.message("multiply", &multiply)
    try archive.message("map", &map)
    try archive.message("reduce", &reduce)
    try archive.message("normalize", &normalize)
    try archive.message("softmax", &softmax)
    try archive.message("pool", &pool)
    try archive.message("resample", &resample)
    try archive.message("gather", &gather)
    try archive.message("unpool", &unpool)
    try archive.message("signs", &signs)
  }
}

extension PointwiseProgram: PlanMessage {
  package init() { self = .identity }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.number("operand_count", &operandCount)
    try archive.messages("steps", &steps)
  }
}

extension PointwiseProgram.Step: PlanMessage {
  package init() { self.init(.constant) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.choice("function", &function)
    try archive.numbers("arguments", &arguments)
    try archive.float("immediate", &immediate)
  }
}

extension Epilogue: PlanMessage {
  package init() { self.init(program: .identity, operands: []) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("program", &program)
    try archive.messages("operands", &operands)
  }
}

extension Convolution: PlanMessage {
  package init() { self.init(input: View(), output: View(), phases: []) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("input", &input)
    try archive.message("output", &output)
    try archive.number("groups", &groups)
    try archive.number("stride_y", &strideY)
    try archive.number("stride_x", &strideX)
    try archive.number("dilation_y", &dilationY)
    try archive.number("dilation_x", &dilationX)
    try archive.number("scale_y", &scaleY)
    try archive.number("scale_x", &scaleX)
    try archive.choice("packing", &packing)
    try archive.messages("phases", &phases)
    try archive.message("epilogue", &epilogue)
  }
}

extension Convolution.Phase: PlanMessage {
  package init() {
    self.init(weights: View(), kernelHeight: 0, kernelWidth: 0, padTop: 0, padLeft: 0)
  }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("weights", &weights)
    try archive.number("kernel_height", &kernelHeight)
    try archive.number("kernel_width", &kernelWidth)
    try archive.number("pad_top", &padTop)
    try archive.number("pad_left", &padLeft)
    try archive.number("origin_y", &originY)
    try archive.number("origin_x", &originX)
  }
}

extension MatrixProduct: PlanMessage {
  package init() { self.init(left: View(), right: View(), output: View()) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("left", &left)
    try archive.message("right", &right)
    try archive.message("output", &output)
    try archive.message("epilogue", &epilogue)
  }
}

extension PointwiseMap: PlanMessage {
  package init() { self.init(program: .identity, operands: [], output: View()) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("program", &program)
    try archive.messages("operands", &operands)
    try archive.message("output", &output)
  }
}

extension Reduction: PlanMessage {
  package init() {
    self.init(function: .sum, program: .identity, operands: [], keptRank: 0, output: View())
  }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.choice("function", &function)
    try archive.number("kept_rank", &keptRank)
    try archive.message("output", &output)
    try archive.messages("operands", &operands)
    try archive.message("program", &program)
  }
}

extension Normalization: PlanMessage {
  package init() { self.init(input: View(), keptRank: 0, epsilon: 0, output: View()) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("input", &input)
    try archive.number("kept_rank", &keptRank)
    try archive.float("epsilon", &epsilon)
    try archive.message("output", &output)
    try archive.message("epilogue", &epilogue)
  }
}

extension Softmax: PlanMessage {
  package init() { self.init(input: View(), output: View()) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("input", &input)
    try archive.message("output", &output)
    try archive.bool("logarithmic", &logarithmic)
  }
}

extension Pooling: PlanMessage {
  package init() {
    self.init(
      function: .maximum, input: View(), output: View(), kernelHeight: 0, kernelWidth: 0,
      strideY: 1, strideX: 1, padTop: 0, padLeft: 0)
  }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.choice("function", &function)
    try archive.message("input", &input)
    try archive.message("output", &output)
    try archive.number("kernel_height", &kernelHeight)
    try archive.number("kernel_width", &kernelWidth)
    try archive.number("stride_y", &strideY)
    try archive.number("stride_x", &strideX)
    try archive.number("pad_top", &padTop)
    try archive.number("pad_left", &padLeft)
  }
}

extension Unpooling: PlanMessage {
  package init() {
    self.init(
      input: View(), gradient: View(), output: View(), kernelHeight: 0, kernelWidth: 0,
      strideY: 1, strideX: 1, padTop: 0, padLeft: 0)
  }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("input", &input)
    try archive.message("gradient", &gradient)
    try archive.message("output", &output)
    try archive.number("kernel_height", &kernelHeight)
    try archive.number("kernel_width", &kernelWidth)
    try archive.number("stride_y", &strideY)
    try archive.number("stride_x", &strideX)
    try archive.number("pad_top", &padTop)
    try archive.number("pad_left", &padLeft)
  }
}

extension Resampling: PlanMessage {
  package init() {
    self.init(input: View(), output: View(), axis: 0, starts: View(), weights: View())
  }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("input", &input)
    try archive.message("output", &output)
    try archive.number("axis", &axis)
    try archive.message("starts", &starts)
    try archive.message("weights", &weights)
  }
}

extension Gathering: PlanMessage {
  package init() { self.init(table: View(), indices: View(), output: View()) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("table", &table)
    try archive.message("indices", &indices)
    try archive.message("output", &output)
  }
}

extension SignPacking: PlanMessage {
  package init() { self.init(input: View(), output: View()) }

  package mutating func visit(_ archive: inout some PlanArchive) throws(PlanError) {
    try archive.message("input", &input)
    try archive.message("output", &output)
  }
}
