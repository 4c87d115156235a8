internal import TGTensor

// The rules of each instruction. Every view has been found inside its slot, with extents of at
// least 1 and strides that are not negative.
extension FunctionCheck {
  /// Checks what the doc comment of the instruction asks.
  func checkRules(of instruction: Instruction) throws(PlanError) {
    switch instruction {
    case .convolve(let convolution): try check(convolution)
    case .multiply(let product): try check(product)
    case .map(let map):
      try check(map.program, operands: map.operands.count)
      let packed = map.program.packedOperands
      for (index, operand) in map.operands.enumerated() {
        try check(
          operand, isPacked: packed.contains(index), at: map.output.dimensions, .operand(index))
      }
    case .reduce(let reduction): try check(reduction)
    case .normalize(let normalization):
      guard normalization.keptRank >= 0, normalization.keptRank <= normalization.input.rank else {
        throw PlanError(.attribute(.keptRank, normalization.keptRank))
      }
      guard normalization.epsilon >= 0, normalization.epsilon.isFinite else {
        throw PlanError(.rule(.epsilon(normalization.epsilon)))
      }
      try checkExtents(normalization.output, normalization.input.dimensions, .output)
      try checkNothingPacked(normalization.epilogue.program)
      try check(normalization.epilogue, output: normalization.output)
    case .softmax(let softmax):
      guard softmax.input.rank >= 1 else {
        throw PlanError(.view(.input, .rank(softmax.input.rank, expected: 1)))
      }
      try checkExtents(softmax.output, softmax.input.dimensions, .output)
    case .pool(let pooling): try check(pooling)
    case .unpool(let unpooling): try check(unpooling)
    case .resample(let resampling): try check(resampling)
    case .gather(let gathering):
      guard gathering.table.rank >= 1 else {
        throw PlanError(.view(.table, .rank(gathering.table.rank, expected: 1)))
      }
      try checkExtents(
        gathering.output, gathering.indices.dimensions + gathering.table.dimensions.dropFirst(),
        .output)
    case .signs(let signs):
      guard let extents = PointwiseProgram.packedExtents(signs.input.dimensions) else {
        throw PlanError(.view(.input, .rank(0, expected: 1)))
      }
      try checkInnermost(signs.input, .input)
      try checkExtents(signs.output, extents, .output)
    }
  }

  private func check(_ convolution: Convolution) throws(PlanError) {
    let (input, output) = (convolution.input, convolution.output)
    try checkPicture(input, .input)
    try checkPicture(output, .output)
    try checkExtents(output, [input.dimensions[0]] + output.dimensions.dropFirst(), .output)
    try checkAttributes(
      [
        (.groups, convolution.groups), (.strideY, convolution.strideY),
        (.strideX, convolution.strideX), (.dilationY, convolution.dilationY),
        (.dilationX, convolution.dilationX), (.scaleY, convolution.scaleY),
        (.scaleX, convolution.scaleX),
      ], from: 1)
    let channels = (input: input.dimensions[3], output: output.dimensions[3])
    guard channels.input % convolution.groups == 0, channels.output % convolution.groups == 0 else {
      throw PlanError(
        .rule(
          .groupsDivide(
            groups: convolution.groups, input: channels.input, output: channels.output)))
    }
    if convolution.packing == .depthwise,
      convolution.groups != channels.input || convolution.groups != channels.output
    {
      throw PlanError(
        .rule(
          .depthwiseGroups(
            groups: convolution.groups, input: channels.input, output: channels.output)))
    }
    try checkPhases(of: convolution)
    try check(convolution.epilogue, output: output)
  }

