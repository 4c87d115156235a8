import TGExecution
import TGInversion
import TGRuntime
import TGTensor
import Testing

/// What becomes of items of small objectives.
@Suite struct ObjectiveRunTests {
  @Test func aSearchFindsThePictureOfTheDecoder() throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 9)
    let outcome = try small.begin(small.functions("search"), [picture]).finished()[0]
    let image = try #require(outcome.results["image"])
    let distance = try #require(PictureDistance(picture, image, low: 0, high: 1))
    #expect(distance.decibels > 45, "\(distance) after \(outcome.rounds) rounds")
    #expect(outcome.variables["z"] == outcome.results["z"])
    #expect(abs(Double(outcome.loss) - distance.meanSquare) < 1e-7)
  }

  @Test func startsAreChosenByName() throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 9)
    let functions = try small.functions("search")
    func first(_ name: String?) throws -> Float? {
      let run = try small.begin(functions, [picture]) {
        $0.start = name
        try $0.replace(rounds: [1])
      }
      return try run.finished()[0].records[0].losses.first
    }
    #expect(try first(nil) == first("middle"))
    #expect(try first(nil) != first("random"))
  }

  @Test(arguments: ["search", "noisy", "twice"])
  func aSecondBatchIsWhatItIsAlone(_ name: String) throws {
    let small = try SmallInversion()
    let (a, b) = (try small.picture(seed: 1), try small.picture(seed: 2))
    let shared = try small.functions(name)
    _ = try small.begin(shared, [a]).finished()
    let second = try small.begin(shared, [b]).finished()
    let alone = try small.begin(small.functions(name), [b]).finished()
    #expect(second == alone)
    #expect(try small.begin(shared, [a]).finished() != second)
  }

  @Test(arguments: ["search", "noisy", "twice"])
  func itemsOfABatchDoNotKnowOfEachOther(_ name: String) throws {
    let small = try SmallInversion()
    let pictures = try [small.picture(seed: 1), small.picture(seed: 2)]
    let pair = try small.functions(name, batch: 2)
    let together = try small.begin(pair, pictures).finished()
    // The second row of the batch repeats the only item.
    let padded = try small.begin(pair, [pictures[0]]).finished()
    #expect(padded.count == 1)
    #expect(padded[0].results == together[0].results)
    #expect(padded[0].records == together[0].records)
    for (row, picture) in pictures.enumerated() {
      let alone = try small.begin(small.functions(name), [picture]).finished()[0]
      #expect(alone.rounds > 0)
      #expect(
        abs(alone.loss - together[row].loss) <= 1e-4 * max(alone.loss, 1e-3),
        "\(row): \(alone.loss) \(together[row].loss)")
    }
  }

  @Test func allLoopsAreRun() throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 4)
    let outcome = try small.begin(small.functions("twice"), [picture]).finished()[0]
    #expect(outcome.records.map(\.losses.count) == [12, 9])
    #expect(outcome.records.map(\.reason) == [.rounds, .rounds])
    #expect(outcome.variables.keys.sorted() == ["shift", "z"])
    // The second loop goes on where the first one ended.
    let shorter = try small.begin(small.functions("twice"), [picture]) {
      try $0.replace(rounds: [12, 0])
    }.finished()[0]
    #expect(shorter.records[1].losses.isEmpty)
    #expect(shorter.loss == outcome.records[0].losses.last)
    #expect(shorter.variables["z"] != outcome.variables["z"])
  }

  @Test func endsThatAreAskedForHaveReasons() throws {
    let small = try SmallInversion()
    let picture = try small.picture(seed: 4)
    let functions = try small.functions("noisy")
    let losses = try small.begin(functions, [picture]).finished()[0].records[0].losses
    let wanted = try #require(losses.sorted().dropFirst(5).first)
    let early = try small.begin(functions, [picture]) { $0.stopLoss = Double(wanted) }
      .finished()[0]
    #expect(early.lastRecord?.reason == .stopLoss)
    #expect(early.loss <= wanted && early.rounds < losses.count)
    let impatient = try small.begin(functions, [picture]) { $0.patience = 1 }.finished()[0]
    #expect(impatient.lastRecord?.reason == .patience)
    #expect(impatient.loss == impatient.records[0].losses.min())
    #expect(throws: InversionError.scheduledRate(objective: "noisy")) {
      _ = try small.begin(functions, [picture]) {
        try $0.replace(rates: [1], of: functions.objective)
      }
    }
  }

  @Test func theLastGoodCodeIsKept() throws {
    let small = try SmallInversion()
    let pictures = try [small.picture(seed: 4), small.picture(seed: 5)]
    let functions = try small.functions("twice", batch: 2)
    let outcomes = try small.begin(functions, pictures) {
      try $0.replace(rates: [3e38, 3e38], of: functions.objective)
    }.finished()
    for outcome in outcomes {
      #expect(outcome.hasFailed)
      #expect(outcome.records.map(\.reason).contains(.notFinite))
      #expect(outcome.loss.isFinite)
      #expect(outcome.variables["z"]?.elements.allSatisfy(\.isFinite) == true)
    }
  }

  /// The rounds of an objective over one picture, from the beginning or from what earlier ones left.
  private struct Parts {
    let small: SmallInversion
    let functions: ObjectiveFunctions
    let picture: HostTensor
    let patience: Int?

    init(_ name: String, patience: Int?) throws {
      small = try SmallInversion()
      functions = try small.functions(name)
      picture = try small.picture(seed: 6)
      self.patience = patience
    }

    func run(_ rounds: Int, after earlier: InitialCode? = nil) throws -> Outcome {
      try small.begin(functions, [picture], initial: earlier) {
        try $0.replace(rounds: [rounds])
        $0.wholes = [30]
        $0.patience = patience
      }.finished()[0]
    }

    func code(_ outcome: Outcome) throws -> InitialCode {
      let key = InitialCode.methodKey
      return try SavedCode.read(
        outcome.memory.merging(outcome.variables) { $1 },
        metadata: outcome.search == .null ? [:] : [key: outcome.search.text()],
        for: functions.objective, of: small.loaded.plan)
    }
  }

  @Test(arguments: ["noisy", "search"], [nil, 40])
  func stepsOfAStateAreTheStepsOfTheRun(name: String, patience: Int?) throws {
    let parts = try Parts(name, patience: patience)
    let whole = try parts.run(10)
    try #require(whole.records[0].reason == .rounds)
    for rounds in [0, 1, 2, 5, 9] {
      let code = try parts.code(parts.run(rounds))
      #expect(code.rounds == rounds)
      #expect(code.hasMemory || (name == "search" && rounds == 0))
      let rest = try parts.run(10 - rounds, after: code)
      #expect(rest.variables == whole.variables, "\(rounds)")
      #expect(rest.memory == whole.memory && rest.search == whole.search, "\(rounds)")
      #expect(rest.records[0].losses[...] == whole.records[0].losses[rounds...])
      #expect(rest.loss == whole.loss, "\(rounds)")
    }
  }

  @Test func patienceGoesOnWithTheRun() throws {
    let parts = try Parts("noisy", patience: 2)
    // Beyond the 30 rounds of the schedule nothing falls any more.
    let whole = try parts.run(60)
    try #require(whole.records[0].reason == .patience)
    let rounds = whole.records[0].losses.count
    let rest = try parts.run(60, after: parts.code(parts.run(rounds - 1)))
    #expect(rest.records[0].reason == .patience && rest.records[0].losses.count == 1)
    #expect(rest.variables == whole.variables)
  }

  @Test func damagedMemoryOfASearchIsRefused() throws {
    let parts = try Parts("search", patience: nil)
    let outcome = try parts.run(5)
    let text = outcome.search.text()
    let lost = outcome.memory.filter { $0.key != "lbfgs.start" }
    for (tensors, text) in [
      (outcome.memory, "{"), (outcome.memory, "[]"), (lost, text),
      (outcome.memory, text.replacing("\"scale\"", with: "\"other\"")),
    ] {
      let error = #expect(throws: InversionError.self) {
        _ = try SavedCode.read(
          tensors.merging(outcome.variables) { $1 }, metadata: [InitialCode.methodKey: text],
          for: parts.functions.objective, of: parts.small.loaded.plan)
      }
      #expect(error?.message.contains("what the method remembers in code") == true)
      #expect(error?.exitCode == 65)
    }
  }

  @Test func seedsOfRestartsAreFixed() {
    #expect(restartSeed(7, restart: 0) == 7)
    let seeds = Set((0..<100).map { restartSeed(7, restart: $0) })
    #expect(seeds.count == 100)
    #expect(restartSeed(0, restart: 1) == 6_479_582_961_993_238_226)
  }

  @Test func curvesListEveryRound() throws {
    let small = try SmallInversion()
    let outcome = try small.begin(small.functions("noisy"), [small.picture(seed: 4)])
      .finished()[0]
    let curve = LossCurve(terms: [["pixels", "size"]], records: outcome.records)
    let lines = curve.csv.split(separator: "\n")
    #expect(lines.count == 31)
    #expect(lines[0] == "loop,round,loss,pixels,size")
    let numbers = lines[30].split(separator: ",").compactMap { Float($0) }
    #expect(numbers.count == 5 && numbers[0] == 1 && numbers[1] == 30)
    #expect(abs(numbers[2] - numbers[3] - numbers[4]) < 1e-6)
    let drawing = curve.svg(title: "a < b")
    #expect(drawing.hasPrefix("<svg") && drawing.contains("a &lt; b"))
    #expect(drawing.split(separator: "polyline").count == 4)
    #expect(!drawing.contains("nan"))
  }
}
