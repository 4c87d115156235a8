package import TGIR
import TGOps
package import TGPlan
import TGTensor

/// Turns an optimised graph into the instructions of a plan function.
///
/// Nodes are lowered in order by their ops (`Op.lower`), which ask for views and emit instructions.
/// Values live in slots; reshapes, slices, transpositions and broadcasts are views. Before lowering,
/// operands of concatenations are given views inside the concatenation's slot, so that their
/// producers store there (`ConcatPlacement`). After it, `PackPanels` puts the constants that ops have
/// named into the weight section, and `PlanMemory` gives slots their offsets.
package struct FunctionLowering {
  private let function: GraphFunction
  private let graph: Graph
  private let label: (Node) -> (label: String, source: String)
  private var site: LoweringSite
  private var instructions: [PlacedInstruction] = []
  private var inputViews: [String: View] = [:]

  /// Lowers `graph`, the optimised form of `function.graph`; weights go to `store`.
  ///
  /// `label` says how a node is called in listings and where it comes from.
  ///
  /// - Throws: `LoweringError` for what no instruction can do.
  package static func lower(
    _ function: GraphFunction, graph: Graph, into store: inout WeightStore,
    label: @escaping (Node) -> (label: String, source: String)
  ) throws(LoweringError) -> PlanFunction {
    var lowering = FunctionLowering(function, graph: graph, label: label)
    try lowering.run()
    let named = try lowering.finished()
    return PlanMemory.planned(
      PackPanels.packed(named, constants: lowering.site.constants, into: &store))
  }

  private init(
    _ function: GraphFunction, graph: Graph,
    label: @escaping (Node) -> (label: String, source: String)
  ) {
    self.function = function
    self.graph = graph
    self.label = label
    site = LoweringSite(graph: graph)
  }

  private mutating func run() throws(LoweringError) {
    allocateInputs()
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      if let input = node.op as? Input, let view = inputViews[input.name] {
        site.bind(Value(index), to: view)
        continue
      }
      if node.op is Constant { continue }
      do { try site.lower(Value(index)) } catch {
        var located = error
        located.origin = node.origin
        throw located
      }
      let (name, source) = site.instructions.isEmpty ? ("", "") : label(node)
      for instruction in site.instructions {
        instructions.append(
          PlacedInstruction(instruction, label: name, source: source, macs: instruction.macs))
      }
    }
  }

  /// Gives every interface input its slot, of the type that its node has, or `unread` if nothing reads
  /// it. An input that is only ever seen transposed is stored in
  /// that order: the host writes it through strides.
  private mutating func allocateInputs() {
    let uses = graph.uses
    for item in function.prepared {
      let name = PrepareCut.inputName(item.name)
      inputViews[name] = allocate(name, item.shape, item.kind.dtypes[0], uses, in: .state)
    }
    for item in function.inputs {
      inputViews[item.name] = allocate(item.name, item.shape, item.kind.dtypes[0], uses)
      guard item.kind.source.words != nil else { continue }
      let lengths = item.name + ".lengths"
      inputViews[lengths] = allocate(lengths, [function.batch], .int32, uses)
    }
  }

  private mutating func allocate(
    _ name: String, _ shape: Shape, _ unread: DType, _ uses: Uses, in kind: Slot.Kind = .arena
  ) -> View {
    let node = graph.nodes.firstIndex { ($0.op as? Input)?.name == name }
    let dtype = node.map { graph.nodes[$0].type.dtype } ?? unread
    let seen = node.map { index in uses[Value(index)].map { graph[$0].op as? Transpose } } ?? []
    guard let first = seen.first, let order = first?.permutation,
      seen.allSatisfy({ $0?.permutation == order })
    else { return site.newSlot(TensorType(dtype, shape), kind) }
    return site.newSlot(TensorType(dtype, shape.permuted(order)), kind).permuted(inverse(order))
  }

  private mutating func finished() throws(LoweringError) -> PlanFunction {
    var result = PlanFunction(name: graph.name, batch: function.batch)
    result.documentation = function.documentation
    result.role = function.role
    result.itemsInteract = function.itemsInteract
    result.instructions = instructions
    result.prepare = function.prepare ?? ""
    for item in function.prepared {
      guard let view = inputViews[PrepareCut.inputName(item.name)] else { continue }
      result.prepared.append(item.planItem(view, lengths: nil))
    }
    for item in function.inputs {
      guard let view = inputViews[item.name] else { continue }
      result.inputs.append(item.planItem(view, lengths: inputViews[item.name + ".lengths"]))
    }
    for item in function.outputs {
      guard let value = graph.outputs.first(where: { $0.name == item.name })?.value
      else { throw LoweringError("the output `\(item.name)` is computed by nothing") }
      result.outputs.append(item.planItem(site.view(of: value), lengths: nil))
    }
    result.slots = site.slots
    result.macs = instructions.reduce(0) { $0 + $1.macs }
    return result
  }
}

extension GraphInterface {
  /// The end as the plan states it.
  fileprivate func planItem(_ view: View, lengths: View?) -> InterfaceItem {
    var item = InterfaceItem(name: name, kind: kind, view: view)
    item.documentation = documentation
    item.lengths = lengths
    item.defaultValue = defaultValue
    item.rows = rows
    item.role = role
    return item
  }
}
