import TGCommandLine
import TGImage
import TGPlan
import TGRetrieval
import TGSession
import TGTensor

/// One call of `tgrun` that makes an index, or asks one.
struct SearchJob {
  let console: Console
  let options: RunOptions
  let plan: OpenedPlan
  let vectorRun: VectorRun
  let inputs: Inputs
  private let bound: Operands
  private let captions: CaptionList?

  /// Reads and checks everything that can be checked before anything is computed.
  init(_ options: RunOptions, console: Console) throws {
    try options.search.check(with: options)
    plan = try options.openedPlan(console: console)
    let session = try plan.session(options.function)
    var inputs = Inputs(session.variants, isStrict: options.inputs.strict)
    try inputs.add(named: options.inputs.assignments(), console: console)
    let captionInput = try options.captions.map { _ in try CaptionList.input(of: inputs) }
    bound = try Operands(
      options.operands, to: session.variants,
      taken: Set(inputs.given.keys).union([captionInput].compactMap { $0?.name }),
      meant: { _ in "tgrun \(Path.quoted(options.plan ?? "PLAN.tplan")) --help" })
    captions = try options.captions.flatMap { path in
      try captionInput.map { try CaptionList(path, for: $0) }
    }
    vectorRun = try VectorRun(
      session: session, inputs: inputs, seed: options.seed?.drawn() ?? 0, console: console)
    let check = CaptionCheck(session: session, options: options, console: console)
    try check.check(inputs: inputs, list: captions)
    for (item, text) in bound.captions { try check.check(text, for: item, location: "") }
    self.inputs = inputs
    self.options = options
    self.console = console
  }

  /// Does what is asked for.
  func run() throws {
    let interrupts = Interrupts(console: console, total: 1)
    try interrupts.guarding {
      if let path = options.search.indexOut {
        try make(path, interrupts: interrupts)
      } else if let path = options.search.index {
        let index = try VectorIndex.read(path: path)
        try index.demand(dimension: vectorRun.dimension, of: vectorRun.output.name, path: path)
        if let data = options.search.data {
          let set = try RetrievalData.read(data.kind, folder: data.folder)
          try RecallRun(run: vectorRun, index: index, path: path, data: set).measure(self)
        } else {
          try answer(index, path: path)
        }
      }
    }
  }

  /// What is the same for all results of the command.
  var description: [(String, JSON)] {
    [
      ("plan", .string(plan.path)), ("name", .string(plan.file.plan.name)),
      ("hash", .string(plan.file.hash)),
      ("function", .string(vectorRun.session.variants.form.name)),
    ]
  }

  /// Computes an index and writes it.
  private func make(_ path: String, interrupts: Interrupts) throws {
    let (items, entries) = try itemsOfIndex()
    let entriesPath = VectorIndex.entriesPath(beside: path)
    let read =
      inputs.files + entries.compactMap(\.file) + (captions?.files ?? [])
      + (bound.many?.lists ?? []) + [plan.path]
    try Outputs.check([path, entriesPath], readFiles: read)
    var vectors: [Float] = []
    var kept: [IndexEntry] = []
    let leftOut = try vectorRun.each(items) { index, vector in
      vectors += vector
      kept.append(entries[index])
    }
    if !kept.isEmpty {
      let tensor = HostTensor([kept.count, vectorRun.dimension], vectors)
      // What could not be searched is refused before it is written.
      _ = try VectorIndex(tensor, entries: kept, path: path)
      try interrupts.writing { try VectorIndex.save(tensor, entries: kept, to: path) }
      if console.isJSON {
        let files: [(String, JSON)] = [
          ("vectors", .string(path)), ("entries", .string(entriesPath)),
        ]
        try console.print(
          JSON.document(
            description + [("files", .pairs(files)), ("entries", .integer(kept.count))]
          )
          .text(indented: true))
      } else {
        try console.print(path)
        try console.print(entriesPath)
      }
    }
    try leftOut.tell(on: console, hint: "the index has no entries of them")
  }

  /// What an index is made of.
  private func itemsOfIndex() throws -> ([VectorRun.Item], [IndexEntry]) {
    var entries: [IndexEntry] = []
    if let data = options.search.data {
      entries = try RetrievalData.read(data.kind, folder: data.folder).entries
    } else if let captions {
      entries = captions.lines.map { IndexEntry(file: nil, caption: $0.text) }
    } else {
      let paths = bound.many?.paths ?? bound.pictures.map(\.path)
      entries =
        paths.isEmpty
        ? bound.captions.map { IndexEntry(file: nil, caption: $0.text) }
        : paths.map { IndexEntry(file: $0, caption: nil) }
    }
    guard !entries.isEmpty else {
      throw Failure(
        .usage, "--index-out is given nothing to be found",
        hint: "give pictures, folders of them, --captions FILE or --data KIND=FOLDER")
    }
    if let name = entries.compactMap(\.file).first(where: { FileName.shown($0) != $0 }) {
      throw RetrievalError.name(path: name)
    }
    let takesPictures = vectorRun.pictureInput != nil
    let items = try entries.map { entry in
      guard (takesPictures ? entry.file : entry.caption) != nil else {
        throw Failure(
          .usage,
          "'\(vectorRun.session.variants.form.name)' takes a \(takesPictures ? "picture" : "caption"), "
            + "and an entry has none",
          hint: "name a function for what the entries have: --function NAME")
      }
      return VectorRun.Item(
        picture: takesPictures ? entry.file : nil, caption: takesPictures ? nil : entry.caption)
    }
    return (items, entries)
  }

  /// Answers what is given with the nearest entries.
  private func answer(_ index: VectorIndex, path: String) throws {
    guard bound.many == nil else {
      throw Failure(
        .usage, "an index answers one picture, and several are given", hint: "give one")
    }
    let query = SearchQuery(
      picture: bound.pictures.first?.path,
      captions: bound.captions.map { ($0.input.name, $0.text) },
      pictureInput: bound.pictures.first?.input.name)
    let item = VectorRun.Item(picture: query.picture, caption: bound.captions.first?.text)
    var vector: [Float] = []
    try vectorRun.each([item]) { vector = $1 }.tell(on: console)
    guard let scores = index.scores(of: vector) else {
      throw Failure(
        .checkFailed, "the vector of the query has length 0, which is near to nothing")
    }
    let hits = index.nearest(scores, count: options.search.nearest ?? 10) { entry in
      guard options.search.withoutQuery, let own = query.picture else { return false }
      return entry.file.map { Path.areSame($0, own) } ?? false
    }
    try SearchAnswer(query: query, hits: hits, index: index, path: path).give(self)
  }
}
