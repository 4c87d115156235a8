internal import TGTensor

// The rules of inputs and outputs.
extension FunctionCheck {
  /// Checks all inputs or all outputs.
  func checkItems(_ items: [InterfaceItem], role: NameRole) throws(PlanError) {
    var names = Set<String>()
    for item in items {
      do {
        try check(item, role: role)
      } catch {
        throw at(item, role: role, error)
      }
      guard names.insert(item.name).inserted else {
        throw PlanError(.duplicateName(role, item.name))
      }
    }
    if role == .input { try checkSeparate(items) }
  }

  private func check(_ item: InterfaceItem, role: NameRole) throws(PlanError) {
    guard item.name.utf8.count <= limits.nameBytes else {
      throw PlanError(.limit(.nameBytes, item.name.utf8.count, limits.nameBytes))
    }
    guard PlanName.isIdentifier(item.name) else { throw PlanError(.name(role, item.name)) }
    try checkKind(of: item, role: role)
    try checkPlaces(of: item, role: role)
  }

  private func at(_ item: InterfaceItem, role: NameRole, _ error: PlanError) -> PlanError {
    var error = error
    error.place = PlanError.Place(
      function: function.name, batch: function.batch, item: "\(role.rawValue) \(item.name)")
    return error
  }

  private func checkKind(of item: InterfaceItem, role: NameRole) throws(PlanError) {
    func rank(_ expected: Int) throws(PlanError) {
      guard item.view.rank == expected else {
        throw PlanError(.view(.values, .rank(item.view.rank, expected: expected)))
      }
      guard item.view.dimensions[0] == function.batch else {
        throw PlanError(
          .item(.batch(found: item.view.dimensions[0], expected: function.batch)))
      }
    }
    func range(_ low: Float, _ high: Float) throws(PlanError) {
      guard low.isFinite, high.isFinite, low < high, (high - low).isFinite else {
        throw PlanError(.item(.range(low, high)))
      }
    }
    func tokenizer(_ name: String) throws(PlanError) {
      guard name.isEmpty || texts.contains(name) else {
        throw PlanError(.item(.noTokenizer(name)))
      }
    }
    try checkView(item.view, .values)
    var isSequence = false
    switch item.kind {
    case .image(let low, let high, let fit, let filter):
      try rank(4)
      try range(low, high)
      guard [1, 3].contains(item.view.dimensions[1]) else {
        throw PlanError(.item(.channels(item.view.dimensions[1])))
      }
      guard PlanName.isWords(fit), PlanName.isWords(filter) else { throw PlanError(.item(.words)) }
    case .text(let vocabulary):
      try rank(2)
      try tokenizer(vocabulary)
      isSequence = true
    case .sequence(let vocabulary):
      try rank(3)
      try tokenizer(vocabulary)
      isSequence = true
    case .label(let count):
      try rank(1)
      guard count >= 1, count <= limits.extent else { throw PlanError(.item(.classes(count))) }
    case .uniform(let low, let high): try range(low, high)
    case .normal, .latent, .tensor: break
    }
    try checkLengths(of: item, isSequence: isSequence, role: role)
  }

  private func checkLengths(
    of item: InterfaceItem, isSequence: Bool, role: NameRole
  ) throws(PlanError) {
    guard let lengths = item.lengths else {
      if isSequence, role == .input { throw PlanError(.item(.lengthsMissing)) }
      return
    }
    guard isSequence else { throw PlanError(.item(.lengthsUnexpected)) }
    try checkView(lengths, .lengths)
    guard lengths.dimensions == [function.batch] else {
      throw PlanError(
        .view(.lengths, .extents(lengths.dimensions, expected: [function.batch])))
    }
  }

  private func checkPlaces(of item: InterfaceItem, role: NameRole) throws(PlanError) {
    guard item.rows >= 0, item.rows <= 1 << 24 else { throw PlanError(.item(.rows(item.rows))) }
    if let value = item.defaultValue {
      guard role == .input else { throw PlanError(.item(.defaultOfOutput)) }
      guard value.isFinite else { throw PlanError(.item(.defaultValue(value))) }
    }
    guard role == .input else { return }
    for (role, view) in places(of: item) {
      guard function.slots[view.slot].kind != .weight else {
        throw PlanError(.view(role, .writesWeights))
      }
      guard view.hasDistinctPlaces else { throw PlanError(.view(role, .repeatsPlaces)) }
    }
  }

  private func places(of item: InterfaceItem) -> [(ViewRole, View)] {
    [(.values, item.view)] + (item.lengths.map { [(.lengths, $0)] } ?? [])
  }

  /// Inputs of one slot lie apart. There are few items, so every pair is compared.
  private func checkSeparate(_ items: [InterfaceItem]) throws(PlanError) {
    let views = items.flatMap { item in places(of: item).map { (item, $0.0, $0.1) } }
    for (index, (item, role, view)) in views.enumerated() {
      for (_, _, other) in views[..<index] where other.slot == view.slot {
        guard view.isDisjoint(from: other) else {
          throw at(item, role: .input, PlanError(.view(role, .overlaps(.values))))
        }
      }
    }
  }
}
