import TGCommandLine
import TGExecution
import TGInversion
import TGMachine
import TGPlan
import TGSession
import TGTensor
import TGText

/// One call of `tginvert`: the subjects one batch after the other, with their state on disk.
struct Job {
  private let request: Request
  private let machine: MachineOptions.Resolved
  private let console: Console
  private let loaded: LoadedPlan
  private let session: Session
  private let chunks: [BatchPlan.Chunk]
  private let stateFile: StateFile
  /// While it is held, no other run writes the state or the results.
  private let lock: RunLock?
  private var results: Results
  private var functions: ObjectiveFunctions?
  /// What has ended of the subject that is not complete.
  private var pending: [Finished] = []
  /// What the film is made of, for each problem of the batch that is worked on; empty without one.
  private var moments: [[Moment]] = []

  /// One begin of one subject.
  private struct Problem {
    let subject: Int
    let seed: UInt64
  }

  /// Prepares the functions of the first batch: what has no memory fails here.
  init(_ request: Request, machine: MachineOptions.Resolved, console: Console) throws {
    self.request = request
    self.machine = machine
    self.console = console
    stateFile = StateFile(of: request, target: machine.target)
    lock = try Self.lock(request, stateFile)
    do { loaded = try LoadedPlan(request.plan, verifying: machine.verifiesWeights) } catch {
      throw SessionError.runtime(error)
    }
    session = try Session(
      loaded, function: request.start.form.name, on: machine.target, within: machine.budget)
    let parts = Set(request.objective.functions)
    let interact = loaded.plan.functions.contains { parts.contains($0.name) && $0.itemsInteract }
    let count = request.subjects.count * request.options.restarts
    if count == 0 {
      chunks = []
    } else {
      guard
        let plan = BatchPlan(
          count: count, sizes: request.start.sizes, itemsInteract: interact,
          belongTogether: false)
      else {
        throw SessionError.batch(
          count: count, sizes: request.start.sizes, together: false,
          function: request.objective.name)
      }
      chunks = plan.chunks
      try Self.demandOneBatch(chunks, of: request)
    }
    results = try Results(request, console: console)
    try Self.checkCaptions(request, session: session, console: console)
    console.note("seed \(request.seed)")
    if request.options.restarts > 1, !hasChance {
      console.warn(
        "nothing is drawn in '\(request.objective.name)', so all restarts are the same",
        hint: "leave out --restarts")
    }
  }

  /// Variables that items share are one value for all of them, which only one batch has.
  private static func demandOneBatch(_ chunks: [BatchPlan.Chunk], of request: Request) throws {
    let shared = request.objective.loops.flatMap(\.shared)
    guard let name = shared.first, chunks.count > 1 || request.options.restarts > 1 else { return }
    throw Failure(
      .usage,
      "all items of '\(request.objective.name)' share '\(name)', so they are one batch: "
        + (request.options.restarts > 1
          ? "there are no restarts" : "\(request.subjects.count) pictures are several"),
      hint: request.options.restarts > 1
        ? "leave out --restarts" : "compile with --batch \(request.subjects.count)")
  }

  /// Makes the folder of the results and takes the right to write them; nil if there is nothing to do.
  private static func lock(_ request: Request, _ state: StateFile) throws -> RunLock? {
    guard !request.subjects.isEmpty else { return nil }
    if let folder = request.options.outdir { try Outputs.makeFolder(folder) }
    return try RunLock(on: state.path)
  }

  /// Warns of words that the plan does not know, or refuses them.
  private static func checkCaptions(
    _ request: Request, session: Session, console: Console
  ) throws {
    for item in request.start.textInputs {
      guard let caption = request.inputs.captions[item.name],
        let tokens = try session.tokens(
          of: caption, for: item, strictWords: request.options.inputs.strict)
      else { continue }
      for warning in tokens.warnings { console.warn(warning) }
    }
  }

  /// True if anything is drawn from the seed.
  private var hasChance: Bool {
    request.start.form.inputs.contains { item in
      item.distribution != nil && request.inputs.given[item.name] == nil
    } || request.objective.loops.contains { !$0.draws.isEmpty }
  }

