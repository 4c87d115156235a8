import TGCheckpoint
import TGDiagnostics
import TGIR
import TGSyntax
import TGTensor

// Tensors at another index, of another recurrence, in another layout, and what is left.
extension WeightDiagnosis {
  // MARK: Indices

  /// Tensors that stand in the file at another number of the same path, all of a call by one step.
  mutating func findIndices() {
    var calls: [(scope: String, wanted: [GraphParameter])] = []
    for parameter in absent + misfits.map(\.parameter) {
      if let known = calls.firstIndex(where: { $0.scope == parameter.scope }) {
        calls[known].wanted.append(parameter)
      } else {
        calls.append((parameter.scope, [parameter]))
      }
    }
    let free = Set(unread.map(\.name)).union(misfits.map(\.parameter.name))
    var found: [Diagnostic] = []
    var explained: Set<String> = []
    var stored: Set<String> = []
    for (_, wanted) in calls {
      guard let first = wanted.first, let shift = shifted(wanted, among: free) else { continue }
      let there = "\(fileName) has it at `\(shift.name(first.name))`"
      let here = shape(first.name).map {
        "`\(first.name)` is \($0.described) in \(fileName), \(first.shape.described) here; "
          + "`\(shift.name(first.name))` has that shape"
      }
      found.append(
        Diagnostic(
          "tensor-index", here ?? "no tensor `\(first.name)`: \(there), in the shape expected here",
          at: first.range, notes: first.reachedBy,
          hint: "is the index \(shift.from) off by \(abs(shift.to - shift.from))? layers of a "
            + "Sequential without weights count, too"))
      explained.formUnion(wanted.map(\.name))
      stored.formUnion(wanted.map { shift.name($0.name) })
    }
    explain(explained, stored: stored)
    add(found, "calls read their tensors at another index")
  }

  /// A number of a path that is another one in the file.
  private struct Shift {
    /// Which part of the path.
    var part: Int
    var from: Int
    var to: Int

    /// The name in the file.
    func name(_ name: String) -> String {
      var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      parts[part] = String(to)
      return parts.joined(separator: ".")
    }
  }

  /// The nearest other number at which the file has all tensors of a call, in their shapes.
  private func shifted(_ wanted: [GraphParameter], among free: Set<String>) -> Shift? {
    guard let first = wanted.first else { return nil }
    let parts = first.name.split(separator: ".", omittingEmptySubsequences: false)
    for (part, text) in parts.enumerated().reversed() {
      guard let from = Int(text), from >= 0 else { continue }
      for distance in 1...8 {
        for to in [from + distance, from - distance] where to >= 0 {
          let shift = Shift(part: part, from: from, to: to)
          let fits = wanted.allSatisfy { parameter in
            let name = shift.name(parameter.name)
            return free.contains(name) && shape(name) == parameter.shape
          }
          if fits { return shift }
        }
      }
    }
    return nil
  }

  // MARK: Recurrences

  /// A `gru` for an `lstm`, or the other way round: the rows say how many gates there are.
  mutating func findRecurrences() {
    var found: [Diagnostic] = []
    var explained: Set<String> = []
    for misfit in misfits where misfit.parameter.own == "weight_hh" {
      let (parameter, stored) = (misfit.parameter, misfit.found.dimensions)
      guard ["lstm", "gru"].contains(parameter.reader), stored.count == 2, stored[1] > 0,
        stored[0] % stored[1] == 0
      else { continue }
      let (gates, own) = (stored[0] / stored[1], parameter.reader == "lstm" ? 4 : 3)
      let kind = [1: "a plain RNN, which has no operation", 3: "a `gru`", 4: "an `lstm`"][gates]
      guard gates != own, let kind else { continue }
      found.append(
        Diagnostic(
          "other-recurrence",
          "`\(parameter.reader)` here reads `\(parameter.name)` as \(own) gates of "
            + "\(parameter.shape[1]); \(fileName) has \(gates) of \(stored[1]): it holds \(kind)",
          at: parameter.range, notes: parameter.reachedBy,
          hint: gates == 1 ? nil : "say `\(gates == 4 ? "lstm" : "gru")`"))
      explained.formUnion(
        misfits.map(\.parameter).filter { $0.scope == parameter.scope }.map(\.name))
    }
    explain(explained)
    add(found, "recurrences are of another kind")
  }

  // MARK: Layouts

  /// The same numbers in another order, or with axes of 1 more or less.
  mutating func findLayouts() {
    let found = misfits.filter { layout($0) != nil }
    add(
      found.map { misfit in
        let parameter = misfit.parameter
        return Diagnostic(
          "tensor-layout", differs(misfit) + ": another layout of the same sizes",
          at: parameter.range, notes: parameter.reachedBy, hint: layout(misfit))
      }, "tensors have another layout")
    explain(Set(found.map(\.parameter.name)))
  }

