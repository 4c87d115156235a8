package import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

/// The limits of plans (`spec/plan.md`, section 5) that a model can be held against before weights
/// are read, each with the location of what passes it. What only the finished plan shows is found by
/// `PlanChecker`, whose refusals `PlanError.diagnostic` gives a location.
package struct PlanRules {
  /// The most multiplications, or elements, computed at compile time for one function: of weight
  /// expressions and constants. The largest network of `Graphs` needs a twentieth.
  static let constantWork = 1 << 32
  /// The most elements of one value that is computed at compile time.
  static let constantElements = 1 << 28

  private let models: [StagedModel]
  private let limits = PlanLimits.standard

  /// Takes one model for each batch size, differentiated.
  package init(_ models: [StagedModel]) { self.models = models }

  /// What is wrong, at most one finding for each rule and function.
  package var findings: [Diagnostic] {
    let functions = models.flatMap(\.allFunctions)
    return [functionCount(functions), operationCount(functions), vocabularies(functions)]
      .compactMap(\.self) + perFunction(models.first?.allFunctions ?? []) + resampled(functions)
  }

  private func functionCount(_ functions: [GraphFunction]) -> Diagnostic? {
    guard functions.count > limits.functions, let first = models.first else { return nil }
    let each = first.allFunctions.count
    // The first function whose batch sizes do not all fit.
    let excess = first.allFunctions[min(each - 1, limits.functions / models.count)]
    return Diagnostic(
      "limit",
      "\(each) functions" + (models.count > 1 ? " in \(models.count) batch sizes" : "")
        + " are \(functions.count); a plan has at most \(limits.functions)", at: excess.range,
      hint: models.count > 1 ? "ask for fewer sizes with --batch" : nil)
  }

  private func operationCount(_ functions: [GraphFunction]) -> Diagnostic? {
    var count = 0
    for function in functions {
      count += function.graph.nodes.count
      guard count > limits.instructions else { continue }
      return Diagnostic(
        "limit",
        "the functions up to this one have \(count) operations; a plan has at most "
          + "\(limits.instructions)", at: function.range)
    }
    return nil
  }

  private func vocabularies(_ functions: [GraphFunction]) -> Diagnostic? {
    var names: Set<String> = []
    for item in functions.flatMap(\.inputs) {
      guard let rule = item.kind.source.words else { continue }
      names.insert(rule.vocabulary)
      guard names.count > limits.texts else { continue }
      return Diagnostic(
        "limit", "a plan has at most \(limits.texts) vocabularies", at: item.range)
    }
    return nil
  }

  // MARK: One function

  private func perFunction(_ functions: [GraphFunction]) -> [Diagnostic] {
    functions.flatMap { function in
      [itemCount(function), pads(function), constants(function), work(function)].compactMap(\.self)
    }
  }

  private func itemCount(_ function: GraphFunction) -> Diagnostic? {
    let count = function.inputs.count + function.outputs.count
    guard count > limits.items else { return nil }
    return Diagnostic(
      "limit",
      "`\(function.graph.name)` has \(count) inputs and outputs; a function of a plan has at most "
        + "\(limits.items)", at: function.range,
      hint: "one tensor with an axis more instead of a list")
  }

  /// Borders of windows that no instruction can state.
  private func pads(_ function: GraphFunction) -> Diagnostic? {
    for node in function.graph.nodes {
      let pads: [Int] =
        switch node.op {
        case let op as Conv2D: op.phases.flatMap { [$0.padTop, $0.padLeft] }
        case let op as Pool: op.padding
        default: []
        }
      guard let pad = pads.first(where: { $0.magnitude > limits.attribute }) else { continue }
      return Diagnostic(
        "padding", "a padding of \(pad) positions; at most \(limits.attribute) are possible",
        at: node.origin.ranges.first)
    }
    return nil
  }

  /// What is computed now, of weights and constants, is bounded in work and in size.
  private func constants(_ function: GraphFunction) -> Diagnostic? {
    let graph = function.graph
    var work = 0
    for (index, isFolded) in FoldConstants.folds(graph).enumerated() where isFolded {
      let node = graph.nodes[index]
      guard node.shape.count <= Self.constantElements else {
        return Diagnostic(
          "limit",
          "\(node.shape) of weights or constants is computed at compile time, which is done for at "
            + "most \(Self.constantElements) elements", at: node.origin.ranges.first)
      }
      work += max(
        node.shape.count, node.op.macs(operands: node.operands.map(graph.shape), result: node.shape)
      )
      guard work > Self.constantWork else { continue }
      return Diagnostic(
        "limit",
        "the weights and constants up to here take more than \(Self.constantWork) multiplications "
          + "at compile time", at: node.origin.ranges.first,
        hint: "what depends on an input is computed when the plan runs")
    }
    return nil
  }

  /// What one run takes: of each operation the multiplications or the elements, whichever are more.
  private func work(_ function: GraphFunction) -> Diagnostic? {
    let graph = function.graph
    var (total, heaviest) = (0.0, (work: 0.0, range: function.range))
    for (node, depends) in zip(graph.nodes, graph.dependsOnInput) where depends {
      if node.op.isView || node.op.leaf != nil { continue }
      let operands = node.operands.map(graph.shape)
      let moved = operands.reduce(node.shape.count) { max($0, $1.count) }
      let work = Double(max(node.op.macs(operands: operands, result: node.shape), moved))
      total += work
      if work > heaviest.work { heaviest = (work, node.origin.ranges.first ?? function.range) }
    }
    guard total > Double(limits.work) else { return nil }
    let thousands = { (work: Double) in String(Int(work / Double(PlanLimits.workUnit))) }
    return Diagnostic(
      "limit",
      "one run of `\(function.graph.name)` takes \(thousands(total)) thousand million "
        + "multiplications or elements, most of them here; a plan has at most "
        + "\(thousands(Double(limits.work)))", at: heaviest.range)
  }

  private func resampled(_ functions: [GraphFunction]) -> [Diagnostic] {
    var count = 0
    for node in functions.flatMap(\.graph.nodes) {
      guard let op = node.op as? Resample else { continue }
      count += op.starts.count
      guard count > limits.resampledPositions else { continue }
      return [
        Diagnostic(
          "limit",
          "the resized, mirrored and reversed axes up to here have \(count) positions; a plan has "
            + "at most \(limits.resampledPositions)", at: node.origin.ranges.first)
      ]
    }
    return []
  }
}
