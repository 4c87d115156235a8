import TGDiagnostics

/// Where the tensors of a call are: a root's file, and what stands around each name in it.
struct WeightScope {
  /// The root that holds them: `""` for the model's own file.
  var root: String
  /// What comes before a tensor's own name, its dot included.
  var prefix: String
  /// What comes after it.
  var suffix: String

  /// The scope inside `@ "address"`: a `*` in it stands for the tensor's own name.
  func inner(_ address: String) -> WeightScope {
    guard !address.isEmpty else { return self }
    let pieces = address.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    if pieces.count == 2 {
      return WeightScope(root: root, prefix: prefix + pieces[0], suffix: pieces[1] + suffix)
    }
    return WeightScope(root: root, prefix: prefix + address + ".", suffix: suffix)
  }

  /// The full name of a tensor.
  func name(_ own: String) -> String { prefix + own + suffix }

  /// The scope as a label, without the final dot.
  var label: String {
    let text = prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix
    return suffix.isEmpty ? text : "\(text)*\(suffix)"
  }
}

/// One run of a body: by which path of calls it is reached, and where its tensors are.
///
/// The same path reached twice shares its tensors; a `func` called from two lines has one path, a
/// block used on two lines, or in two rounds of a loop, has two.
final class Activation {
  /// The number of the path in `CallPathTable`.
  let callPath: Int
  /// Where tensors are; nil where none may be read.
  let scope: WeightScope?
  /// The positions of its calls, in a `sequential block`.
  var positions: Positions?
  /// How often each call of the body was reached.
  var visits: [SourceRange: Int] = [:]

  init(callPath: Int, scope: WeightScope?) {
    self.callPath = callPath
    self.scope = scope
  }
}

/// The positions of a torch.nn.Sequential: which is next.
final class Positions {
  private var next = 0

  /// Takes positions, and gives the first of them.
  func take(_ count: Int = 1) -> Int {
    defer { next += count }
    return next
  }
}

/// A name's meaning.
struct Binding {
  /// What it stands for.
  enum Meaning {
    case value(Datum)
    /// A `let` of a file, not yet evaluated.
    case pending(BindingStatement)
    /// A `let` of a file, being evaluated.
    case evaluating
    case function(Closure)
    case block(FunctionDeclaration, FileEnvironment)
    case model(ModelDeclaration, FileEnvironment)
    /// What another file declares under that name.
    case imported(FileEnvironment)
  }

  var meaning: Meaning
  var isVariable: Bool
  /// True if all items of a batch have one value of it (`shared var`).
  var isShared = false
  var range: SourceRange
}

/// A function with what surrounds it.
struct Closure {
  var declaration: FunctionDeclaration
  var environment: Environment
}

/// Names, and the names around them.
final class Environment {
  let parent: Environment?
  let activation: Activation
  var bindings: [String: Binding] = [:]
  /// Where the types of a signature look names up: parameters that are tensors do not hide numbers
  /// of the same name there.
  var signature: Environment?

  init(parent: Environment?, activation: Activation) {
    self.parent = parent
    self.activation = activation
  }

  /// An environment inside this one, for a body between braces.
  func nested() -> Environment { Environment(parent: self, activation: activation) }

  /// The environment, from here outwards, that knows a name.
  func owner(of name: String) -> Environment? {
    var environment: Environment? = self
    while let here = environment {
      if here.bindings[name] != nil { return here }
      environment = here.parent
    }
    return nil
  }

  /// What a name stands for, and the environment that declares it, imports followed.
  func lookup(_ name: String) -> (owner: Environment, binding: Binding)? {
    guard let owner = owner(of: name), let binding = owner.bindings[name] else { return nil }
    guard case .imported(let file) = binding.meaning else { return (owner, binding) }
    guard let found = file.bindings[name] else { return nil }
    return (file, found)
  }

  /// Every name that is known here.
  var names: [String] {
    var result: [String] = []
    var environment: Environment? = self
    while let here = environment {
      result += here.bindings.keys.sorted()
      environment = here.parent
    }
    return result
  }
}

/// The names of a file.
typealias FileEnvironment = Environment

/// A model with its parameters set: its functions, and where its tensors are.
final class PartInstance {
  let name: String
  let declaration: ModelDeclaration
  let environment: Environment
  /// The names of its functions that stand for others: what is asked for → what it has.
  var aliases: [String: String] = [:]
  /// What the model that takes it found out: the sizes of its signatures.
  var known: [String: Datum] = [:]

  init(name: String, declaration: ModelDeclaration, environment: Environment) {
    self.name = name
    self.declaration = declaration
    self.environment = environment
  }
}
