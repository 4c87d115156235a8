import TGCommandLine
import TGCompiler
import TGIR
import TGPlan
import TGSyntax
import TGTensor

/// What `--check` says of a page without errors.
struct CheckReport {
  private let elaborated: Elaborated
  private let page: String

  init(_ elaborated: Elaborated, page: String) {
    self.elaborated = elaborated
    self.page = page
  }

  /// A line for the model and one for each function.
  var text: String {
    let model = elaborated.model
    let weights = model.parameters.reduce(0) { $0 + $1.shape.count }
    var lines = [
      "\(page): \(model.name), \(model.parameters.count) tensors, "
        + "\(Quantity.count(weights)) weights"
    ]
    for function in model.functions {
      lines.append(
        "  \(function.graph.name)(\(list(function.inputs))) -> \(list(function.outputs))")
    }
    for objective in model.objectives { lines.append("  " + sentence(objective)) }
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  var json: JSON {
    let model = elaborated.model
    return .document([
      ("name", .string(model.name)), ("tensors", .integer(model.parameters.count)),
      (
        "functions",
        .array(
          model.functions.map { function in
            .pairs([
              ("name", .string(function.graph.name)),
              ("inputs", .array(function.inputs.map(item))),
              ("outputs", .array(function.outputs.map(item))),
            ])
          })
      ),
      ("objectives", .array(model.objectives.map { .pairs([("name", .string($0.form.name))]) })),
    ])
  }

  private func sentence(_ objective: GraphObjective) -> String {
    let loops = objective.form.loops.map { loop in
      "\(loop.variables.joined(separator: ", ")) by \(loop.method), \(loop.rounds) rounds"
        + (loop.starts.isEmpty ? "" : ", from \(loop.starts.joined(separator: " or "))")
    }
    return "objective \(objective.form.name)(\(list(objective.given))) over "
      + loops.joined(separator: ", then ") + " -> \(list(objective.results))"
  }

  private func item(_ item: GraphInterface) -> JSON {
    .pairs([
      ("name", .string(item.name)), ("shape", .integers(item.shape.dimensions)),
    ])
  }

  private func list(_ items: [GraphInterface]) -> String {
    items.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
  }
}

/// What `--report` says of a compilation.
struct CompileReport {
  private let result: Compilation.Result
  private let target: String
  private let hash: String
  private let writing: Double

  init(_ result: Compilation.Result, target: String, hash: String, writing: Double) {
    self.result = result
    self.target = target
    self.hash = hash
    self.writing = writing
  }

  private var times: PlanBuilder.Times { result.built.times }

  /// A table of the functions, then sizes and times.
  var lines: [String] {
    var lines = [
      "function".padded(to: 20)
        + " batch   nodes  instr.   MACs before    MACs after        work       arena transformed"
    ]
    for report in result.built.reports {
      lines.append(
        report.name.padded(to: 20) + String(report.batch).aligned(to: 6)
          + String(report.nodesBefore).aligned(to: 8) + String(report.instructions).aligned(to: 8)
          + Quantity.count(report.macsBefore).aligned(to: 14)
          + Quantity.count(report.macsAfter).aligned(to: 14)
          + Quantity.count(report.work).aligned(to: 12)
          + Quantity.bytes(report.arenaBytes).aligned(to: 12)
          + Quantity.bytes(report.transformedWeightBytes).aligned(to: 12))
      if report.arenaBytes > 0 { lines.append("  " + memory(of: report)) }
      if report.macsNarrow > 0 {
        let part = Double(report.macsNarrow) / Double(max(report.macsAfter, 1))
        lines.append(
          "  \(Quantity.count(report.macsNarrow)) MACs of bfloat16, "
            + "\(Int((part * 100).rounded(.down))) % of all")
      }
      guard report.macsBackward > 0 else { continue }
      lines.append(
        "  forward \(Quantity.count(report.macsAfter - report.macsBackward)) MACs, backward "
          + "\(Quantity.count(report.macsBackward)) MACs")
    }
    let halves = result.built.plan.float16WeightBytes
    lines.append(
      "weights " + Quantity.bytes(result.built.plan.weightBytes)
        + (halves > 0 ? ", of them \(Quantity.bytes(halves)) in float16" : "") + ", hash \(hash)")
    lines.append(
      "front end and passes \(Quantity.seconds(result.elaboration + times.passes)): elaboration "
        + "\(Quantity.seconds(result.elaboration)), passes \(Quantity.seconds(times.passes))")
    lines.append(
      "weights: reading \(Quantity.seconds(result.reading)), folding "
        + "\(Quantity.seconds(times.folding)), lowering and packing "
        + "\(Quantity.seconds(times.lowering)), writing \(Quantity.seconds(writing))")
    return lines
  }