  private func checkPhases(of convolution: Convolution) throws(PlanError) {
    guard convolution.phases.count <= limits.phases else {
      throw PlanError(.limit(.phases, convolution.phases.count, limits.phases))
    }
    var origins = Set<[Int]>()
    var covering = 0
    for (index, phase) in convolution.phases.enumerated() {
      try checkAttributes(
        [(.kernelHeight, phase.kernelHeight), (.kernelWidth, phase.kernelWidth)], from: 1)
      try checkAttributes(
        [(.padTop, phase.padTop), (.padLeft, phase.padLeft)], from: -limits.attribute)
      try checkAttributes([(.originY, phase.originY)], from: 0, below: convolution.scaleY)
      try checkAttributes([(.originX, phase.originX)], from: 0, below: convolution.scaleX)
      guard origins.insert([phase.originY, phase.originX]).inserted else {
        throw PlanError(
          .rule(.duplicatePhase(originY: phase.originY, originX: phase.originX)))
      }
      try checkWeights(phase.weights, rank: 1, .phaseWeights(index))
      guard let expected = convolution.packedWeightCount(of: phase),
        phase.weights.dimensions[0] == expected
      else {
        throw PlanError(
          .rule(
            .weightCount(
              phase: index, found: phase.weights.dimensions[0],
              expected: convolution.packedWeightCount(of: phase) ?? .max)))
      }
      let places = convolution.extents(of: phase)
      if places.rows > 0, places.columns > 0 { covering += 1 }
    }
    let expected =
      min(convolution.scaleY, convolution.output.dimensions[1])
      * min(convolution.scaleX, convolution.output.dimensions[2])
    guard covering == expected else {
      throw PlanError(.rule(.phases(found: covering, expected: expected)))
    }
  }

  private func check(_ product: MatrixProduct) throws(PlanError) {
    let factors = [
      (ViewRole.left, product.left), (.right, product.right), (.output, product.output),
    ]
    for (role, view) in factors where view.rank != 3 {
      throw PlanError(.view(role, .rank(view.rank, expected: 3)))
    }
    let (left, right) = (product.left.dimensions, product.right.dimensions)
    try checkExtents(product.right, [left[0], left[2], right[2]], .right)
    try checkExtents(product.output, [left[0], left[1], right[2]], .output)
    try checkInnermost(product.output, .output)
    try check(product.epilogue, output: product.output)
  }

  private func check(_ reduction: Reduction) throws(PlanError) {
    try check(reduction.program, operands: reduction.operands.count)
    try checkNothingPacked(reduction.program)
    guard let extents = reduction.operands.first?.dimensions else {
      throw PlanError(.rule(.operandCount(found: 0, expected: 1)))
    }
    for (index, operand) in reduction.operands.enumerated() {
      try checkExtents(operand, extents, .operand(index))
    }
    guard reduction.keptRank >= 0, reduction.keptRank <= extents.count else {
      throw PlanError(.attribute(.keptRank, reduction.keptRank))
    }
    try checkExtents(reduction.output, Array(extents[..<reduction.keptRank]), .output)
  }

  private func check(_ pooling: Pooling) throws(PlanError) {
    try checkPicture(pooling.input, .input)
    try checkPicture(pooling.output, .output)
    let (input, output) = (pooling.input.dimensions, pooling.output.dimensions)
    try checkExtents(pooling.output, [input[0], output[1], output[2], input[3]], .output)
    try checkWindows(
      of: input, into: output, kernel: (pooling.kernelHeight, pooling.kernelWidth),
      stride: (pooling.strideY, pooling.strideX), pad: (pooling.padTop, pooling.padLeft))
  }

  private func check(_ unpooling: Unpooling) throws(PlanError) {
    try checkPicture(unpooling.input, .input)
    try checkPicture(unpooling.gradient, .gradient)
    try checkPicture(unpooling.output, .output)
    let (input, windows) = (unpooling.input.dimensions, unpooling.gradient.dimensions)
    try checkExtents(unpooling.output, input, .output)
    try checkExtents(
      unpooling.gradient, [input[0], windows[1], windows[2], input[3]], .gradient)
    try checkWindows(
      of: input, into: windows, kernel: (unpooling.kernelHeight, unpooling.kernelWidth),
      stride: (unpooling.strideY, unpooling.strideX), pad: (unpooling.padTop, unpooling.padLeft))
  }

  /// Checks that every window of a picture has a place inside it.
  private func checkWindows(
    of input: [Int], into output: [Int], kernel: (y: Int, x: Int), stride: (y: Int, x: Int),
    pad: (y: Int, x: Int)
  ) throws(PlanError) {
    try checkAttributes(
      [
        (.kernelHeight, kernel.y), (.kernelWidth, kernel.x), (.strideY, stride.y),
        (.strideX, stride.x),
      ], from: 1)
    try checkAttributes([(.padTop, pad.y), (.padLeft, pad.x)], from: 0)
    let axes = [
      (input[1], output[1], kernel.y, stride.y, pad.y),
      (input[2], output[2], kernel.x, stride.x, pad.x),
    ]
    for (extent, windows, kernel, stride, pad) in axes {
      guard pad < kernel, (windows - 1) * stride - pad < extent else {
        throw PlanError(.rule(.windowOutside))
      }
    }
  }

