import TGCommandLine
import TGExecution
import TGImage
import TGPlan
import TGSession
import TGTensor
import TGText

/// Where the outputs of a run go.
struct Results {
  /// The outputs that have to be fetched.
  let wanted: [String]
  /// The last main picture written, and its path.
  private(set) var lastPicture: (path: String, picture: Picture)?
  private let options: RunOptions
  private let session: Session
  private let inputs: Inputs
  private let console: Console
  private let naming: Naming
  private var description: [(key: String, value: String)]
  private let plan: PlanFile
  /// `--output`: where each output goes, and the rows so far.
  private var arrays: [(output: InterfaceItem, path: String, rows: [Float], count: Int)] = []
  /// What was told of each item that is not printed yet.
  private var report: [JSON] = []
  /// True if each caption was answered when it came.
  private var isAnswered = false
  private let planPath: String
  /// The files that are read.
  let readFiles: [String]
  /// The film of the run, if one is asked for.
  let film: Film?
  private var sheets: Sheets
  private let whole: WholeRun
  private let attention: [AttentionRequest]

  /// Decides and checks that everything can be created.
  init(
    _ options: RunOptions, session: Session, plan: PlanFile, planPath: String, inputs: Inputs,
    mainOutput: String?, editTexts: [(key: String, value: String)], editPaths: [String],
    readFiles: [String], items: [NamedItem], labels: Labels, whole: WholeRun, console: Console
  ) throws {
    self.options = options
    let variants = session.variants
    self.session = session
    self.inputs = inputs
    self.console = console
    self.plan = plan
    self.planPath = planPath
    self.readFiles = readFiles
    self.whole = whole
    film = Film(options.sheets)
    attention = try options.attention.map { try AttentionRequest($0, of: variants) }
    naming = try Naming(
      options, requests: attention, variants: variants, mainOutput: mainOutput,
      planPath: planPath, items: items, console: console)
    sheets = Sheets(naming.sheet, labels: labels)
    for text in options.output {
      let assignment = try Assignment(text, option: "--output", example: "NAME=FILE.npy")
      let output = try variants.output(assignment.name)
      guard Path.suffix(assignment.value) == "npy" else {
        throw Failure(
          .usage, "--output \(text): arrays are written as .npy files",
          hint: "pictures are written with -o OUT.png")
      }
      arrays.append((output, assignment.value, [], 0))
    }
    try naming.check(
      arrays: arrays.map(\.path) + [film?.path].compactMap(\.self), items: items,
      readFiles: readFiles)
    let filmed = film == nil ? [] : [naming.mainPicture?.name].compactMap(\.self)
    let named = Set(
      arrays.map(\.output.name) + attention.map(\.name) + naming.outputs.map(\.name) + filmed)
    wanted = variants.form.outputs.map(\.name).filter { named.contains($0) }
    description =
      [
        (Metadata.software, "tgraph \(Version.number)"),
        (Metadata.plan, Path.keptName(planPath)), (Metadata.hash, plan.hash),
        (Metadata.function, variants.form.name), (Metadata.isa, session.target.name),
      ] + inputs.metadata + editTexts
    if !options.noMetadata {
      description += try (inputs.files + editPaths).map { try Self.digest(of: $0) }
    }
  }

  /// Makes sure that the files of some items can be created, as the initializer does for all that
  /// are known then.
  func check(_ items: [NamedItem]) throws {
    try naming.check(arrays: [], items: items, readFiles: readFiles + arrays.map(\.path))
  }

  /// Writes what one item gave.
  mutating func take(_ item: NamedItem, _ values: [String: HostTensor]) throws {
    for index in arrays.indices {
      guard let value = values[arrays[index].output.name] else { continue }
      arrays[index].rows += value.elements
      arrays[index].count += 1
    }
    if let film, let output = naming.mainPicture, let value = values[output.name] {
      let picture = try picture(of: value, output)
      try film.take(picture, text: metadata(of: item, output: output, picture, in: .film))
    }
    var head = item
    var files: [(String, JSON)] = []
    var numbers: [(String, JSON)] = []
    for output in naming.outputs {
      guard let value = values[output.name] else { continue }
      guard let path = naming.path(of: output, for: item) else {
        if console.isJSON {
          numbers.append((output.name, .array(value.elements.map { .number(Double($0)) })))
        } else {
          for line in NumberListing(output, value).lines { try console.print(line) }
        }
        continue
      }
      if output.takesPicture {
        let picture = try picture(of: value, output)
        guard let (whole, first) = try sheets.take(picture, of: item, at: path) else { return }
        head = first
        try write(whole, of: output, item: first, to: path)
      } else {
        try AtomicFile.save(NumpyArray(value).encoded, to: path)
      }
      guard path != Outputs.nowhere else { continue }
      files.append((output.name, .string(path)))
      if path != "-", !console.isJSON { try console.print(path) }
      if output == naming.mainPicture {
        files += try drawAttention(of: item, beside: path, values)
        files += try drawBeforeAfter(path, own: item.picture?.path)
      }
    }
    report.append(entry(head, files: files, numbers: numbers))
  }

