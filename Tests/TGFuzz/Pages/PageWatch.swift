import TGCompiler
import TGDiagnostics
import TGExecution
import TGIR
import TGMachine
import TGPlan
import TGRuntime
import TGSyntax
import TGTensor

extension Subject {
  /// Sound pages, compiled at O0 and at O2: both give the same numbers, within rounding.
  static var soundPage: Subject {
    var subject = Subject(
      name: "sound-page", source: .generation { Array(SoundPage.text(&$0).utf8) },
      read: { bytes in
        do {
          var watch = try PageWatch(bytes)
          try watch.run()
          return .accepted
        } catch let error as LoweringError {
          // An honest refusal: no instruction can do this.
          demand(!"\(error)".isEmpty, "a refusal without words")
          return .refused
        } catch let error as DiagnosticFailure {
          fail(
            "a sound page is refused: \(error.diagnostics)\n\(String(decoding: bytes, as: UTF8.self))"
          )
        } catch { fail("\(error)\n\(String(decoding: bytes, as: UTF8.self))") }
      })
    subject.memory = nil
    subject.seconds = 20
    return subject
  }
}

/// Compiles a page at the level of reference and at the one of users, runs both with inputs that
/// follow from its text, and ends the program if they differ by more than rounding explains.
///
/// How far rounding may carry is measured: the inputs are shaken by 2⁻¹⁷ of themselves (64 units in
/// the last place), and what that changes is allowed, with 5e-5 of the largest output.
struct PageWatch {
  private let text: String
  private let functions: [GraphFunction]
  private let binding: WeightBinding
  private let sources: SourceTable
  private var random: Random

  /// Reads a page whose first line states the batch.
  init(_ bytes: [UInt8]) throws {
    text = String(decoding: bytes, as: UTF8.self)
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in bytes }
    var options = ElaborationOptions()
    options.batch = text.hasPrefix("// batch 2") ? 2 : 1
    let model = try Elaborator(library).elaborate(options).model
    functions = model.functions.map { function in
      var function = function
      // No vocabulary: ids are given.
      for index in function.inputs.indices {
        if function.inputs[index].kind.takesIds {
          function.inputs[index].kind = .text(vocabulary: "")
        }
      }
      return function
    }
    binding = WeightBinding(model, syntheticSeed: 1)
    sources = library.sources
    // What follows depends on the text only (FNV-1a).
    random = Random(
      seed: bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }

  /// Does it all.
  mutating func run() throws {
    let reference = try executor(.none)
    let inputs = reference.function.inputs.map { item in (item, numbers(for: item)) }
    let expected = try outputs(of: reference, inputs)
    let found = try outputs(of: executor(.reassociating), inputs)
    let shaken = try outputs(
      of: reference,
      inputs.map { item, elements in
        guard item.view.dtype == .float32 else { return (item, elements) }
        return (item, elements.map { $0 * (random.once(in: 2) ? 1 + 0x1p-17 : 1 - 0x1p-17) })
      })
    demand(expected.map(\.count) == found.map(\.count), "the outputs differ\n\(text)")
    for (index, (a, b)) in zip(expected, found).enumerated() {
      let largest = a.reduce(Float(1)) { max($0, $1.magnitude) }
      let shift = zip(a, shaken[index]).reduce(Float(0)) { max($0, ($1.0 - $1.1).magnitude) }
      let allowed = 5e-5 * largest + shift
      guard allowed.isFinite else { continue }
      for (x, y) in zip(a, b) {
        demand(
          (x - y).magnitude <= allowed,
          "y\(index): O0 gives \(x), O2 \(y), \(allowed) is allowed\n\(text)")
      }
    }
  }

  private func executor(_ level: OptimizationLevel) throws -> Executor {
    let built = try PlanBuilder(level: level, verifies: true, sources: sources).build(
      functions, name: "M", weights: binding.weights)
    try PlanChecker.check(built.plan)
    guard let weights = built.store.section else { fail("no memory") }
    return try Executor(LoadedPlan(plan: built.plan, weights: weights), within: Budget(threads: 1))
  }

  private mutating func numbers(for item: InterfaceItem) -> [Float] {
    (0..<item.view.count).map { _ in
      if item.view.dtype == .int32 { return Float(random.below(max(1, item.rows))) }
      return 4 * Float(random.next() >> 40) * 0x1p-24 - 2
    }
  }

  private func outputs(
    of executor: Executor, _ inputs: [(InterfaceItem, [Float])]
  ) throws -> [[Float]] {
    for (item, elements) in inputs {
      // Compilations may place their inputs differently, but not name them so.
      guard let own = executor.function.inputs.first(where: { $0.name == item.name }) else {
        fail("an input is missing\n\(text)")
      }
      try executor.store(elements, into: own.view)
      if let lengths = own.lengths {
        let most = item.view.dimensions[1]
        try executor.store((0..<lengths.count).map { Float(most - $0 % most) }, into: lengths)
      }
    }
    try executor.run()
    return try executor.function.outputs.map { try executor.fetch($0.view) }
  }
}
