import TGCheckpoint
import TGCommandLine
import TGImage
import TGInversion
import TGPlan
import TGSession
import TGTensor

/// What one call of `tginvert` asks for, read and checked before anything is computed.
struct Request {
  let options: InvertOptions
  let plan: PlanFile
  let planPath: String
  let objective: PlanObjective
  let settings: InversionSettings
  /// The variables to begin with; nil for the objective's own.
  let initial: InitialCode?
  /// The first `start`, which takes all inputs.
  let start: FunctionVariants
  /// What is given for all subjects.
  let inputs: Inputs
  /// The input that each subject's picture is for; nil if the objective takes none.
  let pictureInput: InterfaceItem?
  /// What is inverted.
  let subjects: [Subject]
  /// Pictures that cannot be.
  let leftOut: LeftOut
  let seed: UInt64
  /// The film that is asked for.
  let film: Film?
  let naming: Naming
  /// What makes a run another run: names with values, in a fixed order.
  let identity: [(name: String, value: String)]

  init(_ options: InvertOptions, limits: PlanLimits, console: Console) throws {
    self.options = options
    planPath = options.plan
    try Self.checkNumbers(options)
    plan = try PlanFile.load(path: planPath, limits: limits)
    objective = try Self.objective(of: plan.plan, options)
    start = try FunctionVariants(of: plan.plan, named: objective.loops[0].start)
    var settings = try InversionSettings(objective)
    var initial: InitialCode?
    var startFiles: [String] = []
    if let path = options.continueFrom ?? options.initial {
      if options.continueFrom == nil, objective.loops[0].starts.contains(path) {
        settings.start = path
      } else {
        let file = FileArgument(path, parts: .prefix)
        guard options.continueFrom != nil || Path.exists(file.path) else {
          throw InversionError.noSuchStart(path, starts: objective.loops[0].starts)
        }
        startFiles = [file.path]
        initial = try Self.code(
          file, for: objective, of: plan.plan, continuing: options.continueFrom != nil)
        if options.continueFrom == nil, let initial {
          try Self.checkRange(
            of: initial, for: objective, of: plan.plan, isStrict: options.inputs.strict, console)
        }
        if let initial, options.continueFrom != nil, !initial.hasMemory {
          let method = objective.loops[initial.loop].method
          console.note("\(path) holds nothing that \(method) remembers: it begins anew")
        }
      }
    }
    try Self.apply(options, to: &settings, of: objective, initial: initial)
    self.settings = settings
    self.initial = initial

    var inputs = Inputs(start, isStrict: options.inputs.strict)
    try inputs.add(named: options.inputs.assignments(), console: console)
    if let mask = options.mask {
      guard let item = start.pictureInputs.first(where: { $0.name == "mask" }) else {
        throw Failure(
          .usage, "the objective '\(objective.name)' takes no picture 'mask'",
          hint: "its inputs are \(start.form.inputs.map(\.name).joined(separator: ", "))")
      }
      try inputs.add(picture: mask, for: item, console: console)
    }
    let texts = start.textInputs + start.wordlessInputs
    var list = try PictureList(options.operands, takesCaptions: !texts.isEmpty)
    let free = start.textInputs.filter { inputs.given[$0.name] == nil }
    let captions = options.caption + list.captions
    guard captions.count <= free.count else {
      throw SessionError.noInput(for: captions, in: start)
    }
    for (item, caption) in zip(free, captions) { try inputs.add(caption: caption, for: item) }
    pictureInput = try Self.pictureInput(start, inputs: inputs, pictures: list.pictures)
    if let shard = options.shard { try list.keep(shard: shard) }
    self.inputs = inputs
    (subjects, leftOut) = try Self.subjects(
      list, for: pictureInput, inputs: inputs, plan: planPath)
    if !leftOut.failures.isEmpty, !subjects.isEmpty {
      console.warn(
        "left out, the end says why: \(leftOut.names) (\(leftOut.failures.count) of "
          + "\(leftOut.total) pictures)")
    }
    seed = options.seed.drawn()
    film = try Film(
      options, of: objective, in: plan.plan, rounds: settings.rounds.reduce(0, +),
      subjects: subjects.count)
    let naming = try Naming(
      options, subjects: subjects, planPath: planPath,
      readFiles: [planPath] + inputs.files + startFiles + list.lists)
    self.naming = naming
    identity = try Self.identity(
      options, encoding: naming.encoding, plan: plan, objective: objective, settings: settings,
      inputs: inputs,
      subjects: subjects, startFiles: startFiles, seed: seed)
  }

