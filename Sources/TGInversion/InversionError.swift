package import TGSession

/// Why an objective cannot be minimised as asked, as facts; `message` makes sentences of them.
package enum InversionError: Error, Hashable, Sendable {
  /// The plan has no objectives, but perhaps a function that makes pictures of noise or a code.
  case noObjective(generator: String?)
  /// The plan has no objective of this name.
  case noSuchObjective(String, objectives: [String])
  /// No objective minimises over this variable.
  case noSuchSpace(String, spaces: [String])
  /// The objective has no start of this name.
  case noSuchStart(String, starts: [String])
  /// More or fewer numbers of rounds or rates than the objective has loops.
  case loopCount(option: String, given: Int, loops: Int)
  /// The rate is computed by the plan.
  case scheduledRate(objective: String)
  /// A number of a method, and what is wrong with it.
  case method(String, String)
  /// A start that was given has no tensor for a variable.
  case lacksVariable(String, names: [String], path: String)
  /// A tensor of a start or a state has the wrong extents.
  case extents(String, found: [Int], expected: [Int], path: String)
  /// A tensor that is given cannot be read: why.
  case unread(String, path: String)
  /// A tensor that is given has a value that is infinite or no number.
  case notFinite(String, path: String)
  /// What a method remembered is damaged in a file: what is wrong with it.
  case memory(String, path: String)
  /// A state file is damaged; what is wrong with it.
  case state(String)
  /// A state file belongs to another run: what differs, what it says, what this run has.
  case otherRun(what: String, stored: String, now: String)
  /// Inputs cannot be bound, or a function cannot be prepared.
  case session(SessionError)
}

extension InversionError {
  /// What was found and what was expected, without a full stop.
  package var message: String {
    switch self {
    case .noObjective:
      return "the plan has no objective, so there is nothing to minimise"
    case .noSuchObjective(let name, let objectives):
      return "the plan has no objective '\(name)'; it has \(Self.list(objectives))"
    case .noSuchSpace(let name, let spaces):
      return "no objective of the plan minimises over '\(name)'; they minimise over "
        + Self.list(spaces)
    case .noSuchStart(let name, let starts):
      return starts.isEmpty
        ? "the objective has one start only, and '\(name)' is no file"
        : "the objective has no start '\(name)'; it has \(Self.list(starts))"
    case .loopCount(let option, let given, let loops):
      return "\(option) has \(given) numbers, and the objective has \(loops) loops"
    case .scheduledRate(let objective):
      return "the rate of '\(objective)' changes from round to round by the plan's own schedule"
    case .method(let name, let what): return "the number '\(name)' of the method \(what)"
    case .lacksVariable(let name, let names, let path):
      if names == [""] { return "\(path) is one array without a name, and does not fit '\(name)'" }
      return "\(path) has no tensor '\(name)'; it has \(Self.list(names))"
    case .extents(let name, let found, let expected, let path):
      return "'\(name)' of \(path) has the shape \(found); expected \(expected)"
    case .unread(let why, let path): return "\(path): \(why)"
    case .notFinite(let name, let path):
      return "'\(name)' of \(path) has a value that is infinite or no number"
    case .memory(let what, let path):
      return "what the method remembers in \(path) is damaged: \(what)"
    case .state(let what): return "the state file is damaged: \(what)"
    case .otherRun(let what, let stored, let now):
      return "the state belongs to another run: its \(what) is \(stored), now it is \(now)"
    case .session(let error): return error.message
    }
  }

  /// What to do about it.
  package var hint: String? {
    switch self {
    case .noObjective(let generator):
      return generator == nil
        ? "compile a page that has one; the functions of this plan are run with tgrun"
        : "compile its page again with tgc --invert"
    case .noSuchObjective, .noSuchSpace: return "tginspect lists what a plan has"
    case .noSuchStart: return "say one of them, or a .safetensors file with the variables"
    case .loopCount(let option, _, let loops):
      return "say one for each loop, such as \(option) "
        + [String](repeating: "100", count: min(loops, 4)).joined(separator: ",")
    case .scheduledRate: return "leave out --rate, or change the objective in the .tgraph page"
    case .method: return "make the plan again with this version of tgc"
    case .lacksVariable: return "a code file that tginvert wrote has them"
    case .extents: return "the code belongs to another objective or another size of the network"
    case .unread: return "begin from another file"
    case .notFinite: return "begin from another file"
    case .memory: return "--init takes the variables of the file only"
    case .state: return "without --resume the run begins again and replaces the file"
    case .otherRun:
      return "use the options and files of that run, or give this one another -o or --outdir; "
        + "without --resume that state is replaced"
    case .session(let error): return error.hint
    }
  }

  /// The status that a command ends with.
  package var exitCode: Int32 {
    switch self {
    case .noObjective, .noSuchObjective, .noSuchSpace, .noSuchStart, .loopCount, .scheduledRate:
      return 64
    case .method, .lacksVariable, .extents, .unread, .notFinite, .memory, .state, .otherRun:
      return 65
    case .session(let error): return error.exitCode
    }
  }

  /// What is wrong with a state; else the message.
  var detail: String { if case .state(let what) = self { what } else { message } }

  private static func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "none" }
    let shown = names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 12 ? shown + " and \(names.count - 12) more" : shown
  }
}
