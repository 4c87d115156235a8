package import TGONNX
import TGTensor

/// The network of an ONNX file as a page of the language, whose tensors are those of the file.
package struct Importer {
  private let model: ONNXModel
  private let version: Int
  /// The sizes that were given by name.
  private let settings: [String: Int]
  /// Tensors of the file by name.
  private var tensors: [String: ONNXTensor] = [:]
  private var translation = Translation()
  /// The lines of tensors of the file.
  private var parameters: [Int] = []
  private var inputs: [(name: String, value: Value)] = []
  /// The names that a node reads, and those of results.
  private let read: Set<String>

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
  private static let mostNodes = 32_768

  /// Why a page is not written.
  private enum Stop: Error {
    /// A node does not keep the batch in front.
    case moved(ImportError.Place)
    case failed(ImportError)
  }

  private init(_ model: ONNXModel, settings: [String: Int]) throws(ImportError) {
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
  private func demandOperators() throws(ImportError) {
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
  private static let known: Set<String> = [
    "Constant", "ConstantOfShape", "Shape", "Size", "Range", "NonZero",
  ]

  /// What a node is called in messages: its name, or that of its first result.
  private static func label(_ node: ONNXNode) -> String {
    node.name.isEmpty ? node.outputs.first ?? "" : node.name
  }

  // MARK: The batch

  /// True if the leading axes of all inputs may be one batch.
  private static func hasBatch(_ model: ONNXModel, _ settings: [String: Int]) -> Bool {
    let known = Set(model.graph.initializers.map(\.name))
    let inputs = model.graph.inputs.filter { !known.contains($0.name) }
    let leading = inputs.map { $0.dimensions?.first }
    guard let first = leading.first, let first else { return false }
    if case .name(let name) = first, settings[name] != nil { return false }
    if case .unknown = first, settings["\(inputs[0].name).0"] != nil { return false }
    return leading.allSatisfy { $0 == first }
  }

  private func extent(
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

  private func demandSettings(_ inputs: [ONNXValue]) throws(ImportError) {
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

  private mutating func page(_ name: String, batched: Bool) throws(Stop) -> String {
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

  private mutating func readInputs(batched: Bool) throws(ImportError) {
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
      let value = Value(
        shape: shape, isBatched: batched, type: input.type, line: translation.lines.count - 1,
        known: nil)
      translation.values[input.name] = value
      inputs.append((name, value))
    }
  }

  /// A tensor of the file: known if it is small or of whole numbers, a line in any case.
  private mutating func take(_ tensor: ONNXTensor, as name: String) {
    guard let elements = try? tensor.elements(), Self.fits(tensor.dimensions) else { return }
    let isFloat = elements.type.hasFraction
    let shape = tensor.dimensions
    var value = Value(
      shape: shape, isBatched: false, type: tensor.type, line: nil, known: nil)
    if shape.count <= 7, elements.shape.count > 0 {
      value = translation.parameter(name, shape, type: tensor.type)
      parameters.append(translation.lines.count - 1)
    }
    if !isFloat || elements.shape.count <= 64 { value.known = Known(tensor) }
    translation.values[name] = value
  }

  /// True for extents that a tensor of the language may have, or that have no element.
  private static func fits(_ shape: [Int]) -> Bool {
    guard shape.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else { return false }
    return Shape(checking: shape).map { $0.count <= Int(Int32.max) } ?? false
  }

  // MARK: Nodes

  private mutating func translate(_ node: ONNXNode) throws(NodeFault) {
    for output in node.outputs where !output.isEmpty && translation.values[output] != nil {
      throw .refused("a value named '\(output.shown)' is there already")
    }
    let call = try call(node)
    let results = try results(call)
    for (index, output) in node.outputs.enumerated() where !output.isEmpty {
      guard index < results.count else {
        guard read.contains(output) else { continue }
        throw .refused("its result '\(output.shown)' is not translated")
      }
      guard Self.fits(results[index].shape), results[index].shape.count <= 8 else {
        throw .refused("its result has more than 2147483647 elements or 7 axes beside the batch")
      }
      if let line = results[index].line, translation.lines[line].name.isEmpty {
        translation.lines[line].name = output
      }
      translation.values[output] = results[index]
    }
  }

  private func call(_ node: ONNXNode) throws(NodeFault) -> Call {
    var operands: [Value?] = []
    for name in node.inputs {
      guard !name.isEmpty else {
        operands.append(nil)
        continue
      }
      guard let value = translation.values[name] else {
        guard let tensor = tensors[name] else {
          throw .refused("it reads '\(name.shown)', which nothing before it makes")
        }
        do throws(ONNXTensor.Fault) { _ = try tensor.elements() } catch {
          throw .refused("the tensor '\(name.shown)' \(error)")
        }
        throw .refused("the tensor '\(name.shown)' is not read")
      }
      operands.append(value)
    }
    while let last = operands.last, last == nil { operands.removeLast() }
    var attributes: [String: Call.Attribute] = [:]
    for attribute in node.attributes {
      attributes[attribute.name] = Self.attribute(attribute.value)
    }
    return Call(
      operation: node.operation, name: Self.label(node), inputs: operands,
      outputs: asked(node.outputs), attributes: attributes, version: version)
  }

  /// The results without those at the end that nothing reads.
  private func asked(_ outputs: [String]) -> [String] {
    var result = outputs
    while result.count > 1, let last = result.last, !read.contains(last) { result.removeLast() }
    return result
  }

  private static func attribute(_ value: ONNXAttribute.Value) -> Call.Attribute {
    switch value {
    case .int(let value): .int(value)
    case .float(let value): .float(Double(value))
    case .string(let bytes): .string(String(decoding: bytes, as: UTF8.self))
    case .ints(let values): .ints(values)
    case .floats(let values): .floats(values.map(Double.init))
    case .strings(let values): .strings(values.map { String(decoding: $0, as: UTF8.self) })
    case .tensor(let tensor):
      Known(tensor).map { .known($0, type: tensor.type) }
        ?? .tensor(tensor.name, tensor.dimensions, type: tensor.type)
    case .unread(let kind): .unread(kind)
    }
  }

  private mutating func results(_ call: Call) throws(NodeFault) -> [Value] {
    for (name, attribute) in call.attributes {
      if case .unread(let kind) = attribute {
        throw .refused("its argument '\(name.shown)' is \(kind), which is not read")
      }
    }
    switch call.operation {
    case "Constant": return [try constant(call)]
    case "ConstantOfShape": return [try filled(call)]
    case "Shape": return [try Self.shape(call)]
    case "Size":
      let count = Double(try call.input(0).count)
      return [Value(shape: [], isBatched: false, type: 7, line: nil, known: Known([], [count]))]
    default: break
    }
    if let values = try evaluated(call) { return values }
    guard let translate = Translation.operators[call.operation] else {
      throw .refused("what it reads must be known when the page is written")
    }
    do { return try translate(&translation, call) } catch let fault as NodeFault {
      throw fault
    } catch { throw .refused("\(error)") }
  }

  /// What a node makes of operands that are known.
  private func evaluated(_ call: Call) throws(NodeFault) -> [Value]? {
    guard !call.inputs.isEmpty, call.inputs.allSatisfy({ $0 == nil || $0?.known != nil }),
      let results = try Evaluation.run(call, call.inputs.map { $0?.known })
    else { return nil }
    let type =
      switch call.operation {
      case "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or", "Not": 9
      case "Cast": call.int("to", 1)
      case "CastLike", "Where": try call.input(1).type
      case "NonZero": 7
      default: call.inputs[0]?.type ?? 1
      }
    // Weights keep their names: only short lists are computed here.
    let isWeight = type == 1 && call.inputs.contains { $0?.line != nil }
    for result in results {
      if isWeight, result.count > 8 || result.shape.count > 1 { return nil }
    }
    return results.map {
      Value(shape: $0.shape, isBatched: false, type: type, line: nil, known: $0)
    }
  }

  private mutating func constant(_ call: Call) throws(NodeFault) -> Value {
    guard let (name, attribute) = call.attributes.first(where: { $0.key.hasPrefix("value") }) else {
      throw .refused("its value is not a dense tensor or a number")
    }
    func value(_ known: Known, _ type: Int) -> Value {
      Value(shape: known.shape, isBatched: false, type: type, line: nil, known: known)
    }
    switch attribute {
    case .int(let number): return value(Known([], [Double(number)]), 7)
    case .float(let number): return value(Known([], [number]), 1)
    case .ints(let numbers): return value(Known(numbers), 7)
    case .floats(let numbers): return value(Known([numbers.count], numbers), 1)
    case .known(let known, let type):
      // Tables are read from the file, by the name of the result.
      guard known.count > 64, known.shape.count <= 7 else { return value(known, type) }
      var result = translation.parameter(call.outputs[0], known.shape, type: type)
      parameters.append(translation.lines.count - 1)
      if type != 1 { result.known = known }
      return result
    case .tensor(_, let shape, let type) where shape.count <= 7:
      let result = translation.parameter(call.outputs[0], shape, type: type)
      parameters.append(translation.lines.count - 1)
      return result
    default: throw .refused("its argument '\(name.shown)' is not read")
    }
  }

  private mutating func filled(_ call: Call) throws(NodeFault) -> Value {
    guard let shape = try call.ints(0, "sizes"), shape.allSatisfy({ $0 >= 0 }) else {
      throw .refused("it states no sizes")
    }
    var (number, type) = (0.0, 1)
    if case .known(let known, let given)? = call.attributes["value"],
      let first = known.numbers.first
    {
      (number, type) = (first, given)
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Int(Int32.max) else { throw .refused("it is too large") }
      count = product
    }
    guard count > Known.limit else {
      let known = Known(shape, [Double](repeating: number, count: count))
      return Value(shape: shape, isBatched: false, type: type, line: nil, known: known)
    }
    let text = "constant(\(try Translation.number(number))) |> expand([\(Translation.list(shape))])"
    return translation.add(text, shape, batched: false, type: type)
  }

  private static func shape(_ call: Call) throws(NodeFault) -> Value {
    let shape = try call.input(0).shape
    func bound(_ name: String, _ standard: Int) -> Int {
      let given = call.int(name, standard)
      return max(0, min(shape.count, given < 0 ? given + shape.count : given))
    }
    let (start, end) = (bound("start", 0), bound("end", shape.count))
    let known = Known(start < end ? Array(shape[start..<end]) : [])
    return Value(shape: known.shape, isBatched: false, type: 7, line: nil, known: known)
  }

  // MARK: The text

  private mutating func written(_ name: String, batched: Bool) throws(Stop) -> String {
    var results: [(name: String, value: Value, text: String)] = []
    var labels = PageNames()
    for output in model.graph.outputs {
      let place = ImportError.Place(name: output.name, operation: "result")
      guard let value = translation.values[output.name] else {
        throw .failed(.file("no node makes the result '\(output.name.shown)'"))
      }
      guard value.isBatched == batched else { throw .moved(place) }
      do throws(NodeFault) {
        results.append(
          (labels.legal(output.name, isLabel: true), value, try translation.mark(value)))
      } catch {
        guard case .refused(let reason) = error else { throw .moved(place) }
        throw .failed(.node(place, reason))
      }
    }
    guard !results.isEmpty else { throw .failed(.file("the network has no result")) }
    var text = PageText(translation, results: results.map(\.text))
    let body = text.statements(results.map(\.text))
    let parameterList = inputs.map { "\($0.name): Tensor[\(Translation.list($0.value.inner))]" }
    let resultList = results.map { "\($0.name): Tensor[\(Translation.list($0.value.inner))]" }
    let returned =
      results.count == 1
      ? body.results[0]
      : "(" + zip(results, body.results).map { "\($0.name): \($1)" }.joined(separator: ", ") + ")"
    var page = documentation(batched: batched).map { "/// \($0)\n" }.joined()
    page += "model \(PageNames.model(name))() {\n"
    page += ignored(text).map { "ignore \(PageNames.quoted($0))\n" }.joined()
    page += "func run(\(parameterList.joined(separator: ", "))) "
    page += "-> (\(resultList.joined(separator: ", "))) {\n"
    for statement in body.statements { page += Self.broken(statement) + "\n" }
    return page + "return \(Self.broken(returned))\n}\n}\n"
  }

  /// Tensors of the file that the page does not read: what was known when it was written.
  private func ignored(_ text: PageText) -> [String] {
    let read = Set(parameters.filter(text.reads).map { translation.lines[$0].name })
    let names = model.graph.initializers.map(\.name) + model.constants
    let unread = names.filter { !read.contains($0) }
    return unread.count > 8 || unread.contains { $0.contains("*") } ? ["*"] : unread
  }

  private func documentation(batched: Bool) -> [String] {
    let producer = [model.producer, model.producerVersion].filter { !$0.isEmpty }
      .joined(separator: " ")
    let origin = producer.isEmpty ? "" : " of \(producer)"
    return [
      "A network in ONNX\(origin.shown), operator set \(version).",
      batched
        ? "The leading axis of its inputs is the batch, which is not written."
        : "Inputs are single items with all their axes.",
    ]
  }

  /// A long statement with each step on a line.
  private static func broken(_ text: String) -> String {
    guard text.count > 90 else { return text }
    var result = ""
    var depth = 0
    var rest = text[...]
    while let letter = rest.first {
      if "([".contains(letter) { depth += 1 }
      if ")]".contains(letter) { depth -= 1 }
      if depth == 0, rest.hasPrefix(" |> ") {
        result += "\n  |> "
        rest = rest.dropFirst(4)
        continue
      }
      result.append(letter)
      rest = rest.dropFirst()
    }
    return result
  }
}

extension ONNXModel {
  /// The tensors of `Constant` nodes, by the names of their results.
  fileprivate var constants: [String] {
    graph.nodes.compactMap { node in
      guard node.operation == "Constant", case .tensor? = node["value"] else { return nil }
      return node.outputs.first
    }
  }
}