  private func check(_ resampling: Resampling) throws(PlanError) {
    let input = resampling.input.dimensions
    guard input.indices.contains(resampling.axis) else {
      throw PlanError(.attribute(.axis, resampling.axis))
    }
    let output = resampling.output.dimensions
    guard output.count == input.count else {
      throw PlanError(.view(.output, .rank(output.count, expected: input.count)))
    }
    var expected = input
    expected[resampling.axis] = output[resampling.axis]
    try checkExtents(resampling.output, expected, .output)
    try checkWeights(resampling.starts, rank: 1, .starts)
    try checkWeights(resampling.weights, rank: 2, .weights)
    try checkExtents(resampling.starts, [output[resampling.axis]], .starts)
    try checkExtents(
      resampling.weights, [output[resampling.axis], resampling.weights.dimensions[1]], .weights)
  }

  private func check(_ epilogue: Epilogue, output: View) throws(PlanError) {
    try check(epilogue.program, operands: epilogue.operands.count + 1)
    let packed = epilogue.program.packedOperands
    // Operand 0 is a number just computed.
    guard !packed.contains(0) else { throw PlanError(.rule(.packedOperand(0))) }
    for (index, operand) in epilogue.operands.enumerated() {
      try check(
        operand, isPacked: packed.contains(index + 1), at: output.dimensions,
        .epilogueOperand(index + 1))
    }
  }

  /// Checks an operand of a program that runs at places of the given extents.
  private func check(
    _ operand: View, isPacked: Bool, at extents: [Int], _ role: ViewRole
  ) throws(PlanError) {
    guard isPacked else { return try checkExtents(operand, extents, role) }
    guard let packed = PointwiseProgram.packedExtents(extents) else {
      throw PlanError(.view(role, .rank(0, expected: 1)))
    }
    try checkExtents(operand, packed, role)
    try checkInnermost(operand, role)
  }

  /// Checks that a program whose places are not in the order of an output reads no words.
  private func checkNothingPacked(_ program: PointwiseProgram) throws(PlanError) {
    if let first = program.packedOperands.min() { throw PlanError(.rule(.packedOperand(first))) }
  }

  private func check(_ program: PointwiseProgram, operands: Int) throws(PlanError) {
    guard program.isSound else { throw PlanError(.rule(.program)) }
    guard program.operandCount == operands else {
      throw PlanError(.rule(.operandCount(found: operands, expected: program.operandCount)))
    }
  }

  private func checkAttributes(
    _ attributes: [(InstructionAttribute, Int)], from low: Int, below high: Int? = nil
  ) throws(PlanError) {
    for (attribute, value) in attributes {
      guard value >= low, value < high ?? (limits.attribute + 1) else {
        throw PlanError(.attribute(attribute, value))
      }
    }
  }

  private func checkExtents(
    _ view: View, _ expected: [Int], _ role: ViewRole
  ) throws(PlanError) {
    guard view.dimensions == expected else {
      throw PlanError(.view(role, .extents(view.dimensions, expected: expected)))
    }
  }

  private func checkPicture(_ view: View, _ role: ViewRole) throws(PlanError) {
    guard view.rank == 4 else { throw PlanError(.view(role, .rank(view.rank, expected: 4))) }
    try checkInnermost(view, role)
  }

  private func checkInnermost(_ view: View, _ role: ViewRole) throws(PlanError) {
    guard view.strides[view.rank - 1] == 1 || view.dimensions[view.rank - 1] == 1 else {
      throw PlanError(.view(role, .innermostStride(view.strides[view.rank - 1])))
    }
  }

  private func checkWeights(_ view: View, rank: Int, _ role: ViewRole) throws(PlanError) {
    guard view.rank == rank else { throw PlanError(.view(role, .rank(view.rank, expected: rank))) }
    guard function.slots[view.slot].kind == .weight else {
      throw PlanError(.view(role, .notWeights))
    }
    guard view.isContiguous else { throw PlanError(.view(role, .notContiguous)) }
  }
}
