internal import TGTensor

/// Decides whether a plan can be executed: what it accepts runs without reading or writing memory
/// that is not meant. The rules stand in `spec/plan.md`.
package enum PlanChecker {
  /// Checks everything but the contents of the weight section.
  ///
  /// Costs time proportional to the size of the plan (times a logarithm), whatever it says.
  ///
  /// - Throws: `PlanError`, the first thing that is wrong, with its location.
  package static func check(
    _ plan: Plan, limits: PlanLimits = .standard
  ) throws(PlanError) {
    try checkTotals(plan, limits)
    try checkNames(plan, limits)
    guard !plan.functions.isEmpty else { throw PlanError(.noFunction) }
    var texts = Set<String>()
    for text in plan.texts {
      guard texts.insert(text.name).inserted else {
        throw PlanError(.duplicateName(.tokenizer, text.name))
      }
    }
    var functions = Set<[String]>()
    for function in plan.functions {
      guard functions.insert([function.name, String(function.batch)]).inserted else {
        throw PlanError(.duplicateName(.function, function.name))
      }
      let check = FunctionCheck(
        function: function, weightBytes: plan.weightBytes, texts: texts, limits: limits)
      try check.run()
    }
    for function in plan.functions {
      try PrepareCheck(function: function, functions: plan.functions).run()
    }
    var objectives = Set<String>()
    for objective in plan.objectives {
      guard objectives.insert(objective.name).inserted else {
        throw PlanError(.duplicateName(.objective, objective.name))
      }
      try ObjectiveCheck(objective: objective, functions: plan.functions).run()
    }
  }

  /// Checks that every resampling starts inside its input, as the weight section has it.
  ///
  /// - Parameters:
  ///   - plan: A plan that `check` has accepted.
  ///   - limits: The limits that `check` was given.
  ///   - numbers: Int32 elements of the weight section: the first one's byte and how many there are;
  ///     nil if they are not there.
  /// - Throws: `PlanError`.
  package static func checkResamplings(
    _ plan: Plan, limits: PlanLimits = .standard, numbers: (Int, Int) -> [Int32]?
  ) throws(PlanError) {
    var positions = 0
    for function in plan.functions {
      for (index, placed) in function.instructions.enumerated() {
        guard case .resample(let resampling) = placed.instruction else { continue }
        let starts = resampling.starts
        positions += starts.count
        guard positions <= limits.resampledPositions else {
          throw PlanError(.limit(.resampledPositions, positions, limits.resampledPositions))
        }
        let last = resampling.input.dimensions[resampling.axis] - resampling.weights.dimensions[1]
        let first = function.slots[starts.slot].offset + 4 * starts.offset
        guard let values = numbers(first, starts.count) else {
          throw PlanError(.section(.weights, .outsideFile))
        }
        for (position, value) in values.enumerated() {
          guard value >= 0, Int(value) <= last else {
            throw FunctionCheck.at(
              index, of: function,
              PlanError(.rule(.start(index: position, value: value, last: last))))
          }
        }
      }
    }
  }

  private static func checkTotals(_ plan: Plan, _ limits: PlanLimits) throws(PlanError) {
    let totals: [(PlanLimits.Quantity, Int, Int)] = [
      (.functions, plan.functions.count, limits.functions),
      (.objectives, plan.objectives.count, limits.functions),
      (.texts, plan.texts.count, limits.texts),
      (
        .instructions, plan.functions.reduce(0) { $0 + $1.instructions.count }, limits.instructions
      ),
      (.slots, plan.functions.reduce(0) { $0 + $1.slots.count }, limits.slots),
      (.bytes, plan.weightBytes, limits.bytes),
    ]
    for (quantity, found, limit) in totals where found > limit {
      throw PlanError(.limit(quantity, found, limit))
    }
  }

  private static func checkNames(_ plan: Plan, _ limits: PlanLimits) throws(PlanError) {
    var names: [(NameRole, String)] = [(.plan, plan.name)]
    names += plan.fileNames.map { (.file, $0) }
    names += plan.texts.map { (.tokenizer, $0.name) }
    for (role, name) in names {
      guard name.utf8.count <= limits.nameBytes else {
        throw PlanError(.limit(.nameBytes, name.utf8.count, limits.nameBytes))
      }
      guard PlanName.isBaseName(name) else { throw PlanError(.name(role, name)) }
    }
    guard plan.fileNames.count == plan.fileHashes.count,
      plan.fileHashes.allSatisfy(PlanName.isHash)
    else { throw PlanError(.fileHashes) }
  }
}

/// What names in plans may look like.
package enum PlanName {
  /// A name without folders: not empty, at most 1,024 bytes, one line, no slash.
  package static func isBaseName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= PlanLimits.standard.nameBytes && name != "." && name != ".."
      && !name.unicodeScalars.contains { $0 == "/" || $0.value < 0x20 }
  }

  /// A name of the language, `words`, or a part of something named, `noise.0`: a letter or an
  /// underscore, then letters, digits, underscores and dots.
  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, first != 0x2E, !(0x30...0x39).contains(first) else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
      default: false
      }
    }
  }

  /// A few words of printable ASCII, or nothing.
  static func isWords(_ words: String) -> Bool {
    words.utf8.count <= 64 && words.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// 64 lower-case hexadecimal digits.
  static func isHash(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
