import TGONNX
import TGTensor

extension Importer {
  mutating func written(_ name: String, batched: Bool) throws(Stop) -> String {
    var results: [(name: String, value: PageValue, text: String)] = []
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
    let unread = ignored(text)
    page += unread.map { "ignore \(PageNames.quoted($0))\n" }.joined()
    if !unread.isEmpty { page += "\n" }
    page += "func run(\(parameterList.joined(separator: ", "))) "
    page += "-> (\(resultList.joined(separator: ", "))) {\n"
    for statement in body.statements { page += Self.broken(statement) + "\n" }
    page += "return \(Self.broken(returned))\n}\n}\n"
    guard page.utf8.count <= Self.mostBytes else {
      throw .failed(
        .file("its page would have \(page.utf8.count) bytes; at most \(Self.mostBytes) are written")
      )
    }
    return page
  }

  /// Tensors of the file that the page does not read and has to name, which are what was known when it was
  /// written and is not what nodes reckon with.
  private func ignored(_ text: PageText) -> [String] {
    let read = Set(parameters.filter(text.reads).map { translation.lines[$0].name })
    let unread = model.graph.tensors.filter { tensor in
      !read.contains(tensor.name)
        && !(tensor.storedType.map { ONNXTensor.isReckonedWith($0, rank: tensor.dimensions.count) }
          ?? false)
    }.map(\.name)
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

  /// The most bytes of a page: many thousand nodes, but no tables of numbers.
  private static var mostBytes: Int { 1 << 20 }

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
