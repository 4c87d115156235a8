package import TGTensor

/// Why a plan file cannot be used or written, as facts. `description` makes sentences of them.
package struct PlanError: Error, Hashable, Sendable {
  /// What is wrong.
  package var problem: PlanProblem
  /// The file, if one is meant.
  package var path: String?
  /// Where in the plan.
  package var location: Location?

  /// A location in a plan.
  package struct Location: Hashable, Sendable {
    /// The name of the function.
    package var function: String
    /// Its batch size.
    package var batch: Int
    /// The input or output that is meant.
    package var item: String?
    /// The number of the instruction that is meant, from 0.
    package var instruction: Int?
    /// Its label.
    package var label = ""
    /// Its line in the `.tgraph` file.
    package var source = ""
  }

  /// Makes an error.
  package init(_ problem: PlanProblem) { self.problem = problem }

  /// Translates why a file could not be written.
  package init(_ error: AtomicFileError) {
    switch error {
    case .cannotCreate(let path, let reason):
      self.init(.cannotCreate(reason))
      self.path = path
    case .cannotWrite(let path, let reason):
      self.init(.cannotWrite(reason))
      self.path = path
    }
  }

  /// True if a function would do more than `PlanLimits.work`.
  package var isAboutWork: Bool {
    if case .limit(.work, _, _) = problem { return true }
    return false
  }

  /// The exit code of a command that ends with this error.
  package var exitCode: Int32 {
    switch problem {
    case .cannotOpen, .notAFile: 66
    case .version, .requiredFeature: 69
    case .loadingMemory, .limit(.work, _, _): 71
    case .cannotCreate: 73
    case .cannotRead, .cannotWrite: 74
    default: 65
    }
  }
}

/// What can be wrong with a plan or its file.
package enum PlanProblem: Hashable, Sendable {
  // The file.
  case cannotOpen(String)
  case notAFile
  case cannotRead(String)
  case cannotCreate(String)
  case cannotWrite(String)
  case notAPlan(ForeignFile)
  case truncated(expected: Int, found: Int)
  case trailingBytes(Int)
  case byteOrder
  case version(Int)
  case requiredFeature(String)
  case headerChecksum
  case header
  case section(PlanSection, SectionFault)
  case sectionChecksum(PlanSection)
  case blockChecksum(Int, of: Int)
  case message(MessageFault, type: String, field: String?, offset: Int?)
  case loadingMemory(atLeast: Int, allowed: Int)
  // The plan.
  case limit(PlanLimits.Quantity, Int, Int)
  case noFunction
  case name(NameRole, String)
  case duplicateName(NameRole, String)
  case fileHashes
  case batch(Int)
  case arena(declared: Int, actual: Int)
  case macs(declared: Int, actual: Int)
  case slot(Int, SlotFault)
  case slotsOverlap(Int, Int)
  case readBeforeWrite(ViewRole, slot: Int)
  case item(ItemFault)
  case objective(String, ObjectiveFault)
  case prepare(PrepareFault)
  // One instruction.
  case view(ViewRole, ViewFault)
  /// A number of an instruction, by its name in the schema.
  case attribute(String, Int)
  case rule(InstructionRule)
}

/// What is wrong with where a section lies.
package enum SectionFault: Hashable, Sendable {
  /// It reaches past the end of the file.
  case outsideFile
  /// Its offset or length does not have the alignment.
  case misaligned
  /// It does not follow the one before, or overlaps it.
  case misplaced
  /// The bytes that align it are not all 0.
  case padding
  /// It does not hold as many bytes as the message says.
  case lengthMismatch
}

/// What a name is the name of.
package enum NameRole: String, Hashable, Sendable {
  case plan, file, tokenizer, function, objective, input, output
  case prepared = "prepared value"
}

/// What is wrong with the values that a function does not compute itself.
package enum PrepareFault: Hashable, Sendable {
  /// No function of that name can compute them, or there are none.
  case function(String)
  /// The function does not put that value out.
  case missing(String, function: String)
  /// The value has other extents there.
  case extents(String, function: String)
}

/// What is wrong with an objective.
package enum ObjectiveFault: Hashable, Sendable {
  /// It has that many loops.
  case loops(Int)
  /// A loop has that many rounds.
  case rounds(Int)
  /// A loop updates nothing.
  case noVariable
  /// A shared variable is none of the loop's, or stands twice there; or a search over all variables
  /// has others beside it.
  case shared(String)
  /// A number of the method is missing, twice there, or not finite.
  case number(String)
  /// No function of that name, batch size and the role that is needed.
  case function(String, batch: Int)
  /// A function is not there in the batch sizes of the first one.
  case batches(function: String)
  /// Nothing gives that tensor to the function, or the function does not put it out.
  case missing(String, function: String)
  /// A tensor of the function has other extents than where it comes from or goes to.
  case extents(String, function: String)
}

/// What is wrong with a slot.
package enum SlotFault: Hashable, Sendable {
  /// The offset is negative or no multiple of 64.
  case misaligned(Int)
  /// Nothing executes elements of this type.
  case dtype(DType)
  /// There is not at least one element.
  case empty(Int)
  /// It reaches past the end of the weight section or arena, whose bytes are given.
  case outside(Slot.Kind, end: Int?, size: Int)
}

/// What is wrong with a view.
package enum ViewFault: Hashable, Sendable {
  case unknownSlot(Int, slots: Int)
  case rank(Int, expected: Int)
  case ranksDiffer(extents: Int, strides: Int)
  case extent(Int)
  case stride(Int)
  case outsideSlot(last: Int?, count: Int)
  case extents([Int], expected: [Int])
  case repeatsPositions
  case writesWeights
  case writesPrepared
  case notWeights
  case notKept
  case notContiguous
  case innermostStride(Int)
  /// Its elements are of another type than its slot's, or than the instruction takes.
  case dtype(DType, expected: [DType])
  /// Bits whose offset or outer strides are no multiples of 16.
  case rowsOfBits
  case overlaps(ViewRole)
}

/// What is wrong with an input or output.
package enum ItemFault: Hashable, Sendable {
  case range(Float, Float)
  case channels(Int)
  case batch(found: Int, expected: Int)
  case noTokenizer(String)
  case lengthsMissing
  case lengthsUnexpected
  case classes(Int)
  case rows(Int)
  case words
  case defaultValue(Float)
  case defaultOfOutput
  /// No item of this function has that role, or it names nothing.
  case role(InterfaceItem.Role)
  /// Another item has it too.
  case roleTwice(InterfaceItem.Role)
}

/// Well-known files that are no plans, by their first bytes.
package enum ForeignFile: String, Hashable, Sendable {
  case empty = "it is empty"
  case pointer = "it is a Git LFS pointer, not the file itself; fetch that with Git LFS"
  case page = "it is a web page"
  case picture = "it is a picture"
  case zip = "it is a zip archive, such as a checkpoint"
  case graph = "it is a .tgraph page; compile it with tgc"
  case other = "it does not begin with TGPLAN"

  /// Names a file by its first bytes.
  package init(startingWith bytes: [UInt8]) {
    func starts(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    self =
      switch true {
      case bytes.isEmpty: .empty
      case starts("version https://git-lfs"): .pointer
      case starts("<"): .page
      case bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), bytes.starts(with: [0xFF, 0xD8, 0xFF]):
        .picture
      case starts("PK\u{3}\u{4}"): .zip
      case starts("model "), starts("///"), starts("//"), starts("import "): .graph
      default: .other
      }
  }
}
