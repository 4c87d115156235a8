/// A compiled model: everything that a run needs, as data.
///
/// Values of this type may come from a file; nothing in them is trusted until `PlanChecker` has
/// accepted them. Layout on disk: `spec/plan.md`.
public struct Plan: Hashable, Sendable {
  /// The name of the model.
  public var name: String
  /// The first paragraph of its documentation.
  public var documentation: String
  /// The program and version that compiled it.
  public var producer: String
  /// The licence of the weights, as given; empty if nothing was said.
  public var licence: String
  /// Where the weights come from, as given; empty if nothing was said.
  public var origin: String
  /// The base names of the files it was compiled from.
  public var fileNames: [String]
  /// The SHA-256 of each of `fileNames`, in hex.
  public var fileHashes: [String]
  /// What can be run: entry points, the first is the default, then the parts of objectives. One
  /// name may stand several times, with different batch sizes.
  public var functions: [PlanFunction]
  /// What can be minimised.
  public var objectives: [PlanObjective]
  /// Tokenizers with their vocabularies, by the name that text inputs use; encoded by TGText.
  public var texts: [TextResource]
  /// The bytes of the weight section.
  public var weightBytes: Int
  /// Remarks of the compiler for the user, such as functions left out for want of weights.
  public var notes: [String]

  /// A tokenizer with its vocabulary, opaque to the plan.
  public struct TextResource: Hashable, Sendable {
    /// The name that interface items refer to.
    public var name: String
    /// The encoded pipeline.
    public var bytes: [UInt8]

    /// Makes a resource.
    public init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// Makes an empty plan.
  public init(name: String) {
    self.name = name
    documentation = ""
    producer = ""
    licence = ""
    origin = ""
    fileNames = []
    fileHashes = []
    functions = []
    objectives = []
    texts = []
    weightBytes = 0
    notes = []
  }
}

/// An entry point, or a part of an objective, for one batch size.
public struct PlanFunction: Hashable, Sendable {
  /// When a function is meant to be run.
  public enum Role: Int, Hashable, Sendable, CaseIterable {
    /// When the user asks for it.
    case entry = 0
    /// Once, before another function is run repeatedly.
    case prepare = 1
    /// Value and gradient of an objective, each round.
    case gradient = 2
    /// After each update of an objective's variables.
    case project = 3
    /// Once, when an objective has been minimised.
    case finish = 4
  }

  /// The name.
  public var name: String
  /// Its documentation, plain text.
  public var documentation = ""
  /// What it is for.
  public var role = Role.entry
  /// How many items it computes at once, at least 1.
  public var batch: Int
  /// True if items of a batch influence each other, so that a batch must never be padded.
  public var itemsInteract = false
  /// The inputs, in declared order.
  public var inputs: [InterfaceItem] = []
  /// The outputs, in declared order.
  public var outputs: [InterfaceItem] = []
  /// The function that computes `prepared`, once for any number of runs; empty if there is none.
  package var prepare = ""
  /// What depends on no input and is computed by `prepare`: its outputs of the same names. They lie
  /// in slots of kind `state`.
  package var prepared: [InterfaceItem] = []
  /// The memory that views refer to.
  public var slots: [Slot] = []
  /// What is done, in order.
  public var instructions: [PlacedInstruction] = []
  /// The size of the arena, in elements (4 bytes): the end of its last slot, rounded up to a
  /// multiple of 16.
  public var arenaElements = 0
  /// Multiplications with additions, as executed, for the whole batch: `Instruction.macs`, summed.
  public var macs = 0

  /// Makes an empty function.
  public init(name: String, batch: Int) {
    self.name = name
    self.batch = batch
  }
}

/// An instruction with where it comes from.
public struct PlacedInstruction: Hashable, Sendable {
  /// What is done.
  public var instruction: Instruction
  /// A short name for listings, such as `conv h_net2.upsample.1`.
  public var label: String
  /// The base name of the `.tgraph` file and the line, `attngan.tgraph:45`; empty if unknown.
  public var source: String
  /// Multiplications with additions.
  public var macs: Int

  /// Makes a placed instruction.
  public init(_ instruction: Instruction, label: String, source: String, macs: Int = 0) {
    self.instruction = instruction
    self.label = label
    self.source = source
    self.macs = macs
  }
}

/// A piece of memory.
public struct Slot: Hashable, Sendable {
  /// Where it lies.
  public enum Kind: Int, Hashable, Sendable, CaseIterable {
    /// In the weight section, read-only.
    case weight = 0
    /// In the arena; contents last from the first write to the last read.
    case arena = 1
    /// In the arena for the executor's life time, never shared.
    case state = 2
  }

  /// Where it lies.
  public var kind: Kind
  /// The first element, counted in elements from the start of the weight section or arena. A
  /// multiple of 16, which is 64 bytes.
  public var offset: Int
  /// The number of elements.
  public var count: Int

  /// Makes a slot.
  public init(kind: Kind, offset: Int, count: Int) {
    self.kind = kind
    self.offset = offset
    self.count = count
  }
}
