import TGONNX
import TGTensor

extension Importer {
  mutating func translate(_ node: ONNXNode) throws(NodeFault) {
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
    var operands: [PageValue?] = []
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

  private mutating func results(_ call: Call) throws(NodeFault) -> [PageValue] {
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
      return [PageValue(shape: [], isBatched: false, type: 7, line: nil, known: Known([], [count]))]
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
  private func evaluated(_ call: Call) throws(NodeFault) -> [PageValue]? {
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
      PageValue(shape: $0.shape, isBatched: false, type: type, line: nil, known: $0)
    }
  }

  private mutating func constant(_ call: Call) throws(NodeFault) -> PageValue {
    guard let (name, attribute) = call.attributes.first(where: { $0.key.hasPrefix("value") }) else {
      throw .refused("its value is not a dense tensor or a number")
    }
    func value(_ known: Known, _ type: Int) -> PageValue {
      PageValue(shape: known.shape, isBatched: false, type: type, line: nil, known: known)
    }
    switch attribute {
    case .int(let number): return value(Known([], [Double(number)]), 7)
    case .float(let number): return value(Known([], [number]), 1)
    case .ints(let numbers): return value(Known(numbers), 7)
    case .floats(let numbers): return value(Known([numbers.count], numbers), 1)
    case .known(let known, let type):
      // Tables are read from the file, by the name of the result.
      guard known.count > 64, known.shape.count <= 7 else { return value(known, type) }
      var result = translation.parameter(try call.result, known.shape, type: type)
      parameters.append(translation.lines.count - 1)
      if type != 1 { result.known = known }
      return result
    case .tensor(_, let shape, let type) where shape.count <= 7:
      let result = translation.parameter(try call.result, shape, type: type)
      parameters.append(translation.lines.count - 1)
      return result
    default: throw .refused("its argument '\(name.shown)' is not read")
    }
  }

  private mutating func filled(_ call: Call) throws(NodeFault) -> PageValue {
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
      return PageValue(shape: shape, isBatched: false, type: type, line: nil, known: known)
    }
    let text = "constant(\(try Translation.number(number))) |> expand([\(Translation.list(shape))])"
    return translation.add(text, shape, batched: false, type: type)
  }

  private static func shape(_ call: Call) throws(NodeFault) -> PageValue {
    let shape = try call.input(0).shape
    func bound(_ name: String, _ standard: Int) -> Int {
      let given = call.int(name, standard)
      return max(0, min(shape.count, given < 0 ? given + shape.count : given))
    }
    let (start, end) = (bound("start", 0), bound("end", shape.count))
    let known = Known(start < end ? Array(shape[start..<end]) : [])
    return PageValue(shape: known.shape, isBatched: false, type: 7, line: nil, known: known)
  }
}