  /// How few bytes are alive at once, and how close the arena comes to them.
  private func memory(of report: PlanBuilder.FunctionReport) -> String {
    let ordered =
      report.peakAsWritten > 0
      ? "peak \(Quantity.bytes(report.peakAsWritten)) as written -> "
        + "\(Quantity.bytes(report.peakOrdered)) ordered, " : ""
    return ordered + "\(Quantity.bytes(report.liveBytes)) alive in the plan, arena "
      + "\(Quantity.bytes(report.arenaBytes))"
  }

  /// The same as JSON.
  var json: JSON {
    .document([
      ("plan", .string(target)), ("name", .string(result.built.plan.name)),
      ("hash", .string(hash)),
      ("weight_bytes", .integer(result.built.plan.weightBytes)),
      ("float16_weight_bytes", .integer(result.built.plan.float16WeightBytes)),
      (
        "functions",
        .array(
          result.built.reports.map { report in
            .pairs([
              ("name", .string(report.name)), ("batch", .integer(report.batch)),
              ("nodes", .integer(report.nodesBefore)),
              ("instructions", .integer(report.instructions)),
              ("macs_before", .integer(report.macsBefore)),
              ("macs_after", .integer(report.macsAfter)),
              ("macs_bfloat16", .integer(report.macsNarrow)),
              ("macs_backward", .integer(report.macsBackward)),
              ("work", .integer(report.work)),
              ("peak_as_written", .integer(report.peakAsWritten)),
              ("peak_ordered", .integer(report.peakOrdered)),
              ("live_bytes", .integer(report.liveBytes)),
              ("arena_bytes", .integer(report.arenaBytes)),
              ("transformed_weight_bytes", .integer(report.transformedWeightBytes)),
            ])
          })
      ),
      (
        "times",
        .pairs([
          ("elaboration", .number(result.elaboration)), ("reading", .number(result.reading)),
          ("passes", .number(times.passes)), ("folding", .number(times.folding)),
          ("lowering", .number(times.lowering)), ("writing", .number(writing)),
        ])
      ),
      ("notes", .strings(result.built.plan.notes)),
    ])
  }
}

/// A compiled model as text.
struct EmittedText {
  /// The text.
  let text: String

  init(_ built: PlanBuilder.Result, _ emission: Emission) {
    switch emission {
    case .plan: text = PlanListing.text(built.plan)
    case .ir, .page, .tgraph, .onnx:
      text = built.graphs.map { PrintedGraph($0).text }.joined(separator: "\n")
    case .dot: text = built.graphs.map { Self.dot($0) }.joined(separator: "\n")
    }
  }

  /// A graph for Graphviz: a box for each node with its op and shape.
  private static func dot(_ graph: Graph) -> String {
    var lines = [
      "digraph \(quoted(graph.name)) {", "  node [shape=box, fontname=\"Helvetica\"];",
    ]
    for (index, node) in graph.nodes.enumerated() {
      lines.append(
        "  n\(index) [label=\(quoted("\(type(of: node.op).mnemonic)\n\(node.shape)"))];")
      for operand in node.operands { lines.append("  n\(operand.index) -> n\(index);") }
    }
    for output in graph.outputs {
      let name = quoted("output \(output.name)")
      lines.append("  \(name) [shape=ellipse];")
      lines.append("  n\(output.value.index) -> \(name);")
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String {
    "\""
      + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      .replacing("\n", with: "\\n") + "\""
  }
}
