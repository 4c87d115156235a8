import ArgumentParser
import TGCommandLine
import TGCompiler
import TGDiagnostics
import TGMachine
import TGIR
import TGPlan
import TGSyntax
import TGTensor

/// `tgc G.tgraph … -o P.tplan`
struct CompileCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compiles a .tgraph page with its weights into one .tplan.",
    usage: """
      tgc G.tgraph [--weights [ROOT=]FILE[#PREFIX] ...] [options] -o P.tplan
      tgc G.tgraph --check
      tgc --list [WORD]
      tgc fmt FILE.tgraph ... [--check]
      """,
    discussion: """
      EXAMPLES:
        tgc birds.tgraph --weights netG.pth --weights text=text_encoder.pth \\
            --vocabulary captions.pickle -o birds.tplan
        tgc attngan --weights netG.pth --weights text=text_encoder.pth
                                                      a page of --list, by its name
        tgc birds.tgraph --check                      types and shapes only
        tgc birds.tgraph --shapes                     the page with the shape of every line
        tgc birds.tgraph --synthetic-weights 1        a plan without a checkpoint
        tgc birds.tgraph --weights netG.pth --set g=48 --batch 1,8 --report
        tgc birds.tgraph --weights netG.pth --invert  also what tginvert needs
        tgc birds.tgraph --invert --emit page         the page with that objective
        tgc birds.tgraph --weights netG.pth --emit onnx
                                                      the first function for other programs
        tgc net.onnx -o net.tplan                     a network in ONNX, its weights inside
        tgc net.onnx --emit tgraph                    the page that it becomes
        tgc fmt *.tgraph                              the one canonical style

      FILE#PREFIX is a part of a checkpoint: keys and indices in lists joined by points, such as \
      ckpt.pth#state_dict.netG or models.0; a tensor without a name is read as parameter(""). \
      Checkpoints are files of torch.save, pickles of arrays and networks, .safetensors, .onnx, .npy, \
      .npz, .t7, .param with its .bin, TensorFlow's .index; the bytes decide. ./a=b.pth is always a file.

      EXIT STATUS: 0 done, 64 usage, 65 errors in \
      the page or the weights, 66 a file is missing, 69 not available, 70 our bug, 71 more memory \
      than allowed, 73 the plan cannot be created, 74 input or output failed, 76 a check failed. Completions for your shell: \
      tgc --generate-completion-script bash.
      """)

  static let toolName = "tgc"

  @OptionGroup(title: "Compile") var options: CompileOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    try demandExportable()
    guard options.emit != .page || options.invert != nil else {
      throw Failure(
        .usage, "--emit page shows what --invert adds", hint: "say --invert --emit page")
    }
    guard !options.list else { return try list(on: console) }
    guard options.features == nil || options.invert != nil else {
      throw Failure(
        .usage, "--features is of the objective that --invert adds", hint: "say --invert --features"
      )
    }
    guard options.weightsType == .f32 || options.emit == nil || options.emit == .plan else {
      throw Failure(
        .usage,
        "--weights-type is of plans, and --emit \(options.emit?.rawValue ?? "") writes none",
        hint: "leave one of them out")
    }
    guard options.precision == .f32 || ![.page, .tgraph, .onnx].contains(options.emit) else {
      throw Failure(
        .usage,
        "--precision is of plans, and --emit \(options.emit?.rawValue ?? "") writes none",
        hint: "leave one of them out")
    }
    guard options.features == nil || options.emit != .page else {
      throw Failure(
        .usage, "--emit page shows one page, and --features joins two",
        hint: "a page of its own imports Likeness from \"tgraph:likeness\"")
    }
    let graph = try options.page(console.environment)
    options.graph = graph
    let network = try ImportedNetwork(graph, settings: options.set)
    if let network {
      guard options.emit != .tgraph else {
        return try emit(network.text, to: options.out, console: console)
      }
      // Sizes are in the page now, and its tensors in the file.
      options.set = []
      if network.readsTensors, options.weights.isEmpty, options.syntheticWeights == nil {
        options.weights = [Self.path(graph)]
      }
    } else if options.emit == .tgraph {
      throw Failure(
        .usage, "--emit tgraph is of a network in ONNX, and \(graph) is none",
        hint: "tgc fmt writes a page in style")
    }
    let files = try CompileFiles(options, page: graph)
    var (compilation, target) = try request(graph, files, console)
    let page = try network?.page ?? PageFile(given: graph)
    let (sources, read) = try page.library(allowing: options.allowImports)
    var shown = sources
    do {
      var library = try read.get()
      let given = try options.part.map { try GivenPage(part: $0) }
      let seen = options.features.map { GivenPage(features: $0) }
      let pages = given + [seen].compactMap(\.self)
      let found = try pages.map {
        try $0.add(to: &library, allowing: options.allowImports, console.environment)
      }
      shown = library.sources
      var parts = try found.map { try $0.get() }
      let features = seen == nil ? nil : parts.removeLast()
      compilation.parts = parts
      let sources = library.sources
      if let function = options.invert {
        var elaboration = ElaborationOptions(
          model: options.model,
          settings: compilation.settings.filter {
            !$0.name.hasPrefix("features.") || features == nil
          })
        elaboration.parts = parts
        let inverted = try InvertedPage(
          library, function: function.isEmpty ? nil : function, features: features,
          options: elaboration)
        compilation.parts += [inverted.features].compactMap(\.self)
        guard options.emit != .page else {
          return try emit(inverted.text, to: target, console: console)
        }
        library = inverted.library
        shown = library.sources
      }
      if options.check || options.shapes {
        try check(library, compilation, graph, console: console)
      } else if options.emit == .onnx, let target {
        try export(compilation, library, to: target, console: console)
      } else {
        let tuning = options.tune ? TileTuning() : nil
        if let tuning { compilation.tiles = { tuning.choose($0, $1, $2) } }
        var result = try compilation.run(library)
        if let tuning { console.note(tuning.summary) }
        try sign(&result.built.plan, sources: sources, files: files)
        try write(result, to: target, sources: shown, console: console)
      }
    } catch let failure as DiagnosticFailure {
      console.explain(failure.diagnostics, sources: shown)
      let count = failure.diagnostics.filter { $0.severity == .error }.count
      if !console.isJSON { console.say(count == 1 ? "1 error" : "\(count) errors") }
      throw ExitCode(ExitStatus.badInput.rawValue)
    }
  }

  /// A path that no option takes for something else: `./a=b.onnx`.
  private static func path(_ path: String) -> String {
    path.contains("=") && !path.contains("/") ? "./" + path : path
  }

  private func list(on console: Console) throws {
    let library = try PageLibrary(console.environment)
    let report = try ListReport(library, part: options.graph, console: console)
    try console.print(console.isJSON ? report.json.text(indented: true) : report.text)
  }

  /// Makes a compilation of the options, and says where its result goes; nil for the standard output.
  private func request(
    _ graph: String, _ files: CompileFiles, _ console: Console
  ) throws -> (Compilation, target: String?) {
    var compilation = Compilation()
    let level = try options.optimization()
    guard !options.tune || level >= .reassociating && !options.isSmall else {
      throw Failure(
        .usage, "--tune has nothing to choose at -O\(options.isSmall ? "s" : "\(level.rawValue)")",
        hint: "forms of convolutions differ in the order of sums and in memory: -O2 allows both")
    }
    guard options.precision == .f32 || level >= .reassociating else {
      throw Failure(
        .usage,
        "--precision \(options.precision.rawValue) rounds, and -O\(level.rawValue) keeps all bits",
        hint: "leave one of them out; -O2 and -Os allow both")
    }
    (compilation.level, compilation.isSmall) = (level, options.isSmall)
    compilation.precision = options.precision
    compilation.verifies = options.verifyPasses
    compilation.model = options.model
    compilation.settings = try options.set.map { text in
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
        throw Failure(.usage, "--set \(text) is not of the form NAME=VALUE")
      }
      return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }
    compilation.batches = try batches()
    guard options.weights.isEmpty || options.syntheticWeights == nil else {
      throw Failure(
        .usage, "--weights and --synthetic-weights are both given", hint: "say one of them")
    }
    compilation.weights = files.weights
    compilation.syntheticSeed = options.syntheticWeights
    compilation.vocabularies = files.vocabularies
    compilation.wordVectors = files.wordVectors
    compilation.isStrict = options.strict
    compilation.weightsType = options.weightsType
    compilation.memory.limit = try MachineOptions.memoryLimit(options.maxMemory)
    compilation.memory.peak = { ProcessMemory.peak }
    enforceMemoryLimit(Budget(threads: 1, memory: compilation.memory.limit))
    try Self.demandPlain(options.licence, "--licence")
    try Self.demandPlain(options.origin, "--origin")
    compilation.licence = options.licence
    compilation.origin = options.origin
    compilation.producer = "tgc \(Version.number)"
    compilation.stopAfter = options.stopAfter
    let labels = Pipeline(
      level: level, isSmall: options.isSmall, precision: options.precision
    ).labels
    if let pass = options.stopAfter { try demandPass(pass, among: labels) }
    if let pass = options.printAfter {
      try demandPass(pass, among: labels.filter { !$0.contains("#") })
      compilation.observe = { name, graph, _ in
        if name == pass { console.say("after \(name):\n" + PrintedGraph(graph).text) }
      }
    }
    guard !options.check, !options.shapes else { return (compilation, nil) }
    compilation.keepsGraphs = options.emit == .ir || options.emit == .dot
    let isBinary = options.emit == nil || options.emit == .onnx
    if !isBinary, options.out == nil { return (compilation, nil) }
    let suffix = options.emit == .onnx ? ".onnx" : ".tplan"
    let target = options.out ?? (graph == "-" ? "out" : Path.stem(graph)) + suffix
    let read = [graph] + files.all.filter { !$0.isPiped }.map(\.path)
    try Outputs.check([target], readFiles: read)
    return (compilation, target)
  }

  /// Refuses a pass that the level does not have.
  private func demandPass(_ pass: String, among names: [String]) throws(Failure) {
    guard !names.contains(pass) else { return }
    let near = nearestName(to: pass, among: names).map { "did you mean \($0)? " } ?? ""
    throw Failure(
      .usage, "\(options.levels.last?.text ?? "-O2") has no pass \(pass)",
      hint: near + "the passes are " + names.joined(separator: ", "))
  }

  /// Refuses what a plan cannot hold as a text.
  private static func demandPlain(_ text: String, _ option: String) throws(Failure) {
    guard PlanText.isPrintable(Array(text.utf8)[...]) else {
      throw Failure(
        .usage, "\(option) has control characters",
        hint: "a plan keeps plain text: letters, spaces, line ends")
    }
  }

  private func batches() throws -> [Int] {
    var sizes: [Int] = []
    for text in options.batch.split(separator: ",", omittingEmptySubsequences: false) {
      guard let size = Int(text), (1...65_536).contains(size), !sizes.contains(size) else {
        throw Failure(
          .usage, "--batch \(options.batch) is no list of batch sizes",
          hint: "sizes are different whole numbers from 1 to 65536, such as 1,8")
      }
      sizes.append(size)
    }
    return sizes
  }

  private func check(
    _ library: Library, _ compilation: Compilation, _ graph: String, console: Console
  ) throws {
    let elaborated = try compilation.check(library).elaborated
    console.explain(elaborated.warnings, sources: library.sources)
    let summary = CheckReport(elaborated, page: graph)
    if options.shapes {
      // The text of --invert is the last one.
      let files = options.invert == nil ? [0] : [0, library.sources.files.count - 1]
      for file in files {
        try console.print(elaborated.page(library.sources.files[file], file: file), terminator: "")
      }
    } else if console.isJSON {
      try console.print(summary.json.text(indented: true))
    } else if !console.isQuiet {
      try console.print(summary.text)
    }
  }

  /// Names the files that a plan was made of, with their hashes.
  private func sign(
    _ plan: inout Plan, sources: SourceTable, files: CompileFiles
  ) throws {
    plan.fileNames = []
    plan.fileHashes = []
    for source in sources.files {
      plan.fileNames.append(source.name == "-" ? "-" : Path.keptName(source.name))
      plan.fileHashes.append(digest(of: source.bytes))
    }
    for file in files.all {
      plan.fileNames.append(file.isPiped ? "-" : Path.keptName(file.path))
      plan.fileHashes.append(try file.bytes().digest)
    }
  }

  private func emit(_ text: String, to target: String?, console: Console) throws {
    if let target {
      try AtomicFile.save(Array(text.utf8), to: target)
    } else {
      try console.print(text, terminator: "")
    }
  }

  private func write(
    _ result: Compilation.Result, to target: String?, sources: SourceTable, console: Console
  ) throws {
    console.explain(result.warnings, sources: sources)
    for note in result.built.plan.notes { console.note("note: \(note)") }
    if let emission = options.emit {
      return try emit(
        EmittedText(result.built, emission).text, to: target, console: console)
    }
    guard let target else { return }
    let clock = ContinuousClock()
    var hash = ""
    let writing = try clock.measure { hash = try result.built.write(to: target) }
    let report = CompileReport(result, target: target, hash: hash, writing: writing / .seconds(1))
    if console.isJSON {
      try console.print(report.json.text(indented: true))
    } else {
      if options.report { try console.print(report.lines.joined(separator: "\n")) }
      try console.print(target)
    }
  }
}
