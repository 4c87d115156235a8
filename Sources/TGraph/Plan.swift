import TGExecution
import TGPlan
import TGSession

/// A compiled model, opened: its weights are used where the file is mapped.
public struct Plan: Sendable {
  /// A function of a plan, or an objective of it.
  public struct Function: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What the page says of it.
    public let documentation: String
    /// How many items it computes at once, smallest first.
    public let batchSizes: [Int]
    /// What it takes, in declared order.
    public let inputs: [Item]
    /// What it gives, in declared order.
    public let outputs: [Item]
  }

  /// An input or output of a function.
  public struct Item: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What the page says of it.
    public let documentation: String
    /// What the numbers mean: `image`, `text`, `sequence`, `label`, `normal`, `uniform`, `latent`,
    /// `mask` or `tensor`.
    public let kind: String
    /// The extents of one item, such as `[3, 64, 64]`.
    public let shape: [Int]
    /// The values that are stated for it; nil if none are.
    public let range: ClosedRange<Float>?
  }

  let loaded: LoadedPlan

  /// Opens a `.tplan` file and checks it; what it computes with is compared with its checksums before
  /// a result is given out.
  ///
  /// - Throws: `TGraphError` for anything but a sound plan.
  public init(contentsOf path: String) throws(TGraphError) {
    loaded = try TGraphError.from { try LoadedPlan(PlanFile.load(path: path)) }
  }

  /// The name of the model.
  public var name: String { loaded.plan.name }
  /// What the page says of it.
  public var documentation: String { loaded.plan.documentation }
  /// The licence of the weights, as it was given; empty if nothing was said.
  public var licence: String { loaded.plan.licence }
  /// Remarks of the compiler, such as functions left out for want of weights.
  public var notes: [String] { loaded.plan.notes }
  /// What can be minimised, by name.
  public var objectives: [String] { loaded.plan.objectives.map(\.name) }

  /// What can be run; the first is the default.
  public var functions: [Function] {
    var names: [String] = []
    for function in loaded.plan.functions where function.role == .entry {
      if !names.contains(function.name) { names.append(function.name) }
    }
    return names.compactMap { name in
      (try? FunctionVariants(of: loaded.plan, named: name)).map { Function($0) }
    }
  }
}

extension Plan.Function {
  init(_ variants: FunctionVariants) {
    name = variants.form.name
    documentation = variants.form.documentation
    batchSizes = variants.sizes
    inputs = variants.form.inputs.map { Plan.Item($0) }
    outputs = variants.form.outputs.map { Plan.Item($0) }
  }
}

extension Plan.Item {
  init(_ item: InterfaceItem) {
    name = item.name
    documentation = item.documentation
    kind = item.kind.word
    shape = item.itemShape
    range = item.kind.range
  }
}
