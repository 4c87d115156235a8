import TGPlan
import Testing

/// The checksums of blocks of weights.
@Suite struct BlockSumTests {
  private func sum(_ bytes: [UInt8]) -> UInt64 { unsafe BlockSums.sum(bytes.span.bytes) }

  /// The values are those of a few lines of Python after the description in `spec/plan.md`.
  @Test func valuesAreThoseOfTheFormat() {
    #expect(sum([]) == 0)
    #expect(sum([1, 2, 3, 4]) == 0x2f32_8522_d97f_bf51)
    #expect(sum((0...255).map { UInt8($0) }) == 0xa10e_76a3_9fe2_b96d)
    #expect(
      sum((0..<100).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }) == 0x039e_8c09_a481_a4f6)
    #expect(sum([UInt8](repeating: 0xFF, count: 1 << 20)) == 0x06f1_bd48_cd5a_4057)
  }

  @Test func everyFlippedBitAndExchangeIsSeen() {
    let bytes = (0..<640).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 251) }
    var seen: Set<UInt64> = [sum(bytes)]
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        #expect(seen.insert(sum(damaged)).inserted, "byte \(index), bit \(bit)")
      }
    }
    // The signs of two numbers of a lane, and words exchanged.
    for (first, second) in [(0, 32), (0, 64), (4, 608), (36, 100)] {
      var negated = bytes
      negated[first + 3] ^= 0x80
      negated[second + 3] ^= 0x80
      #expect(seen.insert(sum(negated)).inserted)
      var exchanged = bytes
      for byte in 0..<4 { exchanged.swapAt(first + byte, second + byte) }
      #expect(seen.insert(sum(exchanged)).inserted)
    }
    #expect(seen.insert(sum([UInt8](repeating: 0, count: 640))).inserted)
    #expect(seen.insert(sum([UInt8](repeating: 0, count: 636))).inserted)
  }

  @Test func piecesGiveTheSumsOfTheWhole() {
    let block = BlockSums.blockBytes
    for count in [0, 4, block - 4, block, block + 4, 2 * block + 64] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }
      let expected = stride(from: 0, to: count, by: block).map {
        sum(Array(bytes[$0..<min($0 + block, count)]))
      }
      #expect(BlockSums.count(ofBytes: count) == expected.count)
      for piece in [4, 1000, block, 3 * block] {
        guard count / piece < 2000 else { continue }
        var sums = BlockSums()
        for start in stride(from: 0, to: count, by: piece) {
          unsafe sums.update(Array(bytes[start..<min(start + piece, count)]).span.bytes)
        }
        #expect(sums.finished() == expected, "\(count) bytes in pieces of \(piece)")
      }
    }
  }

  @Test func blocksOfBytes() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tplan")
    var writer = try PlanWriter(path: path)
    let perBlock = BlockSums.blockBytes
    #expect(
      try writer.append(.floats([Float](repeating: 1, count: BlockSums.blockBytes / 2 + 1))) == 0)
    var plan = Plan(name: "p")
    plan.functions = [PlanFunction(name: "f", batch: 1)]
    _ = try writer.finish(plan)
    let file = try PlanFile.load(path: path, verifyWeights: true)
    #expect(file.blockCount == 3)
    #expect(file.blocks(ofBytes: 0..<1) == 0..<1)
    #expect(file.blocks(ofBytes: perBlock - 1..<perBlock) == 0..<1)
    #expect(file.blocks(ofBytes: perBlock - 1..<perBlock + 1) == 0..<2)
    #expect(file.blocks(ofBytes: perBlock..<2 * perBlock + 1) == 1..<3)
    #expect(file.blocks(ofBytes: 5..<5).isEmpty)
    for block in 0..<3 { #expect(file.isWhole(block: block)) }
  }
}
