import Foundation
import TGExecution
import TGMachine
import TGPlan
import TGRuntime
import TGTensor
import TGTestSupport
import Testing

/// Weights that are not what was written.
@Suite struct WeightVerificationTests {
  /// A plan of three blocks of weights: `first` puts out numbers of the first, `last` of the last.
  private struct Sample {
    let path = NSTemporaryDirectory() + "verified-\(UUID().uuidString).tplan"
    static let elements = 3 * BlockSums.blockBytes / 4

    init() throws {
      var writer = try PlanWriter(path: path)
      _ = try writer.append(.floats((0..<Self.elements).map { Float($0) }))
      var plan = Plan(name: "p")
      plan.functions = [Self.copy("first", of: 0), Self.copy("last", of: Self.elements - 16)]
      _ = try writer.finish(plan)
    }

    private static func copy(_ name: String, of offset: Int) -> PlanFunction {
      var function = PlanFunction(name: name, batch: 1)
      function.slots = [
        Slot(kind: .weight, offset: 4 * offset, count: 16),
        Slot(kind: .arena, offset: 0, count: 16),
      ]
      let output = View(slot: 1, shape: [1, 16])
      let input = View(slot: 0, shape: [1, 16])
      function.instructions = [
        PlacedInstruction(
          .map(PointwiseMap(program: .identity, operands: [input], output: output)),
          label: "copy", source: "")
      ]
      function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: output)]
      function.arenaBytes = 64
      return function
    }

    /// Changes a byte of the weights where they are, as a failing disk does.
    func damage(byte: Int) throws {
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      let offset = try UInt64(PlanFile.load(path: path).weightOffset + byte)
      try handle.seek(toOffset: offset)
      let old = try #require(try handle.read(upToCount: 1)?.first)
      try handle.seek(toOffset: offset)
      try handle.write(contentsOf: Data([old ^ 4]))
      try handle.close()
    }

    func numbers(function: Int, verifying: Bool = true) throws -> [Float] {
      let loaded = try LoadedPlan(PlanFile.load(path: path), verifying: verifying)
      let executor = try Executor(loaded, function: function, within: Budget(threads: 2))
      try executor.run()
      return try executor.fetch(executor.function.outputs[0].view)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
  }

  @Test func damageIsFoundBeforeAnythingIsFetched() throws {
    let sample = try Sample()
    defer { sample.remove() }
    #expect(try sample.numbers(function: 0) == (0..<16).map(Float.init))
    let far = BlockSums.blockBytes - 1
    try sample.damage(byte: far)
    let expected = RuntimeError.damagedWeights(path: sample.path, block: 0, of: 3)
    #expect(throws: expected) { try sample.numbers(function: 0) }
    #expect("\(expected)".contains("\(sample.path) is damaged"))
    // The other function reads other blocks, and whoever knows may take them as they are.
    #expect(try sample.numbers(function: 1).last == Float(Sample.elements - 1))
    #expect(try sample.numbers(function: 0, verifying: false) == (0..<16).map(Float.init))
    try sample.damage(byte: far)
    #expect(try sample.numbers(function: 0) == (0..<16).map(Float.init))
  }

  @Test func whatIsWrittenWhileAPlanIsLoadedIsFound() throws {
    let sample = try Sample()
    defer { sample.remove() }
    let loaded = try LoadedPlan(PlanFile.load(path: sample.path))
    let verification = try #require(loaded.verification)
    let executor = try Executor(loaded, function: 1, within: Budget(threads: 1))
    try executor.run()
    _ = try executor.fetch(executor.function.outputs[0].view)
    try verification.demandUnchanged()
    try sample.damage(byte: 0)
    // Not what this function reads.
    try verification.demandUnchanged()
    try sample.damage(byte: 4 * Sample.elements - 1)
    #expect(throws: RuntimeError.damagedWeights(path: sample.path, block: 2, of: 3)) {
      try verification.demandUnchanged()
    }
  }

  /// What was only read to be compared takes no memory; what a run reads comes back.
  @Test func comparingLeavesNoMemoryBehind() throws {
    let sample = try Sample()
    defer { sample.remove() }
    let file = try PlanFile.load(path: sample.path)
    let verification = WeightVerification(file)
    for function in file.plan.functions { verification.begin(function) }
    try verification.demand()
    #expect(try residentBytes(ofFile: sample.path) < BlockSums.blockBytes / 2)
    let executor = try Executor(LoadedPlan(file), function: 1, within: Budget(threads: 1))
    try executor.run()
    let last = (Sample.elements - 16..<Sample.elements).map(Float.init)
    #expect(try executor.fetch(executor.function.outputs[0].view) == last)
  }

  @Test func aFileThatIsReplacedStaysAsItWas() throws {
    let sample = try Sample()
    defer { sample.remove() }
    let loaded = try LoadedPlan(PlanFile.load(path: sample.path))
    let verification = try #require(loaded.verification)
    let executor = try Executor(loaded, function: 0, within: Budget(threads: 1))
    let other = try Sample()
    try other.damage(byte: 0)
    let renamed = unsafe rename(other.path, sample.path)
    #expect(renamed == 0)
    try executor.run()
    try verification.demandUnchanged()
    #expect(try executor.fetch(executor.function.outputs[0].view) == (0..<16).map(Float.init))
  }
}
