import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// A function that takes codes, and where its codes come from.
struct Generator {
  /// One code to be run.
  struct Item {
    /// The seed of everything else that is drawn.
    var seed: UInt64
    /// The number of the item in the noise of its seed.
    var noiseItem = 0
    /// The numbers of the code.
    var code: [Float]
  }

  let plan: OpenedPlan
  let session: Session
  /// The input that takes the codes.
  let code: InterfaceItem
  let inputs: Inputs
  private let mapping: Mapping?
  private let console: Console

  /// How many items are bound at a time.
  private static let groupSize = 256

  /// What makes codes of noise.
  private struct Mapping {
    let session: Session
    let output: String
  }

  init(_ options: GeneratorOptions, plan: OpenedPlan, console: Console) throws {
    self.plan = plan
    self.console = console
    session = try plan.session(options.function)
    var inputs = Inputs(session.variants, isStrict: options.inputs.strict)
    try inputs.add(named: options.inputs.assignments(), console: console)
    guard inputs.rows == 1 else {
      throw Failure(
        .badInput, "'\(inputs.rowInput)' is given \(inputs.rows) rows, and all codes share one",
        hint: "give an array of one row")
    }
    self.inputs = inputs
    code = try Self.code(options.code, of: session.variants.form, given: inputs)
    mapping = try Self.mapping(options.mapping, for: code, of: plan)
  }

  /// The input that is meant.
  private static func code(
    _ name: String?, of form: PlanFunction, given inputs: Inputs
  ) throws -> InterfaceItem {
    if let name {
      let item = try inputs.variants.input(name)
      try inputs.demandFree(name)
      guard form.inputs.contains(where: { $0.name == name && $0.isNumbers }) else {
        throw Failure(
          .usage, "'\(name)' takes \(item.kind.word), which is no code",
          hint: "the codes are \(form.codes.map(\.name).joined(separator: ", "))")
      }
      return item
    }
    let free = form.codes.filter { inputs.given[$0.name] == nil }
    guard free.count == 1 else {
      guard free.isEmpty else {
        throw Failure(
          .usage,
          "the function '\(form.name)' takes the codes "
            + free.map { "\($0.name) \($0.shapeText)" }.joined(separator: ", "),
          hint: "say which: --code \(free[0].name)")
      }
      throw EditingError.noTarget(function: form.name, codes: [])
    }
    return free[0]
  }

  private static func mapping(
    _ name: String?, for code: InterfaceItem, of plan: OpenedPlan
  ) throws -> Mapping? {
    func fits(_ function: PlanFunction) -> Bool {
      function.outputs.contains { $0.name == code.name && $0.itemShape == code.itemShape }
    }
    if let name {
      let session = try plan.session(name)
      guard fits(session.variants.form) else {
        throw Failure(
          .usage, "'\(name)' gives no '\(code.name)' \(code.shapeText)",
          hint: "tginspect \(Path.quoted(plan.path)) lists what functions give")
      }
      return Mapping(session: session, output: code.name)
    }
    guard code.distribution == nil else { return nil }
    let found = plan.file.plan.entries.filter { function in
      fits(function)
        && function.inputs.allSatisfy { $0.distribution != nil || $0.defaultValue != nil }
    }
    guard found.count == 1 else {
      guard found.isEmpty else {
        throw Failure(
          .usage, "'\(code.name)' is made by \(found.map(\.name).joined(separator: ", "))",
          hint: "say which: --mapping \(found[0].name)")
      }
      return nil
    }
    return Mapping(session: try plan.session(found[0].name), output: code.name)
  }

  /// Where codes come from, as reports call it.
  var source: String { mapping?.session.variants.form.name ?? "noise" }

  /// True if the codes are independent normal numbers, of which every direction is alike.
  var isIsotropic: Bool { mapping == nil && code.distribution == .normal }

  /// Makes sure that codes can be drawn.
  func demandDrawn() throws {
    guard mapping == nil, code.distribution == nil else { return }
    throw Failure(
      .usage, "nothing of the plan makes codes '\(code.name)' \(code.shapeText) of noise",
      hint: "give them: --codes FILE.npy")
  }

  /// Makes sure that so many codes can be in memory.
  func demandRoom(for count: Int) throws {
    guard count <= (1 << 28) / max(1, code.itemShape.reduce(1, *)) else {
      throw Failure(
        .memoryBudget, "\(count) codes '\(code.name)' \(code.shapeText) take more than 1 GiB",
        hint: "take fewer --samples")
    }
  }

  /// The codes that seeds draw.
  func codes(_ seeds: [(seed: UInt64, item: Int)]) throws -> [[Float]] {
    guard let mapping else {
      return try seeds.map { seed, item in
        try session.numbers(
          of: code, given: nil, run: RunItem(seed: seed, noiseItem: item))
      }
    }
    var codes: [[Float]] = []
    codes.reserveCapacity(seeds.count)
    for start in stride(from: 0, to: seeds.count, by: Self.groupSize) {
      let group = seeds[start..<min(start + Self.groupSize, seeds.count)]
      let items = group.map { RunItem(seed: $0.seed, noiseItem: $0.item) }
      for result in try mapping.session.results(of: items, outputs: [mapping.output]) {
        codes.append(result[mapping.output]?.elements ?? [])
      }
    }
    return codes
  }

  /// Runs the function on codes.
  ///
  /// - Parameters:
  ///   - output: the name of the result that is wanted.
  ///   - take: gets each result, `[1, …]`, in the order of the items.
  func run(
    _ items: [Item], output: String, take: (_ index: Int, HostTensor) throws -> Void
  ) throws {
    var progress = try Progress(console: console, total: items.count)
    var done = 0
    for start in stride(from: 0, to: items.count, by: Self.groupSize) {
      let group = items[start..<min(start + Self.groupSize, items.count)]
      let results = try session.results(
        of: group.map {
          RunItem(seed: $0.seed, noiseItem: $0.noiseItem, numbers: [code.name: $0.code])
        }, given: inputs.given, outputs: [output])
      for result in results {
        if let value = result[output] { try take(done, value) }
        done += 1
      }
      progress.show(done)
    }
    progress.end(done)
  }

  /// The picture that the function makes.
  ///
  /// - Throws: `Failure` of status `usage` if it makes none.
  func mainPicture() throws -> InterfaceItem {
    guard let picture = session.variants.mainPicture else {
      throw Failure(
        .usage, "the function '\(session.variants.form.name)' makes no picture",
        hint: "name another: --function NAME; tginspect lists them")
    }
    return picture
  }

  /// What reports say of it.
  var members: [(String, JSON)] {
    [
      ("plan", .string(plan.path)), ("name", .string(plan.file.plan.name)),
      ("hash", .string(plan.file.hash)), ("function", .string(session.variants.form.name)),
      ("code", .string(code.name)), ("codes_from", .string(source)),
    ]
  }
}

extension InterfaceItem {
  /// True for codes, noise and other plain numbers.
  fileprivate var isNumbers: Bool { !takesPicture && !takesWords && textResource == nil }
}
