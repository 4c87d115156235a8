internal import TGTensor

extension PlanError: CustomStringConvertible {
  /// One line: the file, the location, what is wrong.
  package var description: String {
    [path, location.map(sentence), sentence(problem)].compactMap(\.self).joined(separator: ": ")
  }

  private func sentence(_ location: Location) -> String {
    var text = "function \(location.function) (batch \(location.batch))"
    if let item = location.item { text += ", \(item)" }
    if let instruction = location.instruction {
      text += ", instruction \(instruction)"
      let names = [location.label, location.source].filter { !$0.isEmpty }
      if !names.isEmpty { text += " (\(names.joined(separator: ", ")))" }
    }
    return text
  }

  private func sentence(_ problem: PlanProblem) -> String {
    switch problem {
    case .cannotOpen(let reason): "cannot be opened: \(reason)"
    case .notAFile: "is not a regular file"
    case .cannotRead(let reason): "cannot be read: \(reason)"
    case .cannotCreate(let reason): "cannot be created: \(reason)"
    case .cannotWrite(let reason): "cannot be written: \(reason)"
    case .notAPlan(let foreign): "is not a plan: \(foreign.rawValue)"
    case .truncated(let expected, let found):
      "the plan is cut off: \(found) bytes, where the header alone has \(expected)"
    case .trailingBytes(let count): "\(count) bytes follow the last section"
    case .byteOrder: "the plan's byte order is not little endian"
    case .version(let found):
      "the plan has format version \(found); this program reads version \(PlanHeader.version)"
        + (found < PlanHeader.version ? ": compile the page again with this tgc" : "")
    case .requiredFeature(let name):
      "the plan requires the feature `\(name)`, which this program does not have"
    case .headerChecksum: "the header is damaged: its checksum does not match"
    case .header: "the header is malformed"
    case .section(let section, let fault): "the \(section) section \(sentence(fault))"
    case .sectionChecksum(let section):
      "the \(section) section is damaged: its checksum does not match"
    case .blockChecksum(let block, let count):
      "the weights section is damaged: the checksum of block \(block + 1) of \(count) does not match"
    case .message(let fault, let type, let field, let offset):
      "the message section is malformed: "
        + sentence(fault, type: type, field: field, offset: offset)
    case .loadingMemory(let needed, let allowed):
      "reading the plan would take at least \(needed) bytes of memory; \(allowed) are allowed"
    case .limit(let quantity, let found, let limit):
      "\(found) \(quantity.rawValue); at most \(limit) are allowed"
    case .noFunction: "the plan has no function"
    case .name(let role, let name): "`\(name)` cannot be the name of a \(role.rawValue)"
    case .duplicateName(let role, let name): "two \(role.rawValue)s are called `\(name)`"
    case .fileHashes: "the source files and their hashes do not match up"
    case .batch(let batch): "the batch size is \(batch); it must be at least 1"
    case .arena(let declared, let actual):
      "the arena is declared with \(declared) bytes; the slots need \(actual)"
    case .macs(let declared, let actual):
      "\(declared) multiplications with additions are declared; there are \(actual)"
    case .slot(let index, let fault): "slot \(index) \(sentence(fault))"
    case .slotsOverlap(let first, let second):
      "slots \(first) and \(second) overlap in memory while both are alive"
    case .readBeforeWrite(let role, let slot):
      "\(role) reads slot \(slot) before anything is written to it"
    case .item(let fault): sentence(fault)
    case .objective(let name, let fault): "objective \(name): \(sentence(fault))"
    case .prepare(let fault): sentence(fault)
    case .view(let role, let fault): "\(role) \(sentence(fault))"
    case .attribute(let attribute, let value): "\(attribute) cannot be \(value)"
    case .rule(let rule): rule.sentence
    }
  }

  private func sentence(_ fault: SectionFault) -> String {
    switch fault {
    case .outsideFile: "reaches past the end of the file, which may be cut off"
    case .misaligned: "is not aligned"
    case .misplaced: "does not follow the one before it"
    case .padding: "is preceded by bytes that are not 0"
    case .lengthMismatch: "is not as long as its parts"
    }
  }

  private func sentence(
    _ fault: MessageFault, type: String, field: String?, offset: Int?
  ) -> String {
    let subject = field.map { "\(type).\($0)" } ?? type
    let byte = offset.map { " at byte \($0)" } ?? ""
    let what =
      switch fault {
      case .truncated: "reaches past its end"
      case .oversizedNumber: "holds a number of more than 64 bits"
      case .unknownField(let number): "has no field \(number)"
      case .wireType(let type): "cannot be encoded with wire type \(type)"
      case .duplicate: "stands twice"
      case .missing: "is missing"
      case .choice(let value): "cannot be \(value)"
      case .text: "is not UTF-8 text, or holds control characters"
      case .notOneInstruction: "is not of exactly one kind"
      }
    return "\(subject) \(what)\(byte)"
  }

