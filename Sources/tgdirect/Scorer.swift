import TGCommandLine
import TGDirections
import TGImage
import TGPlan
import TGSession
import TGTensor

/// What gives a number for a picture: a measure of ours, or a function of another plan.
struct Scorer {
  private enum Kind {
    case measure(PictureMeasure)
    case plan(OpenedPlan, Session, input: InterfaceItem, output: InterfaceItem, index: Int)
  }

  private let kind: Kind
  /// The output of the generator whose pictures it sees.
  private let picture: InterfaceItem
  private let rule: (low: Float, high: Float)

  /// Reads the options; nil if they ask for none.
  init?(
    _ asked: ScorerOptions, for picture: InterfaceItem, machine options: MachineOptions,
    resolved: MachineOptions.Resolved
  ) throws {
    guard let range = picture.kind.source.picture else {
      throw Failure(.internalError, "'\(picture.name)' is no picture")
    }
    self.picture = picture
    rule = (range.low, range.high)
    if asked.measure != nil, asked.scorer != nil {
      throw Failure(.usage, "--measure and --scorer are both given", hint: "say one of them")
    }
    if asked.scorer == nil, asked.function != nil || asked.output != nil {
      let option = asked.function == nil ? "--score" : "--scorer-function"
      throw Failure(.usage, "\(option) goes with --scorer", hint: "say --scorer P.tplan too")
    }
    if let measure = asked.measure {
      kind = .measure(measure)
      return
    }
    guard let path = asked.scorer else { return nil }
    let plan = try OpenedPlan(path, options: options, machine: resolved)
    let session = try plan.session(asked.function)
    let form = session.variants.form
    let open = form.inputs.filter { $0.defaultValue == nil && $0.distribution == nil }
    guard open.count == 1, open[0].takesPicture else {
      throw Failure(
        .usage,
        "'\(form.name)' of \(path) takes \(open.map(\.name).joined(separator: ", ")), and "
          + "a scorer takes one picture",
        hint: "name another function: --scorer-function NAME; tginspect \(Path.quoted(path)) "
          + "lists them")
    }
    let (output, index) = try Self.score(asked.output, of: session.variants)
    kind = .plan(plan, session, input: open[0], output: output, index: index)
  }

  /// The number that is meant: `NAME`, `NAME:INDEX`, or the first result of numbers.
  private static func score(
    _ text: String?, of variants: FunctionVariants
  ) throws -> (InterfaceItem, Int) {
    let output: InterfaceItem
    var index: Int?
    if let text {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      output = try variants.output(String(parts[0]))
      if parts.count > 1 {
        guard let number = Int(parts[1]) else {
          throw Failure(.usage, "--score \(text) is not of the form NAME:INDEX")
        }
        index = number
      }
    } else {
      guard let first = variants.form.outputs.first(where: { !$0.takesPicture }) else {
        throw Failure(.usage, "'\(variants.form.name)' gives no number for a picture")
      }
      output = first
    }
    let count = output.itemShape.reduce(1, *)
    guard index != nil || count == 1 else {
      throw Failure(
        .usage, "'\(output.name)' has \(count) numbers", hint: "say which: --score \(output.name):0"
      )
    }
    guard (0..<count).contains(index ?? 0) else {
      throw Failure(.usage, "'\(output.name)' has the numbers 0-\(count - 1)")
    }
    return (output, index ?? 0)
  }

  /// What it measures, as files and reports call it.
  var name: String {
    switch kind {
    case .measure(let measure): measure.rawValue
    case .plan(_, _, _, let output, let index):
      output.itemShape.reduce(1, *) == 1 ? output.name : "\(output.name):\(index)"
    }
  }

  /// What reports say of it.
  var members: [(String, JSON)] {
    switch kind {
    case .measure(let measure): [("measure", .string(measure.rawValue))]
    case .plan(let plan, let session, _, _, _):
      [
        ("measure", .string(name)), ("scorer", .string(plan.path)),
        ("scorer_hash", .string(plan.file.hash)),
        ("scorer_function", .string(session.variants.form.name)),
      ]
    }
  }

  /// The files that it reads.
  var files: [String] { if case .plan(let plan, _, _, _, _) = kind { [plan.path] } else { [] } }

  /// The numbers of some pictures of the generator, `[1, C, H, W]` each.
  func scores(of pictures: [HostTensor]) throws -> [Double] {
    switch kind {
    case .measure(let measure):
      return pictures.map { measure.value(of: $0, low: rule.low, high: rule.high) }
    case .plan(_, let session, let input, let output, let index):
      let items = try pictures.map {
        RunItem(seed: 0, numbers: [input.name: try numbers(of: $0, for: input)])
      }
      return try session.results(of: items, outputs: [output.name]).map {
        Double($0[output.name]?.elements[index] ?? .nan)
      }
    }
  }

  /// A picture as the scorer takes it: its numbers in another range where the size is the same,
  /// otherwise fitted, in 16 bits.
  private func numbers(of tensor: HostTensor, for input: InterfaceItem) throws -> [Float] {
    guard let wanted = input.kind.source.picture else { return [] }
    if input.itemShape == picture.itemShape {
      let (low, high) = (rule.low, rule.high)
      if (wanted.low, wanted.high) == (low, high) { return tensor.elements }
      return tensor.elements.map { value in
        (value - low) / (high - low) * (wanted.high - wanted.low) + wanted.low
      }
    }
    guard let seen = Picture(tensor: tensor, low: rule.low, high: rule.high, depth: 16) else {
      throw Failure(.badInput, "the output '\(picture.name)' is no picture")
    }
    return try Session.tensor(of: seen, path: "the output '\(picture.name)'", for: input).elements
  }
}

/// Gathers pictures and scores them in groups.
struct ScoredPictures {
  let scorer: Scorer
  private(set) var scores: [Double] = []
  private var waiting: [HostTensor] = []
  private static let groupSize = 64

  init(_ scorer: Scorer) { self.scorer = scorer }

  /// Takes the next picture.
  mutating func take(_ picture: HostTensor) throws {
    waiting.append(picture)
    if waiting.count == Self.groupSize { try finish() }
  }

  /// Scores what is left.
  mutating func finish() throws {
    guard !waiting.isEmpty else { return }
    scores += try scorer.scores(of: waiting)
    waiting = []
  }
}
