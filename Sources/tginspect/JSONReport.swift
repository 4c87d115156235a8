import TGCommandLine
import TGPlan
import TGTensor

/// The contents of a plan as JSON; `spec/tools.md` has the schema.
enum JSONReport {
  /// One object: the first of `shown` with its inputs and outputs, and all functions.
  static func object(
    of file: PlanFile, path: String, shown: [PlanFunction], isVerified: Bool
  ) -> JSON {
    let plan = file.plan
    var members: [(String, JSON)] = [
      ("plan", .string(path)), ("name", .string(plan.name)),
      ("documentation", .string(plan.documentation)),
      ("hash", .string(file.hash)), ("format_version", .integer(PlanFile.formatVersion)),
      ("producer", .string(plan.producer)), ("licence", .string(plan.licence)),
      ("origin", .string(plan.origin)), ("notes", .strings(plan.notes)),
      (
        "sources",
        .array(
          zip(plan.fileNames, plan.fileHashes).map {
            .pairs([("name", .string($0)), ("sha256", .string($1))])
          })
      ),
    ]
    if let function = shown.first { members += interface(of: function) }
    members += [
      ("weight_bytes", .integer(plan.weightBytes)),
      ("float16_weight_bytes", .integer(plan.float16WeightBytes)),
      ("weights_verified", .bool(isVerified)),
      ("texts", .strings(plan.texts.map(\.name))),
      ("functions", .array(plan.functions.map { .pairs(interface(of: $0, named: "name")) })),
      ("objectives", .array(plan.objectives.map { objective($0, of: plan) })),
    ]
    return .document(members)
  }

  private static func interface(
    of function: PlanFunction, named name: String = "function"
  ) -> [(String, JSON)] {
    [
      (name, .string(function.name)), ("role", .string(function.role.name)),
      ("batch", .integer(function.batch)), ("items_interact", .bool(function.itemsInteract)),
      ("inputs", .array(function.inputs.map(item))),
      ("outputs", .array(function.outputs.map(item))),
      ("prepare", .string(function.prepare)), ("prepared", .array(function.prepared.map(item))),
      ("macs", .integer(function.macs)), ("work", .integer(function.work)),
      ("arena_bytes", .integer(function.arenaBytes)),
      ("transformed_weight_bytes", .integer(function.transformedWeightBytes)),
      ("instructions", .integer(function.instructions.count)),
    ]
  }

  private static func objective(_ objective: PlanObjective, of plan: Plan) -> JSON {
    .pairs([
      ("name", .string(objective.name)), ("documentation", .string(objective.documentation)),
      ("inputs", .array(plan.inputs(of: objective).map(item))),
      ("loops", .array(objective.loops.map(loop))), ("finish", .string(objective.finish)),
    ])
  }

  private static func loop(_ loop: PlanObjective.Loop) -> JSON {
    .pairs([
      ("variables", .strings(loop.variables)), ("shared", .strings(loop.shared)),
      ("method", .string(loop.method.name)),
      ("rounds", .integer(loop.rounds)), ("starts", .strings(loop.starts)),
      ("terms", .strings(loop.terms)),
      (
        "numbers",
        .pairs(loop.numbers.map { ($0.name, .number($0.value)) })
      ),
      ("scheduled", .strings(loop.scheduled)), ("start", .string(loop.start)),
      ("step", .string(loop.step)), ("project", loop.project.map { .string($0) } ?? .null),
    ])
  }

  private static func item(_ item: InterfaceItem) -> JSON {
    var members: [(String, JSON)] = [
      ("name", .string(item.name)), ("kind", .string(item.kind.word)),
      ("shape", .integers(item.view.dimensions)),
      ("dtype", .string(item.view.dtype.description)),
    ]
    members += item.kind.value.members
    if item.takesWords { members.append(("has_lengths", .bool(item.lengths != nil))) }
    if item.role != .value { members.append(("role", .string(item.role.description))) }
    if item.rows > 0 { members.append(("rows", .integer(item.rows))) }
    if let value = item.defaultValue { members.append(("default", .number(Double(value)))) }
    if !item.documentation.isEmpty {
      members.append(("documentation", .string(item.documentation)))
    }
    return .pairs(members)
  }
}
