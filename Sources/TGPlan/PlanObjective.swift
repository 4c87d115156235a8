/// What is minimised, over what, and in which order the functions of the plan are run for it.
///
/// The functions work on a store of named tensors, one store for each item. A function takes its
/// inputs from the store and puts its outputs into it, under their names:
///
/// 1. The `start` of the first loop takes everything that is given or drawn once: its inputs are
///    the objective's inputs.
/// 2. Each loop: `start`; then up to `rounds` times `step`, an update of `variables` by `method`
///    from the outputs of the role `gradient`, and `project`, if there is one.
/// 3. `finish` puts out the results that the objective declares.
///
/// What an output is for is its role (`InterfaceItem.Role`), not its name. A variable begins with the
/// output of its name, or with one of the role `start` if the loop has `starts`. `step` puts out the
/// loss, each of `terms` and each of `scheduled`, one number per item, and the gradients of
/// `variables`; these do not go into the store.
package struct PlanObjective: Hashable, Sendable {
  /// The name.
  package var name: String
  /// Its documentation, plain text.
  package var documentation = ""
  /// The minimisations, in order; at least one.
  package var loops: [Loop] = []
  /// The function that is run at the end.
  package var finish: String

  /// Makes an objective without loops.
  package init(name: String, finish: String) {
    self.name = name
    self.finish = finish
  }

  /// How variables are updated from gradients.
  package enum Method: Int, Hashable, Sendable, CaseIterable {
    /// `x ← x − rate · v`, `v ← momentum · v + gradient`. Numbers: `rate`, `momentum` (0).
    case descent = 0
    /// Adam (Kingma & Ba 2015). Numbers: `rate`, `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-8).
    case adam = 1
    /// Limited-memory BFGS with a strong Wolfe line search (Nocedal & Wright 2006, algorithms 7.5,
    /// 3.5 and 3.6). Numbers: `rate` (1), the first trial step of each search, and `history` (10).
    case lbfgs = 2
  }

  /// A number of a method that is known when the plan is made.
  package struct Number: Hashable, Sendable {
    /// Its name, such as `rate`.
    package var name: String
    /// Its value.
    package var value: Double

    /// Makes a number.
    package init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// One minimisation.
  package struct Loop: Hashable, Sendable {
    /// The function that is run before the first round.
    package var start: String
    /// The function that computes value and gradient.
    package var step: String
    /// The function that is run after each update; nil if nothing is to be done then.
    package var project: String?
    /// Evaluations of `step`, at least 1, unless the user says otherwise.
    package var rounds: Int
    /// How variables are updated.
    package var method: Method
    /// Its numbers, where they are constant.
    package var numbers: [Number] = []
    /// The names of its numbers that `step` puts out each round.
    package var scheduled: [String] = []
    /// The inputs of `step` that are updated.
    package var variables: [String] = []
    /// Named starts of the variables, the first is the default; empty if there is one start only.
    package var starts: [String] = []
    /// The inputs of `step` and `project` that are drawn anew for each round.
    package var draws: [String] = []
    /// The input of `step` and `project` that is the fraction of the rounds done, in 0 ..< 1.
    package var fraction: String?
    /// The names of the terms whose sum is minimised, in declared order.
    package var terms: [String] = []
    /// The variables of which all items of a batch have one value, in the order of `variables`. Where
    /// there are any, the items are one problem: the sum of their values is minimised.
    package var shared: [String] = []

    /// Makes a loop without variables.
    package init(start: String, step: String, rounds: Int, method: Method) {
      self.start = start
      self.step = step
      self.rounds = rounds
      self.method = method
    }
  }

  /// The names of the functions that it runs, in order of their first run.
  package var functions: [String] {
    loops.flatMap { [$0.start, $0.step] + ($0.project.map { [$0] } ?? []) } + [finish]
  }
}