  /// What is told of an item.
  private func entry(
    _ item: NamedItem, files: [(String, JSON)], numbers: [(String, JSON)]
  ) -> JSON {
    var entry: [(String, JSON)] = [("seed", .string(String(item.run.seed)))]
    if let line = item.line { entry.append(("line", .integer(line))) }
    if let row = item.row { entry.append(("row", .integer(row))) }
    if case .strip(let frames) = naming.sheet, !naming.outputs.isEmpty {
      entry.append(("frames", .integer(frames)))
    } else if case .grid(_, let cells) = naming.sheet, !naming.outputs.isEmpty {
      entry.append(("cells", .integer(cells)))
    } else if let frame = item.frame {
      entry.append(("frame", .integer(frame)))
    }
    var (captions, pictures) = (inputs.captions, inputs.pictures)
    captions.merge(item.run.captions) { $1 }
    if let picture = item.picture { pictures[picture.input] = picture.path }
    entry.append(("captions", .strings(captions)))
    entry.append(("pictures", .strings(pictures)))
    entry.append(("files", .pairs(files)))
    if !numbers.isEmpty { entry.append(("values", .pairs(numbers))) }
    return .pairs(entry)
  }

  /// Tells what a caption gave, as soon as it is there: with `--json` an object on a line.
  mutating func answer(line: Int) throws {
    isAnswered = true
    guard console.isJSON else { return }
    try console.print(
      JSON.document(run + [("line", .integer(line)), ("runs", .array(report))]).text())
    report = []
  }

  /// Tells that a caption is refused: with `--json` an object with its error, else an empty line,
  /// so that whoever waits for an answer gets one.
  mutating func refuse(_ error: any Explained, line: Int) throws {
    isAnswered = true
    guard console.isJSON else {
      _ = console.explain(error)
      return try console.print("")
    }
    try console.print(
      JSON.document(run + [("line", .integer(line)), ("error", Console.json(error))]).text())
  }

  /// What is the same for all items.
  private var run: [(String, JSON)] {
    [
      ("plan", .string(planPath)), ("name", .string(plan.plan.name)),
      ("hash", .string(plan.hash)), ("function", .string(session.variants.form.name)),
    ]
  }

  /// Writes what all items gave together.
  mutating func finish(profile: Profile?, repetition: Repetition?) throws {
    var files: [(String, JSON)] = []
    for (path, picture, first) in try sheets.rest() {
      guard let output = naming.mainPicture else { continue }
      try write(picture, of: output, item: first, to: path)
      report.append(entry(first, files: [(output.name, .string(path))], numbers: []))
      if path != "-", path != Outputs.nowhere, !console.isJSON { try console.print(path) }
    }
    try film?.finish()
    if let film, !console.isJSON { try console.print(film.path) }
    for array in arrays {
      let tensor = HostTensor(Shape([array.count] + array.output.itemShape), array.rows)
      try AtomicFile.save(NumpyArray(tensor).encoded, to: array.path)
      files.append((array.output.name, .string(array.path)))
      if !console.isJSON { try console.print(array.path) }
    }
    guard console.isJSON else { return }
    var rest: [(String, JSON)] = [("arrays", .pairs(files))]
    if let film { rest.append(("film", .string(film.path))) }
    if let profile {
      rest.append(("profile", profile.json))
      if let ceilings = profile.ceilingsJSON { rest.append(("ceilings", ceilings)) }
    }
    if let repetition { rest.append(("repeat", repetition.json)) }
    if !isAnswered {
      try console.print(
        JSON.document(run + [("runs", .array(report))] + rest).text(indented: true))
    } else if !files.isEmpty || profile != nil || repetition != nil {
      try console.print(JSON.document(run + rest).text())
    }
  }

  private func picture(of value: HostTensor, _ output: InterfaceItem) throws -> Picture {
    guard let picture = output.picture(of: value) else {
      throw Failure(.badInput, "the output '\(output.name)' is no picture")
    }
    return picture
  }

  private mutating func write(
    _ picture: Picture, of output: InterfaceItem, item: NamedItem, to path: String
  ) throws {
    if output == naming.mainPicture { lastPicture = (path, picture) }
    guard path != Outputs.nowhere else { return }
    let extent: Extent =
      switch output == naming.mainPicture ? naming.sheet : nil {
      case nil: .picture
      case .strip: .strip
      case .grid: .grid
      }
    let texts = try metadata(of: item, output: output, picture, in: extent)
    let bytes: [UInt8]
    do {
      bytes = try picture.encoded(as: naming.encoding, text: texts)
    } catch { throw SessionError.picture(error) }
    if path == "-" {
      try console.emit(bytes)
    } else {
      try AtomicFile.save(bytes, to: path)
    }
  }