  /// Computes and writes everything, or stops where it can be resumed.
  mutating func run() throws {
    guard !chunks.isEmpty else {
      if request.leftOut.total == 0 { console.note("this shard has no pictures") }
      return try results.finish()
    }
    var first = 0
    var archive: StateArchive?
    if request.options.resume, stateFile.exists {
      let found = try stateFile.load()
      do { first = try resume(found) } catch let error as InversionError {
        throw Failure(
          error.exitStatus, "\(stateFile.path): \(error.message)", hint: error.hint)
      }
      archive = found
    } else if request.options.resume {
      console.note("there is no \(stateFile.path), so the run begins")
    } else if stateFile.exists {
      console.warn(
        "\(stateFile.path) of an interrupted run will be replaced",
        hint: "--resume goes on with that run")
    }
    let rounds = request.settings.rounds.reduce(0, +)
    var progress = try InversionProgress(
      console: console, total: rounds * (chunks.count - first))
    let stop = StopRequest(console: console)
    try stop.guarding {
      for index in first..<chunks.count {
        try run(index, from: index == first ? archive : nil, stop: stop, progress: &progress)
      }
    }
    progress.end(subjects: request.subjects.count)
    stateFile.remove()
    try results.finish()
  }

  // MARK: One batch

  private func problems(of chunk: BatchPlan.Chunk) -> [Problem] {
    let restarts = request.options.restarts
    return chunk.items.map { index in
      Problem(
        subject: index / restarts, seed: restartSeed(request.seed, restart: index % restarts))
    }
  }

  private mutating func run(
    _ index: Int, from archive: StateArchive?, stop: StopRequest,
    progress: inout InversionProgress
  ) throws {
    let chunk = chunks[index]
    let problems = problems(of: chunk)
    let (run, targets) = try begin(problems, size: chunk.size)
    var before = 0.0
    moments = problems.map { _ in [] }
    if let archive, let members = archive.members["state"], members != .null {
      do {
        try run.restore(archive, members, prefix: "run.")
        before = try archive.members.double("seconds")
        try restoreMoments(archive)
      } catch {
        throw Failure(
          error.exitStatus, "\(stateFile.path): \(error.message)", hint: error.hint)
      }
    }
    let names = problems.map { request.subjects[$0.subject].name }
    let clock = ContinuousClock()
    let start = clock.now
    var seconds: Double { before + (clock.now - start) / .seconds(1) }
    let later = request.settings.rounds.reduce(0, +) * (chunks.count - index - 1)
    var unsaved = 0
    try request.film?.record(run, in: &moments)
    while !run.isDone {
      if stop.isPending {
        try save(chunk: index, run: run, seconds: seconds)
        try filmSoFar(run, problems, targets, size: chunk.size)
        throw stopped
      }
      try run.advance()
      try request.film?.record(run, in: &moments)
      unsaved += 1
      if unsaved >= request.options.saveEvery, !run.isDone {
        try save(chunk: index, run: run, seconds: seconds)
        unsaved = 0
      }
      progress.count(run, names: names, left: run.roundsLeft + later)
    }
    progress.clear()
    let total = seconds
    try demandUnchanged()
    for (row, (problem, outcome)) in zip(problems, try run.outcomes()).enumerated() {
      pending.append(Finished(outcome, seconds: total, moments: moments[row]))
      guard pending.count == request.options.restarts else { continue }
      let target = targets[problem.subject] ?? nil
      if let best = pending.best {
        try film(best.moments, seed: best.outcome.seed, target, size: chunk.size)
      }
      try results.take(pending, of: problem.subject, target: target, film: request.film?.path)
      pending = []
    }
    moments = []
    guard index + 1 < chunks.count else { return }
    try save(chunk: index + 1, run: nil, seconds: 0)
    if stop.isPending {
      try filmSoFar(nil, problems, targets, size: chunk.size)
      throw stopped
    }
  }

  // MARK: The film

  /// Writes the film of a begin of the only subject, if one is asked for.
  private mutating func film(
    _ moments: [Moment], seed: UInt64, _ target: HostTensor?, size: Int
  ) throws {
    guard let film = request.film else { return }
    let (run, _) = try begin([Problem(subject: 0, seed: seed)], size: size)
    try film.write(
      moments, of: run, beside: results.before(target),
      text: results.metadata(request.subjects[0], seed: seed))
  }

  /// Writes the film of the best begin so far, which ends where the run was stopped.
  private mutating func filmSoFar(
    _ run: ObjectiveRun?, _ problems: [Problem], _ targets: [Int: HostTensor?], size: Int
  ) throws {
    guard let film = request.film else { return }
    var best = pending.best.map { (loss: $0.outcome.loss, seed: $0.outcome.seed, $0.moments) }
    for (row, problem) in problems.enumerated() {
      guard let run, run.items[row].bestLoss < best?.loss ?? .infinity || best == nil else {
        continue
      }
      try film.keep(row, of: run, in: &moments[row])
      best = (run.items[row].bestLoss, problem.seed, moments[row])
    }
    guard let best, let target = targets[0] else { return }
    try self.film(best.2, seed: best.seed, target, size: size)
    console.note("the film so far is \(film.path)")
  }

