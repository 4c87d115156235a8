package import TGTensor

/// A compiled model: everything that a run needs, as data.
///
/// Values of this type may come from a file; nothing in them is trusted until `PlanChecker` has
/// accepted them. Layout on disk: `spec/plan.md`.
package struct Plan: Hashable, Sendable {
  /// The name of the model.
  package var name: String
  /// The first paragraph of its documentation.
  package var documentation: String
  /// The program and version that compiled it.
  package var producer: String
  /// The licence of the weights, as given; empty if nothing was said.
  package var licence: String
  /// Where the weights come from, as given; empty if nothing was said.
  package var origin: String
  /// The base names of the files it was compiled from.
  package var fileNames: [String]
  /// The SHA-256 of each of `fileNames`, in hex.
  package var fileHashes: [String]
  /// What can be run: entry points, the first is the default, then the parts of objectives. One
  /// name may stand several times, with different batch sizes.
  package var functions: [PlanFunction]
  /// What can be minimised.
  package var objectives: [PlanObjective]
  /// Tokenizers with their vocabularies, by the name that text inputs use; encoded by TGText.
  package var texts: [TextResource]
  /// The bytes of the weight section.
  package var weightBytes: Int
  /// Remarks of the compiler for the user, such as functions left out for want of weights.
  package var notes: [String]

  /// A tokenizer with its vocabulary, opaque to the plan.
  package struct TextResource: Hashable, Sendable {
    /// The name that interface items refer to.
    package var name: String
    /// The encoded pipeline.
    package var bytes: [UInt8]

    /// Makes a resource.
    package init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// Makes an empty plan.
  package init(name: String) {
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
package struct PlanFunction: Hashable, Sendable {
  /// When a function is meant to be run.
  package enum Role: Int, Hashable, Sendable, CaseIterable {
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
  package var name: String
  /// Its documentation, plain text.
  package var documentation = ""
  /// What it is for.
  package var role = Role.entry
  /// How many items it computes at once, at least 1.
  package var batch: Int
  /// True if items of a batch influence each other, so that a batch must never be padded.
  package var itemsInteract = false
  /// The inputs, in declared order.
  package var inputs: [InterfaceItem] = []
  /// The outputs, in declared order.
  package var outputs: [InterfaceItem] = []
  /// The function that computes `prepared`, once for any number of runs; empty if there is none.
  package var prepare = ""
  /// What depends on no input and is computed by `prepare`: its outputs of the same names. They lie
  /// in slots of kind `state`.
  package var prepared: [InterfaceItem] = []
  /// The memory that views refer to.
  package var slots: [Slot] = []
  /// What is done, in order.
  package var instructions: [PlacedInstruction] = []
  /// The size of the arena, in bytes: the end of its last slot, rounded up to a multiple of 64.
  package var arenaBytes = 0
  /// Multiplications with additions, as executed, for the whole batch: `Instruction.macs`, summed.
  package var macs = 0

  /// Makes an empty function.
  package init(name: String, batch: Int) {
    self.name = name
    self.batch = batch
  }
}

/// An instruction with where it comes from.
package struct PlacedInstruction: Hashable, Sendable {
  /// What is done.
  package var instruction: Instruction
  /// A short name for listings, such as `conv h_net2.upsample.1`.
  package var label: String
  /// The base name of the `.tgraph` file and the line, `attngan.tgraph:45`; empty if unknown.
  package var source: String
  /// Multiplications with additions.
  package var macs: Int

  /// Makes a placed instruction.
  package init(_ instruction: Instruction, label: String, source: String, macs: Int = 0) {
    self.instruction = instruction
    self.label = label
    self.source = source
    self.macs = macs
  }
}

/// A piece of memory for elements of one type.
package struct Slot: Hashable, Sendable {
  /// Where it lies.
  package enum Kind: Int, Hashable, Sendable, CaseIterable {
    /// In the weight section, read-only.
    case weight = 0
    /// In the arena; contents last from the first write to the last read.
    case arena = 1
    /// In the arena for the executor's life time, never shared.
    case state = 2
  }

  /// Where it lies.
  package var kind: Kind
  /// What its elements are.
  package var dtype: DType
  /// The first byte, counted from the start of the weight section or arena: a multiple of
  /// `alignment`.
  package var offset: Int
  /// The number of elements; of `bits` those that pad rows count.
  package var count: Int

  /// What slots begin at a multiple of, in bytes: a cache line, and the widest vector.
  package static let alignment = 64

  /// Makes a slot.
  package init(kind: Kind, dtype: DType = .float32, offset: Int, count: Int) {
    self.kind = kind
    self.dtype = dtype
    self.offset = offset
    self.count = count
  }

  /// The bytes of the elements; the largest number if they cannot be counted.
  package var byteCount: Int { dtype.bytes(of: count) ?? .max }

  /// The next multiple of `alignment`; nil if it does not fit.
  package static func aligned(_ bytes: Int) -> Int? {
    bytes.adding(alignment - 1).map { $0 / alignment * alignment }
  }
}
