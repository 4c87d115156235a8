import Foundation
import TGPlan
import TGTensor
import Testing

/// Reading takes time and memory in proportion to the plan, not to its weights.
@Suite(.serialized) struct ScaleTests {
  /// A chain of maps, each from the slot before; every slot lies beside its predecessor.
  private func chain(_ count: Int) -> Plan {
    var plan = Plan(name: "chain")
    var function = PlanFunction(name: "run", batch: 1)
    function.slots = (0...count).map { Slot(kind: .arena, offset: $0 % 2 * 64, count: 16) }
    func view(_ slot: Int) -> View { View(slot: slot, shape: [1, 16]) }
    function.inputs = [InterfaceItem(name: "x", kind: .tensor, view: view(0))]
    for index in 0..<count {
      function.instructions.append(
        PlacedInstruction(
          .map(
            PointwiseMap(
              program: PointwiseProgram(operandCount: 1, steps: [.init(.relu, [0])]),
              operands: [view(index)], output: view(index + 1))),
          label: "relu", source: "chain.tgraph:\(index)"))
    }
    function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: view(count))]
    function.arenaBytes = 128
    plan.functions = [function]
    return plan
  }

  @Test func aHundredThousandInstructionsAreCheckedInProportion() throws {
    func seconds(_ plan: Plan) throws -> Double {
      let start = clock()
      try PlanChecker.check(plan)
      return Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }
    let (small, large) = (chain(10_000), chain(100_000))
    _ = try seconds(small)
    let times = try (seconds(small), seconds(large))
    print("checking 10,000 instructions took \(times.0) s, 100,000 took \(times.1) s")
    #expect(times.1 < 40 * times.0 + 0.05)
    let map = MemoryMap(large.functions[0])
    #expect(map.peakBytes == 128)
  }

  @Test func weightsAreNeitherReadNorCopied() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("large.tplan")
    var writer = try PlanWriter(path: path)
    let blob = 1 << 20
    for index in 0..<28 {
      var tensor = [Float](repeating: 0.5, count: blob)
      tensor[0] = Float(index)
      #expect(try writer.append(.floats(tensor)) == 4 * index * blob)
    }
    var plan = chain(1000)
    plan.functions[0].slots.append(Slot(kind: .weight, offset: 108 * blob, count: blob))
    _ = try writer.finish(plan)

    let before = try resident()
    let start = clock()
    let file = try PlanFile.load(path: path)
    let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    let grown = try resident() - before
    print("reading a plan of \(file.file.count >> 20) MiB took \(seconds) s and \(grown >> 10) kB")
    #expect(seconds < 0.5)
    #expect(grown < 32 << 20)
    #expect(
      file.numbers(at: 108 * blob, count: 2)
        == [27, 0.5].map { (number: Float) in
          Int32(bitPattern: number.bitPattern)
        })
  }

  /// An instruction of this kind takes 1.7 kB while it is read, as measured in a process of its own;
  /// the estimate must not be below that, nor so far above that large plans are refused in vain.
  @Test func memoryForReadingIsBounded() throws {
    let budget = 8 << 20
    var (low, high) = (1000, 16_000)
    while high > low + low / 8 {
      let middle = (low + high) / 2
      let message = PlanEncoder(chain(middle)).bytes
      do {
        _ = try PlanDecoder.decode(message: message, texts: [], memory: budget)
        low = middle
      } catch {
        #expect(error.exitCode == 71)
        high = middle
      }
    }
    print("\(low) instructions fit \(budget) bytes")
    #expect(low > 2000 && high < budget / 1700)
  }

  /// The memory of this process, in bytes.
  private func resident() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    return pages * 4096
  }
}
