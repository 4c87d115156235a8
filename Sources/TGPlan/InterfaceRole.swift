extension InterfaceItem {
  /// What an input or output is for. Entry points have values only; the functions of an objective
  /// tell each other by these roles what they hand over (`PlanObjective`).
  package enum Role: Hashable, Sendable {
    /// What its name says: something given or drawn, a result.
    case value
    /// A variable of the objective; the item's name is the variable's.
    case variable
    /// What a variable may begin with: one of the starts that the loop names.
    case start(of: String, named: String)
    /// A value that an earlier function hands to a later one.
    case kept
    /// What is minimised: one number per item.
    case loss
    /// A term of it, by its name: one number per item.
    case term(String)
    /// A number of the method that is computed in each round, by its name: one per item.
    case number(String)
    /// The gradient of the loss towards a variable, of the variable's extents.
    case gradient(of: String)

    /// Whether an output of this role goes into the store of the objective; the others are for the
    /// method that updates the variables.
    package var isStored: Bool {
      switch self {
      case .value, .variable, .start, .kept: true
      case .loss, .term, .number, .gradient: false
      }
    }
  }
}

extension InterfaceItem.Role: LosslessStringConvertible {
  /// The role as listings and IR text have it: `loss`, `term pixels`, `gradient w`, `start w mean`.
  package var description: String {
    ([code.name] + names).joined(separator: " ")
  }

  /// Reads what `description` writes; nil for anything else.
  package init?(_ description: String) {
    let words = description.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let code = InterfaceItem.RoleCode.allCases.first { $0.name == words[0] }
    guard let code, words.count == 1 + code.names, words.allSatisfy({ !$0.isEmpty }) else {
      return nil
    }
    self.init(code, of: words.count > 1 ? words[1] : "", start: words.count > 2 ? words[2] : "")
  }
}

extension InterfaceItem {
  /// `Role` as the schema has it: the case apart from the names it carries.
  package enum RoleCode: Int, PlanChoice {
    case value = 0
    case variable = 1
    case start = 2
    case kept = 3
    case loss = 4
    case term = 5
    case number = 6
    case gradient = 7

    /// The word of the listing.
    var name: String { "\(self)" }

    /// How many names it carries.
    var names: Int {
      switch self {
      case .value, .variable, .kept, .loss: 0
      case .term, .number, .gradient: 1
      case .start: 2
      }
    }
  }
}

extension InterfaceItem.Role {
  /// The role of a case and the names that it carries; others are not looked at.
  init(_ code: InterfaceItem.RoleCode, of subject: String, start: String) {
    switch code {
    case .value: self = .value
    case .variable: self = .variable
    case .start: self = .start(of: subject, named: start)
    case .kept: self = .kept
    case .loss: self = .loss
    case .term: self = .term(subject)
    case .number: self = .number(subject)
    case .gradient: self = .gradient(of: subject)
    }
  }

  /// The case.
  var code: InterfaceItem.RoleCode {
    switch self {
    case .value: .value
    case .variable: .variable
    case .start: .start
    case .kept: .kept
    case .loss: .loss
    case .term: .term
    case .number: .number
    case .gradient: .gradient
    }
  }

  /// The names that it carries.
  var names: [String] { Array([subject, start].prefix(code.names)) }

  /// The variable, term or number that is meant; empty where the item's name says it.
  var subject: String {
    switch self {
    case .value, .variable, .kept, .loss: ""
    case .start(let name, _), .term(let name), .number(let name), .gradient(let name): name
    }
  }

  /// The name of a start; empty for other roles.
  var start: String {
    if case .start(_, let name) = self { name } else { "" }
  }
}