  /// The objective that is meant; a plan that could have had one is told how.
  private static func objective(of plan: Plan, _ options: InvertOptions) throws -> PlanObjective {
    do throws(InversionError) {
      return try plan.objective(named: options.objective, space: options.space)
    } catch {
      guard case .noObjective(let function?) = error else { throw error }
      let page = plan.fileNames.first.map { $0 == "-" ? "PAGE.tgraph" : $0 } ?? "PAGE.tgraph"
      throw Failure(
        error.exitStatus, error.message,
        hint: "tgc \(Path.quoted(page)) --invert \(Path.quoted(function)), with the --weights and "
          + "options that the plan was made with, gives it one")
    }
  }

  /// Warns of a start that leaves the range which the plan states for a result of its name.
  private static func checkRange(
    of initial: InitialCode, for objective: PlanObjective, of plan: Plan, isStrict: Bool,
    _ console: Console
  ) throws {
    let results = try FunctionVariants(of: plan, named: objective.finish).form.outputs
    for item in results {
      guard let numbers = initial.variables[item.name],
        let overshoot = Overshoot(of: numbers, for: item)
      else { continue }
      try console.doubt(overshoot.message, hint: overshoot.hint, isStrict: isStrict)
    }
  }

  private static func checkNumbers(_ options: InvertOptions) throws {
    guard (1...10_000).contains(options.restarts) else {
      throw Failure(.usage, "--restarts \(options.restarts) is not between 1 and 10000")
    }
    guard options.saveEvery >= 1 else {
      throw Failure(.usage, "--save-every \(options.saveEvery) is not a number of rounds")
    }
    if let patience = options.patience, patience < 1 {
      throw Failure(.usage, "--patience \(patience) is not a number of rounds")
    }
    if let loss = options.stopLoss, !loss.isFinite {
      throw Failure(.usage, "--stop-loss \(loss) is no loss")
    }
    if options.initial != nil, options.continueFrom != nil {
      throw Failure(
        .usage, "--init and --continue-from are both given", hint: "say one of them")
    }
    if options.resume, options.seed.number == nil {
      throw Failure(
        .usage, "--resume needs the seed of the run", hint: "it was printed; say --seed S")
    }
  }

  private static func code(
    _ file: FileArgument, for objective: PlanObjective, of plan: Plan, continuing: Bool
  ) throws -> InitialCode {
    let checkpoint: Checkpoint
    let path = file.path
    do {
      let whole = try Checkpoint.read(path: path)
      checkpoint =
        try file.prefix.map { (name) throws(CheckpointError) in
          try whole.subtree(named: name, path: path)
        } ?? whole
    } catch {
      throw Failure(
        ExitStatus(rawValue: error.exitCode) ?? .badInput, "\(error)",
        hint: "a code file that tginvert wrote, or a .npy array, is what is needed")
    }
    return try InitialCode(
      checkpoint, path: path, for: objective, of: plan, continuing: continuing)
  }

