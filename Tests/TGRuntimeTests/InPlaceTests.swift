import TGExecution
import TGKernels
import TGMachine
import TGPlan
import TGRuntime
import TGTensor
import Testing

/// Instructions of `[1, 20, 30, 48]` that add what they compute of the input to a residual.
private let inPlaceInstructions: [@Sendable (inout PlanBuilder, View, View, View) -> Void] = {
  let sum = PointwiseProgram(
    operandCount: 2, steps: [.init(.tanh, [0]), .init(.add, [2, 1])])
  @Sendable func convolution(
    _ builder: inout PlanBuilder, _ input: View, _ residual: View, _ output: View, groups: Int
  ) {
    let kernel = HostTensor(
      [48, 48 / groups, 3, 3], Randomness.floats(48 * 48 / groups * 9, seed: 6))
    let packed =
      groups == 48
      ? WeightPacking.packDepthwise(kernel) : WeightPacking.packPanels(kernel, groups: groups)
    var convolution = Convolution(
      input: input, output: output,
      phases: [
        Convolution.Phase(
          weights: builder.constant([packed.count], packed), kernelHeight: 3, kernelWidth: 3,
          padTop: 1, padLeft: 1)
      ])
    convolution.groups = groups
    convolution.packing = groups == 48 ? .depthwise : .panels
    convolution.epilogue = Epilogue(program: sum, operands: [residual])
    builder.add(.convolve(convolution))
  }
  return [
    { convolution(&$0, $1, $2, $3, groups: 1) },
    { convolution(&$0, $1, $2, $3, groups: 16) },
    { convolution(&$0, $1, $2, $3, groups: 48) },
    { builder, input, residual, output in
      // Four phases with kernels of their own, each a quarter of the positions.
      let phases = [(0, 0), (0, 1), (1, 0), (1, 1)].map { y, x in
        let (height, width) = (2 + y, 3 - x)
        let kernel = HostTensor(
          [48, 48, height, width], Randomness.floats(48 * 48 * height * width, seed: 7))
        let packed = WeightPacking.packPanels(kernel, groups: 1)
        return Convolution.Phase(
          weights: builder.constant([packed.count], packed), kernelHeight: height,
          kernelWidth: width, padTop: 1 - y, padLeft: x, originY: y, originX: x)
      }
      var convolution = Convolution(input: input, output: output, phases: phases)
      (convolution.strideY, convolution.strideX) = (2, 2)
      (convolution.scaleY, convolution.scaleX) = (2, 2)
      convolution.epilogue = Epilogue(program: sum, operands: [residual])
      builder.add(.convolve(convolution))
    },
    { builder, input, residual, output in
      func rows(_ view: View) -> View { View(slot: view.slot, shape: [1, 600, 48]) }
      let right = builder.constant([1, 48, 48], Randomness.floats(48 * 48, seed: 2))
      var product = MatrixProduct(left: rows(input), right: right, output: rows(output))
      product.epilogue = Epilogue(program: sum, operands: [rows(residual)])
      builder.add(.multiply(product))
    },
    { builder, input, residual, output in
      let order = [0, 3, 1, 2]
      func turned(_ view: View) -> View {
        View(
          slot: view.slot, dimensions: order.map { view.dimensions[$0] },
          strides: order.map { view.strides[$0] })
      }
      var normalization = Normalization(
        input: turned(input), keptRank: 2, epsilon: 0.1, output: turned(output))
      normalization.epilogue = Epilogue(program: sum, operands: [turned(residual)])
      builder.add(.normalize(normalization))
    },
    { builder, input, residual, output in
      var normalization = Normalization(input: input, keptRank: 3, epsilon: 0.1, output: output)
      normalization.epilogue = Epilogue(program: sum, operands: [residual])
      builder.add(.normalize(normalization))
    },
    { $0.add(.map(PointwiseMap(program: sum, operands: [$1, $2], output: $3))) },
  ]
}()

/// Results that lie where an operand lay.
@Suite struct InPlaceTests {
  /// Every instruction with an epilogue, and a map, write over an operand that they read element by
  /// element: the same bits as beside it, and nothing else is touched.
  @Test(arguments: inPlaceInstructions.indices)
  func resultsMayOverwriteTheirOperands(_ number: Int) throws {
    let values = Randomness.floats(60_000, seed: 8)
    for isa in ISA.available() {
      var beside: [UInt32] = []
      for (isInPlace, threads) in [
        (false, 1), (true, 1), (true, 2), (true, 3), (true, 4), (true, 7),
      ] {
        var builder = PlanBuilder(seed: 5)
        let input = builder.allocate([1, 20, 30, 48])
        let residual = builder.allocate([1, 20, 30, 48])
        let output = isInPlace ? residual : builder.allocate([1, 20, 30, 48])
        inPlaceInstructions[number](&builder, input, residual, output)
        let executor = try builder.executor(threads: threads, isa: isa)
        try executor.store(Array(values[..<input.count]), into: input)
        try executor.store(Array(values[10_000..<10_000 + input.count]), into: residual)
        try executor.run()
        let found = try executor.fetch(output).map(\.bitPattern)
        if !isInPlace { beside = found }
        #expect(found == beside, "\(isa), \(threads) threads, in place: \(isInPlace)")
        #expect(try builder.isUntouched(around: output, in: executor))
      }
      #expect(Set(beside).count > 1000, "something is computed")
    }
  }
}
