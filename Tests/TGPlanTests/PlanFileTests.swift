import TGPlan
import TGTensor
import TGTestSupport
import Testing

@Suite struct PlanFileTests {
  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let small = SmallPlan()
    let hash = try small.write(to: folder.file("a.tplan"))
    let file = try PlanFile.load(path: folder.file("a.tplan"), verifyWeights: true)
    #expect(file.plan == small.plan)
    #expect(file.hash == hash)
    #expect(file.weightOffset % 64 == 0)
    var offset = 0
    for tensor in small.weights {
      let bits = file.numbers(at: offset, count: tensor.count)
      #expect(bits == (0..<tensor.count).map { Int32(bitPattern: tensor.bits(at: $0)) })
      offset += (4 * tensor.count + 63) / 64 * 64
    }
    #expect(file.numbers(at: offset, count: 1) == nil)
  }

  @Test func sameInputsGiveTheSameBytesInAnyFolder() throws {
    let folders = try [TemporaryFolder(), TemporaryFolder()]
    var found: [[UInt8]?] = []
    for folder in folders {
      _ = try SmallPlan().write(to: folder.file("a.tplan"))
      let file = try MappedFile(path: folder.file("a.tplan"))
      found.append(file.bytes(0..<file.count))
    }
    #expect(found[0] != nil)
    #expect(found[0] == found[1])
  }

  @Test func tensorsBeginAtMultiplesOfALine() throws {
    let folder = try TemporaryFolder()
    var writer = try PlanWriter(path: folder.file("a.tplan"))
    #expect(try writer.append(.floats([1, 2, 3])) == 0)
    #expect(try writer.append(.floats([4])) == 64)
    #expect(try writer.append(.integers([Int32](repeating: 7, count: 17))) == 128)
    #expect(try writer.append(.floats([5])) == 256)
    var plan = Plan(name: "p")
    plan.functions = [PlanFunction(name: "f", batch: 1)]
    _ = try writer.finish(plan)
    let file = try PlanFile.load(path: folder.file("a.tplan"), verifyWeights: true)
    #expect(file.plan.weightBytes == 80 * 4)
    #expect(file.numbers(at: 128, count: 17) == [Int32](repeating: 7, count: 17))
  }

  /// An odd number of two bytes each, and numbers of another type with the same bytes.
  @Test func halvesAreStored() throws {
    let folder = try TemporaryFolder()
    var writer = try PlanWriter(path: folder.file("a.tplan"))
    let halves: [Float16] = [1, -2, 0.333, .infinity, 0x1p-24]
    #expect(try writer.append(.halves(halves)) == 0)
    #expect(try writer.append(.halves([Float16](repeating: 0, count: 34))) == 64)
    #expect(try writer.append(.floats([Float](repeating: 0, count: 17))) == 192)
    #expect(try writer.append(.integers([Int32](repeating: 0, count: 17))) == 320)
    var plan = Plan(name: "p")
    plan.functions = [PlanFunction(name: "f", batch: 1)]
    plan.functions[0].slots = [Slot(kind: .weight, dtype: .float16, offset: 0, count: 5)]
    _ = try writer.finish(plan)
    let file = try PlanFile.load(path: folder.file("a.tplan"), verifyWeights: true)
    #expect(file.plan.weightBytes == 448)
    #expect(file.plan.float16WeightBytes == 10)
    #expect(file.plan.functions == plan.functions)
    #expect(file.numbers(at: 0, count: 2) == [Int32(bitPattern: 0xc000_3c00), 0x7c00_3554])
  }
}
