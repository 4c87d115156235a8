package import TGCheckpoint
internal import TGDiagnostics
internal import TGSyntax
import TGTensor

/// The skeleton of a page, made from the names and shapes of a checkpoint.
///
/// Scopes become layers in the order of the file, layers that fit each other a function, what no layer
/// needs is ignored. What the file does not say is guessed, with a comment, or left out: strides,
/// padding, activations, sizes of pictures. Equal checkpoints give equal pages.
package enum Draft {
  /// The most layers of a function: pages stay readable.
  private static let functionLimit = 200
  /// The most single tensors that a page shows where it knows no layer.
  private static let tensorLimit = 16

  /// The text of the page, in the canonical style.
  ///
  /// - Parameter name: the name of the model; letters and digits, an upper case letter first.
  /// - Returns: The text; nil if the file has no tensor that a page could read.
  /// - Throws: `DiagnosticFailure` if the text is no page, which would be our bug.
  package static func page(of checkpoint: Checkpoint, name: String) throws -> String? {
    let (scopes, tensors) = grouped(checkpoint)
    let layers = scopes.map { DraftLayer(scope: $0, tensors[$0] ?? []) }
    let root = commonRoot(zip(scopes, layers).compactMap { $1 == nil ? nil : $0 })
    let inside = scopes.indices.filter { isInside(scopes[$0], root) }
    let known = inside.compactMap { index -> DraftLayer? in
      guard layers[index] != nil else { return nil }
      return DraftLayer(
        scope: relative(scopes[index], root), tensors[scopes[index]] ?? [])
    }
    var lines = [
      "/// A draft of \(inside.reduce(0) { $0 + (tensors[scopes[$1]]?.count ?? 0) }) tensors, from "
        + "their names and shapes.",
      "/// The file does not know activations, skips and sizes of pictures; guesses are marked.",
      "model \(name)() {",
    ]
    if !root.isEmpty { lines.append("root \"\(escaped(root))\"") }
    let (functions, strangers) = functions(known)
    let isStranger = Set(strangers.map(\.scope))
    var rest: [(name: String, form: Checkpoint.Form)] = []
    var readable: Set<String> = []
    for index in inside
    where layers[index] == nil || isStranger.contains(relative(scopes[index], root)) {
      for tensor in tensors[scopes[index]] ?? [] where tensor.name != "num_batches_tracked" {
        let full = scopes[index].isEmpty ? tensor.name : "\(scopes[index]).\(tensor.name)"
        guard let entry = checkpoint[full] else { continue }
        rest.append((relative(full, root), entry.form))
        if isShown(entry) { readable.insert(relative(full, root)) }
      }
    }
    let shown =
      known.count == strangers.count
      ? Array(rest.filter { readable.contains($0.name) }.prefix(tensorLimit)) : []
    guard known.count > strangers.count || !shown.isEmpty else { return nil }
    let shownNames = Set(shown.map(\.name))
    lines += ignored(rest.filter { !shownNames.contains($0.name) })
    lines += functions
    for (index, tensor) in shown.enumerated() {
      let shape = tensor.form.shape.description
      lines += [
        "", "func tensor\(index + 1)(x: Tensor[] = 0) -> (y: Tensor\(shape)) {",
        "return parameter(\"\(escaped(tensor.name))\", \(shape)) + 0 * x", "}",
      ]
    }
    lines.append("}")
    let text = lines.joined(separator: "\n") + "\n"
    return try Formatter.format(SourceFile(name: "draft", bytes: Array(text.utf8)))
  }

  // MARK: Functions

  /// The functions of the layers, and the layers that none could be begun with.
  private static func functions(
    _ layers: [DraftLayer]
  ) -> (lines: [String], strangers: [DraftLayer]) {
    var functions: [DraftFunction] = []
    var strangers: [DraftLayer] = []
    for (index, layer) in layers.enumerated() {
      let next = index + 1 < layers.count ? layers[index + 1] : nil
      if let last = functions.indices.last, functions[last].lines.count < functionLimit,
        functions[last].add(layer, next: next)
      {
        continue
      }
      if let function = DraftFunction(layer, next: next) {
        functions.append(function)
      } else {
        strangers.append(layer)
      }
    }
    let lines = functions.enumerated().flatMap { index, function in
      [
        "",
        "func part\(index + 1)(x: Tensor\(Shape(function.input))) -> (y: "
          + "Tensor\(Shape(function.shape))) {",
        "var y = x",
      ] + function.lines + ["return y", "}"]
    }
    return (lines, strangers)
  }

  /// What is ignored, with what it is.
  private static func ignored(_ tensors: [(name: String, form: Checkpoint.Form)]) -> [String] {
    tensors.map { tensor in
      "ignore \"\(escaped(tensor.name))\"  // \(tensor.form.typeName) "
        + tensor.form.shape.dimensions.map { "\($0)" }.joined(separator: " × ")
    }.map { line in line.hasSuffix(" ") ? String(line.dropLast()) : line }
  }

  /// True for numbers that a page can hold as a value.
  private static func isShown(_ entry: Checkpoint.Entry) -> Bool {
    let form = entry.form
    guard case .numbers(let type) = form.kind, type.hasFraction || form.shape.rank > 0,
      form.shape.rank < Shape.maximumRank, (1..<1 << 31).contains(form.shape.count)
    else { return false }
    return type.hasFraction || (try? entry.tensor()) != nil
  }

  // MARK: Names

  /// The scopes in the order of the file, and the tensors of each.
  private static func grouped(
    _ checkpoint: Checkpoint
  ) -> (scopes: [String], tensors: [String: [(name: String, shape: [Int])]]) {
    var scopes: [String] = []
    var tensors: [String: [(name: String, shape: [Int])]] = [:]
    for entry in checkpoint.entries {
      let parts = entry.name.split(separator: ".", omittingEmptySubsequences: false)
      let scope = parts.dropLast().joined(separator: ".")
      if tensors[scope] == nil { scopes.append(scope) }
      var shape = entry.form.shape.dimensions
      // What is no number with a fraction is no layer's.
      if case .numbers(let type) = entry.form.kind, type.hasFraction {} else { shape = [] }
      tensors[scope, default: []].append((String(parts.last ?? ""), shape))
    }
    return (scopes, tensors)
  }

  /// The path that all layers lie under, at most up to the folder above a layer.
  private static func commonRoot(_ scopes: [String]) -> String {
    let folders = scopes.map {
      $0.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    }
    guard var common = folders.first.map({ Array($0) }) else { return "" }
    for folder in folders {
      common = zip(common, folder).prefix { $0 == $1 }.map { $0.0 }
    }
    return common.joined(separator: ".")
  }

  private static func isInside(_ name: String, _ root: String) -> Bool {
    root.isEmpty || name == root || name.hasPrefix(root + ".")
  }

  private static func relative(_ name: String, _ root: String) -> String {
    guard !root.isEmpty else { return name }
    return name == root ? "" : String(name.dropFirst(root.count + 1))
  }

  /// A name between quotation marks.
  private static func escaped(_ name: String) -> String {
    var result = ""
    for character in name {
      switch character {
      case "\"", "\\", "{", "}": result += "\\\(character)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.append(character)
      }
    }
    return result
  }
}
