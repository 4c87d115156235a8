import TGCommandLine
import TGDissection
import TGImage
import TGPlan
import TGSession
import TGTensor
import TGText

/// One call of `tgdissect`. Making it reads and checks what can be checked before anything is computed.
struct Job {
  let request: Request
  let console: Console
  let plan: PlanFile
  let functionName: String
  let subject: any Subject
  /// The subject, if it makes pictures.
  let painter: Painter?
  /// The mask of `--mask`, in 0 ... 1.
  let mask: HostTensor?

  init(
    _ request: Request, machine: MachineOptions.Resolved, options machineOptions: MachineOptions,
    console: Console
  ) throws {
    self.request = request
    self.console = console
    let options = request.options
    let opened = try OpenedPlan(options.plan, options: machineOptions, machine: machine)
    plan = opened.file
    var readFiles = [options.plan]
    if let path = options.segmenter {
      readFiles.append(path)
      let painter = try Self.painter(
        request, opened,
        segmenter: Segmenter(
          OpenedPlan(path, options: machineOptions, machine: machine).session(nil), path: path,
          background: options.background), console: console)
      if !options.skipsEffects { try Effects.check(request, painter.layer) }
      (subject, self.painter) = (painter, painter)
      functionName = options.function ?? "edit"
    } else {
      let session = try opened.session(options.function)
      let pictures = try PictureList(options.operands, takesCaptions: false)
      guard !pictures.pictures.isEmpty else {
        throw Failure(
          .usage, "no pictures were given", hint: "tgdissect ENCODER.tplan FOLDER --masks FOLDER")
      }
      let masks = try MaskFolder(options.masks ?? "")
      let paths = try masks.masked(pictures.pictures, console: console)
      readFiles += paths
      subject = try Seer(session, pictures: paths, masks: masks, features: options.features)
      painter = nil
      functionName = session.variants.form.name
    }
    mask = try options.mask.map { try Self.mask($0) }
    for part in options.parts where !subject.parts.contains(part) {
      throw Failure(
        .usage, "--part \(part): there is no such part",
        hint: "the parts are \(subject.parts.joined(separator: ", "))")
    }
    guard options.parts.isEmpty || painter != nil else {
      throw Failure(.usage, "--part measures effects, and an encoder makes no pictures")
    }
    try Outputs.check(
      ["units.csv", "report.json"].map { Path.join(request.folder, $0) }, readFiles: readFiles,
      newFolder: request.folder)
  }

  private static func painter(
    _ request: Request, _ plan: OpenedPlan, segmenter: Segmenter, console: Console
  ) throws -> Painter {
    let options = request.options
    let name = options.function ?? "edit"
    guard plan.file.plan.functions.contains(where: { $0.name == name }) || options.function != nil
    else {
      throw Failure(
        .usage, "the plan has no function 'edit' that sets units of a layer",
        hint: "compile its page with a tap: tgc PAGE --set tap=N; or say --function")
    }
    let session = try plan.session(name)
    var inputs = Inputs(session.variants, isStrict: options.inputs.strict)
    try inputs.add(named: options.inputs.assignments(), console: console)
    guard inputs.rows == 1 else {
      throw Failure(
        .usage, "'\(inputs.rowInput)' has \(inputs.rows) rows; one serves all pictures",
        hint: "what differs between pictures is drawn from --seeds")
    }
    if let set = ["units", "places", "values"].first(where: { inputs.given[$0] != nil }) {
      throw Failure(.usage, "'\(set)' cannot be given: it is what units are set by")
    }
    let captions = try Self.captions(options)
    let painter = try Painter(
      session, segmenter: segmenter, given: inputs.given, captions: captions.map(\.text),
      seeds: request.seeds,
      features: options.features)
    if let text = session.variants.textInputs.first(where: { inputs.given[$0.name] == nil }) {
      // Looked up before anything is computed.
      for caption in captions {
        let tokens = try session.tokens(
          of: caption.text, for: text, strictWords: options.inputs.strict,
          location: caption.location)
        for warning in tokens?.warnings ?? [] { console.warn(caption.location + warning) }
      }
    }
    return painter
  }

  /// The captions of operands and of `--captions`, with where they stand, before the sentence of an
  /// error.
  private static func captions(
    _ options: DissectOptions
  ) throws -> [(text: String, location: String)] {
    let operands = options.operands.map { (text: $0, location: "") }
    guard let path = options.captions else { return operands }
    return try operands
      + CaptionLines(path).lines.map {
        ($0.text, "\(CaptionLines.location($0.number, of: path)): ")
      }
  }