  private func sentence(_ fault: ObjectiveFault) -> String {
    switch fault {
    case .loops(let count):
      "it has \(count) loops; 1 to \(ObjectiveCheck.maximumLoops) are allowed"
    case .rounds(let count):
      "a loop has \(count) rounds; 1 to \(ObjectiveCheck.maximumRounds) are allowed"
    case .noVariable: "a loop updates no variable"
    case .shared(let name): "'\(name)' cannot be shared by the items of a batch"
    case .number(let name): "the number `\(name)` of the method is missing, doubled or not finite"
    case .function(let name, let batch):
      "there is no function `\(name)` of its kind for batch \(batch)"
    case .batches(let name): "`\(name)` is not there in the same batch sizes as the first function"
    case .missing(let name, let function): "`\(name)` is missing at `\(function)`"
    case .extents(let name, let function):
      "`\(name)` has other extents at `\(function)` than elsewhere"
    }
  }

  private func sentence(_ fault: PrepareFault) -> String {
    switch fault {
    case .function(let name):
      "there is nothing to prepare, or no function `\(name)` that can: of the role PREPARE, for batch "
        + "1, without inputs or prepared values"
    case .missing(let name, let function): "`\(function)` does not put out `\(name)`"
    case .extents(let name, let function): "`\(name)` has other extents than `\(function)` puts out"
    }
  }

  private func sentence(_ fault: SlotFault) -> String {
    switch fault {
    case .misaligned(let offset):
      "begins at byte \(offset), which is no multiple of \(Slot.alignment)"
    case .dtype(.float16): "holds float16, as which only weights are stored"
    case .dtype(let dtype): "holds \(dtype), which is reserved for storage"
    case .empty(let count): "has \(count) elements; it must have at least 1"
    case .outside(let kind, let end, let size):
      "ends at byte \(end.map(String.init) ?? "beyond 2⁶³"); the "
        + (kind == .weight ? "weight section" : "arena") + " has \(size)"
    }
  }

  private func sentence(_ fault: ViewFault) -> String {
    switch fault {
    case .unknownSlot(let slot, let slots): "names slot \(slot) of \(slots)"
    case .rank(let found, let expected): "has rank \(found); it must have rank \(expected)"
    case .ranksDiffer(let extents, let strides): "has \(extents) extents and \(strides) strides"
    case .extent(let extent): "has the extent \(extent)"
    case .stride(let stride): "has the stride or offset \(stride)"
    case .outsideSlot(let last, let count):
      "reaches element \(last.map(String.init) ?? "beyond 2⁶³") of a slot with \(count) elements"
    case .extents(let found, let expected):
      "has the extents \(Shape.text(found)); they must be \(Shape.text(expected))"
    case .repeatsPositions: "may store two elements at one position"
    case .writesWeights: "is written, but lies in the weight section"
    case .writesPrepared: "is written, but lies where a prepared value is kept"
    case .notKept: "does not lie in a slot of kind STATE"
    case .notWeights: "does not lie in the weight section"
    case .notContiguous: "is not contiguous"
    case .innermostStride(let stride): "has the innermost stride \(stride); it must be 1"
    case .dtype(let found, let expected):
      "is of \(found); it must be of " + expected.map(\.description).joined(separator: " or ")
    case .rowsOfBits: "has rows of bits that do not begin with a word"
    case .overlaps(let role): "overlaps \(role)"
    }
  }

  private func sentence(_ fault: ItemFault) -> String {
    switch fault {
    case .range(let low, let high): "\(low) ... \(high) is not a range"
    case .channels(let count): "a picture of \(count) channels; it must have 1 or 3"
    case .batch(let found, let expected):
      "the first extent is \(found); it must be the batch size, \(expected)"
    case .noTokenizer(let name): "there is no tokenizer `\(name)`"
    case .lengthsMissing: "the lengths are missing"
    case .lengthsUnexpected: "lengths are given, but it is no sequence"
    case .classes(let count): "\(count) classes; there must be at least 1"
    case .rows(let rows): "ids below \(rows) are allowed; that cannot be"
    case .words: "the words for fitting or filtering are malformed"
    case .defaultValue(let value): "the default cannot be \(value)"
    case .defaultOfOutput: "an output cannot have a default"
    case .role(let role): "cannot have the role `\(role)` here"
    case .roleTwice(let role): "has the role `\(role)`, which another item has too"
    }
  }
}

extension Shape {
  /// Untrusted extents as text.
  fileprivate static func text(_ extents: [Int]) -> String {
    "[" + extents.map(String.init).joined(separator: ", ") + "]"
  }
}
