import TGCheckpoint
import TGDiagnostics
import TGIR
import TGSyntax
import TGTensor

/// Says what it means that the tensors of a file are not those that a graph reads.
///
/// What reads the neighbours of a tensor comes first: a bias that a call was told to do without, a
/// bias that the file lacks, an index that is off, another recurrence, another layout, another
/// stored form. Each explanation takes the tensors that it explains away from what is left. When
/// nearly nothing fits, the file is another network's. Last come the tensors of the file that
/// nobody reads; `ignore` is proposed only where nothing of their scope is read.
struct WeightDiagnosis {
  /// A tensor of the file.
  struct Stored {
    var name: String
    var form: Checkpoint.Form
    var shape: Shape { form.shape }
  }

  /// A tensor that is in the file with another shape.
  struct Misfit {
    var parameter: GraphParameter
    var found: Shape
  }

  let root: GraphRoot
  let checkpoint: Checkpoint
  /// What the graph reads of this file, whether or not it is compiled.
  let parameters: [GraphParameter]
  /// What calls were told to do without, by name.
  let declined: [String: GraphParameter]
  /// How many tensors are compared.
  let compared: Int
  var absent: [GraphParameter]
  var misfits: [Misfit]
  var unread: [Stored]
  /// What was found so far.
  private(set) var findings: [Diagnostic] = []
  /// True if other names, or other indices, of the file's tensors are known for some of the graph's.
  private(set) var explainsNames = false