  /// Replaces rounds, rates and ends as asked.
  private static func apply(
    _ options: InvertOptions, to settings: inout InversionSettings, of objective: PlanObjective,
    initial: InitialCode?
  ) throws {
    let planned = settings.rounds
    if let text = options.steps {
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let rounds = numbers.compactMap(\.self)
      guard rounds.count == numbers.count, rounds.allSatisfy({ (0...1_000_000_000).contains($0) })
      else {
        throw Failure(
          .usage, "--steps \(text) is no number of rounds",
          hint: "say a whole number that is 0 or more, or one for each loop, such as 1000,1000")
      }
      if let initial, options.continueFrom != nil, rounds.count == 1 {
        settings.rounds[initial.loop] = rounds[0]
      } else {
        try settings.replace(rounds: rounds)
      }
    }
    if let initial, options.continueFrom != nil {
      // The other loops are over, or not begun; the fraction goes on as in the run that was left.
      for loop in settings.rounds.indices where loop != initial.loop { settings.rounds[loop] = 0 }
      if options.steps == nil {
        settings.rounds[initial.loop] = max(0, planned[initial.loop] - initial.rounds)
      }
      settings.wholes[initial.loop] = max(
        planned[initial.loop], initial.rounds + settings.rounds[initial.loop])
    }
    if let text = options.rate {
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { Double($0) }
      let rates = numbers.compactMap(\.self)
      guard rates.count == numbers.count, rates.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw Failure(.usage, "--rate \(text) is no positive number")
      }
      try settings.replace(rates: rates, of: objective)
    }
    settings.stopLoss = options.stopLoss
    settings.patience = options.patience
  }

  /// The one input that the pictures of the command line are for.
  private static func pictureInput(
    _ start: FunctionVariants, inputs: Inputs, pictures: [String]
  ) throws -> InterfaceItem? {
    let open = start.pictureInputs.filter { inputs.given[$0.name] == nil }
    let needed = open.filter { $0.defaultValue == nil }
    guard needed.count <= 1 else {
      let names = needed.map { "'\($0.name)'" }.joined(separator: ", ")
      throw Failure(
        .usage, "the objective takes the pictures \(names), and each picture given is one problem",
        hint: "give all but one by name: --input \(needed[1].name)=FILE")
    }
    guard let item = needed.first ?? (pictures.isEmpty ? nil : open.first) else {
      guard pictures.isEmpty else {
        throw SessionError.tooManyPictures(
          Array(pictures.prefix(4)), inputs: start.pictureInputs.map(\.name))
      }
      return nil
    }
    guard !pictures.isEmpty else {
      throw SessionError.missing(item, function: start.form.name)
    }
    return item
  }

  private static func subjects(
    _ list: PictureList, for item: InterfaceItem?, inputs: Inputs, plan: String
  ) throws -> ([Subject], LeftOut) {
    guard item != nil else {
      let subjects = (0..<inputs.rows).map { row in
        let name = Path.stem(plan) + (inputs.rows > 1 ? "-\(row)" : "")
        return Subject(path: nil, digest: "", name: name, row: row)
      }
      return (subjects, LeftOut(of: subjects.count))
    }
    guard inputs.rows == 1 || inputs.rows == list.pictures.count else {
      throw SessionError.itemCounts(
        inputs.rowInput, inputs.rows, "the pictures", list.pictures.count)
    }
    var leftOut = LeftOut(of: list.pictures.count)
    let subjects = try list.pictures.enumerated().compactMap { row, path in
      // A picture that cannot be read or fitted is found before anything is computed.
      try leftOut.trying(path) {
        let subject = Subject(
          path: path, digest: try MappedFile(path: path).digest, name: Path.stem(path), row: row)
        if let item { _ = try Inputs.tensor(ofPicture: path, for: item, console: nil) }
        return subject
      }
    }
    return (subjects, leftOut)
  }

  private static func identity(
    _ options: InvertOptions, encoding: PictureEncoding, plan: PlanFile, objective: PlanObjective,
    settings: InversionSettings, inputs: Inputs, subjects: [Subject], startFiles: [String],
    seed: UInt64
  ) throws -> [(name: String, value: String)] {
    func digests(_ paths: [String]) throws -> String {
      try paths.map { try MappedFile(path: $0).digest }.joined(separator: " ")
    }
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
    return [
      ("plan", plan.hash), ("objective", objective.name),
      ("number of rounds", settings.rounds.map(String.init).joined(separator: ",")),
      ("rate", settings.numbers.map { "\($0.rate)" }.joined(separator: ",")),
      ("start", settings.start ?? "default"), ("start file", try digests(startFiles)),
      ("seed", String(seed)), ("number of restarts", String(options.restarts)),
      ("stop loss", number(settings.stopLoss)),
      ("patience", settings.patience.map(String.init) ?? "none"),
      ("format of pictures", "\(encoding.format.rawValue) \(encoding.quality)"),
      ("input", inputs.metadata.map { "\($0.key)=\($0.value)" }.joined(separator: " ")),
      ("input files", try digests(inputs.files)),
      (
        "list of pictures",
        subjects.map { "\($0.path.map { Path.keptName($0) } ?? "") \($0.digest)" }
          .joined(separator: " ")
      ),
    ]
  }
}
