import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// The codes of a run: what each item and frame is given in place of what it would have.
struct Editing {
  /// How many frames each item has; nil if it is one picture.
  let frames: Int?
  private let session: Session
  private let given: [String: Given]
  private let edit: CodeEdit?
  private let ends: EditFiles.Ends?
  private let isSpherical: Bool
  private let between: Interpolation?
  private let conditions: Conditions?

  /// Binds what was read to the inputs of the function.
  ///
  /// - Parameters:
  ///   - conditions: those of captions or pictures, if these are interpolated.
  ///   - usualFrames: how many frames an interpolation has where no option says it.
  init(
    _ files: EditFiles, options: EditOptions, session: Session, conditions: Conditions?,
    usualFrames: Int, inputs: Inputs
  ) throws {
    self.session = session
    self.conditions = conditions
    given = inputs.given
    ends = files.ends
    isSpherical = options.spherical
    switch files.ends {
    case .files(let one, let other):
      between = try Self.between(
        one, other, inputs: inputs, isSpherical: options.spherical, session: session)
    case .sources(_, _, let route):
      guard !options.spherical else {
        throw EditingError.notOnASphere(route.conditions[0])
      }
      for item in route.conditions { try inputs.demandFree(item.name) }
      between = nil
    case .seeds, nil: between = nil
    }
    edit =
      files.mixes.isEmpty && files.directions.isEmpty
      ? nil
      : try CodeEdit(
        Self.target(of: files, inputs: inputs, session: session), of: session.variants.form,
        mixes: files.mixes, directions: files.directions)
    if let frames = options.frames, !(2...AmountList.limit).contains(frames) {
      throw Failure(.usage, "--frames \(frames) is not in 2 ... \(AmountList.limit)")
    }
    if let asked = options.frames, let listed = edit?.frames, asked != listed {
      throw EditingError.frameCounts([asked, listed])
    }
    frames = options.frames ?? edit?.frames ?? (files.ends == nil ? nil : usualFrames)
    if case .seeds = files.ends, drawn.isEmpty {
      throw EditingError.nothingDrawn(function: session.variants.form.name)
    }
  }

  /// The seed that files are named after, if it is not the one of the options.
  var seed: UInt64? { if case .seeds(let seed, _) = ends { seed } else { nil } }

  /// True if pictures of other seeds differ: something is drawn that is not replaced.
  var draws: Bool {
    switch ends {
    case .seeds: false
    case .files: drawn.contains { between?.ends[$0.name] == nil }
    case .sources(_, _, let route): drawn.contains { !route.conditions.contains($0) }
    case nil: !drawn.isEmpty
    }
  }

  /// What is interpolated, as a sheet tells it.
  var title: String? { ends.map { "\($0.names.0) -> \($0.names.1)" } }

  /// What a frame is called in a sheet: the amounts, or how far it is between the ends.
  func label(frame: Int) -> String {
    var parts = (edit?.amounts(frame: frame) ?? []).map { amount in
      let rounded = (Double(amount) * 100).rounded() / 100
      return Int(exactly: rounded).map(String.init) ?? String(rounded)
    }
    if ends != nil, let frames {
      parts.append("\((200 * frame + frames - 1) / (2 * (frames - 1)))%")
    }
    return parts.joined(separator: ", ")
  }

  /// The numbers that replace what an item would have, by input.
  func numbers(of run: RunItem, frame: Int?) throws -> [String: [Float]] {
    var result = try interpolation(of: run)?.numbers(frame: frame ?? 0, of: frames ?? 1) ?? [:]
    if let edit {
      let name = edit.item.name
      let code =
        try result[name] ?? session.numbers(of: edit.item, given: given[name], run: run)
      result[name] = try edit.applied(to: code, frame: frame ?? 0)
    }
    return result
  }

  private func interpolation(of run: RunItem) throws -> Interpolation? {
    switch ends {
    case nil: return nil
    case .files: return between
    case .seeds(let one, let other):
      var ends: [String: Interpolation.Ends] = [:]
      for item in drawn {
        func drawn(_ seed: UInt64) throws -> [Float] {
          try session.numbers(
            of: item, given: nil, run: RunItem(seed: seed, noiseItem: run.noiseItem))
        }
        ends[item.name] = Interpolation.Ends(from: try drawn(one), to: try drawn(other))
      }
      let normal = drawn.filter { $0.kind == .normal }.map(\.name)
      return Interpolation(ends, spherical: isSpherical ? Set(normal) : [])
    case .sources: return try conditions?.between(of: run)
    }
  }

  /// The inputs that a seed decides.
  private var drawn: [InterfaceItem] {
    session.variants.form.inputs.filter { item in
      given[item.name] == nil && item.defaultValue == nil && item.distribution != nil
    }
  }

  /// The input whose code is edited: the one given by `--latent` or as an end, or else the only one.
  private static func target(
    of files: EditFiles, inputs: Inputs, session: Session
  ) throws -> InterfaceItem {
    let form = session.variants.form
    var named: Set<String> = Set(inputs.given.keys)
    if case .files(let one, _) = files.ends {
      named.formUnion(try one.codes(for: form).map(\.item.name))
    }
    let codes = form.codes
    let stated = codes.filter { named.contains($0.name) }
    if stated.count == 1 { return stated[0] }
    let fitting = codes.filter { item in
      files.directions.allSatisfy { (try? $0.0.spread(over: item)) != nil }
    }
    if codes.count == 1 { return codes[0] }
    guard fitting.count == 1 else {
      throw EditingError.noTarget(function: form.name, codes: codes)
    }
    return fitting[0]
  }

  private static func between(
    _ one: CodeFile, _ other: CodeFile, inputs: Inputs, isSpherical: Bool, session: Session
  ) throws -> Interpolation {
    let form = session.variants.form
    let (from, to) = (try one.codes(for: form), try other.codes(for: form))
    guard from.map(\.item.name) == to.map(\.item.name) else {
      throw EditingError.otherInputs(one.path, other.path)
    }
    var ends: [String: Interpolation.Ends] = [:]
    for item in from.map(\.item) {
      try inputs.demandFree(item.name)
      if isSpherical, item.kind != .normal { throw EditingError.notOnASphere(item) }
      ends[item.name] = Interpolation.Ends(
        from: try one.code(for: item, of: form), to: try other.code(for: item, of: form))
    }
    return Interpolation(ends, spherical: isSpherical ? Set(ends.keys) : [])
  }
}
