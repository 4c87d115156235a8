internal import TGExecution
package import TGPlan
internal import TGTensor

/// A function of a plan in all its batch sizes.
package struct FunctionVariants: Hashable, Sendable {
  /// One batch size.
  package struct Variant: Hashable, Sendable {
    /// The function's number in the plan.
    package var index: Int
    /// How many items it computes at once.
    package var batch: Int
  }

  /// The most numbers of an input or output: a gibibyte.
  static let largestItem = 1 << 28

  /// The variants, smallest batch first.
  package let variants: [Variant]
  /// The function in its smallest batch: names, kinds and extents of the interface.
  package let form: PlanFunction

  /// Finds a function.
  ///
  /// - Parameter name: nil for the default one, the first that is no part of an objective.
  /// - Throws: `SessionError.noSuchFunction`.
  package init(of plan: Plan, named name: String?) throws(SessionError) {
    let names = plan.functions.reduce(into: [String]()) { names, function in
      if function.role == .entry, !names.contains(function.name) { names.append(function.name) }
    }
    let wanted = name ?? names.first ?? ""
    variants = plan.functions.enumerated()
      .filter { $0.element.name == wanted }
      .map { Variant(index: $0.offset, batch: $0.element.batch) }
      .sorted { $0.batch < $1.batch }
    guard let first = variants.first else {
      throw .noSuchFunction(wanted, functions: names)
    }
    form = plan.functions[first.index]
    for variant in variants {
      let function = plan.functions[variant.index]
      let items = function.inputs + function.outputs
      if let item = items.first(where: { $0.view.dimensions.first != function.batch }) {
        throw .runtime(.unsound("'\(item.name)' does not begin with the axis of the batch"))
      }
      // A broadcast output may be larger than the memory behind it.
      if let item = items.first(where: { $0.view.count > Self.largestItem }) {
        throw .runtime(.unsound("'\(item.name)' has \(item.view.count) numbers"))
      }
      guard items.map(\.name) == (form.inputs + form.outputs).map(\.name),
        items.map(\.itemShape) == (form.inputs + form.outputs).map(\.itemShape),
        function.inputs.count == form.inputs.count
      else { throw .runtime(.unsound("'\(wanted)' has another interface in other batches")) }
    }
  }

  /// The batch sizes, smallest first.
  package var sizes: [Int] { variants.map(\.batch) }

  /// An input by its name.
  ///
  /// - Throws: `SessionError.noSuchInput`.
  package func input(_ name: String) throws(SessionError) -> InterfaceItem {
    guard let item = form.inputs.first(where: { $0.name == name }) else {
      throw .noSuchInput(name, inputs: form.inputs.map(\.name))
    }
    return item
  }

  /// An output by its name.
  ///
  /// - Throws: `SessionError.noSuchOutput`.
  package func output(_ name: String) throws(SessionError) -> InterfaceItem {
    guard let item = form.outputs.first(where: { $0.name == name }) else {
      throw .noSuchOutput(name, outputs: form.outputs.map(\.name), function: form.name)
    }
    return item
  }

  /// The inputs that pictures are bound to, in declared order.
  package var pictureInputs: [InterfaceItem] { form.inputs.filter(\.takesPicture) }

  /// The inputs that captions are bound to, in declared order.
  package var textInputs: [InterfaceItem] { form.inputs.filter { $0.textResource != nil } }

  /// The inputs that captions would be bound to, had the plan been compiled with their words.
  package var wordlessInputs: [InterfaceItem] { form.inputs.filter(\.isWordless) }

  /// The picture that a run is for: the last output that is a picture.
  package var mainPicture: InterfaceItem? { form.outputs.last(where: \.takesPicture) }
}
