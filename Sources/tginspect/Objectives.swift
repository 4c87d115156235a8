import TGPlan

extension Plan {
  /// What an objective asks for, batch first: the inputs of the first loop's `start`, in its smallest
  /// batch. What is drawn from the seed (`normal`, `uniform`) may be given too.
  func inputs(of objective: PlanObjective) -> [InterfaceItem] {
    guard let start = objective.loops.first?.start else { return [] }
    return functions.filter { $0.name == start }.min { $0.batch < $1.batch }?.inputs ?? []
  }

  /// The function that is run unless the user names one: the first that is no part of an objective;
  /// the first of all where every function is such a part.
  var defaultFunction: PlanFunction? {
    functions.first { $0.role == .entry } ?? functions.first
  }
}

extension PlanFunction.Role {
  /// The word of the JSON form: `entry`, `prepare`, `gradient`, `project` or `finish`.
  var name: String {
    switch self {
    case .entry: "entry"
    case .prepare: "prepare"
    case .gradient: "gradient"
    case .project: "project"
    case .finish: "finish"
    }
  }
}

extension PlanObjective.Method {
  /// The word that `.tgraph` pages use: `sgd`, `adam` or `lbfgs`.
  var name: String {
    switch self {
    case .descent: "sgd"
    case .adam: "adam"
    case .lbfgs: "lbfgs"
    }
  }
}
