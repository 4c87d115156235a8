import TGCommandLine
import TGExecution
import TGImage
import TGPlan
import TGSession
import TGTensor
import TGText

/// One call of `tgrun`: what is run, on what, and where the results go.
///
/// Making a job reads and checks everything that can be checked before anything is computed.
struct Job {
  let console: Console
  let options: RunOptions
  let session: Session
  let inputs: Inputs
  let editing: Editing
  let captionCheck: CaptionCheck
  let itemPlan: ItemPlan
  private let work: Work
  var results: Results
  private let replay: Replay?
  var profile: Profile
  var repetition: Repetition?
  var progress: Progress
  /// The items that are computed and written.
  var done = 0

  /// What the items are made of.
  private enum Work {
    /// Groups of items that are computed in batches together, all known beforehand.
    case listed([[NamedItem]])
    /// An item for each of many pictures, which are read one batch after the other.
    case pictures(Operands.Many, CaptionList?)
    /// An answer for each caption of the standard input, as it comes.
    case answers(input: InterfaceItem)
  }

  init(_ given: RunOptions, console: Console) throws {
    var options = given
    // What follows the two ends are operands.
    options.operands += options.edits.interpolate.dropFirst(2)
    options.edits.interpolate = Array(options.edits.interpolate.prefix(2))
    try options.sheets.check()
    guard options.repeats ?? 1 >= 1 else {
      throw Failure(.usage, "--repeat counts runs, 1 or more")
    }
    profile = Profile(order: options.profileOrder ?? .plan)
    options.profile = options.profile || options.profileOrder != nil
    replay = try options.replay.map { try Replay($0, options: &options) }
    let opened = try options.openedPlan(console: console)
    let (planPath, file) = (opened.path, opened.file)
    try replay?.demand(hash: file.hash, of: planPath)
    let edits = try EditFiles(options, plan: file.plan, console: console)
    let session = try opened.session(edits.function)
    let variants = session.variants

    var inputs = Inputs(variants, isStrict: options.inputs.strict)
    try inputs.add(named: options.inputs.assignments(), console: console)
    try replay?.feed(&inputs, console: console)
    try edits.feed(&inputs, console: console)
    let captionInput = try options.captions.map { _ in try CaptionList.input(of: inputs) }
    let bound = try Operands(
      options.operands, to: variants,
      taken: Set(inputs.given.keys).union([captionInput].compactMap { $0?.name }),
      meant: { Self.meant(options, picture: $0) })
    for (item, path) in bound.pictures {
      try inputs.add(picture: path, for: item, console: console)
    }
    for (item, text) in bound.captions { try inputs.add(caption: text, for: item) }
    // One answer after the other, where nothing needs all captions at once.
    let answers =
      options.captions == "-" && options.out == nil && bound.many == nil
      && options.sheets.asked.isEmpty && inputs.rows == 1
    var captions: CaptionList?
    if let path = options.captions, let captionInput, !answers {
      captions = try CaptionList(path, for: captionInput)
    }
    captionCheck = CaptionCheck(session: session, options: options, console: console)
    try captionCheck.check(inputs: inputs, list: captions)
    let conditions = try edits.conditions(
      { try opened.session($0) },
      check: { CaptionCheck(session: $0, options: options, console: console) }, console: console)
    editing = try Editing(
      edits, options: options.edits, session: session, conditions: conditions,
      usualFrames: options.sheets.usualFrames, inputs: inputs)
    itemPlan = try ItemPlan(
      options, inputs: inputs, editing: editing,
      lists: (captions?.lines.count ?? 1) * (bound.many?.paths.count ?? 1), replay: replay)
    work = try Self.work(
      itemPlan, inputs: inputs, captions: captions, many: bound.many,
      answersFor: answers ? captionInput : nil)
    let items = Self.items(of: work, itemPlan)
    let readFiles =
      inputs.files + (captions?.files ?? []) + edits.paths
      + (bound.many.map { $0.paths + $0.lists } ?? [])
      + [planPath, options.replay].compactMap(\.self)
    results = try Results(
      options, session: session, plan: file, planPath: planPath, inputs: inputs,
      mainOutput: replay?.output, editTexts: edits.metadata, editPaths: edits.paths,
      readFiles: readFiles, items: items, labels: Labels(items, inputs: inputs, editing: editing),
      whole: WholeRun(
        seeds: itemPlan.seedList, captions: options.captions, pictures: bound.many?.paths.count,
        frames: edits.ends == nil || options.edits.frames != nil ? nil : editing.frames),
      console: console)
    progress = try Progress(console: console, total: answers ? nil : items.count)
    self.options = options
    self.console = console
    self.session = session
    self.inputs = inputs
    console.note(itemPlan.seedList.map { "seeds \($0)" } ?? "seed \(itemPlan.firstSeed)")
  }

