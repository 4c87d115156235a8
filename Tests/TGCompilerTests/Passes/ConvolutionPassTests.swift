import TGCompiler
import TGIR
import TGOps
import TGTensor
import TGTestSupport
import Testing

/// Passes that replace convolutions by cheaper ones.
@Suite struct ConvolutionPassTests {
  private static let enlarged = """
    %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
    %1 = constant() shape=[1, 1, 2, 2] values=[1.0, 2.0, 3.0, 4.0]f : [1, 1, 2, 2]
    %2 = upsample(%0) factors=[2, 2] : [1, 4, 4, 1]
    """
  private static let blocks = """
    %0 = input() name="x" shape=[1, 4, 4, 1] : [1, 4, 4, 1]
    %1 = constant() shape=[1, 1, 1, 1] values=[2.0]f : [1, 1, 1, 1]
    %2 = convolution(%0, %1) stride=[1, 1] dilation=[1, 1] scale=[1, 1] groups=1 phases=[0, \
    0, 0, 0] size=[4, 4] epilogue={1: } : [1, 4, 4, 1]
    %3 = reshape(%2) shape=[1, 2, 2, 2, 2, 1] : [1, 2, 2, 2, 2, 1]
    %4 = reduce(%3) function=0 program={1: } axes=[2, 4] : [1, 2, 2, 1]
    """

  /// Each phase adds up the kernel positions that read the same row and column.
  @Test func anEnlargedPictureIsConvolvedInPhases() throws {
    try PassCase.expect(
      SplitUpsampledConvolutions(), on: Self.enlarged,
      turns: """
        %3 = convolution(%2, %1) stride=[1, 1] dilation=[1, 1] scale=[1, 1] groups=1 phases=[0, \
        0, 0, 0] size=[3, 3] epilogue={1: } : [1, 3, 3, 1]
        output "y" = %3
        """,
      into: """
        %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        %1 = constant() shape=[1, 1, 2, 2] values=[1.0, 2.0, 3.0, 4.0]f : [1, 1, 2, 2]
        %2 = constant() shape=[1, 1, 1, 1] values=[10.0]f : [1, 1, 1, 1]
        %3 = constant() shape=[1, 1, 1, 2] values=[4.0, 6.0]f : [1, 1, 1, 2]
        %4 = constant() shape=[1, 1, 2, 1] values=[3.0, 7.0]f : [1, 1, 2, 1]
        %5 = convolution(%0, %2, %3, %4, %1) stride=[1, 1] dilation=[1, 1] scale=[2, 2] groups=1 \
        phases=[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1] size=[3, 3] epilogue={1: } : [1, \
        3, 3, 1]
        output "y" = %5
        """)
  }

