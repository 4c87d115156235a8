package import TGPlan
internal import TGSession

extension Plan {
  /// The objective that is meant.
  ///
  /// - Parameters:
  ///   - name: its name; nil for the first one.
  ///   - space: the variable that it minimises over, `w+` for `wPlus`; nil for any.
  /// - Throws: `InversionError` if there is none.
  package func objective(
    named name: String?, space: String?
  ) throws(InversionError) -> PlanObjective {
    guard !objectives.isEmpty else { throw .noObjective(generator: generator) }
    var candidates = objectives
    if let name {
      candidates = candidates.filter { $0.name == name }
      guard !candidates.isEmpty else {
        throw .noSuchObjective(name, objectives: objectives.map(\.name))
      }
    }
    if let space {
      let wanted = space.replacing("+", with: "Plus")
      let spaces = candidates.flatMap(\.variables)
      candidates = candidates.filter { $0.variables.contains(wanted) }
      guard !candidates.isEmpty else {
        throw .noSuchSpace(space, spaces: Array(Set(spaces)).sorted())
      }
    }
    return candidates[0]
  }
}

extension Plan {
  /// The first function that makes a picture of noise or a code, which `tgc --invert` can turn
  /// around; nil if there is none.
  package var generator: String? {
    functions.first { $0.role == .entry && $0.givesPicture && !$0.codes.isEmpty }?.name
  }
}

extension PlanObjective {
  /// What it minimises over, in all loops, each once.
  package var variables: [String] {
    loops.flatMap(\.variables).reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }
}
