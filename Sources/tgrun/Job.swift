import TGCommandLine
import TGImage
import TGKernels
import TGPlan
import TGRuntime
import TGSession
import TGTensor
import TGText

/// One call of `tgrun`: what is run, on what, and where the results go.
///
/// Making a job reads and checks everything that can be checked before anything is computed.
struct Job {
  private let console: Console
  private let options: RunOptions
  private let session: Session
  private let inputs: Inputs
  private let editing: Editing
  /// Items that are run together, in order.
  private let groups: [[NamedItem]]
  private var results: Results
  private let replay: Replay?

  init(_ given: RunOptions, console: Console) throws {
    var options = given
    replay = try options.replay.map { try Replay($0, options: &options) }
    guard let planPath = options.plan else {
      throw Failure(
        .usage, "no plan was given", hint: "tgrun PLAN.tplan picture.png \"caption\"; see --help")
    }
    if Path.suffix(planPath) != "tplan",
      let plan = options.operands.first(where: { Path.suffix($0) == "tplan" })
    {
      let rest = options.operands.filter { $0 != plan }
      throw Failure(
        .usage, "the plan comes first, and \(planPath) is named like none",
        hint: (["tgrun", plan, planPath] + rest).map { Path.quoted($0) }.joined(separator: " "))
    }
    let file = try PlanFile.load(path: planPath)
    try replay?.demand(hash: file.hash, of: planPath)
    let edits = try EditFiles(options, plan: file.plan, console: console)
    let session = try Self.session(
      file, function: edits.function, options: options, console: console)
    let variants = session.variants

    var inputs = Inputs(variants)
    try inputs.add(named: options.inputs.assignments(), console: console)
    try replay?.feed(&inputs, console: console)
    try edits.feed(&inputs, console: console)
    let captions = try options.captions.map { try CaptionList($0, for: inputs) }
    let bound = try Operands(
      options.operands, to: variants,
      taken: Set(inputs.given.keys).union(captions.map { [$0.input.name] } ?? []),
      meant: { Self.meant(options, picture: $0) })
    for (item, path) in bound.pictures {
      try inputs.add(picture: path, for: item, console: console)
    }
    for (item, text) in bound.captions { try inputs.add(caption: text, for: item) }
    try CaptionCheck(session: session, options: options, console: console)
      .check(inputs: inputs, list: captions)
    let encoder = try edits.encoder {
      try Self.session(file, function: $0, options: options, console: console)
    }
    if let encoder {
      try edits.check(
        CaptionCheck(session: encoder, options: options, console: console))
    }
    editing = try Editing(
      edits, options: options.edits, session: session, encoder: encoder, inputs: inputs)

    groups = try Self.groups(
      options, inputs: inputs, captions: captions, editing: editing, replay: replay)
    results = try Results(
      options, session: session, plan: file, planPath: planPath, inputs: inputs,
      mainOutput: replay?.output,
      editTexts: edits.metadata,
      readFiles: inputs.files + (captions?.files ?? []) + edits.paths
        + [planPath, options.replay].compactMap(\.self),
      items: groups.flatMap(\.self), console: console)
    self.options = options
    self.console = console
    self.session = session
    self.inputs = inputs
    console.note(options.seeds.map { "seeds \($0)" } ?? "seed \(groups[0][0].run.seed)")
  }

  /// Computes and writes.
  mutating func run() throws {
    let runs = try groups.map { group in
      try session.prepare(
        inputs.given,
        items: try group.map { item in
          var run = item.run
          run.numbers = try editing.numbers(of: run, frame: item.frame)
          return run
        },
        belongTogether: group.count > 1 && group.allSatisfy { $0.row != nil })
    }
    let total = groups.reduce(0) { $0 + $1.count }
    let interrupts = Interrupts(console: console, total: total)
    let progress = Progress(console: console, total: total)
    var profile = Profile()
    try interrupts.guarding {
      var done = 0
      for (group, run) in zip(groups, runs) {
        for chunk in run.chunks {
          let (values, times) = try session.run(
            chunk, of: run, outputs: results.wanted, profiled: options.profile)
          profile.add(times)
          for (index, value) in zip(chunk.items, values) {
            try interrupts.writing { try results.take(group[index], value) }
          }
          done += chunk.items.count
          progress.show(done)
        }
      }
      progress.clear()
      try interrupts.writing { try results.finish(profile: options.profile ? profile : nil) }
    }
    if options.profile, !console.isJSON { profile.print(on: console) }
    if let replay { try replay.compare(with: results.lastPicture, console: console) }
  }

