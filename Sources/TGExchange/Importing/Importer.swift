package import TGONNX
import TGTensor

/// The network of an ONNX file as a page of the language, whose tensors are those of the file.
package struct Importer {
  let model: ONNXModel
  let version: Int
  /// The sizes that were given by name.
  let settings: [String: Int]
  /// Tensors of the file by name.
  var tensors: [String: ONNXTensor] = [:]
  var translation = Translation()
  /// The lines of tensors of the file.
  var parameters: [Int] = []
  var inputs: [(name: String, value: PageValue)] = []
  /// The names that a node reads, and those of results.
  let read: Set<String>

  /// The text of the page, in the house's style but for line breaks.
  ///
  /// - Parameters:
  ///   - name: the name of the file without its suffix.
  ///   - settings: sizes of axes, by their names or as `input.axis`.
  /// - Throws: `ImportError` that names what is not translated.
  package static func page(
    of model: ONNXModel, name: String, settings: [(name: String, value: Int)]
  ) throws(ImportError) -> String {
    let given = Dictionary(settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    var note = ""
    if Self.hasBatch(model, given) {
      var importer = try Importer(model, settings: given)
      do { return try importer.page(name, batched: true) } catch {
        switch error {
        case .moved(let place):
          note =
            "; it is no batch: node '\(place.name.shown)' (\(place.operation.shown)) does not "
            + "leave it in front"
        case .failed(let error): throw error
        }
      }
    }
    var importer = try Importer(model, settings: given)
    do { return try importer.page(name, batched: false) } catch {
      switch error {
      case .failed(.size(let input, let axis, _)):
        throw .size(input: input, axis: axis, note: note)
      case .failed(let error): throw error
      case .moved(let place): throw .node(place, "it moves an axis that is not there")
      }
    }
  }

  /// The most nodes: as many as a graph of the language has.
  static let mostNodes = 32_768

  /// Why a page is not written.
  enum Stop: Error {
    /// A node does not keep the batch in front.
    case moved(ImportError.Place)
    case failed(ImportError)
  }

  init(_ model: ONNXModel, settings: [String: Int]) throws(ImportError) {
    self.model = model
    self.settings = settings
    read = Set(model.graph.nodes.flatMap(\.inputs) + model.graph.outputs.map(\.name))
      .subtracting([""])
    guard let version = model.operatorSet else {
      throw .file("the file does not say which set of operators its nodes are of")
    }
    self.version = version
    guard model.graph.nodes.count <= Self.mostNodes else {
      throw .file("the network has more than \(Self.mostNodes) nodes, which no page holds")
    }
    if let sparse = model.graph.sparseInitializers.first {
      throw .file("the tensor '\(sparse.shown)' is stored sparsely, which is not read")
    }
    for tensor in model.graph.initializers {
      guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
        throw .file("two tensors have the name '\(tensor.name.shown)'")
      }
    }
    try demandOperators()
  }

  /// Refuses operators that are not translated, all in one error.
  func demandOperators() throws(ImportError) {
    var missing: [ImportError.Missing] = []
    for node in model.graph.nodes {
      let isOwn = node.domain.isEmpty || node.domain == "ai.onnx"
      let name = isOwn ? node.operation : "\(node.domain)::\(node.operation)"
      guard !isOwn || !Self.known.contains(name) && Translation.operators[name] == nil else {
        continue
      }
      if let index = missing.firstIndex(where: { $0.operation == name }) {
        missing[index].count += 1
      } else if missing.count < 64 {
        missing.append(
          ImportError.Missing(operation: name.shown, count: 1, first: "'\(Self.label(node).shown)'")
        )
      }
    }
    guard missing.isEmpty else { throw .operators(missing) }
  }

  /// Operators that are gone when the page is written.
  static let known: Set<String> = [
    "Constant", "ConstantOfShape", "Shape", "Size", "Range", "NonZero",
  ]

  /// What a node is called in messages: its name, or that of its first result.
  static func label(_ node: ONNXNode) -> String {
    node.name.isEmpty ? node.outputs.first ?? "" : node.name
  }

  // MARK: The batch

  /// True if the leading axes of all inputs may be one batch.
  static func hasBatch(_ model: ONNXModel, _ settings: [String: Int]) -> Bool {
    let known = Set(model.graph.initializers.map(\.name))
    let inputs = model.graph.inputs.filter { !known.contains($0.name) }
    let leading = inputs.map { $0.dimensions?.first }
    guard let first = leading.first, let first else { return false }
    if case .name(let name) = first, settings[name] != nil { return false }
    if case .unknown = first, settings["\(inputs[0].name).0"] != nil { return false }
    return leading.allSatisfy { $0 == first }
  }

  func extent(
    _ input: ONNXValue, _ axis: Int, batched: Bool
  ) throws(ImportError) -> Int {
    switch input.dimensions?[axis] {
    case .number(let size)?:
      guard size > 0, size <= Int(Int32.max) else {
        throw .file("the input '\(input.name.shown)' has an axis of \(size)")
      }
      return size
    case .name(let name)?:
      if let size = settings[name] { return size }
      guard batched, axis == 0 else { throw .size(input: input.name, axis: name, note: "") }
      return 1
    default:
      let name = "\(input.name).\(axis)"
      if let size = settings[name] { return size }
      guard batched, axis == 0 else { throw .size(input: input.name, axis: name, note: "") }
      return 1
    }
  }

  func demandSettings(_ inputs: [ONNXValue]) throws(ImportError) {
    var names: [String] = []
    for input in inputs {
      for (axis, dimension) in (input.dimensions ?? []).enumerated() {
        switch dimension {
        case .name(let name): if !names.contains(name) { names.append(name) }
        case .unknown: names.append("\(input.name).\(axis)")
        case .number: break
        }
      }
    }
    for name in settings.keys.sorted() where !names.contains(name) {
      throw .setting(name, known: names)
    }
  }

  // MARK: The page

  mutating func page(_ name: String, batched: Bool) throws(Stop) -> String {
    do throws(ImportError) { try readInputs(batched: batched) } catch { throw .failed(error) }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { take(tensor, as: name) }
    for node in model.graph.nodes {
      let place = ImportError.Place(name: Self.label(node), operation: node.operation)
      do throws(NodeFault) { try translate(node) } catch {
        switch error {
        case .movesBatch: throw .moved(place)
        case .refused(let reason): throw .failed(.node(place, reason))
        }
      }
    }
    return try written(name, batched: batched)
  }

  mutating func readInputs(batched: Bool) throws(ImportError) {
    let given = model.graph.inputs.filter { tensors[$0.name] == nil }
    try demandSettings(given)
    for input in given {
      guard let dimensions = input.dimensions, input.type != 0 else {
        throw .file("the input '\(input.name.shown)' is no tensor whose extents are stated")
      }
      guard [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16].contains(input.type) else {
        throw .file(
          "the input '\(input.name.shown)' is of type \(ONNXTensor.typeName(input.type)), "
            + "which plans do not have")
      }
      guard dimensions.count <= 7 else {
        throw .file("the input '\(input.name.shown)' has more than 7 axes")
      }
      var shape: [Int] = []
      for axis in dimensions.indices { shape.append(try extent(input, axis, batched: batched)) }
      guard Self.fits(shape) else {
        throw .file("the input '\(input.name.shown)' has more than 2147483647 elements")
      }
      guard translation.values[input.name] == nil else {
        throw .file("two inputs have the name '\(input.name.shown)'")
      }
      let name = translation.names.legal(input.name)
      translation.lines.append(
        Translation.Line(name: name, text: "", isInput: true, stands: true, depends: true))
      let value = PageValue(
        shape: shape, isBatched: batched, type: input.type, line: translation.lines.count - 1,
        known: nil)
      translation.values[input.name] = value
      inputs.append((name, value))
    }
  }

  /// A tensor of the file: known if it is small or of whole numbers, a line in any case.
  mutating func take(_ tensor: ONNXTensor, as name: String) {
    guard let elements = try? tensor.elements(), Self.fits(tensor.dimensions) else { return }
    let isFloat = elements.type.hasFraction
    let shape = tensor.dimensions
    var value = PageValue(
      shape: shape, isBatched: false, type: tensor.type, line: nil, known: nil)
    if shape.count <= 7, elements.shape.count > 0 {
      value = translation.parameter(name, shape, type: tensor.type)
      parameters.append(translation.lines.count - 1)
    }
    if !isFloat || elements.shape.count <= 64 { value.known = Known(tensor) }
    translation.values[name] = value
  }

  /// True for extents that a tensor of the language may have, or that have no element.
  static func fits(_ shape: [Int]) -> Bool {
    guard shape.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else { return false }
    return Shape(checking: shape).map { $0.count <= Int(Int32.max) } ?? false
  }
}
