import Foundation
import TGIR
import TGOps
import TGSyntax
import TGTensor
import Testing

/// Graphs as they are elaborated, run by the meaning of their ops in Double, against the numbers of
/// independent PyTorch modules.
@Suite struct FixtureTests {
  struct Case: Decodable {
    struct Weights: Decodable {
      var root: String
      var file: String
    }
    struct Output: Decodable {
      var file: String
      var step: Int?
    }
    var graph: String
    var function: String?
    var batch: Int
    var settings: [String: Setting]
    var weights: [Weights]
    var inputs: [String: String]
    var outputs: [String: Output]
  }

  /// A number or a truth value of JSON as `--set` takes it.
  struct Setting: Decodable {
    var text: String
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        text = String(flag)
      } else {
        text = String(try container.decode(Int.self))
      }
    }
  }

  @Test(arguments: ["tagan", "tagan-embedding", "attngan", "attngan-corrected"])
  func equalsPyTorch(name: String) throws {
    let folder = repository.appending(path: "Tests/Fixtures/parity/\(name)")
    let data = try Data(contentsOf: folder.appending(path: "case.json"))
    let example = try JSONDecoder().decode(Case.self, from: data)
    let model = try elaborated(
      example.graph,
      ElaborationOptions(
        settings: example.settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.text) },
        batch: example.batch)
    ).model
    var tensors: [String: ReferenceTensor] = [:]
    for file in example.weights {
      for (key, value) in try safetensors(folder.appending(path: file.file)) {
        tensors["\(file.root)/\(key)"] = value
      }
    }
    for (key, file) in example.inputs {
      tensors["input/\(key)"] = try numpy(folder.appending(path: file))
    }
    let function = try #require(model.functions.first)
    let values = run(function.graph, tensors)
    for output in function.graph.outputs {
      let stated = try #require(example.outputs[output.name])
      let expected = try numpy(folder.appending(path: stated.file))
      let actual = thinned(try #require(values[output.value.index]), stated.step ?? 1)
      #expect(actual.shape == expected.shape, "\(output.name)")
      let top = expected.elements.map(abs).max() ?? 0
      let off = zip(actual.elements, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
      print("\(name) \(output.name): off by \(off) of \(top)")
      #expect(off <= 1e-4 * max(1, top / 10), "\(output.name)")
    }
  }

  private func run(_ graph: Graph, _ tensors: [String: ReferenceTensor]) -> [ReferenceTensor?] {
    var values: [ReferenceTensor?] = []
    let live = graph.live
    for (index, node) in graph.nodes.enumerated() {
      guard live[index] else {
        values.append(nil)
        continue
      }
      if let input = node.op as? Input {
        values.append(tensors["input/\(input.name)"])
      } else if let parameter = node.op as? Parameter {
        values.append(tensors["\(parameter.root)/\(parameter.name)"])
      } else {
        values.append(node.op.reference(node.operands.compactMap { values[$0.index] }))
      }
    }
    return values
  }

  /// Every `step`-th row and column of the last two axes.
  private func thinned(_ tensor: ReferenceTensor, _ step: Int) -> ReferenceTensor {
    let rank = tensor.shape.rank
    guard step > 1, rank >= 2 else { return tensor }
    var (extents, strides) = (tensor.shape.dimensions, tensor.shape.strides)
    for axis in [rank - 2, rank - 1] {
      extents[axis] = (extents[axis] + step - 1) / step
      strides[axis] *= step
    }
    return tensor.strided(Shape(extents), strides: strides)
  }

  private func safetensors(_ url: URL) throws -> [String: ReferenceTensor] {
    struct Entry: Decodable {
      var dtype: String
      var shape: [Int]
      var offsets: [Int]
      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case offsets = "data_offsets"
      }
    }
    let data = Array(try Data(contentsOf: url))
    let length = (0..<8).reduce(0) { $0 | Int(data[$1]) << (8 * $1) }
    let header = try JSONSerialization.jsonObject(with: Data(data[8..<8 + length]))
    var result: [String: ReferenceTensor] = [:]
    for (name, value) in header as? [String: Any] ?? [:] where name != "__metadata__" {
      let entry = try JSONDecoder().decode(
        Entry.self, from: JSONSerialization.data(withJSONObject: value))
      guard entry.dtype == "F32" else { continue }
      let start = 8 + length + entry.offsets[0]
      result[name] = ReferenceTensor(
        Shape(entry.shape), floats(data, start, Shape(entry.shape).count))
    }
    return result
  }

  private func numpy(_ url: URL) throws -> ReferenceTensor {
    let data = Array(try Data(contentsOf: url))
    let length = Int(data[8]) | Int(data[9]) << 8
    let header = String(decoding: data[10..<10 + length], as: UTF8.self)
    let shape = header.split(separator: "(")[1].split(separator: ")")[0].split(separator: ",")
      .compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let count = shape.reduce(1, *)
    if header.contains("<i8") {
      let elements = (0..<count).map { item in
        Double(
          (0..<8).reduce(Int64(0)) { $0 | Int64(data[10 + length + 8 * item + $1]) << (8 * $1) })
      }
      return ReferenceTensor(Shape(shape), elements)
    }
    return ReferenceTensor(Shape(shape), floats(data, 10 + length, count))
  }

  private func floats(_ data: [UInt8], _ start: Int, _ count: Int) -> [Double] {
    (0..<count).map { item in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + 4 * item + $1]) << (8 * $1) }
      return Double(Float(bitPattern: bits))
    }
  }
}