  private static func session(
    _ file: PlanFile, function: String?, options: RunOptions, console: Console
  ) throws -> Session {
    guard
      let weights = WeightSection(
        file: file.file, offset: file.weightOffset, count: file.plan.weightBytes)
    else { throw Failure(.badInput, "\(file.file.path): the weights lie outside the file") }
    let machine = try options.machine.resolved(on: console)
    return try Session(
      LoadedPlan(plan: file.plan, weights: weights), function: function,
      threads: machine.threads, isa: machine.isa, memoryLimit: machine.memoryLimit)
  }

  /// The command line with a picture that has no place moved behind `-o`.
  private static func meant(_ options: RunOptions, picture: String) -> String {
    var words = ["tgrun", options.plan ?? "PLAN.tplan"]
    words += options.operands.filter { $0 != picture }
    if let function = options.function { words += ["--function", function] }
    for input in options.inputs.input { words += ["--input", input] }
    if let seed = options.seed { words += ["--seed", String(seed)] }
    return (words + ["-o", picture]).map { Path.quoted($0) }.joined(separator: " ")
  }

  /// The items of the run: one for each caption of a list and each seed, or the rows of the arrays
  /// for each seed.
  private static func groups(
    _ options: RunOptions, inputs: Inputs, captions: CaptionList?, editing: Editing,
    replay: Replay?
  ) throws -> [[NamedItem]] {
    let seeds = try editing.seed.map { [$0] } ?? seeds(options)
    let frames: [Int?] =
      replay?.frame.map { [$0] } ?? editing.frames.map { (0..<$0).map { $0 } } ?? [nil]
    if inputs.rows > 1 {
      if let captions, captions.lines.count != inputs.rows {
        throw SessionError.itemCounts(
          captions.path, captions.lines.count, inputs.rowInput, inputs.rows)
      }
      let rows = replay.map { [$0.noiseItem] } ?? Array(0..<inputs.rows)
      return seeds.flatMap { seed in
        frames.map { frame in
          rows.map { row in
            NamedItem(
              seed: seed, noiseItem: row, row: row, caption: captions?.lines[row],
              input: captions?.input.name, frame: frame)
          }
        }
      }
    }
    let lines = captions.map { $0.lines.map { Optional($0) } } ?? [nil]
    return [
      lines.flatMap { line in
        seeds.flatMap { seed in
          frames.map { frame in
            NamedItem(
              seed: seed, noiseItem: replay?.noiseItem ?? 0, caption: line,
              input: captions?.input.name, frame: frame)
          }
        }
      }
    ]
  }

  private static func seeds(_ options: RunOptions) throws -> [UInt64] {
    if let text = options.seeds {
      guard options.seed == nil else {
        throw Failure(.usage, "--seed and --seeds are both given", hint: "say one of them")
      }
      guard let list = SeedList(text) else {
        throw Failure(
          .usage, "--seeds \(text) is no list of seeds",
          hint: "seeds are whole numbers and ranges, such as 0-35,97; at most \(SeedList.limit)")
      }
      return list.seeds
    }
    return [InputOptions.seed(options.seed ?? 0)]
  }
}

/// An item with what its files are called by.
struct NamedItem {
  /// What is computed.
  let run: RunItem
  /// The line of its caption in the list, from 1.
  let line: Int?
  /// Its row in the arrays given, if they have several.
  let row: Int?
  /// The number of its frame, from 0, if codes move.
  let frame: Int?

  init(
    seed: UInt64, noiseItem: Int, row: Int? = nil, caption: CaptionList.Line?, input: String?,
    frame: Int?
  ) {
    var captions: [String: String] = [:]
    if let caption, let input { captions[input] = caption.text }
    run = RunItem(seed: seed, noiseItem: noiseItem, row: row ?? 0, captions: captions)
    line = caption?.number
    self.row = row
    self.frame = frame
  }
}
