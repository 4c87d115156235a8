internal import TGTensor

// The rules of inputs and outputs.
extension FunctionCheck {
  /// Checks all inputs, prepared values or outputs.
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
    try checkRoles(of: items, role: role)
    switch role {
    case .input: try checkSeparate(items)
    case .prepared: try checkSeparate(function.inputs + items)
    default: break
    }
  }

  /// Roles stand in the functions that they are for, each once where it says which one is meant.
  private func checkRoles(of items: [InterfaceItem], role: NameRole) throws(PlanError) {
    var known = Set<InterfaceItem.Role>()
    for item in items where item.role != .value {
      let isAllowed =
        switch item.role {
        case .value: true
        case .variable, .kept: function.role != .entry && role != .prepared
        case .start: function.role == .prepare && role == .output
        case .loss, .term, .number, .gradient: function.role == .gradient && role == .output
        }
      guard isAllowed else { throw at(item, role: role, PlanError(.item(.role(item.role)))) }
      guard item.role.names.allSatisfy(PlanName.isIdentifier) else {
        throw at(item, role: role, PlanError(.item(.role(item.role))))
      }
      if item.role == .variable || item.role == .kept { continue }
      guard known.insert(item.role).inserted else {
        throw at(item, role: role, PlanError(.item(.roleTwice(item.role))))
      }
    }
  }

  private func check(_ item: InterfaceItem, role: NameRole) throws(PlanError) {
    guard item.name.utf8.count <= limits.nameBytes else {
      throw PlanError(.limit(.nameBytes, item.name.utf8.count, limits.nameBytes))
    }
    guard PlanName.isIdentifier(item.name) else { throw PlanError(.name(role, item.name)) }
    try checkKind(of: item, role: role)
    try checkMemory(of: item, role: role)
  }

  private func at(_ item: InterfaceItem, role: NameRole, _ error: PlanError) -> PlanError {
    var error = error
    error.location = PlanError.Location(
      function: function.name, batch: function.batch, item: "\(role.rawValue) \(item.name)")
    return error
  }

  private func checkKind(of item: InterfaceItem, role: NameRole) throws(PlanError) {
    try checkView(item.view, .values)
    let dtypes = item.kind.dtypes
    guard dtypes.contains(item.view.dtype) else {
      throw PlanError(.view(.values, .dtype(item.view.dtype, expected: dtypes)))
    }
    try item.kind.value.check(
      item, by: KindRules(batch: function.batch, texts: texts, limits: limits))
    try checkLengths(of: item, role: role)
  }

  private func checkLengths(
    of item: InterfaceItem, role: NameRole
  ) throws(PlanError) {
    guard let lengths = item.lengths else {
      if item.takesWords, role == .input { throw PlanError(.item(.lengthsMissing)) }
      return
    }
    guard item.takesWords else { throw PlanError(.item(.lengthsUnexpected)) }
    try checkView(lengths, .lengths)
    guard lengths.dtype == .int32 else {
      throw PlanError(.view(.lengths, .dtype(lengths.dtype, expected: [.int32])))
    }
    guard lengths.dimensions == [function.batch] else {
      throw PlanError(
        .view(.lengths, .extents(lengths.dimensions, expected: [function.batch])))
    }
  }

  private func checkMemory(of item: InterfaceItem, role: NameRole) throws(PlanError) {
    guard item.rows >= 0, item.rows <= 1 << 24 else { throw PlanError(.item(.rows(item.rows))) }
    if let value = item.defaultValue {
      guard role == .input else { throw PlanError(.item(.defaultOfOutput)) }
      guard value.isFinite else { throw PlanError(.item(.defaultValue(value))) }
    }
    guard role != .output else { return }
    for (use, view) in namedViews(of: item) {
      guard role == .input || function.slots[view.slot].kind == .state else {
        throw PlanError(.view(use, .notKept))
      }
      guard function.slots[view.slot].kind != .weight else {
        throw PlanError(.view(use, .writesWeights))
      }
      guard view.hasDistinctPositions else { throw PlanError(.view(use, .repeatsPositions)) }
    }
  }

  private func namedViews(of item: InterfaceItem) -> [(ViewRole, View)] {
    [(.values, item.view)] + (item.lengths.map { [(.lengths, $0)] } ?? [])
  }

  /// Inputs of one slot lie apart. There are few items, so every pair is compared.
  private func checkSeparate(_ items: [InterfaceItem]) throws(PlanError) {
    let views = items.flatMap { item in namedViews(of: item).map { (item, $0.0, $0.1) } }
    for (index, (item, role, view)) in views.enumerated() {
      for (_, _, other) in views[..<index] where other.slot == view.slot {
        guard view.isDisjoint(from: other) else {
          throw at(item, role: .input, PlanError(.view(role, .overlaps(.values))))
        }
      }
    }
  }
}
