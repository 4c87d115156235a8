import TGCheckpoint
package import TGDiagnostics
package import TGIR
import TGPlan
package import TGSyntax
package import TGTensor

/// A whole compilation: graph, weights and words in, a plan out.
package struct Compilation: Sendable {
  /// The level of optimisation.
  package var level = OptimizationLevel.reassociating
  /// Whether the verifier runs after each pass.
  package var verifies = false
  /// The model, if the file has several.
  package var model: String?
  /// Compile-time parameters as written, `("g", "48")`.
  package var settings: [(name: String, value: String)] = []
  /// The batch sizes, in the order in which they are put into the plan.
  package var batches = [1]
  /// Files of weights.
  package var weights: [WeightFile] = []
  /// Seed for weights of our own making, instead of files.
  package var syntheticSeed: UInt64?
  /// Files of vocabularies.
  package var vocabularies: [VocabularyFile] = []
  /// A file of word vectors for sequence inputs.
  package var wordVectors: GivenFile?
  /// The licence of the weights, for the plan.
  package var licence = ""
  /// Where the weights come from, for the plan.
  package var origin = ""
  /// The program's name and version, for the plan.
  package var producer = ""
  /// Called after each pass with its name, the graph, and its seconds.
  package var observe: @Sendable (String, Graph, Double) -> Void = { _, _, _ in }

  /// Makes a compilation with no options set.
  package init() {}

  /// What came out.
  package struct Result: Sendable {
    /// The plan and its weights.
    package var built: PlanBuilder.Result
    /// Remarks of the front end.
    package var warnings: [Diagnostic]
    /// Seconds for elaboration and differentiation, for all batch sizes.
    package var elaboration: Double
    /// Seconds for reading weights and words.
    package var reading: Double
    /// Seconds for passes, lowering and packing.
    package var building: Double
  }

  /// Compiles a library's main file.
  ///
  /// - Throws: `DiagnosticFailure` for errors in the text or between text and weights;
  ///   `CheckpointError`, `TextError`, `CompilationError` for files and options; `LoweringError`
  ///   for what no instruction can do; `RewriteError` for our own bugs.
  package func run(_ library: Library) throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let elaborator = Elaborator(library)
    var models: [GraphModel] = []
    var warnings: [Diagnostic] = []
    for batch in batches {
      let elaborated = try elaborator.elaborate(
        .init(model: model, settings: settings, batch: batch))
      models.append(try elaborated.model.differentiated(sources: library.sources))
      if models.count == 1 { warnings = elaborated.warnings }
    }
    let first = models[0]
    let afterElaboration = clock.now
    var binding =
      if let seed = syntheticSeed {
        WeightBinding(first, syntheticSeed: seed)
      } else {
        try WeightBinding(first, files: weights)
      }
    let missed = syntheticSeed == nil ? binding.missed(first.requirements) : []
    guard binding.diagnostics.isEmpty, missed.isEmpty else {
      throw DiagnosticFailure(binding.diagnostics + missed)
    }
    var functions: [GraphFunction] = []
    // Of each function all batch sizes, the functions in declared order.
    for index in first.functions.indices {
      functions += binding.usable(models.map { $0.functions[index] })
    }
    var objectives: [PlanObjective] = []
    for (index, objective) in first.objectives.enumerated() {
      let parts = objective.functions.indices.flatMap { part in
        models.map { $0.objectives[index].functions[part] }
      }
      guard binding.isUsable(objective.form.name, "objective", parts) else { continue }
      functions += parts
      objectives.append(objective.form)
    }
    guard !functions.isEmpty else {
      throw CompilationError.nothingToCompile(notes: binding.notes)
    }
    var texts = TextResources()
    functions = try texts.resolve(functions, files: vocabularies, vectors: wordVectors)
    warnings += texts.warnings
    let afterReading = clock.now
    let builder = PlanBuilder(
      level: level, verifies: verifies, sources: library.sources, observe: observe)
    var built = try builder.build(functions, name: first.name, binding: binding)
    built.plan.documentation = first.documentation
    built.plan.producer = producer
    built.plan.licence = licence
    built.plan.origin = origin
    built.plan.objectives = objectives
    built.plan.texts = texts.resources
    built.plan.notes = (binding.notes + texts.notes).map { FileName.shown($0) }
    return Result(
      built: built, warnings: warnings,
      elaboration: (afterElaboration - start) / .seconds(1),
      reading: (afterReading - afterElaboration) / .seconds(1),
      building: (clock.now - afterReading) / .seconds(1))
  }
}
