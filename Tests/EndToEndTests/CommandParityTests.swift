import Foundation
import TGTensor
import TGTestSupport
import Testing

/// The committed parity fixtures through `tgc` and `tgrun`: what PyTorch computed in float64.
@Suite struct CommandParityTests {
  /// The parts of `case.json` that are needed; `Tests/Fixtures/parity/README.md` describes them.
  private struct Case: Decodable {
    struct Weights: Decodable {
      let root: String
      let file: String?
      let drawn: String?
    }
    struct Output: Decodable {
      let file: String
      let step: Int?
    }
    struct Tolerance: Decodable {
      let relative: Double
    }
    let graph: String
    let model: String?
    let function: String?
    let batch: Int
    let settings: [String: Setting]
    let weights: [Weights]
    let vocabulary: String?
    let parts: [String: String]?
    let inputs: [String: String]
    let outputs: [String: Output]
    let tolerance: Tolerance
  }

  /// A parameter's value as `--set` takes it.
  private struct Setting: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let flag = try? value.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else if let number = try? value.decode(Int.self) {
        text = String(number)
      } else if let number = try? value.decode(Double.self) {
        text = String(number)
      } else {
        text = try value.decode(String.self)
      }
    }
  }

  private static let cases: [String] =
    ((try? FileManager.default.contentsOfDirectory(
      atPath: GraphPages.repository.appendingPathComponent("Tests/Fixtures/parity").path)) ?? [])
    .filter { !$0.hasSuffix(".md") }.sorted()

  @Test func thereAreCases() {
    #expect(Self.cases.count >= 5)
  }

  @Test(arguments: cases, ["-O0", "-O1", "-O2"])
  func graphsComputeWhatPyTorchDoes(name: String, level: String) throws {
    let folder = GraphPages.repository.appendingPathComponent("Tests/Fixtures/parity/\(name)")
    let data = try Data(contentsOf: folder.appendingPathComponent("case.json"))
    let fixture = try JSONDecoder().decode(Case.self, from: data)
    let graph = GraphPages.file(fixture.graph)
    let temporary = try TemporaryFolder()
    let file = { (name: String) in folder.appendingPathComponent(name).path }

    var options = [graph.path, level, "--batch", String(fixture.batch), "-o", "case.tplan"]
    options += try fixture.weights.enumerated().flatMap { position, weights in
      let made = temporary.path("\(position).safetensors")
      let path = try Self.weights(weights, of: folder, made: made)
      return ["--weights", (weights.root.isEmpty ? "" : weights.root + "=") + path]
    }
    options += fixture.settings.sorted { $0.key < $1.key }.flatMap {
      ["--set", "\($0.key)=\($0.value.text)"]
    }
    for (part, page) in fixture.parts ?? [:] {
      options += ["--part", "\(part)=\(GraphPages.file(page).path)"]
    }
    if let vocabulary = fixture.vocabulary { options += ["--vocabulary", file(vocabulary)] }
    if let model = fixture.model { options += ["--model", model] }
    options.append("--verify-passes")
    let compiled = try #require(BuiltCommand("tgc")).run(options, in: temporary.url)
    #expect(compiled.status == 0, "\(compiled.messages)")

    options = ["case.tplan"]
    if let function = fixture.function { options += ["--function", function] }
    for (input, path) in fixture.inputs {
      options += ["--input", "\(input)=\(try Self.input(path, of: folder, in: temporary))"]
    }
    for output in fixture.outputs.keys { options += ["--output", "\(output)=\(output).npy"] }
    let run = try #require(BuiltCommand("tgrun")).run(options, in: temporary.url)
    #expect(run.status == 0, "\(run.messages)")

    for (output, stored) in fixture.outputs.sorted(by: { $0.key < $1.key }) {
      let expected = try NumpyArray.read(path: file(stored.file)).tensor
      let all = try NumpyArray.read(path: temporary.path("\(output).npy")).tensor
      let found = Self.sampled(all, every: stored.step ?? 1)
      #expect(found.shape.count == expected.shape.count, "\(output)")
      guard found.shape.count == expected.shape.count else { continue }
      let largest = expected.elements.map { Double(abs($0)) }.max() ?? 0
      let difference =
        zip(found.elements, expected.elements)
        .map { abs(Double($0) - Double($1)) }.max() ?? 0
      #expect(
        difference <= fixture.tolerance.relative * max(1, largest / 10),
        "\(name) \(level) \(output): \(difference)")
    }
  }

  /// The file of a root's weights; one whose tensors are drawn is made at a path.
  private static func weights(
    _ weights: Case.Weights, of folder: URL, made path: String
  ) throws -> String {
    let stored = weights.file.map { folder.appendingPathComponent($0) }
    guard let drawn = weights.drawn else { return try #require(stored).path }
    try DrawnNumbers.writeWeights(
      drawn: folder.appendingPathComponent(drawn), stored: stored, to: URL(fileURLWithPath: path))
    return path
  }

  /// The file of an input; one that is drawn is made in another folder.
  private static func input(
    _ name: String, of folder: URL, in temporary: TemporaryFolder
  ) throws -> String {
    let file = folder.appendingPathComponent(name)
    guard name.hasSuffix(".drawn") else { return file.path }
    let array = try #require(DrawnNumbers.arrays(file).first)
    let path = temporary.path(file.lastPathComponent + ".npy")
    try Data(NumpyArray(array.tensor).encoded).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Every `step`-th row and column of the last two axes.
  private static func sampled(_ tensor: HostTensor, every step: Int) -> HostTensor {
    let extents = tensor.shape.dimensions
    guard step > 1, extents.count >= 2 else { return tensor }
    let rows = Array(stride(from: 0, to: extents[extents.count - 2], by: step))
    let width = extents[extents.count - 1]
    let columns = Array(stride(from: 0, to: width, by: step))
    let area = extents[extents.count - 2] * width
    var elements: [Float] = []
    for plane in 0..<tensor.shape.count / area {
      for row in rows {
        for column in columns { elements.append(tensor[plane * area + row * width + column]) }
      }
    }
    return HostTensor(Shape(Array(extents.dropLast(2)) + [rows.count, columns.count]), elements)
  }
}