  /// Computes and writes.
  mutating func run() throws {
    var prepared: [([NamedItem], PreparedRun)] = []
    var total: Int?
    if case .listed(let groups) = work {
      prepared = try groups.map { ($0, try prepare($0)) }
      total = groups.reduce(0) { $0 + $1.count }
    } else if case .pictures(let many, let captions) = work {
      total = many.paths.count * (captions?.lines.count ?? 1) * itemPlan.count
    }
    if options.repeats != nil { try demandOneBatch(prepared.map(\.1)) }
    let interrupts = Interrupts(console: console, total: total)
    try interrupts.guarding {
      var refused: Failure?
      do {
        switch work {
        case .listed:
          for (items, run) in prepared { try compute(run, items, interrupts: interrupts) }
        case .pictures(let many, let captions):
          try run(many, captions: captions, interrupts: interrupts)
        case .answers(let input): try answer(input, interrupts: interrupts)
        }
      } catch let failure as Refused {
        // Everything else was done, and is finished now.
        refused = failure.failure
      }
      progress.end(done)
      try interrupts.writing {
        try results.finish(profile: options.profile ? profile : nil, repetition: repetition)
      }
      if let refused { throw refused }
    }
    if options.profile, !console.isJSON { profile.print(on: console) }
    if let repetition, !console.isJSON { console.say(repetition.text) }
    if let replay {
      try replay.compare(
        with: results.film?.path, or: results.lastPicture?.picture, target: session.target.name,
        files: results.readFiles, console: console)
    }
  }

  /// Binds items, and for edited codes their numbers.
  ///
  /// - Parameter own: pictures of their own, in the form of their input, by index.
  func prepare(_ items: [NamedItem], own: [Int: HostTensor] = [:]) throws -> PreparedRun {
    try session.prepare(
      inputs.given,
      items: try items.map { item in
        var run = item.run
        run.numbers = try editing.numbers(of: run, frame: item.frame)
        if let picture = item.picture, let tensor = own[picture.index] {
          run.numbers[picture.input] = tensor.elements
        }
        return run
      },
      belongTogether: items.count > 1 && items.allSatisfy { $0.row != nil })
  }

  /// Computes prepared items and writes what they give.
  mutating func compute(
    _ run: PreparedRun, _ items: [NamedItem], interrupts: Interrupts
  ) throws {
    if let folder = options.outdir { try Outputs.makeFolder(folder) }
    for chunk in run.chunks {
      if let runs = options.repeats {
        let timed = try session.timed(chunk, of: run, runs: runs, profiled: options.profile)
        repetition = Repetition(timed.seconds)
        timed.instructions.forEach { profile.add($0) }
      }
      let (values, times) = try session.run(
        chunk, of: run, outputs: results.wanted,
        profiled: options.profile && options.repeats == nil)
      if !times.isEmpty { profile.add(times) }
      if options.profile, profile.ceilings == nil {
        profile.ceilings = try session.ceilings(batch: chunk.size)
      }
      for (index, value) in zip(chunk.items, values) {
        try interrupts.writing { try results.take(items[index], value) }
      }
      done += chunk.items.count
      progress.show(done)
    }
  }

  /// Refuses times of several batches, of which no number would be the time of a run.
  private func demandOneBatch(_ runs: [PreparedRun]) throws(Failure) {
    guard runs.count == 1, runs[0].chunks.count == 1 else {
      throw Failure(
        .usage, "--repeat times one batch, and several are computed",
        hint: "give one caption, picture or seed, or so many as the plan has in a batch")
    }
  }

  /// The command line with a picture that no input takes moved behind `-o`; no file that is there is
  /// proposed as the result.
  private static func meant(_ options: RunOptions, picture: String) -> String {
    var words = ["tgrun", options.plan ?? "PLAN.tplan"]
    words += options.operands.filter { $0 != picture }
    if let function = options.function { words += ["--function", function] }
    for input in options.inputs.input { words += ["--input", input] }
    if let seed = options.seed?.number { words += ["--seed", String(seed)] }
    let suffix = PictureFormat(suffix: Path.suffix(picture)).map(\.suffix) ?? "png"
    let target = Path.withoutSuffix(picture) + "." + suffix
    return (words + ["-o", freePath(like: target)]).map { Path.quoted($0) }
      .joined(separator: " ")
  }

  private static func work(
    _ plan: ItemPlan, inputs: Inputs, captions: CaptionList?, many: Operands.Many?,
    answersFor input: InterfaceItem?
  ) throws -> Work {
    if let many {
      guard inputs.rows == 1 else {
        throw Failure(
          .usage,
          "'\(inputs.rowInput)' has \(inputs.rows) rows and "
            + "\(many.paths.count) pictures are given, a run for each",
          hint: "give the pictures as an array too: --input \(many.input.name)=FILE.npy")
      }
      return .pictures(many, captions)
    }
    return if let input { .answers(input: input) } else { .listed(try plan.groups(captions)) }
  }

  /// All items, for names of files; of captions that are not known yet those of the first one.
  private static func items(of work: Work, _ plan: ItemPlan) -> [NamedItem] {
    switch work {
    case .listed(let groups): groups.flatMap(\.self)
    case .pictures(let many, let captions):
      plan.items(
        pictures: many.items,
        captions: captions?.lines ?? [nil], input: captions?.input.name)
    case .answers(let input):
      plan.items(captions: [CaptionLines.Line(number: 1, text: "")], input: input.name)
    }
  }
}

/// That some items were refused while all others are done: how the command ends once what all gave
/// together is written.
struct Refused: Error {
  let failure: Failure
}
