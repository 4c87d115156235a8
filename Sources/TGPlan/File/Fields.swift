internal import TGTensor

extension PlanFunction.Role: PlanChoice {}
extension Slot.Kind: PlanChoice {}

extension Plan: PlanMessage {
  package init() { self.init(name: "") }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    try archive.string("producer", &producer)
    try archive.string("licence", &licence)
    try archive.string("origin", &origin)
    try archive.strings("file_names", &fileNames)
    try archive.strings("file_hashes", &fileHashes)
    try archive.strings("notes", &notes)
    try archive.messages("texts", &texts)
    try archive.messages("functions", &functions)
    try archive.messages("objectives", &objectives)
  }
}

extension Plan.TextResource: PlanMessage {
  package init() { self.init(name: "", bytes: []) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.text("length", &bytes)
  }
}

extension PlanFunction: PlanMessage {
  package init() { self.init(name: "", batch: 0) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    try archive.choice("role", &role)
    try archive.number("batch", &batch)
    try archive.bool("items_interact", &itemsInteract)
    try archive.number("macs", &macs)
    try archive.number("arena_elements", &arenaElements)
    try archive.messages("inputs", &inputs)
    try archive.messages("outputs", &outputs)
    try archive.messages("slots", &slots)
    try archive.messages("instructions", &instructions)
  }
}

extension Slot: PlanMessage {
  package init() { self.init(kind: .weight, offset: 0, count: 0) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.choice("kind", &kind)
    try archive.number("offset", &offset)
    try archive.number("count", &count)
  }
}

extension View: PlanMessage {
  package init() { self.init(slot: 0, dimensions: [], strides: []) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.number("slot", &slot)
    try archive.number("offset", &offset)
    try archive.numbers("dimensions", &dimensions)
    try archive.numbers("strides", &strides)
  }
}

extension InterfaceItem: PlanMessage {
  /// `Kind` as the schema has it: the case apart from the values it carries.
  private enum KindCode: Int, PlanChoice {
    case image = 0
    case text = 1
    case sequence = 2
    case label = 3
    case normal = 4
    case uniform = 5
    case latent = 6
    case tensor = 7
  }

  private struct KindFields {
    var code = KindCode.tensor
    var low: Float = 0
    var high: Float = 0
    var fit = ""
    var filter = ""
    var vocabulary = ""
    var count = 0

    init(_ kind: Kind) {
      switch kind {
      case .image(let low, let high, let fit, let filter):
        (code, self.low, self.high, self.fit, self.filter) = (.image, low, high, fit, filter)
      case .text(let vocabulary): (code, self.vocabulary) = (.text, vocabulary)
      case .sequence(let vocabulary): (code, self.vocabulary) = (.sequence, vocabulary)
      case .label(let count): (code, self.count) = (.label, count)
      case .normal: code = .normal
      case .uniform(let low, let high): (code, self.low, self.high) = (.uniform, low, high)
      case .latent: code = .latent
      case .tensor: code = .tensor
      }
    }

    var kind: Kind {
      switch code {
      case .image: .image(low: low, high: high, fit: fit, filter: filter)
      case .text: .text(vocabulary: vocabulary)
      case .sequence: .sequence(vocabulary: vocabulary)
      case .label: .label(count: count)
      case .normal: .normal
      case .uniform: .uniform(low: low, high: high)
      case .latent: .latent
      case .tensor: .tensor
      }
    }
  }

  package init() { self.init(name: "", kind: .tensor, view: View()) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    var fields = KindFields(kind)
    try archive.choice("kind", &fields.code)
    try archive.float("low", &fields.low)
    try archive.float("high", &fields.high)
    try archive.string("fit", &fields.fit)
    try archive.string("filter", &fields.filter)
    try archive.string("vocabulary", &fields.vocabulary)
    try archive.number("count", &fields.count)
    kind = fields.kind
    try archive.message("view", &view)
    try archive.message("lengths", &lengths)
    try archive.float("default_value", &defaultValue)
    try archive.number("rows", &rows)
  }
}
