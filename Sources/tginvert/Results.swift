import TGCheckpoint
import TGCommandLine
import TGImage
import TGInversion
import TGPlan
import TGSession
import TGTensor

/// Writes what came of each subject.
struct Results {
  /// The names of subjects whose code is not that of a finite loss.
  var failed: [String] = []
  private let request: Request
  private let console: Console
  /// The outputs of `finish`.
  private let last: FunctionVariants
  private var reports: [JSON] = []

  init(_ request: Request, console: Console) throws {
    self.request = request
    self.console = console
    last = try FunctionVariants(of: request.plan.plan, named: request.objective.finish)
  }

  /// Writes all files of a subject.
  ///
  /// - Parameters:
  ///   - begins: its restarts, in order.
  ///   - target: its picture in the form of the input.
  ///   - film: the film that was written; nil if there is none.
  mutating func take(
    _ begins: [Finished], of index: Int, target: HostTensor?, film: String?
  ) throws {
    guard let best = begins.best else { return }
    let subject = request.subjects[index]
    let files = request.naming.files[index]
    let outcome = best.outcome
    var written = [("code", files.code)]
    var distance: PictureDistance?
    if let item = last.mainPicture, let tensor = outcome.results[item.name],
      let drawn = item.kind.source.picture, let after = item.picture(of: tensor)
    {
      try save(after, of: subject, outcome, to: files.picture)
      written.append(("picture", files.picture))
      if let target, let given = request.pictureInput?.kind.source.picture {
        let mapped = tensor.map { value in
          (value - drawn.low) / (drawn.high - drawn.low) * (given.high - given.low) + given.low
        }
        distance = PictureDistance(target, mapped, low: given.low, high: given.high)
        if let before = before(target), let sheet = Picture.grid([before, after], columns: 2) {
          try save(sheet, of: subject, outcome, to: files.sheet)
          written.append(("before_after", files.sheet))
        }
      }
    }
    let curve = LossCurve(
      terms: request.objective.loops.map(\.terms), records: outcome.records)
    try AtomicFile.save(Array(curve.csv.utf8), to: files.table)
    let title = "\(FileName.shown(subject.name)): \(request.objective.name)"
    try AtomicFile.save(Array(curve.svg(title: title).utf8), to: files.drawing)
    written += [("drawing", files.drawing), ("table", files.table), ("report", files.report)]
    if let film { written.append(("film", film)) }
    try saveCode(outcome, of: subject, to: files.code)
    let report = Report(request: request, subject: subject, begins: begins, best: best)
      .members(distance: distance, files: written)
    let document = JSON.document(report).text(indented: true) + "\n"
    try AtomicFile.save(Array(document.utf8), to: files.report)
    reports.append(.pairs(report))
    if outcome.hasFailed { failed.append(subject.name) }
    say(subject, begins, outcome, distance)
    if !console.isJSON { for file in written { try console.print(file.1) } }
  }

  /// A subject's picture as the plan sees it.
  func before(_ target: HostTensor?) -> Picture? {
    target.flatMap { request.pictureInput?.picture(of: $0) }
  }

  /// Says the end of all, and which pictures were left out; subjects that failed end the command with
  /// status 76.
  func finish() throws {
    if console.isJSON {
      let members: [(String, JSON)] = [
        ("plan", .string(request.planPath)), ("name", .string(request.plan.plan.name)),
        ("hash", .string(request.plan.hash)), ("objective", .string(request.objective.name)),
        ("seed", .string(String(request.seed))), ("results", .array(reports)),
      ]
      try console.print(JSON.document(members).text(indented: true))
    }
    guard failed.isEmpty else {
      let failure = Failure(
        .checkFailed,
        "a value became infinite or no number for \(failed.prefix(8).joined(separator: ", ")); "
          + "the last good code was written",
        hint: "try a smaller --rate, or another --init")
      guard !request.leftOut.failures.isEmpty else { throw failure }
      _ = console.explain(failure)
      return try request.leftOut.tell(on: console)
    }
    try request.leftOut.tell(on: console)
  }

  private func say(
    _ subject: Subject, _ begins: [Finished], _ outcome: Outcome, _ distance: PictureDistance?
  ) {
    var line = "\(subject.name): loss \(outcome.loss)"
    if let distance { line += ", PSNR \(Quantity.fixed(distance.decibels, 2)) dB" }
    line += ", \(outcome.rounds) rounds"
    if let reason = outcome.lastRecord?.reason { line += " (\(reason.explanation))" }
    if begins.count > 1 { line += ", best of \(begins.count)" }
    console.note(line)
  }

  /// Writes the variables and the results that are no pictures.
  private func saveCode(_ outcome: Outcome, of subject: Subject, to path: String) throws {
    var tensors = request.options.keepState ? outcome.memory : [:]
    for item in last.form.outputs where !item.takesPicture {
      tensors[item.name] = outcome.results[item.name]
    }
    for (name, value) in outcome.variables where tensors[name] != value {
      tensors[tensors[name] == nil ? name : "variable." + name] = value
    }
    var texts = Dictionary(uniqueKeysWithValues: metadata(subject, seed: outcome.seed))
    if request.options.keepState, outcome.search != .null {
      texts[InitialCode.methodKey] = outcome.search.text()
    }
    texts["tgraph.loss"] = "\(outcome.loss)"
    texts["tgraph.rounds"] = String(outcome.rounds)
    texts["tgraph.stop"] = outcome.lastRecord?.reason?.rawValue
    do {
      let bytes = try Safetensors.encoded(tensors.map { ($0.key, $0.value) }, metadata: texts)
      try AtomicFile.save(bytes, to: path)
    } catch let error as CheckpointFault {
      throw Failure(.internalError, "the code cannot be written: \(error)")
    }
  }

  private func save(
    _ picture: Picture, of subject: Subject, _ outcome: Outcome, to path: String
  ) throws {
    let bytes: [UInt8]
    do {
      bytes = try picture.encoded(
        as: request.naming.encoding, text: metadata(subject, seed: outcome.seed))
    } catch { throw SessionError.picture(error) }
    try AtomicFile.save(bytes, to: path)
  }

  /// What is written into the files of a subject.
  func metadata(_ subject: Subject, seed: UInt64) -> [(key: String, value: String)] {
    var texts = [
      (Metadata.software, "tgraph \(Version.number)"),
      (Metadata.plan, Path.keptName(request.planPath)), (Metadata.hash, request.plan.hash),
      (Metadata.objective, request.objective.name), (Metadata.seed, String(seed)),
    ]
    if let item = request.pictureInput, let path = subject.path {
      texts.append((Metadata.picture + item.name, Path.keptName(path)))
    }
    return texts + request.inputs.metadata
  }
}
