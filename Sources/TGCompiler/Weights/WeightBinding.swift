package import TGCheckpoint
package import TGDiagnostics
package import TGIR
package import TGOps
package import TGTensor

/// A weights file given on the command line.
package struct WeightFile: Sendable {
  /// The root it is bound to; nil for the one file without a name, which binds the first root.
  package let root: String?
  /// The file.
  package let file: GivenFile
  /// A subtree of the file (`FILE#prefix`), nil to find it.
  package let subtree: String?

  /// Names a file, or what stands for one (`Checkpoint.resolved`): the index of a TensorFlow
  /// checkpoint has checksums of all its tensors, and so says for all its files which they are.
  package init(root: String? = nil, _ file: GivenFile, subtree: String? = nil) {
    self.root = root
    self.file = Checkpoint.resolved(file)
    self.subtree = subtree
  }
}

/// The name of a tensor: its root and its name in the root's file.
package struct ParameterKey: Hashable, Sendable {
  /// The root.
  package var root: String
  /// The name in the file.
  package var name: String

  /// Makes a name.
  package init(root: String, name: String) {
    self.root = root
    self.name = name
  }
}

/// The tensors of a model, read from their files: nothing is guessed.
///
/// A tensor that a compiled function needs and no file has, a tensor of another shape, and a tensor
/// of a file that nobody reads are all listed and stop the import, except what the graph declares
/// `optional` or `ignore`d, counters of batches, what TensorFlow's optimizers keep, and what the nodes
/// of an ONNX file reckon with. A function that needs a root without a file is left out with a note.
package struct WeightBinding: Sendable {
  /// The tensors by name.
  package private(set) var tensors: [ParameterKey: HostTensor] = [:]
  /// What stops the import.
  package private(set) var diagnostics: [Diagnostic] = []
  /// Tensors with infinite numbers, or with what is no number.
  package private(set) var warnings: [Diagnostic] = []
  /// Remarks: where in a file the tensors were found, functions left out.
  package private(set) var notes: [String] = []
  /// The roots that have a file.
  package private(set) var boundRoots: Set<String> = []

  private let model: GraphModel

  /// Binds the files to the roots of `model`.
  ///
  /// - Throws: `CheckpointError` if a file cannot be read; what is wrong with its tensors is in
  ///   `diagnostics`.
  package init(_ model: GraphModel, files: [WeightFile]) throws(CheckpointError) {
    self.model = model
    let chosen = assign(files)
    boundRoots = Set(chosen.map(\.root.name))
    let wanted = wantedParameters()
    for (root, file) in chosen {
      let parameters = model.parameters.filter { $0.root == root.name }
      let checkpoint = try Checkpoint.read(file.file)
      let names = Set(parameters.map(\.name))
      let shapes = Dictionary(
        parameters.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
      let located = try locate(checkpoint, shapes, given: file, declared: root.subtree)
      let compared = parameters.filter { wanted.contains(ParameterKey($0)) }
      let diagnosis = WeightDiagnosis(model, root, wanted: compared, in: located.checkpoint)
      if located.found == 0, !names.isEmpty, !diagnosis.explainsNames {
        diagnostics.append(nothingFound(root, parameters, checkpoint))
        continue
      }
      guard located.rivals.isEmpty else {
        diagnostics.append(undecided(root, located, path: file.file.path))
        continue
      }
      if !located.prefix.isEmpty {
        notes.append("\(checkpoint.fileName): tensors found under `\(located.prefix)`")
      }
      bind(compared, to: located.checkpoint)
      diagnostics += diagnosis.findings
    }
  }

  /// Tensors of unit variance for every parameter, from a seed.
  package init(_ model: GraphModel, syntheticSeed seed: UInt64) {
    self.model = model
    boundRoots = Set(model.roots.map(\.name))
    for parameter in model.parameters {
      tensors[ParameterKey(parameter)] = SyntheticWeights(seed: seed).tensor(parameter)
    }
  }

  /// The tensors as weights of graphs.
  package var weights: [ParameterKey: Weight] {
    Dictionary(
      uniqueKeysWithValues: tensors.map { key, tensor in
        (key, Weight(tensor, source: Weight.Source(root: key.root, name: key.name)))
      })
  }

  /// The tensors as weights of graphs, which are not held here any longer.
  mutating func handOver() -> [ParameterKey: Weight] {
    defer { tensors = [:] }
    return weights
  }

  /// The functions whose roots all have files, with a note for each that is left out.
  package mutating func usable(_ functions: [GraphFunction]) -> [GraphFunction] {
    functions.filter { isUsable($0.graph.name, "function", [$0]) }
  }

  /// Whether all roots that some functions read are bound; if not, a note says that `what` of that
  /// name is left out, and which files it needs.
  package mutating func isUsable(_ name: String, _ what: String, _ functions: [GraphFunction])
    -> Bool
  {
    let read = functions.flatMap { $0.graph.liveParameters.map(\.root) }
    let roots = Set(read).subtracting(boundRoots)
    guard !roots.isEmpty else { return true }
    let options = roots.sorted().map { $0.isEmpty ? "--weights FILE" : "--weights \($0)=FILE" }
    let note = "\(what) `\(name)` is left out: it needs " + options.joined(separator: " ")
    if !notes.contains(note) { notes.append(note) }
    return false
  }

  // MARK: Choosing files

  private mutating func assign(_ files: [WeightFile]) -> [(root: GraphRoot, file: WeightFile)] {
    var result: [(root: GraphRoot, file: WeightFile)] = []
    let names = model.roots.map { $0.name.isEmpty ? "the model's own, unnamed" : "`\($0.name)`" }
    for file in files {
      let root = model.roots.first { $0.name == (file.root ?? model.roots.first?.name) }
      guard let root else {
        diagnostics.append(
          Diagnostic(
            "unknown-root", "the model has no weight root `\(file.root ?? "")`", at: nil,
            hint: "its roots are \(names.joined(separator: ", "))"))
        continue
      }
      if result.contains(where: { $0.root.name == root.name }) {
        let option = root.name.isEmpty ? "--weights" : "--weights \(root.name)="
        diagnostics.append(
          Diagnostic(
            "root-twice", "two files for the weight root \(option)", at: root.range,
            hint: "name the root of each: --weights ROOT=FILE; the roots are "
              + names.joined(separator: ", ")))
        continue
      }
      result.append((root, file))
    }
    return result
  }

  /// What the functions and objectives that will be compiled need.
  private func wantedParameters() -> Set<ParameterKey> {
    var wanted: Set<ParameterKey> = []
    for graph in model.functions.map(\.graph) + model.objectives.map(\.graph) {
      let parameters = graph.liveParameters
      guard parameters.allSatisfy({ boundRoots.contains($0.root) }) else { continue }
      wanted.formUnion(parameters.map { ParameterKey(root: $0.root, name: $0.name) })
    }
    return wanted
  }

  /// The part of the file to read. A subtree named on the command line is meant; one that the graph
  /// declares is preferred where the file has it (checkpoints of several networks beside plain ones).
  private func locate(
    _ checkpoint: Checkpoint, _ wanted: [String: Shape], given: WeightFile,
    declared: String?
  ) throws(CheckpointError) -> Checkpoint.Located {
    if let name = given.subtree {
      return try checkpoint.subtree(named: name, path: given.file.path).located(for: wanted)
    }
    if let declared {
      let located = checkpoint.subtree(declared).located(for: wanted)
      if located.found > 0 { return located }
    }
    return checkpoint.located(for: wanted)
  }

  /// Several parts of a file fit equally: which one is meant, the page or the command line says.
  private func undecided(
    _ root: GraphRoot, _ located: Checkpoint.Located, path: String
  ) -> Diagnostic {
    let prefixes = [located.prefix] + located.rivals
    let shown = prefixes.prefix(6).map { "`\($0)`" }
    let rest = prefixes.count > 6 ? [", and \(prefixes.count - 6) more"] : []
    let last = rest.isEmpty ? " and \(shown[shown.count - 1])" : ", \(shown[shown.count - 1])"
    let choice = located.rivals[0]
    let option = root.name.isEmpty ? "--weights " : "--weights \(root.name)="
    return Diagnostic(
      "two-subtrees",
      "\(located.checkpoint.fileName) has the tensors of the graph \(prefixes.count) times, under "
        + shown.dropLast().joined(separator: ", ") + last + rest.joined(), at: root.range,
      hint: "say which: \(option)\(path)#\(choice), or in the model: root \"\(choice)\"")
  }

  // MARK: Comparing

  /// Takes the tensors that fit, and numbers for those that may be missing.
  private mutating func bind(_ parameters: [GraphParameter], to checkpoint: Checkpoint) {
    for parameter in parameters {
      let key = ParameterKey(parameter)
      guard let entry = checkpoint[parameter.name] else {
        if let value = parameter.absent {
          tensors[key] = HostTensor(parameter.shape, repeating: value)
        }
        continue
      }
      if case .numbers = entry.form.kind, entry.shape != parameter.shape { continue }
      do {
        let tensor = try entry.tensor()
        if let finding = OddNumbers(tensor)?.finding(parameter, in: checkpoint) {
          warnings.append(finding)
        }
        tensors[key] = tensor
      } catch {
        diagnostics.append(
          Diagnostic(
            "unreadable-tensor", "\(checkpoint.fileName): \(error)", at: parameter.range,
            notes: parameter.reachedBy))
      }
    }
  }

  private func nothingFound(
    _ root: GraphRoot, _ parameters: [GraphParameter], _ checkpoint: Checkpoint
  ) -> Diagnostic {
    let asked = parameters.prefix(4).map { "`\($0.name)`" }.joined(separator: ", ")
    return Diagnostic(
      "missing-tensors", "\(checkpoint.fileName) has none of the tensors that the graph reads",
      at: root.range,
      notes: [
        .init(contents(of: checkpoint)),
        .init("the graph reads \(asked)\(parameters.count > 4 ? " …" : "")"),
      ], hint: advice(on: checkpoint, root))
  }

  /// What a file holds, in a sentence.
  private func contents(of checkpoint: Checkpoint) -> String {
    let entries = checkpoint.entries
    if let only = entries.first, entries.count == 1 {
      return only.name.isEmpty
        ? "the file is one tensor without a name, \(only.form.described)"
        : "the file has one tensor, `\(only.name)`, \(only.form.described)"
    }
    if !entries.isEmpty {
      return "the file has \(entries.count) tensors, such as "
        + entries.prefix(4).map { "`\($0.name)`" }.joined(separator: ", ")
    }
    let others = checkpoint.skipped
    guard !others.isEmpty else { return "the file holds nothing" }
    return "the file has no tensor; it holds "
      + others.prefix(4).map { $0.name.isEmpty ? $0.kind : "`\($0.name)` (\($0.kind))" }
      .joined(separator: ", ") + (others.count > 4 ? " and \(others.count - 4) more" : "")
  }

  /// What to do with a file of which the graph reads nothing.
  private func advice(on checkpoint: Checkpoint, _ root: GraphRoot) -> String {
    let entries = checkpoint.entries
    if entries.count == 1, let only = entries.first, only.name.isEmpty {
      return "read it as parameter(\"\", \(only.shape))"
    }
    if entries.isEmpty, checkpoint.skipped.contains(where: { $0.kind.contains(".") }) {
      return "values of such classes stay closed: load the file in its own program and save the "
        + "state_dict() of the network"
    }
    return entries.isEmpty
      ? "is this the right file? tginspect lists what is in it"
      : "is this the file of another network? tginspect lists its tensors; a subtree is chosen by "
        + "FILE#prefix"
  }
}

extension ParameterKey {
  fileprivate init(_ parameter: GraphParameter) {
    self.init(root: parameter.root, name: parameter.name)
  }
}

extension Graph {
  /// The parameters that some output needs.
  package var liveParameters: [Parameter] {
    let live = live
    return nodes.indices.compactMap { live[$0] ? nodes[$0].op as? Parameter : nil }
  }
}
