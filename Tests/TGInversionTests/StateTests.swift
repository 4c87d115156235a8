import TGCheckpoint
import TGExecution
import TGInversion
import TGRuntime
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// A code file in memory.
enum SavedCode {
  static func read(
    _ tensors: [String: HostTensor], metadata: [String: String] = [:],
    for objective: PlanObjective, of plan: Plan
  ) throws -> InitialCode {
    let bytes = try Safetensors.encoded(tensors.map { ($0.key, $0.value) }, metadata: metadata)
    return try InitialCode(
      Checkpoint.read(ByteRegion(bytes), path: "code"), path: "code", for: objective, of: plan,
      continuing: true)
  }
}

/// States of runs, good ones and damaged ones.
@Suite struct StateTests {
  private static func state(of run: ObjectiveRun) throws -> [UInt8] {
    var archive = StateArchive(.null)
    archive.members = try run.save(to: &archive, prefix: "run.")
    return try archive.encoded()
  }

  private static func resume(_ bytes: [UInt8], _ run: ObjectiveRun) throws {
    let archive = try StateArchive(decoding: ByteRegion(bytes))
    try run.restore(archive, archive.members, prefix: "run.")
  }

  @Test(arguments: ["search", "noisy", "twice"])
  func aRunGoesOnFromAnyRoundWithTheSameBits(_ name: String) throws {
    let small = try SmallInversion()
    let pictures = try [small.picture(seed: 1), small.picture(seed: 2)]
    let functions = try small.functions(name, batch: 2)
    let whole = try small.begin(functions, pictures).finished()
    let run = try small.begin(small.functions(name, batch: 2), pictures)
    while !run.isDone {
      let bytes = try Self.state(of: run)
      #expect(try Self.state(of: run) == bytes)
      let other = try small.begin(functions, pictures)
      try Self.resume(bytes, other)
      #expect(try Self.state(of: other) == bytes)
      #expect(try other.finished() == whole, "after \(run.loop), \(run.round)")
      try run.advance()
    }
  }

  @Test(arguments: [("twice", [12, 9]), ("search", [5])])
  func outcomesSurviveAnArchive(name: String, rounds: [Int]) throws {
    let small = try SmallInversion()
    let functions = try small.functions(name)
    let outcome = try small.begin(functions, [small.picture(seed: 1)]) {
      try $0.replace(rounds: rounds)
    }.finished()[0]
    #expect((outcome.search != .null) == (name == "search"))
    var archive = StateArchive(.null)
    archive.members = outcome.save(to: &archive, prefix: "p.")
    let read = try StateArchive(decoding: ByteRegion(archive.encoded()))
    #expect(
      try Outcome(read, read.members, prefix: "p.", of: functions.objective) == outcome)
  }

  @Test(arguments: ["search", "noisy", "twice"])
  func damagedStatesAreRefusedOrRun(_ name: String) throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 1)
    let functions = try small.functions(name)
    let run = try small.begin(functions, [picture])
    for _ in 0..<(name == "search" ? 5 : 14) { try run.advance() }
    #expect(!run.isDone)
    let good = try Self.state(of: run)
    let head = 8 + good.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var random = SeededNumbers(seed: 11)
    var refused = 0
    for trial in 0..<1500 {
      var bytes = good
      switch trial % 5 {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      case 1:
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      case 2:
        // A digit of a length, a number of rounds or an offset.
        let digits = (8..<head).filter { (0x30...0x39).contains(bytes[$0]) }
        let offset = try #require(digits.randomElement(using: &random))
        bytes[offset] = UInt8.random(in: 0x30...0x39, using: &random)
      case 3:
        // Two pieces of the head are exchanged.
        let a = Int.random(in: 8..<head - 8, using: &random)
        let b = Int.random(in: 8..<head - 8, using: &random)
        for offset in 0..<4 where abs(a - b) >= 4 { bytes.swapAt(a + offset, b + offset) }
      default:
        // Numbers that are infinite or none, or very large.
        let offset = head + 4 * Int.random(in: 0..<(bytes.count - head) / 4, using: &random)
        let pattern: [UInt8] =
          Bool.random(using: &random) ? [0, 0, 0xC0, 0x7F] : [0, 0, 0x7F, 0x7F]
        bytes.replaceSubrange(offset..<offset + 4, with: pattern)
      }
      let other = try small.begin(functions, [picture])
      do {
        try Self.resume(bytes, other)
        _ = try other.finished()
      } catch is InversionError { refused += 1 }
    }
    #expect(refused > 500 && refused < 1500)
  }

  @Test func statesOfOtherObjectivesAreRefused() throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 1)
    let names = ["search", "noisy", "twice"]
    for name in names {
      let run = try small.begin(small.functions(name), [picture])
      for _ in 0..<(name == "search" ? 5 : 14) { try run.advance() }
      #expect(!run.isDone)
      let bytes = try Self.state(of: run)
      for other in names where other != name {
        let target = try small.begin(small.functions(other), [picture])
        #expect(throws: InversionError.self, "\(name) \(other)") {
          try Self.resume(bytes, target)
        }
      }
    }
  }

  @Test func codesThatDoNotFitAreRefused() throws {
    let small = try SmallInversion()
    let objective = try small.loaded.plan.objective(named: "noisy", space: "z")
    let z = HostTensor([1, 6], repeating: 0)
    let table: [([String: HostTensor], InversionError)] = [
      ([:], .lacksVariable("z", names: [], path: "code")),
      (
        ["z": HostTensor([1, 7], repeating: 0)],
        .extents("z", found: [1, 7], expected: [1, 6], path: "code")
      ),
      (["z": HostTensor([6], repeating: .nan)], .notFinite("z", path: "code")),
      (
        ["z": z, "round": HostTensor([1], [-1])],
        .extents("round", found: [1], expected: [], path: "code")
      ),
      (
        ["z": z, "adam.m.z": HostTensor([5], repeating: 0)],
        .extents("adam.m.z", found: [5], expected: [1, 6], path: "code")
      ),
    ]
    for (tensors, error) in table {
      #expect(throws: error) {
        _ = try SavedCode.read(tensors, for: objective, of: small.loaded.plan)
      }
    }
    #expect(throws: InversionError.noSuchSpace("w+", spaces: ["shift", "z"])) {
      _ = try small.loaded.plan.objective(named: nil, space: "w+")
    }
  }
}