  private mutating func restoreMoments(_ archive: StateArchive) throws(InversionError) {
    guard request.film != nil, case .array(let films)? = archive.members["film"] else { return }
    for (row, film) in films.enumerated() where row < moments.count {
      moments[row] = try Moment.load(archive, film, prefix: "film.\(row).")
    }
  }

  /// Runs the first `start` for the problems of a batch.
  private mutating func begin(
    _ problems: [Problem], size: Int
  ) throws -> (run: ObjectiveRun, targets: [Int: HostTensor?]) {
    var targets: [Int: HostTensor?] = [:]
    for problem in problems where targets[problem.subject] == nil {
      targets[problem.subject] = try request.subjects[problem.subject].tensor(
        for: request.pictureInput, console: console)
    }
    var given = request.inputs.given
    let rows = problems.map { request.subjects[$0.subject].row }
    for (name, value) in given {
      guard case .array(let array, let lengths) = value, request.inputs.rows > 1 else { continue }
      given[name] = .array(
        array.rows(rows, of: request.inputs.rows),
        lengths: lengths?.rows(rows, of: request.inputs.rows))
    }
    if let item = request.pictureInput {
      let pictures = problems.flatMap { (targets[$0.subject] ?? nil)?.elements ?? [] }
      given[item.name] = .array(
        HostTensor(Shape([problems.count] + item.itemShape), pictures), lengths: nil)
    }
    let usesRows = request.pictureInput != nil || request.inputs.rows > 1
    let prepared = try session.prepare(
      given,
      items: problems.enumerated().map { RunItem(seed: $1.seed, row: usesRows ? $0 : 0) },
      belongTogether: false)
    if functions?.batch != size {
      functions = nil
      let used = try session.memoryBytes(batch: size)
      functions = try ObjectiveFunctions(
        request.objective, of: loaded, batch: size, on: machine.target,
        within: machine.budget.less(used))
    }
    guard let functions, let chunk = prepared.chunks.first else {
      throw Failure(.internalError, "a batch has no items")
    }
    let started = try session.run(
      chunk, of: prepared, outputs: session.variants.form.outputs.map(\.name)
    ).results
    let run = try ObjectiveRun(
      functions, settings: request.settings, seeds: problems.map(\.seed), started: started,
      initial: request.initial)
    return (run, targets)
  }

  // MARK: State

  /// Nothing is kept that was computed with other weights than were written.
  private func demandUnchanged() throws {
    do { try loaded.verification?.demandUnchanged() } catch { throw SessionError.runtime(error) }
  }

  private func save(chunk: Int, run: ObjectiveRun?, seconds: Double) throws {
    try demandUnchanged()
    var archive = stateFile.archive([])
    var done: [JSON] = []
    for (index, finished) in pending.enumerated() {
      done.append(finished.save(to: &archive, prefix: "pending.\(index)."))
    }
    let state = try run?.save(to: &archive, prefix: "run.") ?? .null
    var films: [JSON] = []
    for (row, moments) in moments.enumerated() {
      films.append(Moment.save(moments, to: &archive, prefix: "film.\(row)."))
    }
    archive.members =
      stateFile.archive([
        ("chunk", .integer(chunk)), ("seconds", .number(seconds)), ("pending", .array(done)),
        ("failed", .strings(results.failed)), ("state", state), ("film", .array(films)),
      ]).members
    try stateFile.save(archive)
  }

  /// Takes what a state says of the chunks before; returns the chunk to go on with.
  private mutating func resume(_ archive: StateArchive) throws -> Int {
    let members = archive.members
    let chunk = try members.whole("chunk", in: 0..<chunks.count)
    let done = try members.array("pending")
    let open = chunks[chunk].items.lowerBound % request.options.restarts
    guard done.count == open else {
      throw InversionError.state("it has \(done.count) outcomes where there should be \(open)")
    }
    for (index, value) in done.enumerated() {
      pending.append(
        try Finished(archive, value, prefix: "pending.\(index).", of: request.objective))
    }
    for name in try members.array("failed") {
      guard case .string(let name) = name else {
        throw InversionError.state("the name of a subject is no text")
      }
      results.failed.append(name)
    }
    return chunk
  }

  private var stopped: Failure {
    Failure(
      .resumable, "stopped; \(stateFile.path) says where", hint: "the same command with --resume")
  }
}

extension HostTensor {
  /// Some rows of a tensor whose rows are `count` equal parts of its elements.
  fileprivate func rows(_ rows: [Int], of count: Int) -> HostTensor {
    let size = elements.count / count
    let rest = shape.dimensions.first == count ? Array(shape.dimensions.dropFirst()) : [size]
    return HostTensor(
      Shape([rows.count] + rest), rows.flatMap { elements[$0 * size..<($0 + 1) * size] })
  }
}
