internal import TGCheckpoint
package import TGPlan
package import TGTensor

/// The tensors of a file of latent codes, such as an inversion writes it: named like the inputs
/// that they are for, or the only one that fits.
package struct CodeFile: Sendable {
  /// The path.
  package let path: String
  private let tensors: Checkpoint

  /// How files of codes are named.
  package static let suffixes = [".safetensors", ".npy", ".npz", ".pt", ".pth"]

  /// Reads a file of any container that checkpoints have, or the part of it under a name.
  ///
  /// - Throws: `EditingError.file`, or `.noTensor` if it holds none.
  package init(_ path: String, subtree: String? = nil) throws(EditingError) {
    self.path = path
    do {
      let file = try Checkpoint.read(path: path)
      tensors =
        try subtree.map { (name) throws(CheckpointError) in
          try file.subtree(named: name, path: path)
        } ?? file
    } catch { throw .file(error) }
    guard !tensors.entries.isEmpty else { throw .noTensor(path: path) }
  }

  /// A tensor and the input that it is for.
  package struct Bound: Sendable {
    /// The input.
    package let item: InterfaceItem
    /// The numbers, `[N] + item.itemShape`.
    package let code: HostTensor
  }

  /// How surely a file belongs to a function.
  package enum Match: Int, Comparable, Sendable {
    /// By the shape of the only tensor that fits.
    case shape
    /// By the name and the shape of a code.
    case name

    package static func < (one: Match, other: Match) -> Bool { one.rawValue < other.rawValue }
  }

  /// Whether the file holds codes for a function; nil if not.
  package func match(_ function: PlanFunction) -> Match? {
    let named = function.codes.contains { item in
      tensors[item.name].map { Self.items($0.shape.dimensions, of: item) != nil } ?? false
    }
    return named ? .name : single(for: function) == nil ? nil : .shape
  }

  /// The numbers for a function's inputs: every tensor named like an input that takes plain
  /// numbers, or else the only tensor that fits a code, for the only code it fits.
  ///
  /// - Throws: `EditingError.codeShape` or `.noCode`.
  package func codes(for function: PlanFunction) throws(EditingError) -> [Bound] {
    var result: [Bound] = []
    for item in function.inputs where item.takesPlainNumbers {
      guard let entry = tensors[item.name] else { continue }
      guard let count = Self.items(entry.shape.dimensions, of: item) else {
        throw .codeShape(path: path, tensor: item.name, found: entry.shape, item)
      }
      result.append(Bound(item: item, code: try form(entry, item, count)))
    }
    if result.isEmpty, let (entry, item) = single(for: function),
      let count = Self.items(entry.shape.dimensions, of: item)
    {
      result = [Bound(item: item, code: try form(entry, item, count))]
    }
    guard !result.isEmpty else {
      throw .noCode(
        path: path, tensors: shapes, functions: [Self.described(function)])
    }
    if let bad = result.first(where: { !$0.code.elements.allSatisfy(\.isFinite) }) {
      throw .notFinite(path: path, tensor: bad.item.name)
    }
    return result
  }

  /// One item for one input.
  ///
  /// - Throws: `EditingError`, `.several` if the file holds more items.
  package func code(
    for item: InterfaceItem, of function: PlanFunction
  ) throws(EditingError) -> [Float] {
    let codes = try codes(for: function)
    guard let bound = codes.first(where: { $0.item == item }) else {
      throw .noCode(path: path, tensors: shapes, functions: ["\(item.name) \(item.shapeText)"])
    }
    guard bound.code.shape[0] == 1 else { throw .several(path: path, count: bound.code.shape[0]) }
    return bound.code.elements
  }

  /// The names of the tensors that are no code of the function.
  package func unused(by function: PlanFunction) -> [String] {
    var names = Set(function.inputs.map(\.name))
    if !tensors.entries.contains(where: { names.contains($0.name) }) {
      names = Set([single(for: function)?.0.name].compactMap(\.self))
    }
    return tensors.entries.map(\.name).filter { !names.contains($0) }
  }

  /// Names and shapes of the tensors.
  package var shapes: [String] { tensors.entries.map { "\($0.name) \($0.shape)".trimmed } }

  /// The codes of a function with their shapes.
  static func described(_ function: PlanFunction) -> String {
    let codes = function.codes.map { "\($0.name) \($0.shapeText)" }
    return "\(function.name)(" + codes.joined(separator: ", ") + ")"
  }

  /// The only tensor that fits a code, and the only code that it fits.
  private func single(for function: PlanFunction) -> (Checkpoint.Entry, InterfaceItem)? {
    var found: (Checkpoint.Entry, InterfaceItem)?
    for entry in tensors.entries {
      for item in function.codes where Self.items(entry.shape.dimensions, of: item) != nil {
        guard found == nil else { return nil }
        found = (entry, item)
      }
    }
    return found
  }

  /// How many items a tensor holds: its extents are those of an item, with or without the axis of
  /// items. No axis is added or left out: `[1, 4, 512]` must not become four codes of 512.
  private static func items(_ extents: [Int], of item: InterfaceItem) -> Int? {
    let form = item.itemShape
    if extents == form { return 1 }
    guard extents.count == form.count + 1, Array(extents.dropFirst()) == form, extents[0] > 0
    else { return nil }
    return extents[0]
  }

  private func form(
    _ entry: Checkpoint.Entry, _ item: InterfaceItem, _ count: Int
  ) throws(EditingError) -> HostTensor {
    do { return try entry.tensor().reshaped(Shape([count] + item.itemShape)) } catch {
      throw .file(CheckpointError(path: path, fault: error))
    }
  }
}

extension PlanFunction {
  /// The inputs that codes are: the latent ones, or, where there is none, the normal ones, or else
  /// the uniform ones.
  package var codes: [InterfaceItem] {
    let latent = inputs.filter { $0.kind.source == .numbers(isCode: true) }
    let normal = inputs.filter { $0.distribution == .normal }
    guard latent.isEmpty, normal.isEmpty else { return latent.isEmpty ? normal : latent }
    return inputs.filter { $0.distribution != nil }
  }

  /// True if an output is a picture.
  package var givesPicture: Bool { outputs.contains(where: \.takesPicture) }
}

extension InterfaceItem {
  /// The extents of one item, `[14, 512]`.
  package var shapeText: String { Shape(itemShape).description }

  /// True for codes, noise and other numbers without a meaning of their own.
  var takesPlainNumbers: Bool {
    switch kind.source {
    case .drawn, .numbers: true
    case .picture, .words, .classes: false
    }
  }
}

extension String {
  /// The text without the space that an empty name leaves.
  fileprivate var trimmed: String { hasPrefix(" ") ? String(dropFirst()) : self }
}