  /// How to read a tensor that the file stores in another layout; nil if that is not it.
  private func layout(_ misfit: Misfit) -> String? {
    let (here, there) = (misfit.parameter.shape.dimensions, misfit.found.dimensions)
    let read = "parameter(\"\(misfit.parameter.own)\", \(misfit.found))"
    let reader = misfit.parameter.reader
    if here.filter({ $0 != 1 }) == there.filter({ $0 != 1 }), here != there {
      return "read it as reshape(\(read), \(misfit.parameter.shape))"
        + (reader == "linear" && there.count == 4 ? ", or say `conv` with kernel 1" : "")
    }
    guard here.sorted() == there.sorted(), here != there else { return nil }
    if here.count == 2 { return "the file stores [in, out]: weight: transpose(\(read))" }
    if here.count == 4, there == [here[1], here[0], here[2], here[3]] {
      let other = reader == "convTranspose" ? "conv" : "convTranspose"
      return ["conv", "convTranspose"].contains(reader)
        ? "that is the layout of `\(other)`; or weight: permute(\(read), [1, 0, 2, 3])"
        : "permute(\(read), [1, 0, 2, 3])"
    }
    let usual = here.count == 4 ? [[3, 2, 0, 1], [2, 3, 0, 1], [0, 3, 1, 2]] : []
    let order =
      usual.first { order in order.map { there[$0] } == here } ?? ordered(there, as: here)
    return "weight: permute(\(read), \(order))"
  }

  /// An order of axes that makes extents of others.
  private func ordered(_ there: [Int], as here: [Int]) -> [Int] {
    var free = Array(there.indices)
    return here.compactMap { extent in
      free.firstIndex { there[$0] == extent }.map { free.remove(at: $0) }
    }
  }

  // MARK: What is left

  func missing(_ parameter: GraphParameter) -> Diagnostic {
    let free = unread.first { $0.shape == parameter.shape }
    let near = nearestName(to: parameter.name, among: checkpoint.entries.prefix(10_000).map(\.name))
    let hint =
      free.map {
        "`\($0.name)` has the shape expected here, \($0.shape.described), and nobody reads it"
      } ?? near.map { "the nearest name in the file is `\($0)`" }
    return Diagnostic(
      "missing-tensor",
      "\(fileName) has no tensor `\(parameter.name)`, \(parameter.shape.described)",
      at: parameter.range, notes: parameter.reachedBy, hint: hint)
  }

  func misshaped(_ misfit: Misfit) -> Diagnostic {
    Diagnostic(
      "tensor-shape", differs(misfit), at: misfit.parameter.range,
      notes: misfit.parameter.reachedBy,
      hint: "is this the file of another size of the network? --set gives the graph's parameters")
  }

  private func differs(_ misfit: Misfit) -> String {
    "`\(misfit.parameter.name)` is \(misfit.found.described) in \(fileName), "
      + "\(misfit.parameter.shape.described) here"
  }

  // MARK: Tensors that nobody reads

  mutating func findUnread() {
    var beside: [(reader: GraphParameter, entries: [Stored])] = []
    var alone: [Stored] = []
    for entry in unread {
      guard let reader = parameters.first(where: { $0.isNeighbour(of: entry.name) }) else {
        alone.append(entry)
        continue
      }
      if let known = beside.firstIndex(where: { $0.reader.scope == reader.scope }) {
        beside[known].entries.append(entry)
      } else {
        beside.append((reader, [entry]))
      }
    }
    add(beside.map { unread($0.entries, beside: $0.reader) }, "calls read not all of their tensors")
    guard !alone.isEmpty else { return }
    let shown = alone.prefix(12).map { Diagnostic.Note("`\($0.name)`, \($0.form.described)") }
    let rest = alone.count > 12 ? [Diagnostic.Note("and \(alone.count - 12) more")] : []
    let patterns = patterns(for: alone.map(\.name))
    let lines = patterns.prefix(4).map { "ignore \"\($0)\"" }.joined(separator: ", ")
    add(
      Diagnostic(
        "unread-tensors",
        "\(fileName) has \(alone.count) tensor\(alone.count == 1 ? "" : "s") that the graph does "
          + "not read", at: root.range, notes: shown + rest,
        hint: "if what they belong to is left out on purpose, say so in the model: \(lines)"
          + (patterns.count > 4 ? " and \(patterns.count - 4) more" : "")))
  }

  /// Tensors of a call that reads others of its scope.
  private func unread(_ entries: [Stored], beside reader: GraphParameter) -> Diagnostic {
    let names = entries.map(\.name)
    let isReverse = names.contains { $0.hasSuffix("_reverse") }
    let isLayer = names.contains { $0.contains("_l1") }
    let hint =
      isReverse
      ? "the network is bidirectional: a second call with `reversed: true` reads "
        + "@ \"…*_l0_reverse\" (section 8 of spec/tgraph.md)"
      : isLayer && ["lstm", "gru"].contains(reader.reader)
        ? "the network has more layers: each is a call, @ \"…*_l1\" and so on"
        : "does the layer do more than is written here?"
    return Diagnostic(
      "unread-tensors",
      "`\(reader.reader)` here reads `\(reader.name)`, but nobody reads \(listed(names)) beside it",
      at: reader.range, notes: reader.reachedBy, hint: hint)
  }

  /// Patterns that fit all of some names and nothing that is read: as short as that allows.
  private func patterns(for names: [String]) -> [String] {
    var result: [String] = []
    for name in names where !result.contains(where: { matches(pattern: $0, name) }) {
      var pattern = name
      for end in name.indices where name[end] == "." || name[end] == "/" {
        let prefix = name[...end]
        let isRead = parameters.contains { $0.name.hasPrefix(prefix) }
        guard !isRead else { continue }
        pattern = prefix + "*"
        break
      }
      result.append(pattern)
    }
    return result
  }
}

extension GraphParameter {
  /// True if a tensor's name has the same path, of which only the last part differs.
  fileprivate func isNeighbour(of other: String) -> Bool {
    func path(_ name: String) -> Substring {
      name.lastIndex { $0 == "." || $0 == "/" }.map { name[..<$0] } ?? ""
    }
    return path(name) == path(other) && (!path(name).isEmpty || name.contains(".") == false)
  }
}