  private static func mask(_ path: String) throws -> HostTensor {
    do {
      return try Picture.read(path: path).converted(channels: 1).tensor(low: 0, high: 1)
    } catch { throw SessionError.picture(error) }
  }

  /// Computes and writes.
  mutating func run() throws {
    let found = try scores()
    try Outputs.makeFolder(request.folder)
    var results = Results(job: self, found: found)
    try results.writeUnits()
    if request.options.pictures > 0 { try results.writeSheets() }
    if let painter, !request.options.skipsEffects {
      for part in effectParts(found) {
        let effect = try Effects(job: self, painter: painter, found: found)
        try results.take(effect.measure(part))
        if request.options.pictures > 0 { try results.writeStrip(effect, of: part) }
      }
      try results.writeEffects()
    }
    try results.finish()
  }

  /// The parts whose effects are measured: those asked for, or all that a unit means clearly.
  private func effectParts(_ found: Scores) -> [Int] {
    let asked = request.options.parts.compactMap { subject.parts.firstIndex(of: $0) }
    if !request.options.parts.isEmpty { return asked }
    return subject.parts.indices.filter { part in
      found.meanings.contains { $0.part == part && $0.isClear }
    }
  }
}

/// What looking at the sample gave.
struct Scores {
  /// What each unit means.
  let meanings: [UnitMeaning]
  /// Pixels of each part.
  let pixelsOfPart: [Int]
  /// What each unit gives where a part is.
  let features: PartFeatures
  /// The level above which each unit is at 1 % of the places.
  let high: [Float]
  /// For each unit the pictures that it is most active in, the most active first.
  let best: [[Int]]
}

extension Job {
  /// The share of places above what "high" means (Bau et al., variant `h99`).
  private static let highShare = 0.01

  /// Looks at the sample twice: for the levels of the units, then for what they have in common with
  /// parts.
  private func scores() throws -> Scores {
    let layer = subject.layer
    let shares = request.rule.shares
    let total = subject.count * layer.cells
    let most = max(shares.max() ?? 0, Self.highShare)
    if case .share(let share) = request.rule, ActivationLevels.above(total, share: share) < 1 {
      throw Failure(
        .usage, "\(share) of \(total) places is none: the sample is too small",
        hint: "look at more pictures, or raise --top")
    }
    guard
      var levels = ActivationLevels(units: layer.units, total: total, largestShare: most)
    else {
      throw Failure(
        .memoryBudget,
        "the levels of \(layer.units) units need more than "
          + "\(ActivationLevels.limit) numbers", hint: "look at fewer pictures, or lower --top")
    }
    var progress = try Progress(console: console, total: 2 * subject.count)
    for piece in subject.pieces {
      for look in try subject.look(at: piece, withMaps: false) {
        levels.add(look.features.elements)
      }
      progress.show(piece.upperBound)
    }
    let bounds = levels.levels(of: shares)
    var counts = OverlapCounts(levels: bounds, parts: subject.parts.count)
    var features = PartFeatures(units: layer.units, parts: subject.parts.count)
    var best = [BestPictures](
      repeating: BestPictures(room: request.options.pictures), count: layer.units)
    for piece in subject.pieces {
      for (sample, look) in zip(piece, try subject.look(at: piece, withMaps: true)) {
        guard let map = look.map else { continue }
        counts.add(look.features, map)
        features.add(look.features, map)
        for unit in 0..<layer.units {
          let values = look.features.elements[unit * layer.cells..<(unit + 1) * layer.cells]
          best[unit].add(sample, value: values.max() ?? 0)
        }
      }
      progress.show(subject.count + piece.upperBound)
    }
    progress.end(2 * subject.count)
    return Scores(
      meanings: UnitMeaning.all(of: counts, levels: bounds, rule: request.rule),
      pixelsOfPart: counts.ofPart, features: features,
      high: levels.levels(of: [Self.highShare]).map { $0[0] }, best: best.map(\.samples))
  }
}

/// The pictures of largest values, the largest first; of equal ones the first.
private struct BestPictures {
  private var entries: [(sample: Int, value: Float)] = []
  private let room: Int

  init(room: Int) { self.room = room }

  var samples: [Int] { entries.map(\.sample) }

  mutating func add(_ sample: Int, value: Float) {
    guard room > 0, entries.count < room || value > entries[entries.count - 1].value else { return }
    let place = entries.firstIndex { $0.value < value } ?? entries.count
    entries.insert((sample, value), at: place)
    if entries.count > room { entries.removeLast() }
  }
}
