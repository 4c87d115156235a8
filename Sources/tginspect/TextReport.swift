import TGCommandLine
import TGPlan
import TGTensor

/// The contents of a plan for people.
struct TextReport {
  /// The lines so far.
  private(set) var lines: [String] = []
  private let file: PlanFile
  private let isVerified: Bool

  init(file: PlanFile, isVerified: Bool) {
    self.file = file
    self.isVerified = isVerified
  }

  /// What the plan is, where it comes from, how large it is.
  mutating func overview() {
    let plan = file.plan
    lines.append(plan.name)
    if !plan.documentation.isEmpty {
      lines += plan.documentation.split(separator: "\n").map { "  \($0)" }
    }
    lines.append("")
    row("licence", plan.licence.isEmpty ? "not stated" : plan.licence)
    row("origin", plan.origin.isEmpty ? "not stated" : plan.origin)
    row("hash", file.hash)
    row(
      "weights",
      Quantity.bytes(plan.weightBytes)
        + (plan.float16WeightBytes > 0
          ? ", of them \(Quantity.bytes(plan.float16WeightBytes)) in float16" : "")
        + (isVerified ? ", equal to their hash" : ", not compared with their hash (--verify does)"))
    row("made by", "\(plan.producer), plan format \(PlanFile.formatVersion)")
    for (name, hash) in zip(plan.fileNames, plan.fileHashes) {
      row("from", "\(name)  sha256 \(hash.prefix(16))...")
    }
    for text in plan.texts {
      row("vocabulary", "\(text.name), \(Quantity.bytes(text.bytes.count))")
    }
    for note in plan.notes { row("note", note) }
  }

  /// A function: inputs, outputs, arithmetic, memory; its further batch sizes in a line each.
  mutating func interface(of function: PlanFunction, isFirst: Bool) {
    if isFirst {
      lines.append("")
      let isDefault = function.role == .entry && function.name == file.plan.defaultFunction?.name
      let remark =
        isDefault
        ? " (default)"
        : function.role == .entry ? "" : " (\(function.role.name)\(owner(of: function)))"
      lines.append("function \(function.name)\(remark), shapes for batch \(function.batch)")
      for line in function.documentation.split(separator: "\n") { lines.append("  \(line)") }
      for item in function.inputs { lines.append("  in   " + described(item)) }
      for item in function.prepared {
        lines.append("  once " + described(item) + "  from \(function.prepare)")
      }
      for item in function.outputs { lines.append("  out  " + described(item)) }
    }
    let weights = function.slots.filter { $0.kind == .weight }
    lines.append(
      "  batch \(function.batch): \(Quantity.count(function.macs)) MACs,"
        + " work \(Quantity.count(function.work)),"
        + " arena \(Quantity.bytes(function.arenaBytes)),"
        + " \(weights.count) weight tensors"
        + " (\(Quantity.bytes(weights.reduce(0) { $0 + $1.byteCount }))"
        + (function.transformedWeightBytes > 0
          ? ", transformed \(Quantity.bytes(function.transformedWeightBytes)) more" : "") + "),"
        + " \(function.instructions.count) instructions"
        + (function.itemsInteract ? "; items of a batch influence each other" : ""))
  }

  /// Whose part a function is that is no entry point.
  private func owner(of function: PlanFunction) -> String {
    file.plan.functions.contains { $0.prepare == function.name }
      ? ", once for other functions" : ", of an objective"
  }

  /// An objective: what it asks for, and its loops in order.
  mutating func objective(_ objective: PlanObjective) {
    lines.append("")
    lines.append("objective \(objective.name)")
    for line in objective.documentation.split(separator: "\n") { lines.append("  \(line)") }
    for item in file.plan.inputs(of: objective) { lines.append("  in   " + described(item)) }
    for loop in objective.loops {
      var line = "  loop \(loop.rounds) rounds of \(loop.method.name)"
      line += " over " + loop.variables.joined(separator: ", ")
      if !loop.terms.isEmpty { line += "; terms " + loop.terms.joined(separator: " + ") }
      if !loop.starts.isEmpty { line += "; starts " + loop.starts.joined(separator: ", ") }
      lines.append(line)
    }
  }

  /// Every instruction with its line in the `.tgraph` file.
  mutating func instructions(of function: PlanFunction) {
    lines.append("")
    lines.append("instructions of \(function.name), batch \(function.batch)")
    for (index, placed) in function.instructions.enumerated() {
      lines.append(
        String(index).aligned(to: 6) + "  "
          + "[\(placed.instruction.output.dimensions.map(String.init).joined(separator: ", "))]"
          .padded(to: 22) + Quantity.count(placed.macs).aligned(to: 9) + "  "
          + placed.label.padded(to: 44) + " " + placed.source)
    }
  }

  /// How the arena is used over time.
  mutating func memory(of function: PlanFunction) {
    let map = MemoryMap(function)
    lines.append("")
    lines.append(
      "arena of \(function.name), batch \(function.batch): \(Quantity.bytes(map.arenaBytes)),"
        + " at most \(Quantity.bytes(map.peakBytes)) alive at once")
    lines += map.drawing().split(separator: "\n").map(String.init)
  }

  private mutating func row(_ name: String, _ value: String) {
    lines.append(name.padded(to: 11) + value)
  }

  private func described(_ item: InterfaceItem) -> String {
    let shape = "[" + item.view.dimensions.map(String.init).joined(separator: ", ") + "]"
    var text = item.name.padded(to: 14) + " " + item.kind.word.padded(to: 8) + " " + shape
    let details = item.kind.value.details
    if !details.isEmpty { text += "  " + details }
    if let value = item.defaultValue { text += "  = \(value.plain)" }
    if let line = item.documentation.split(separator: "\n").first { text += "  \(line)" }
    return text
  }
}
