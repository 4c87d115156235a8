import TGCommandLine
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
  private let description: [(key: String, value: String)]
  private let plan: PlanFile
  /// `--output`: where each output goes, and the rows so far.
  private var arrays: [(output: InterfaceItem, path: String, rows: [Float], count: Int)] = []
  private var report: [JSON] = []
  /// The frames so far of each strip, by path.
  private var strips: [String: [Picture]] = [:]

  /// Decides and checks that everything can be created.
  init(
    _ options: RunOptions, session: Session, plan: PlanFile, planPath: String, inputs: Inputs,
    mainOutput: String?, editTexts: [(key: String, value: String)], readFiles: [String],
    items: [NamedItem], console: Console
  ) throws {
    self.options = options
    let variants = session.variants
    self.session = session
    self.inputs = inputs
    self.console = console
    self.plan = plan
    naming = try Naming(
      options, variants: variants, mainOutput: mainOutput, planPath: planPath, items: items,
      console: console)
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
    for name in options.attention { try AttentionSheet.demand(variants.output(name)) }
    try naming.check(arrays: arrays.map(\.path), items: items, readFiles: readFiles)
    let named = Set(arrays.map(\.output.name) + options.attention + naming.outputs.map(\.name))
    wanted = variants.form.outputs.map(\.name).filter { named.contains($0) }
    description =
      [
        (Metadata.software, "tgraph \(Version.number)"),
        (Metadata.plan, Path.keptName(planPath)), (Metadata.hash, plan.hash),
        (Metadata.function, variants.form.name),
      ] + inputs.metadata + editTexts
  }

  /// Writes what one item gave.
  mutating func take(_ item: NamedItem, _ values: [String: HostTensor]) throws {
    for index in arrays.indices {
      guard let value = values[arrays[index].output.name] else { continue }
      arrays[index].rows += value.elements
      arrays[index].count += 1
    }
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
        guard let whole = try strip(with: picture, at: path) else { return }
        try write(whole, of: output, item: item, to: path)
      } else {
        try AtomicFile.save(NumpyArray(value).encoded, to: path)
      }
      files.append((output.name, .string(path)))
      if path != "-", !console.isJSON { try console.print(path) }
      if output == naming.mainPicture {
        try drawAttention(of: item, beside: path, values)
        try drawBeforeAfter(path)
      }
    }
    var entry: [(String, JSON)] = [("seed", .integer(Int(clamping: item.run.seed)))]
    if let frames = naming.strip {
      entry.append(("frames", .integer(frames)))
    } else if let frame = item.frame {
      entry.append(("frame", .integer(frame)))
    }
    for (name, caption) in item.run.captions.sorted(by: { $0.key < $1.key }) {
      entry.append((name, .string(caption)))
    }
    entry.append(("files", .pairs(files)))
    if !numbers.isEmpty { entry.append(("values", .pairs(numbers))) }
    report.append(.pairs(entry))
  }

  /// Writes what all items gave together.
  mutating func finish(profile: Profile?) throws {
    var files: [(String, JSON)] = []
    for array in arrays {
      let tensor = HostTensor(Shape([array.count] + array.output.itemShape), array.rows)
      try AtomicFile.save(NumpyArray(tensor).encoded, to: array.path)
      files.append((array.output.name, .string(array.path)))
      if !console.isJSON { try console.print(array.path) }
    }
    guard console.isJSON else { return }
    var members: [(String, JSON)] = [
      ("plan", .string(plan.plan.name)), ("hash", .string(plan.hash)),
      ("function", .string(session.variants.form.name)), ("runs", .array(report)),
      ("arrays", .pairs(files)),
    ]
    if let profile { members.append(("profile", profile.json)) }
    try console.print(JSON.pairs(members).text(indented: true))
  }

  private func picture(of value: HostTensor, _ output: InterfaceItem) throws -> Picture {
    guard case .image(let low, let high, _, _) = output.kind,
      let picture = Picture(tensor: value, low: low, high: high)
    else { throw Failure(.badInput, "the output '\(output.name)' is no picture") }
    return picture
  }

  /// The picture itself or, if frames stand in strips, the strip that it completes; nil before.
  private mutating func strip(with picture: Picture, at path: String) throws -> Picture? {
    guard let count = naming.strip else { return picture }
    strips[path, default: []].append(picture)
    guard let frames = strips[path], frames.count == count else { return nil }
    strips[path] = nil
    guard let strip = Picture.grid(frames, columns: count) else {
      throw Failure(.badInput, "the frames are too large to stand in one picture")
    }
    return strip
  }

  private mutating func write(
    _ picture: Picture, of output: InterfaceItem, item: NamedItem, to path: String
  ) throws {
    let bytes: [UInt8]
    do {
      bytes = try picture.encoded(
        text: options.noMetadata ? [] : metadata(of: item, output: output))
    } catch { throw SessionError.picture(error) }
    if path == "-" {
      try console.emit(bytes)
    } else {
      try AtomicFile.save(bytes, to: path)
    }
    if output == naming.mainPicture { lastPicture = (path, picture) }
  }

  /// Writes the sheet of `--before-after`: the pictures given, then the main picture made of them.
  private func drawBeforeAfter(_ path: String) throws {
    guard options.beforeAfter, let after = lastPicture?.picture else { return }
    let before = inputs.variants.pictureInputs.compactMap { input -> Picture? in
      if case .picture(let picture, _) = inputs.given[input.name] { picture } else { nil }
    }
    guard !before.isEmpty else {
      throw Failure(
        .usage, "--before-after needs a picture to begin with",
        hint: "give one: tgrun PLAN picture.png … --before-after")
    }
    guard let sheet = Picture.sideBySide(before + [after]) else {
      throw Failure(.badInput, "the pictures are too large to stand side by side")
    }
    let place = naming.beforeAfterPath(beside: path)
    do { try sheet.write(path: place) } catch { throw SessionError.picture(error) }
    if !console.isJSON { try console.print(place) }
  }

  /// Writes the sheets of `--attention`.
  private func drawAttention(
    of item: NamedItem, beside path: String, _ values: [String: HostTensor]
  ) throws {
    guard let picture = lastPicture?.picture else { return }
    for name in options.attention {
      guard let maps = values[name] else { continue }
      let sheet = try AttentionSheet(picture: picture, maps: maps, words: words(of: item))
      let place = naming.attentionPath(name, beside: path)
      do {
        try sheet.picture.write(path: place)
      } catch { throw SessionError.picture(error) }
      if !console.isJSON { try console.print(place) }
    }
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

  private func metadata(
    of item: NamedItem, output: InterfaceItem
  ) -> [(key: String, value: String)] {
    var texts = description
    texts.append((Metadata.output, output.name))
    texts.append((Metadata.seed, String(item.run.seed)))
    if naming.strip == nil, let frame = item.frame {
      texts.append((Metadata.frame, String(frame)))
    }
    if item.run.noiseItem > 0 { texts.append((Metadata.item, String(item.run.noiseItem))) }
    for (name, caption) in item.run.captions.sorted(by: { $0.key < $1.key }) {
      texts.append((Metadata.text + name, caption))
    }
    return texts
  }
}