  /// Channels of a vector beside those of a picture: a linear layer for the nine classes of positions.
  @Test(arguments: [
    (3, 1, 1, 1), (4, 2, 1, 1), (5, 1, 2, 1), (3, 1, 0, 1), (3, 1, 2, 2), (3, 2, 1, 1),
  ])
  func channelsOfAVectorLeaveAConvolution(
    _ kernel: Int, _ stride: Int, _ pad: Int, _ dilation: Int
  ) throws {
    let (height, width) = (9, 12)
    let reach = (kernel - 1) * dilation + 1
    let size = [height, width].map { ($0 + 2 * pad - reach) / stride + 1 }
    var numbers = SeededNumbers(seed: 9)
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: [2, height, width, 3]), [])
    let t = try builder.insert(Input(name: "t", shape: [2, 10, 1, 1]), [])
    let plane = try builder.insert(Broadcast([2, 10, height, width]), [t])
    let joined = try builder.concat(
      [x, builder.transpose(plane, [0, 2, 3, 1]), x], axis: 3)
    let weights = try builder.constant(numbers.tensor([4, 16, kernel, kernel]))
    builder.output(
      "y",
      try builder.insert(
        Conv2D(
          stride: [stride, stride], dilation: [dilation, dilation],
          phases: [.init(padTop: pad, padLeft: pad)], outputSize: size), [joined, weights]))
    let result = try PassCase.expectMeaning(HoistConstantChannels(), builder.graph)
    let left = try #require(result.nodes.first { $0.op is Conv2D })
    #expect(result.shape(left.operands[1]) == [4, 6, kernel, kernel])
    #expect(result.nodes.count { $0.op is Linear } == 1)
  }

  @Test func fewChannelsOfAVectorStay() throws {
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: [1, 9, 9, 3]), [])
    let t = try builder.insert(Input(name: "t", shape: [1, 1, 1, 7]), [])
    let joined = try builder.concat(
      [x, builder.insert(Broadcast([1, 9, 9, 7]), [t])], axis: 3)
    var numbers = SeededNumbers(seed: 9)
    let weights = try builder.constant(numbers.tensor([4, 10, 3, 3]))
    let op = Conv2D(phases: [.init(padTop: 1, padLeft: 1)], outputSize: [9, 9])
    builder.output("y", try builder.insert(op, [joined, weights]))
    let result = try HoistConstantChannels().run(builder.graph)
    #expect(!result.nodes.contains { $0.op is Linear })
  }

  @Test func aKernelOfOneTapIsTakenBeforeTheEnlargement() throws {
    try PassCase.expect(
      SplitUpsampledConvolutions(),
      turns: """
        %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        %1 = constant() shape=[2, 1, 1, 1] values=[3.0, 5.0]f : [2, 1, 1, 1]
        %2 = upsample(%0) factors=[2, 3] : [1, 4, 6, 1]
        %3 = convolution(%2, %1) stride=[1, 1] dilation=[1, 1] scale=[1, 1] groups=1 phases=[0, \
        0, 0, 0] size=[4, 6] epilogue={1: } : [1, 4, 6, 2]
        output "y" = %3
        """,
      into: """
        %0 = input() name="x" shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        %1 = constant() shape=[2, 1, 1, 1] values=[3.0, 5.0]f : [2, 1, 1, 1]
        %2 = convolution(%0, %1) stride=[1, 1] dilation=[1, 1] scale=[1, 1] groups=1 phases=[0, \
        0, 0, 0] size=[2, 2] epilogue={1: } : [1, 2, 2, 2]
        %3 = upsample(%2) factors=[2, 3] : [1, 4, 6, 2]
        output "y" = %3
        """)
  }

  @Test func aStridedConvolutionOfAnEnlargedPictureStays() throws {
    try PassCase.expect(
      SplitUpsampledConvolutions(), on: Self.enlarged,
      keeps: """
        %3 = convolution(%2, %1) stride=[2, 2] dilation=[1, 1] scale=[1, 1] groups=1 phases=[0, \
        0, 0, 0] size=[2, 2] epilogue={1: } : [1, 2, 2, 1]
        output "y" = %3
        """)
  }

  @Test func aSumOverBlocksBecomesAStride() throws {
    try PassCase.expect(
      MergeBlockSums(), on: Self.blocks,
      turns: """
        output "y" = %4
        """,
      into: """
        %0 = input() name="x" shape=[1, 4, 4, 1] : [1, 4, 4, 1]
        %1 = constant() shape=[1, 1, 2, 2] values=[2.0, 2.0, 2.0, 2.0]f : [1, 1, 2, 2]
        %2 = convolution(%0, %1) stride=[2, 2] dilation=[1, 1] scale=[1, 1] groups=1 phases=[0, \
        0, 0, 0] size=[2, 2] epilogue={1: } : [1, 2, 2, 1]
        output "y" = %2
        """)
  }

  @Test func blocksOfAPictureThatIsAResultStay() throws {
    try PassCase.expect(
      MergeBlockSums(), on: Self.blocks,
      keeps: """
        output "y" = %4
        output "z" = %2
        """)
  }

  /// Noise opened to two rows and columns: zeros around it are not multiplied.
  @Test func aPictureOfOnePositionIsMultiplied() throws {
    try PassCase.expect(
      MultiplySinglePositions(),
      turns: """
        %0 = input() name="z" shape=[1, 1, 1, 2] : [1, 1, 1, 2]
        %1 = constant() shape=[1, 2, 2, 2] values=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]f : \
        [1, 2, 2, 2]
        %2 = convolution(%0, %1) stride=[1, 1] dilation=[1, 1] scale=[1, 1] groups=1 phases=[1, \
        1, 0, 0] size=[2, 2] epilogue={1: } : [1, 2, 2, 1]
        output "y" = %2
        """,
      into: """
        %0 = input() name="z" shape=[1, 1, 1, 2] : [1, 1, 1, 2]
        %1 = constant() shape=[4, 2] values=[4.0, 8.0, 3.0, 7.0, 2.0, 6.0, 1.0, 5.0]f : [4, 2]
        %2 = reshape(%0) shape=[1, 2] : [1, 2]
        %3 = linear(%2, %1) epilogue={1: } : [1, 4]
        %4 = reshape(%3) shape=[1, 2, 2, 1] : [1, 2, 2, 1]
        output "y" = %4
        """)
  }

  @Test func aPictureOfTwoPositionsIsConvolved() throws {
    try PassCase.expect(
      MultiplySinglePositions(),
      keeps: """
        %0 = input() name="z" shape=[1, 1, 2, 2] : [1, 1, 2, 2]
        %1 = constant() shape=[1, 2, 2, 2] values=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]f : \
        [1, 2, 2, 2]
        %2 = convolution(%0, %1) stride=[1, 1] dilation=[1, 1] scale=[1, 1] groups=1 phases=[1, \
        1, 0, 0] size=[2, 3] epilogue={1: } : [1, 2, 3, 1]
        output "y" = %2
        """)
  }

  /// A graph of one convolution of so many channels, and the line of the convolution.
  private func plain(_ channels: Int, _ size: Int, _ kernel: Int, stride: Int = 1) -> String {
    let count = channels * channels * kernel * kernel
    let values = (0..<count).map { "\(Double($0 % 7) - 3)" }.joined(separator: ", ")
    let end = (size - 1) / stride + 1
    return """
      %0 = input() name="x" shape=[1, \(size), \(size), \(channels)] : [1, \(size), \(size), \(channels)]
      %1 = constant() shape=[\(channels), \(channels), \(kernel), \(kernel)] values=[\(values)]f : \
      [\(channels), \(channels), \(kernel), \(kernel)]
      %2 = convolution(%0, %1) stride=[\(stride), \(stride)] dilation=[1, 1] scale=[1, 1] groups=1 \
      phases=[1, 1, 0, 0] size=[\(end), \(end)] epilogue={1: } : [1, \(end), \(end), \(channels)]
      output "y" = %2
      """
  }

  /// The results along each side of the tiles that the pass chooses for a graph.
  private func tile(_ text: String) throws -> Int {
    let graph = try TileConvolutions().run(PassCase.graph(text))
    try graph.verify()
    return try #require(graph.nodes.compactMap { $0.op as? Conv2D }.first).tile
  }

  /// The tiles of a convolution of such kernels, all of whose phases have so many results.
  private func tile(_ kernels: [Shape], _ size: Int, stride: Int = 1) -> Int {
    CostModel.tile(
      phases: kernels.map { ($0, [1, size, size]) }, stride: [stride, stride])
  }

  @Test func tilesAreOfWhatTheyCost() throws {
    // Of 4 where there are many, of 2 where a picture is small beside its weights.
    #expect(try tile(plain(16, 32, 3)) == 4)
    #expect(tile([[512, 512, 3, 3]], 16) == 4)
    #expect(tile([[512, 512, 3, 3]], 4) == 2)
    #expect(tile([[512, 512, 3, 3]], 1) == 0)
    // Phases of enlarged layers of 3, but not where the weights are most of it.
    #expect(tile([[64, 128, 2, 2]], 64) == 3)
    #expect(tile([[512, 512, 2, 2]], 4) == 0)
    // Where one phase of four has a form, it decides.
    let uneven: [Shape] = [[64, 128, 2, 2], [64, 128, 2, 1], [64, 128, 1, 2], [64, 128, 1, 1]]
    #expect(tile(uneven, 64) == 3)
    #expect(tile(Array(uneven[1...]), 64) == 0)
  }

  /// A kernel of 4 × 4 with a stride of 2 is four of 2 × 2, one of 5 × 5 four of 3 × 3.
  @Test func stridedConvolutionsHaveTiles() throws {
    #expect(try tile(plain(16, 64, 4, stride: 2)) == 3)
    #expect(tile([[64, 64, 5, 5]], 64, stride: 2) == 4)
    // A ninth fewer products do not pay for the transforms of four parts.
    #expect(try tile(plain(16, 32, 3, stride: 2)) == 0)
    #expect(tile([[64, 64, 2, 2]], 64, stride: 2) == 0)
  }

  @Test func otherConvolutionsHaveNoTiles() throws {
    #expect(try tile(plain(16, 32, 5)) == 0)
    #expect(try tile(plain(3, 32, 3)) == 0)
    #expect(tile([[64, 8, 3, 3]], 64) == 0)
    #expect(tile([[64, 64, 1, 1]], 64) == 0)
  }
}
