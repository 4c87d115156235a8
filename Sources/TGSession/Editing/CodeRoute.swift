package import TGPlan

/// Which function of a plan a file of codes is for.
package struct CodeRoute: Hashable, Sendable {
  /// The function.
  package let function: String
  /// True if it is not the default one, so that it should be said.
  package let isChosen: Bool

  /// Chooses the default function if the file has a tensor of the name and shape of one of its
  /// codes, or else the only one that does, functions that give a picture first. A tensor without
  /// such a name is held against shapes in the same way, and must fit one function only.
  ///
  /// - Throws: `EditingError.noCode` or `.ambiguous`.
  package init(of plan: Plan, for file: CodeFile) throws(EditingError) {
    let functions = plan.entries
    let matches = functions.compactMap { function in
      file.match(function).map { (function: function, match: $0) }
    }
    guard let best = matches.map(\.match).max() else {
      throw .noCode(
        path: file.path, tensors: file.shapes,
        functions: functions.filter { !$0.codes.isEmpty }.map(CodeFile.described))
    }
    var found = matches.filter { $0.match == best }.map(\.function)
    if best == .name, let first = functions.first, found.contains(first) { found = [first] }
    if found.contains(where: \.givesPicture) { found = found.filter(\.givesPicture) }
    guard found.count == 1 else {
      throw .ambiguous(path: file.path, functions: found.map(\.name))
    }
    function = found[0].name
    isChosen = function != functions.first?.name
  }
}

extension Plan {
  /// The functions that can be asked for, in declared order, each in its first batch size.
  package var entries: [PlanFunction] {
    var names: Set<String> = []
    return functions.filter { $0.role == .entry && names.insert($0.name).inserted }
  }
}
