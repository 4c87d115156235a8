import TGDiagnostics
import TGIR

/// One function of a model being turned into a graph: the graph so far, and what is known of it.
///
/// Evaluation walks the tree. Numbers, loops, conditions and names are used up on the way; tensors
/// become nodes. Everything that a text can make large is counted: steps, depth, nodes, lists.
final class Elaboration {
  /// The most nodes of a graph, with the operands of lists; the largest network of `Graphs` has 3,300.
  static let maximumNodes = 32_768
  /// The most rounds of one loop, elements of one list and characters of one text.
  static let maximumCount = 100_000
  /// The most evaluation steps of one function; the largest network of `Graphs` takes 18,000.
  static let maximumSteps = 250_000
  /// How many elements of a list, or bytes of a text, are made in one step.
  static let elementsPerStep = 16
  /// How many ids a table or label has: whole numbers that float32 holds.
  static let maximumIds = 1 << 24
  /// What a finding costs: often all known names are compared with a misspelt one.
  static let stepsPerFinding = 100
  /// How deep evaluation may nest, over all calls.
  static let maximumDepth = 700
  /// The most findings that are reported.
  static let maximumFindings = 20

  let library: Library
  /// Items computed at once.
  let batch: Int
  var builder: GraphBuilder
  var diagnostics: [Diagnostic] = []
  var callPaths = CallPathTable()
  var weights = WeightTable()
  /// The calls that are being evaluated, outermost first.
  var calls: [CallFrame] = []
  var files: [Int: FileEnvironment] = [:]
  /// The shapes of what expressions gave, for pages with shapes in the margin.
  var shapes: [SourceRange: [String]] = [:]
  /// True once an operation looked across the items of a batch.
  var itemsInteract = false
  /// The files that weights come from, in declared order.
  var roots: [GraphRoot] = []
  /// Patterns of tensors that may be missing, with what then stands for them.
  var optional: [(root: String, pattern: String, value: Float)] = []
  /// What the weights have to fulfil.
  var requirements: [GraphRequirement] = []
  /// Remarks about what was built.
  var warnings: [Diagnostic] = []
  /// What was built.
  var built: GraphFunction?
  /// What was built, if the entry point is an objective.
  var builtObjective: GraphObjective?
  /// The taps that wait for their call.
  var taps: [ActiveTap] = []
  /// True inside an objective.
  var isObjective = false
  /// The parts of the objective so far.
  var objective = ObjectiveParts()
  /// The steps taken so far.
  private(set) var steps = 0
  /// The operands of operations that take lists.
  private var listed = 0
  /// True once a limit of the whole function was passed: nothing more is evaluated.
  private var isExhausted = false
  private var depth = 0

  /// A call that is being evaluated.
  struct CallFrame {
    var name: String
    var address: String?
    var range: SourceRange
  }

  /// A tap that waits for its call.
  struct ActiveTap {
    var tap: Tap
    var address: String
    var environment: Environment
    var value: Datum?
  }

  init(library: Library, batch: Int, name: String) {
    self.library = library
    self.batch = batch
    builder = GraphBuilder(name: name)
  }

  /// Counts steps of evaluation: one for each expression, statement, round and operand.
  func step(at range: SourceRange, _ count: Int = 1) throws {
    guard !isExhausted else { throw ElaborationFailure.known }
    steps += count
    if steps > Elaboration.maximumSteps {
      isExhausted = true
      throw failure(
        "limit", "this takes more than \(Elaboration.maximumSteps) steps to unfold", at: range,
        hint: "loops and lists are unrolled at compile time")
    }
    if builder.graph.nodes.count + listed > Elaboration.maximumNodes {
      isExhausted = true
      throw failure(
        "limit", "the graph has more than \(Elaboration.maximumNodes) nodes", at: range,
        hint: "loops and lists are unrolled at compile time")
    }
  }

  /// Counts the operands of an operation that takes a list of them.
  func listing(_ count: Int, at range: SourceRange) throws {
    listed += count
    try step(at: range, count)
  }

