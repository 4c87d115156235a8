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
    var element = 0
    for tensor in small.weights {
      #expect(file.floats(element: element, count: tensor.count) == tensor)
      element += (tensor.count + 15) / 16 * 16
    }
    #expect(file.floats(element: element, count: 1) == nil)
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

  @Test func equalTensorsAreStoredOnce() throws {
    let folder = try TemporaryFolder()
    var writer = try PlanWriter(path: folder.file("a.tplan"))
    #expect(try writer.append([1, 2, 3]) == 0)
    #expect(try writer.append([4]) == 16)
    #expect(try writer.append([1, 2, 3]) == 0)
    #expect(try writer.append([Float](repeating: 7, count: 17)) == 32)
    #expect(try writer.append([5]) == 64)
    var plan = Plan(name: "p")
    plan.functions = [PlanFunction(name: "f", batch: 1)]
    _ = try writer.finish(plan)
    let file = try PlanFile.load(path: folder.file("a.tplan"), verifyWeights: true)
    #expect(file.plan.weightBytes == 80 * 4)
    #expect(file.floats(element: 32, count: 17) == [Float](repeating: 7, count: 17))
  }
}