  /// Writes the sheet of `--before-after`: the pictures given, then the main picture made of them.
  ///
  /// - Parameter own: the path of the item's own picture.
  private func drawBeforeAfter(_ path: String, own: String?) throws -> [(String, JSON)] {
    guard options.beforeAfter, let after = lastPicture?.picture else { return [] }
    // The pictures themselves may be larger than what the plan takes of them.
    let paths = inputs.variants.pictureInputs.compactMap { inputs.pictures[$0.name] }
    let before = try (paths + [own].compactMap(\.self)).map { try Self.picture(at: $0) }
    guard !before.isEmpty else {
      throw Failure(
        .usage, "--before-after needs a picture to begin with",
        hint: "give one: tgrun PLAN picture.png … --before-after")
    }
    guard let sheet = Picture.sideBySide(before + [after]) else {
      throw Failure(.badInput, "the pictures are too large to stand side by side")
    }
    let sheetPath = naming.beforeAfterPath(beside: path)
    do {
      try sheet.write(path: sheetPath, as: naming.encoding)
    } catch { throw SessionError.picture(error) }
    if !console.isJSON { try console.print(sheetPath) }
    return [("before_after", .string(sheetPath))]
  }

  private static func picture(at path: String) throws -> Picture {
    do { return try Picture.read(path: path) } catch { throw SessionError.picture(error) }
  }

  /// Writes the sheets of `--attention`.
  private func drawAttention(
    of item: NamedItem, beside path: String, _ values: [String: HostTensor]
  ) throws -> [(String, JSON)] {
    guard let picture = lastPicture?.picture else { return [] }
    var files: [(String, JSON)] = []
    for request in attention {
      let name = request.name
      guard let maps = values[name] else { continue }
      let sheet = try AttentionSheet(
        picture: picture, maps: maps, words: words(of: item), most: request.most)
      let sheetPath = naming.attentionPath(name, beside: path)
      do {
        try sheet.picture.write(path: sheetPath, as: naming.encoding)
      } catch { throw SessionError.picture(error) }
      if !console.isJSON { try console.print(sheetPath) }
      files.append(("attention.\(name)", .string(sheetPath)))
    }
    return files
  }

  /// The pieces of the item's first caption; empty if ids were given.
  private func words(of item: NamedItem) throws -> [String] {
    guard let input = session.variants.textInputs.first else { return [] }
    var caption = item.run.captions[input.name]
    if caption == nil, case .caption(let text) = inputs.given[input.name] { caption = text }
    return try caption.flatMap {
      try session.tokens(of: $0, for: input)?.pieces
    } ?? []
  }

  /// How much of a run a file shows.
  private enum Extent {
    case picture, strip, grid, film
  }

  /// What a file tells of its making.
  ///
  /// - Parameters:
  ///   - item: the first item that it shows.
  ///   - picture: its pixels; of a film the first frame.
  private func metadata(
    of item: NamedItem, output: InterfaceItem, _ picture: Picture, in extent: Extent
  ) throws -> [(key: String, value: String)] {
    guard !options.noMetadata else { return [] }
    var texts = description
    let showsAll = extent == .grid || extent == .film
    if showsAll {
      texts += whole.texts
      if let path = options.captions, path != "-" { texts.append(try Self.digest(of: path)) }
      if extent == .grid, let grid = options.sheets.grid {
        texts.append((Metadata.grid, grid.description))
      }
      if extent == .film {
        texts.append((Metadata.film, String(options.sheets.fps ?? 12)))
        if options.sheets.thereAndBack { texts.append((Metadata.thereAndBack, "true")) }
      }
    } else if let own = item.picture {
      texts.append((Metadata.picture + own.input, Path.keptName(own.path)))
      texts.append(try Self.digest(of: own.path))
    }
    texts.append((Metadata.pixels, picture.digest))
    if !naming.encoding.format.keepsEveryBit {
      texts.append((Metadata.quality, String(naming.encoding.quality)))
    }
    texts.append((Metadata.output, output.name))
    texts.append((Metadata.seed, String(item.run.seed)))
    if extent == .picture, let frame = item.frame {
      texts.append((Metadata.frame, String(frame)))
    }
    if item.run.noiseItem > 0 { texts.append((Metadata.item, String(item.run.noiseItem))) }
    for (name, caption) in item.run.captions.sorted(by: { $0.key < $1.key }) where !showsAll {
      texts.append((Metadata.text + name, caption))
    }
    return texts
  }

  /// The text about a file that is read: its SHA-256 and its base name.
  private static func digest(of path: String) throws -> (key: String, value: String) {
    (Metadata.file, "\(try MappedFile(path: path).digest) \(Path.keptName(path))")
  }
}

extension Picture {
  /// The SHA-256 of size and pixels, whatever else a file of the picture holds.
  var digest: String {
    let head = [height, width, channels, depth].map(String.init).joined(separator: " ")
    var bytes = Array(head.utf8)
    bytes.reserveCapacity(bytes.count + 2 * samples.count)
    for sample in samples {
      bytes.append(UInt8(sample >> 8))
      bytes.append(UInt8(sample & 0xFF))
    }
    return TGPlan.digest(of: bytes)
  }
}