  /// Counts the elements of a list, or the bytes of a text, that are made or looked through.
  func making(_ count: Int, at range: SourceRange) throws {
    try step(at: range, count / Elaboration.elementsPerStep)
  }

  /// Whether a value is known at run time only; looking through lists counts.
  func isRunTime(_ datum: Datum, at range: SourceRange) throws -> Bool {
    switch datum {
    case .tensor, .text: return true
    case .list(let elements):
      try making(elements.count, at: range)
      return try elements.contains { element in
        guard element.isCompound else { return element.isTensorOrText }
        try step(at: range)
        return try isRunTime(element, at: range)
      }
    case .tuple(let fields), .starts(let fields):
      try step(at: range, fields.count)
      return try fields.contains { try isRunTime($0.value, at: range) }
    default: return false
    }
  }

  /// Evaluates one level deeper.
  func deeper<Result>(at range: SourceRange, _ body: () throws -> Result) throws -> Result {
    guard depth < Elaboration.maximumDepth else {
      throw failure(
        "recursion", "calls nest deeper than \(Elaboration.maximumDepth) levels here", at: range,
        hint: "a block or function that uses itself never ends")
    }
    depth += 1
    defer { depth -= 1 }
    return try body()
  }

  /// Notes a finding once.
  func report(_ error: any Error) {
    guard case .found(var diagnostic)? = error as? ElaborationFailure else { return }
    guard diagnostics.count < Elaboration.maximumFindings else { return }
    let isKnown = diagnostics.contains {
      $0.id == diagnostic.id && $0.range == diagnostic.range && diagnostic.range != nil
    }
    // A finding in each round of a loop costs a search for the nearest name in each.
    steps += Elaboration.stepsPerFinding
    guard !isKnown else { return }
    if let note = reachedBy() { diagnostic.notes.append(note) }
    diagnostics.append(diagnostic)
  }

  /// How the program came here: `reached by NextStage @ "h_net2" (line 45) and …`.
  func reachedBy() -> Diagnostic.Note? {
    guard !calls.isEmpty else { return nil }
    let texts = calls.suffix(4).map { call in
      let line = library.sources.files[call.range.file].position(of: call.range.start).line
      let address = call.address.map { " @ \"\($0)\"" } ?? ""
      return "\(call.name)\(address) (line \(line))"
    }
    return Diagnostic.Note(
      "reached by " + texts.joined(separator: ", then "), at: calls[calls.count - 1].range)
  }

  /// Remembers the shapes of a value, for pages with shapes in the margin.
  func record(_ datum: Datum, at range: SourceRange) {
    let text: String
    switch datum {
    case .tensor(let tensor): text = plainShapeText(tensor.shape)
    case .tuple(let fields):
      let parts = fields.compactMap { field -> String? in
        guard case .tensor(let tensor) = field.value else { return nil }
        return (field.label.map { $0 + " " } ?? "") + plainShapeText(tensor.shape)
      }
      guard !parts.isEmpty else { return }
      text = parts.joined(separator: ", ")
    default: return
    }
    if shapes[range, default: []].contains(text) { return }
    if shapes[range, default: []].count < 8 { shapes[range, default: []].append(text) }
  }
}

/// Numbers for paths of calls.
struct CallPathTable {
  /// A step of a path.
  struct Step: Hashable {
    var parent: Int
    var range: SourceRange
    var visit: Int
  }

  private(set) var steps: [Step] = []
  private var known: [Step: Int] = [:]

  /// The number of the path that is longer by a call; -1 is the empty one.
  mutating func extended(_ parent: Int, at range: SourceRange, visit: Int) -> Int {
    let step = Step(parent: parent, range: range, visit: visit)
    if let number = known[step] { return number }
    steps.append(step)
    known[step] = steps.count - 1
    return steps.count - 1
  }

  /// The steps of a path, outermost first.
  func steps(of path: Int) -> [Step] {
    var result: [Step] = []
    var here = path
    while here >= 0 {
      result.append(steps[here])
      here = steps[here].parent
    }
    return result.reversed()
  }
}