  /// Compares the tensors `wanted` of a root with those of the part of a file that was chosen.
  init(_ model: GraphModel, _ root: GraphRoot, wanted: [GraphParameter], in checkpoint: Checkpoint)
  {
    self.root = root
    self.checkpoint = checkpoint
    parameters = model.parameters.filter { $0.root == root.name }
    declined = Dictionary(
      model.declined.lazy.filter { $0.root == root.name }.map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first })
    compared = wanted.count
    absent = wanted.filter { checkpoint[$0.name] == nil && $0.absent == nil }
    misfits = wanted.compactMap { parameter in
      guard let entry = checkpoint[parameter.name], case .numbers = entry.form.kind,
        entry.shape != parameter.shape
      else { return nil }
      return Misfit(parameter: parameter, found: entry.shape)
    }
    let names = Set(parameters.map(\.name))
    // A tensor may have several names; who reads one of them reads it.
    let views = Set(names.compactMap { checkpoint[$0]?.shared })
    unread = checkpoint.entries.lazy.filter { entry in
      !names.contains(entry.name) && !entry.name.hasSuffix("num_batches_tracked")
        && !(entry.shared.map { views.contains($0) } ?? false)
        && !root.ignored.contains { matches(pattern: $0, entry.name) }
        && !checkpoint.isTrainingState(entry) && !checkpoint.isReckonedWith(entry)
    }.map { Stored(name: $0.name, form: $0.form) }
    run()
  }

  var fileName: String { checkpoint.fileName }

  /// The shape of a tensor of the file.
  func shape(_ name: String) -> Shape? { checkpoint[name]?.shape }

  private mutating func run() {
    guard !absent.isEmpty || !misfits.isEmpty || !unread.isEmpty else { return }
    let fitting = compared - absent.count - misfits.count
    findDeclined()
    findStoredForms()
    findWrappers()
    findRecurrences()
    findIndices()
    findBiases()
    explainsNames = !findings.isEmpty
    if compared >= 4, absent.count * 10 >= compared * 9 {
      findings.append(foreign(fitting: fitting))
      return
    }
    findLayouts()
    add(absent.map(missing), "tensors are missing")
    add(misfits.map(misshaped), "shapes differ")
    findUnread()
  }

  /// Up to three findings of a kind stand alone; more become one that lists them all.
  mutating func add(_ found: [Diagnostic], _ summary: String) {
    guard found.count > 3, let first = found.first else {
      findings += found
      return
    }
    findings.append(
      Diagnostic(
        first.id, "\(found.count) \(summary), the first: \(first.message)", at: first.range,
        notes: first.notes
          + found.dropFirst().map { Diagnostic.Note($0.message, at: $0.range) }, hint: first.hint))
  }

  /// Adds a finding of its own kind.
  mutating func add(_ finding: Diagnostic) { findings.append(finding) }

  /// Takes tensors away from what is left to explain.
  mutating func explain(_ names: Set<String>, stored others: Set<String> = []) {
    absent.removeAll { names.contains($0.name) }
    misfits.removeAll { names.contains($0.parameter.name) }
    unread.removeAll { others.contains($0.name) }
  }

  // MARK: Tensors that a call does without

  /// `bias: none`, and norms that are not affine, where the file has the tensors.
  private mutating func findDeclined() {
    var calls: [(parameter: GraphParameter, names: [String])] = []
    for entry in unread {
      guard let parameter = declined[entry.name], parameter.shape == entry.shape else { continue }
      let known = calls.firstIndex { $0.parameter.scope == parameter.scope }
      if let known {
        calls[known].names.append(entry.name)
      } else {
        calls.append((parameter, [entry.name]))
      }
    }
    explain([], stored: Set(calls.flatMap(\.names)))
    add(
      calls.map { parameter, names in
        let isNorm = parameter.reader.hasSuffix("Norm") && parameter.reader != "batchNorm"
        let argument = isNorm ? "affine: true" : "\(parameter.argument): none"
        let isBias = names.allSatisfy { $0.contains("bias") }
        let whose = isBias ? names.count == 1 ? "its bias" : "its biases" : "its tensors"
        return Diagnostic(
          "declined-tensor",
          "`\(parameter.reader)` here has \(isNorm ? "no " : "")`\(argument)`; \(fileName) has "
            + "\(whose) \(listed(names))", at: parameter.range, notes: parameter.reachedBy,
          hint: isNorm ? "say `\(argument)`" : "leave out `\(argument)`")
      }, "calls do without tensors that the file has")
  }

  /// Biases that the graph reads and the file does not have, beside weights that it has.
  private mutating func findBiases() {
    var calls: [(parameter: GraphParameter, names: [String], beside: String)] = []
    for parameter in absent where parameter.own.contains("bias") {
      let neighbour = parameters.first {
        $0.scope == parameter.scope && $0.range == parameter.range && shape($0.name) == $0.shape
      }
      guard let neighbour else { continue }
      if let known = calls.firstIndex(where: { $0.parameter.scope == parameter.scope }) {
        calls[known].names.append(parameter.name)
      } else {
        calls.append((parameter, [parameter.name], neighbour.name))
      }
    }
    explain(Set(calls.flatMap(\.names)))
    add(
      calls.map { parameter, names, beside in
        Diagnostic(
          "missing-tensor",
          "\(fileName) has `\(beside)`, but no \(listed(names)): `\(parameter.reader)` has no "
            + "bias there", at: parameter.range, notes: parameter.reachedBy,
          hint: "say `bias: none`")
      }, "biases are missing")
  }

  // MARK: Other names for the same tensors

  /// What weight_norm and spectral_norm store instead of a weight, and the weight instead of that.
  private mutating func findStoredForms() {
    let forms: [(name: String, parts: [String], also: [String])] = [
      ("weight_norm", ["_g", "_v"], []),
      ("spectral_norm", ["_orig"], ["_u", "_v"]),
    ]
    for form in forms {
      var found: [(GraphParameter, [String])] = []
      for parameter in absent {
        let there = form.parts.map { parameter.name + $0 }
        guard there.allSatisfy({ shape($0) != nil }) else { continue }
        found.append((parameter, there + form.also.map { parameter.name + $0 }))
      }
      report(form: form.name, found)
    }
    findParametrizations()
    findPlainWeights()
  }

  /// The same as torch.nn.utils.parametrizations stores it.
  private mutating func findParametrizations() {
    var normed: [(GraphParameter, [String])] = []
    var spectral: [(GraphParameter, [String])] = []
    for parameter in absent {
      let cut = parameter.name.lastIndex(of: ".").map { parameter.name.index(after: $0) }
      let (path, own) = (
        parameter.name[..<(cut ?? parameter.name.startIndex)],
        parameter.name[(cut ?? parameter.name.startIndex)...]
      )
      let prefix = "\(path)parametrizations.\(own)."
      let there = unread.map(\.name).filter { $0.hasPrefix(prefix) }
      if there.contains(prefix + "original0") {
        normed.append((parameter, there))
      } else if there.contains(prefix + "original") {
        spectral.append((parameter, there))
      }
    }
    report(form: "weight_norm", normed)
    report(form: "spectral_norm", spectral)
  }

  private mutating func report(form: String, _ found: [(GraphParameter, [String])]) {
    guard let (first, names) = found.first else { return }
    let many = found.count == 1 ? "`\(first.name)`" : "\(found.count) weights"
    let which = found.count == 1 ? "" : "; the first, `\(first.name)`,"
    findings.append(
      Diagnostic(
        "stored-form",
        "\(fileName) stores \(many) in the form of \(form)\(which) as "
          + listed(names.filter { shape($0) != nil }), at: first.range, notes: first.reachedBy,
        hint: "section 14 of spec/tgraph.md reads this form: "
          + (form == "weight_norm" ? "WeightNormLinear" : "SpectralConv")))
    explain(Set(found.map(\.0.name)), stored: Set(found.flatMap(\.1)))
  }

  /// The graph reads a stored form, the file has the weight itself.
  private mutating func findPlainWeights() {
    let suffixes = ["_orig", "_g", "_v", "_u"]
    let free = Set(unread.map(\.name))
    var plain: [String: GraphParameter] = [:]
    for parameter in absent {
      for suffix in suffixes where parameter.name.hasSuffix(suffix) {
        let name = String(parameter.name.dropLast(suffix.count))
        if free.contains(name), plain[name] == nil { plain[name] = parameter }
      }
    }
    let names = plain.keys.sorted()
    guard let first = names.first, let parameter = plain[first] else { return }
    let explained = absent.map(\.name).filter { name in
      suffixes.contains { name.hasSuffix($0) && plain[String(name.dropLast($0.count))] != nil }
    }
    findings.append(
      Diagnostic(
        "stored-form",
        "\(fileName) has `\(first)` itself, not `\(parameter.name)`"
          + (names.count > 1 ? ", and \(names.count - 1) more so" : "")
          + ": its weights are not stored in parts", at: parameter.range,
        notes: parameter.reachedBy, hint: "read `weight` as it is"))
    explain(Set(explained), stored: Set(names))
  }

  /// What DataParallel and torch.compile put into names.
  private mutating func findWrappers() {
    let wrappers: Set<Substring> = ["module", "_orig_mod"]
    var plain: [String: String] = [:]
    for entry in unread {
      let parts = entry.name.split(separator: ".", omittingEmptySubsequences: false)
      let kept = parts.filter { !wrappers.contains($0) }
      if kept.count < parts.count { plain[kept.joined(separator: ".")] = entry.name }
    }
    let found = absent.filter { plain[$0.name] != nil }
    guard let first = found.first, let name = plain[first.name] else { return }
    let word = name.contains("_orig_mod") ? "_orig_mod" : "module"
    let who = word == "module" ? "DataParallel" : "torch.compile"
    let count = found.count == 1 ? "a name" : "\(found.count) names"
    findings.append(
      Diagnostic(
        "stored-form",
        "\(fileName) has `\(name)` for `\(first.name)`: \(who) put `\(word)` into \(count)",
        at: first.range, notes: first.reachedBy,
        hint: "write it into the address after `@`, or save the inner module's state_dict"))
    explain(Set(found.map(\.name)), stored: Set(found.compactMap { plain[$0.name] }))
  }

  // MARK: Another network

  private func foreign(fitting: Int) -> Diagnostic {
    let there = checkpoint.entries.prefix(4).map { "`\($0.name)`, \($0.form.described)" }
    let here = (absent + misfits.map(\.parameter)).prefix(4).map {
      "`\($0.name)`, \($0.shape.described)"
    }
    return Diagnostic(
      "other-network",
      "\(fileName) fits \(fitting) of the \(compared) tensors that the graph reads: it holds "
        + "another network", at: root.range,
      notes: [
        .init(
          "the file has \(checkpoint.entries.count) tensors, the first: "
            + there.joined(separator: "; ")),
        .init("the graph reads: " + here.joined(separator: "; ")),
      ], hint: "tginspect lists what is in the file; FILE#PREFIX names a part of it")
  }
}

