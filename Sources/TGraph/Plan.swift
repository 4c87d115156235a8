import TGExecution
import TGPlan
import TGSession

/// A compiled model, opened: its weights are used where the file is mapped.
public struct Plan: Sendable {
  /// A function of a plan, or an objective of it.
  public struct Function: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What it takes, in declared order.
    public let inputs: [Item]
    /// What it gives, in declared order.
    public let outputs: [Item]
  }

  /// An input or output of a function.
  public struct Item: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What the numbers mean: `image`, `text`, `sequence`, `label`, `normal`, `uniform`, `latent`,
    /// `mask` or `tensor`.
    public let kind: String
    /// The extents of one item, such as `[3, 64, 64]`.
    public let shape: [Int]
  }

  let loaded: LoadedPlan

  /// Opens a `.tplan` file and checks it; what it computes with is compared with its checksums before
  /// a result is given out.
  ///
  /// - Throws: `TGraphError` for anything but a sound plan.
  public init(contentsOf path: String) throws(TGraphError) {
    loaded = try TGraphError.from { try LoadedPlan(PlanFile.load(path: path)) }
  }

  /// What a ``Session`` can run; the first is the default.
  public var functions: [Function] {
    var names: [String] = []
    for function in loaded.plan.functions where function.role == .entry {
      if !names.contains(function.name) { names.append(function.name) }
    }
    return names.compactMap { name in
      variants(name).map { Function(name, from: $0, to: $0) }
    }
  }

  /// What an ``Inversion`` can minimise; the first is the default.
  public var objectives: [Function] {
    loaded.plan.objectives.compactMap { objective in
      guard let start = variants(objective.loops[0].start), let finish = variants(objective.finish)
      else { return nil }
      return Function(objective.name, from: start, to: finish)
    }
  }

  private func variants(_ name: String) -> FunctionVariants? {
    try? FunctionVariants(of: loaded.plan, named: name)
  }
}

extension Plan.Function {
  fileprivate init(_ name: String, from first: FunctionVariants, to last: FunctionVariants) {
    self.name = name
    inputs = first.form.inputs.map { Plan.Item($0) }
    outputs = last.form.outputs.map { Plan.Item($0) }
  }
}

extension Plan.Item {
  fileprivate init(_ item: InterfaceItem) {
    name = item.name
    kind = item.kind.word
    shape = item.itemShape
  }
}
