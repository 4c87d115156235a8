package import TGDiagnostics
package import TGPlan
package import TGTensor

/// An entry point as the elaborator hands it to the compiler: a graph and what its ends mean.
///
/// Every interface input has an `Input` node of its name in the graph (a text or sequence also one
/// named `NAME.lengths`, of shape `[N]`), every interface output an entry of that name in
/// `graph.outputs`. Inputs that no output needs may lack their node, outputs of the role `gradient`
/// their entry, until the graph is differentiated.
package struct GraphFunction: Sendable {
  /// The documentation, plain text.
  package var documentation: String
  /// Items computed at once: the leading axis of everything that depends on an input.
  package var batch: Int
  /// True if items of a batch influence each other (an op named `batch…` was used).
  package var itemsInteract: Bool
  /// What it is for.
  package var role: PlanFunction.Role
  /// The function; its name is the graph's.
  package var graph: Graph
  /// The inputs in declared order.
  package var inputs: [GraphInterface]
  /// The outputs in declared order.
  package var outputs: [GraphInterface]
  /// The function that computes `prepared`; nil if there is none.
  package var prepare: String?
  /// Values that depend on no input and are computed once, by `prepare`. Each has an `Input` node
  /// called `prepared NAME`, a name that no page can give.
  package var prepared: [GraphInterface] = []
  /// The name in the declaration of the entry point or objective that it belongs to.
  package var range: SourceRange?

  /// Makes a function.
  package init(
    graph: Graph, batch: Int, role: PlanFunction.Role = .entry, itemsInteract: Bool = false,
    documentation: String = "", inputs: [GraphInterface], outputs: [GraphInterface],
    range: SourceRange? = nil
  ) {
    self.graph = graph
    self.role = role
    self.batch = batch
    self.itemsInteract = itemsInteract
    self.documentation = documentation
    self.inputs = inputs
    self.outputs = outputs
    self.range = range
  }
}

/// The meaning of one end of a graph function.
package struct GraphInterface: Hashable, Sendable {
  /// The name.
  package var name: String
  /// The documentation, plain text.
  package var documentation: String
  /// What the numbers mean.
  package var kind: InterfaceItem.Kind
  /// What it is for in an objective.
  package var role: InterfaceItem.Role
  /// Batch first, the framework's order (N, C, H, W).
  package var shape: Shape
  /// For inputs with a default: the value of every element.
  package var defaultValue: Float?
  /// For texts and labels: one more than the largest id allowed.
  package var rows: Int
  /// For texts: how the vocabulary is read, as declared (`words`, `characters` …); else empty.
  package var tokenizer: String
  /// For texts: what becomes of unknown words, as declared (`drop`, `id`); else empty.
  package var unknown: String
  /// The range of the `.tgraph` text.
  package var range: SourceRange?

  /// Makes an end.
  package init(
    name: String, kind: InterfaceItem.Kind, role: InterfaceItem.Role = .value, shape: Shape,
    documentation: String = "", defaultValue: Float? = nil, rows: Int = 0, tokenizer: String = "",
    unknown: String = "", range: SourceRange? = nil
  ) {
    self.name = name
    self.kind = kind
    self.role = role
    self.shape = shape
    self.documentation = documentation
    self.defaultValue = defaultValue
    self.rows = rows
    self.tokenizer = tokenizer
    self.unknown = unknown
    self.range = range
  }
}

/// A model as the elaborator hands it to the compiler.
package struct GraphModel: Sendable {
  /// The model's name.
  package var name: String
  /// The model's documentation, plain text.
  package var documentation: String
  /// The entry points for one batch size, in declared order; the first is the default.
  package var functions: [GraphFunction]
  /// The objectives, in declared order.
  package var objectives: [GraphObjective] = []
  /// The weight roots in declared order: `""` for the model's own file (only if it has tensors of
  /// its own), then the parts.
  package var roots: [GraphRoot]
  /// Every tensor that some function reads, with where it is asked for.
  package var parameters: [GraphParameter]
  /// What the tensors have to fulfil.
  package var requirements: [GraphRequirement] = []
  /// Tensors that calls would read, but are told to do without (`bias: none`, no `affine: true`).
  package var declined: [GraphParameter] = []

  /// Makes a model.
  package init(
    name: String, documentation: String = "", functions: [GraphFunction], roots: [GraphRoot],
    parameters: [GraphParameter]
  ) {
    self.name = name
    self.documentation = documentation
    self.functions = functions
    self.roots = roots
    self.parameters = parameters
  }
}

/// Something that a page asks of its weights.
package struct GraphRequirement: Sendable {
  /// The name of the graph's one output.
  package static let output = "holds"

  /// A graph of parameters and constants; its output is one number, 0 if the requirement is missed.
  package var graph: Graph
  /// What to say then.
  package var message: String
  /// The condition in the `.tgraph` text.
  package var range: SourceRange

  /// Makes a requirement.
  package init(graph: Graph, message: String, range: SourceRange) {
    self.graph = graph
    self.message = message
    self.range = range
  }
}

/// A file that weights come from.
package struct GraphRoot: Hashable, Sendable {
  /// The name that `--weights NAME=FILE` binds; `""` for the unnamed one.
  package var name: String
  /// The subtree of the file, as declared by `root "…"`; nil to find it.
  package var subtree: String?
  /// Patterns (`*` stands for any characters) of tensors that nobody reads and that is fine.
  package var ignored: [String]
  /// The declaration.
  package var range: SourceRange?

  /// Makes a root.
  package init(
    name: String, subtree: String? = nil, ignored: [String] = [], range: SourceRange? = nil
  ) {
    self.name = name
    self.subtree = subtree
    self.ignored = ignored
    self.range = range
  }
}

/// A tensor that the graph reads from a checkpoint.
package struct GraphParameter: Hashable, Sendable {
  /// The root.
  package var root: String
  /// The full name in the file.
  package var name: String
  /// The shape in the file.
  package var shape: Shape
  /// The value of every element if the tensor may be missing.
  package var absent: Float?
  /// What kind of tensor it is, for synthetic weights: `weight`, `bias`, `mean`, `variance`,
  /// `scale`, `embedding` or `other`.
  package var role: String
  /// How many products are added up for one result, for synthetic weights of unit variance; 0 if
  /// that does not apply.
  package var fanIn: Int
  /// The number by which the graph multiplies it before use, which synthetic weights undo.
  package var gain: Float = 1
  /// The operation that reads it, such as `lstm`.
  package var reader = ""
  /// Its name inside the scope of that call, such as `weight_ih`.
  package var own = ""
  /// The range of the call that reads it.
  package var range: SourceRange?
  /// The calls around it, innermost first, with what each is.
  package var reachedBy: [Diagnostic.Note]

  /// Makes a parameter.
  package init(
    root: String, name: String, shape: Shape, absent: Float? = nil, role: String = "other",
    fanIn: Int = 0, range: SourceRange? = nil, reachedBy: [Diagnostic.Note] = []
  ) {
    self.root = root
    self.name = name
    self.shape = shape
    self.absent = absent
    self.role = role
    self.fanIn = fanIn
    self.range = range
    self.reachedBy = reachedBy
  }
}