/// Names between backquotes, three at most.
func listed(_ names: [String]) -> String {
  let shown = names.prefix(3).map { "`\($0)`" }
  guard names.count <= 3 else {
    return shown.joined(separator: ", ") + " and \(names.count - 3) more"
  }
  guard shown.count > 1, let last = shown.last else { return shown.first ?? "" }
  return shown.dropLast().joined(separator: ", ") + " and " + last
}

extension GraphParameter {
  /// The name with a star instead of the tensor's own: all tensors of one call have the same.
  var scope: String {
    guard !own.isEmpty, let range = name.ranges(of: own).last else { return name }
    return name[..<range.lowerBound] + "*" + name[range.upperBound...]
  }

  /// The argument that stands for it in a call.
  var argument: String { own.hasPrefix("bias") ? "bias" : own }
}

extension Shape {
  /// The extents as people write them: `64 × 128 × 3 × 3`.
  var described: String {
    rank == 0 ? "a single number" : dimensions.map(String.init).joined(separator: " × ")
  }
}

extension Checkpoint.Form {
  /// Extents and, unless it is one of numbers, what the tensor is.
  var described: String {
    guard case .unread(let kind) = kind else { return shape.described }
    return shape.rank == 0 ? kind : "\(shape.described), \(kind)"
  }
}
