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
  /// Whether memory counts more than time (`-Os`).
  package var isSmall = false
  /// Whether the verifier runs after each pass.
  package var verifies = false
  /// The last pass (`Pipeline.labels`), nil for all of the level.
  package var stopAfter: String?
  /// What chooses the forms of convolutions instead of the cost model.
  package var tiles: TileConvolutions.Choice?
  /// In which type weights are multiplied, from `reassociating` on.
  package var precision = ProductsType.f32
  /// The model, if the file has several.
  package var model: String?
  /// Compile-time parameters as written, `("g", "48")`.
  package var settings: [(name: String, value: String)] = []
  /// Parts given for parameters of the model, from pages of the library.
  package var parts: [ElaborationOptions.Part] = []
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
  /// Whether weights that are infinite or no numbers are errors.
  package var isStrict = false
  /// In which type the plan stores large weights.
  package var weightsType = WeightsType.f32
  /// What the compilation may take.
  package var memory = CompileMemory()
  /// The licence of the weights, for the plan.
  package var licence = ""
  /// Where the weights come from, for the plan.
  package var origin = ""
  /// The program's name and version, for the plan.
  package var producer = ""
  /// Whether the result has the optimised graphs, which hold all weights.
  package var keepsGraphs = false
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
  }

  /// What the page says, before any weight is read.
  package struct Checked: Sendable {
    /// The model for the first batch size, as the page has it.
    package var elaborated: Elaborated
    /// A model for each batch size, its objectives cut and differentiated.
    package var models: [StagedModel]
  }

  /// Elaborates a library's main file in all batch sizes, cuts and differentiates its objectives, and
  /// holds it against the limits of plans.
  ///
  /// - Throws: `DiagnosticFailure` with everything that is wrong.
  package func check(_ library: Library) throws -> Checked {
    let elaborator = Elaborator(library)
    var first: Elaborated?
    var models: [StagedModel] = []
    var options = ElaborationOptions(model: model, settings: settings)
    options.parts = parts
    for batch in batches {
      options.batch = batch
      let elaborated = try elaborator.elaborate(options)
      options.steps -= elaborated.steps
      first = first ?? elaborated
      models.append(try StagedModel(elaborated.model, sources: library.sources))
      // Before the next batch size takes as long.
      let findings = PlanRules(models).findings
      guard findings.isEmpty else { throw DiagnosticFailure(findings) }
    }
    guard let first else { throw CompilationError.nothingToCompile(notes: []) }
    return Checked(elaborated: first, models: models)
  }

  /// Compiles a library's main file.
  ///
  /// - Throws: `DiagnosticFailure` for errors in the text or between text and weights;
  ///   `CheckpointError`, `TextError`, `CompilationError` for files and options; `RewriteError`
  ///   for our own bugs.
  package func run(_ library: Library) throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let checked = try check(library)
    let afterElaboration = clock.now
    var bound = try bind(checked)
    let afterReading = clock.now
    let builder = PlanBuilder(
      level: level, isSmall: isSmall, verifies: verifies, stopAfter: stopAfter, tiles: tiles,
      precision: precision, sources: library.sources, memory: memory, weightsType: weightsType,
      keepsGraphs: keepsGraphs,
      observe: observe)
    let model = checked.models[0].model
    var built = try builder.build(
      bound.functions, name: model.name, weights: bound.binding.handOver())
    built.plan.documentation = model.documentation
    built.plan.producer = producer
    built.plan.licence = licence
    built.plan.origin = origin
    built.plan.objectives = bound.objectives
    built.plan.texts = bound.texts.resources
    built.plan.notes = bound.notes + built.plan.notes
    do throws(PlanError) {
      try built.check()
    } catch {
      throw DiagnosticFailure([error.diagnostic(of: bound.functions, sources: library.sources)])
    }
    try memory.demandRoom(for: built.plan)
    return Result(
      built: built, warnings: checked.elaborated.warnings + bound.warnings,
      elaboration: (afterElaboration - start) / .seconds(1),
      reading: (afterReading - afterElaboration) / .seconds(1))
  }

  /// Functions and objectives whose weights were read, and the words of their texts.
  struct Bound {
    /// The functions, those of objectives last.
    var functions: [GraphFunction]
    /// The objectives.
    var objectives: [PlanObjective]
    /// The tensors.
    var binding: WeightBinding
    /// The vocabularies.
    var texts = TextResources()

    /// Remarks for the user.
    var notes: [String] { (binding.notes + texts.notes).map { FileName.shown($0) } }

    /// What is probably not what was meant.
    var warnings: [Diagnostic] { binding.warnings + texts.warnings }
  }

  /// Reads the weights and words of what was checked.
  ///
  /// - Throws: as `run`.
  func bind(_ checked: Checked) throws -> Bound {
    let model = checked.models[0].model
    try memory.demandRoom(for: checked.models)
    var binding =
      if let seed = syntheticSeed {
        WeightBinding(model, syntheticSeed: seed)
      } else {
        try WeightBinding(model, files: weights)
      }
    let missed = syntheticSeed == nil ? binding.missed(model.requirements) : []
    guard binding.diagnostics.isEmpty, missed.isEmpty, binding.warnings.isEmpty || !isStrict else {
      throw DiagnosticFailure(
        binding.diagnostics + missed + (isStrict ? binding.warnings.map(\.asError) : []))
    }
    let (functions, objectives) = usable(checked.models, &binding)
    guard !functions.isEmpty else {
      throw CompilationError.nothingToCompile(notes: binding.notes)
    }
    var bound = Bound(functions: functions, objectives: objectives, binding: binding)
    do {
      bound.functions = try bound.texts.resolve(
        functions, files: vocabularies, vectors: wordVectors)
    } catch let error as CompilationError {
      guard let finding = error.finding(in: functions) else { throw error }
      throw DiagnosticFailure([finding])
    }
    return bound
  }

  /// The functions and objectives whose files were given: of each function all batch sizes, the
  /// functions in declared order.
  private func usable(
    _ models: [StagedModel], _ binding: inout WeightBinding
  ) -> ([GraphFunction], [PlanObjective]) {
    var functions: [GraphFunction] = []
    for index in models[0].model.functions.indices {
      functions += binding.usable(models.map { $0.model.functions[index] })
    }
    var objectives: [PlanObjective] = []
    for (index, objective) in models[0].objectives.enumerated() {
      let parts = objective.functions.indices.flatMap { part in
        models.map { $0.objectives[index].functions[part] }
      }
      guard binding.isUsable(objective.form.name, "objective", parts) else { continue }
      functions += parts
      objectives.append(objective.form)
    }
    return (functions, objectives)
  }
}

extension Diagnostic {
  /// The same, as what stops a compilation.
  fileprivate var asError: Diagnostic {
    var error = self
    error.severity = .error
    return error
  }
}
