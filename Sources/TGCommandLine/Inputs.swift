package import TGPlan
package import TGSession
package import TGTensor

/// Everything that a run is fed with, and what is remembered of it in the pictures it makes.
package struct Inputs {
  /// What is given for all items or as rows, by input.
  package private(set) var given: [String: Given] = [:]
  /// The rows of the arrays given, which all have as many; 1 if none is given.
  package private(set) var rows = 1
  /// An input that is given as an array.
  package private(set) var rowInput = ""
  /// Files that are read, which must not be written.
  package private(set) var files: [String] = []
  /// Texts for the pictures made, such as `tgraph.picture.image` with a base name.
  package private(set) var metadata: [(key: String, value: String)] = []
  /// The function that is fed.
  package let variants: FunctionVariants
  private let isStrict: Bool

  /// Nothing is given yet.
  ///
  /// - Parameter isStrict: true to refuse numbers that leave the range of an input.
  package init(_ variants: FunctionVariants, isStrict: Bool = false) {
    self.variants = variants
    self.isStrict = isStrict
  }

  /// The captions given for all items, by input.
  package var captions: [String: String] {
    given.compactMapValues { if case .caption(let text) = $0 { text } else { nil } }
  }

  /// The paths of the pictures given for all items, by input.
  package var pictures: [String: String] {
    given.compactMapValues { if case .picture(_, let path) = $0 { path } else { nil } }
  }

  /// Reads a picture in the form of an input, and tells what is odd about it.
  ///
  /// - Returns: `[1, C, H, W]` in the range of the plan.
  /// - Throws: `SessionError`.
  package static func tensor(
    ofPicture path: String, for item: InterfaceItem, console: Console?
  ) throws -> HostTensor {
    var warnings: [String] = []
    let tensor = try Session.tensor(ofFile: path, for: item, warnings: &warnings)
    for warning in warnings { console?.warn(warning) }
    return tensor
  }

  /// Takes a picture.
  package mutating func add(picture path: String, for item: InterfaceItem, console: Console) throws
  {
    let picture = try Self.tensor(ofPicture: path, for: item, console: console)
    try demandFree(item.name)
    given[item.name] = .picture(picture, path: path)
    files.append(path)
    metadata.append((Metadata.picture + item.name, Path.keptName(path)))
  }

  /// Takes a caption.
  package mutating func add(caption: String, for item: InterfaceItem) throws {
    try demandFree(item.name)
    given[item.name] = .caption(caption)
    metadata.append((Metadata.text + item.name, caption))
  }

  /// Takes a number for every element.
  package mutating func add(number text: String, for item: InterfaceItem) throws {
    guard let number = Float(text) else {
      throw Failure(.badInput, "'\(text)' for '\(item.name)' is no number")
    }
    try demandFree(item.name)
    given[item.name] = .number(number)
    metadata.append((Metadata.number + item.name, text))
  }

  /// Takes codes: one row for each item.
  package mutating func add(code: HostTensor, for item: InterfaceItem) throws {
    try demandFree(item.name)
    given[item.name] = .array(code, lengths: nil)
    try count(code.shape[0], for: item)
  }

  /// Takes what `--input` says, `NAME=FILE.npy`, with the lengths of words if they stand there too.
  package mutating func add(named assignments: [Assignment], console: Console) throws {
    var lengths: [String: HostTensor] = [:]
    var rest: [(InterfaceItem, String)] = []
    let suffix = ".lengths"
    for assignment in assignments {
      let name = assignment.name
      if name.hasSuffix(suffix), !variants.form.inputs.contains(where: { $0.name == name }) {
        let owner = String(name.dropLast(suffix.count))
        _ = try variants.input(owner)
        guard lengths[owner] == nil else { throw Self.twice(name) }
        lengths[owner] = try array(assignment.value)
      } else {
        rest.append((try variants.input(name), assignment.value))
      }
    }
    for (item, value) in rest {
      try add(value, for: item, lengths: lengths.removeValue(forKey: item.name), console: console)
    }
    if let owner = lengths.keys.sorted().first {
      throw Failure(
        .usage, "'\(owner).lengths' was given without '\(owner)'",
        hint: "say --input \(owner)=FILE.npy too")
    }
  }

  private mutating func add(
    _ value: String, for item: InterfaceItem, lengths: HostTensor?, console: Console
  ) throws {
    if lengths == nil, Path.suffix(value) != "npy" {
      if item.takesPicture {
        try add(picture: value, for: item, console: console)
        return
      }
      if item.textResource != nil {
        try add(caption: value, for: item)
        return
      }
      if item.isWordless, Float(value) == nil, !Path.exists(value) {
        throw SessionError.noWords(given: "'\(value)'", item)
      }
      if let number = Float(value) {
        try check([number], for: item, console: console)
        try add(number: value, for: item)
        return
      }
    }
    let array = try array(value)
    try demandFree(item.name)
    let count = try ArrayRows(array, lengths: lengths, for: item).count
    try check(array.elements, for: item, console: console)
    try self.count(count, for: item)
    given[item.name] = .array(array, lengths: lengths)
    metadata.append((Metadata.array + item.name, Path.keptName(value)))
  }

  /// Warns of numbers that leave the range of an input, or refuses them.
  private func check(_ elements: [Float], for item: InterfaceItem, console: Console) throws {
    guard let overshoot = Overshoot(of: elements, for: item) else { return }
    try console.doubt(overshoot.message, hint: overshoot.hint, isStrict: isStrict)
  }

  private mutating func array(_ path: String) throws -> HostTensor {
    do {
      let tensor = try NumpyArray.read(path: path).tensor
      files.append(path)
      return tensor
    } catch { throw SessionError.array(path: path, error) }
  }

  private mutating func count(_ count: Int, for item: InterfaceItem) throws {
    guard rowInput.isEmpty || rows == count else {
      throw SessionError.itemCounts(rowInput, rows, item.name, count)
    }
    rows = count
    rowInput = item.name
  }

  /// Makes sure that an input is not given yet.
  package func demandFree(_ name: String) throws {
    if given[name] != nil { throw Self.twice(name) }
  }

  private static func twice(_ name: String) -> Failure {
    Failure(.usage, "'\(name)' is given twice")
  }
}
