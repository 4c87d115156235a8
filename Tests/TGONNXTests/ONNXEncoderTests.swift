import Foundation
import TGONNX
import TGTensor
import Testing

/// Holds the bytes that are written against those of onnx's own library
/// (`Tools/fixtures/onnx_model.py`).
@Suite struct ONNXEncoderTests {
  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/onnx/every-field.onnx")

  /// What the script makes.
  private static var model: ONNXModel {
    var model = ONNXModel()
    model.producer = "tgc"
    model.producerVersion = "1.0"
    model.documentation = "A model."
    model.operatorSets = [("", 18), ("test", 1)]
    model.metadata = [("licence", "MIT")]
    model.graph.name = "generate"
    model.graph.documentation = "A picture."
    model.graph.nodes = [
      ONNXNode(
        "Gemm", ["x", "fc.weight"], ["fc"],
        attributes: [ONNXAttribute("transB", .int(1)), ONNXAttribute("alpha", .float(0.5))],
        name: "fc/Gemm"),
      ONNXNode(
        "Resize", ["fc", "", "", "sizes"], ["y"],
        attributes: [
          ONNXAttribute("mode", .string(Array("nearest".utf8))),
          ONNXAttribute("perm", .ints([-1, 300])),
        ]),
      ONNXNode(
        "Own", ["y"], ["z"],
        attributes: [
          ONNXAttribute("scales", .floats([0.5, -2])),
          ONNXAttribute("words", .strings([Array("a".utf8), Array("bc".utf8)])),
          ONNXAttribute(
            "value",
            .tensor(
              ONNXTensor(
                name: "seven", dimensions: [1], type: 7,
                content: .raw(ByteRegion([7, 0, 0, 0, 0, 0, 0, 0]))))),
        ], domain: "test"),
    ]
    model.graph.initializers = [
      ONNXTensor(
        name: "fc.weight", dimensions: [2, 3], type: 1,
        content: .raw(ByteRegion(numbers: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])))
    ]
    model.graph.inputs = [ONNXValue("x", type: 1, dimensions: [.name("N"), .number(3)])]
    model.graph.outputs = [ONNXValue("z", type: 6, dimensions: [.number(4), .unknown])]
    return model
  }

  @Test func bytesAreThoseOfONNX() throws {
    let encoder = try ONNXEncoder(Self.model)
    let bytes = encoder.bytes
    #expect(bytes == (try [UInt8](Data(contentsOf: Self.fixture))))
    #expect(encoder.count == bytes.count)
  }

  @Test func fileHasTheBytes() throws {
    let path = NSTemporaryDirectory() + "/onnx-\(UInt64.random(in: 0...UInt64.max)).onnx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let encoder = try ONNXEncoder(Self.model)
    try encoder.write(to: path)
    #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == encoder.bytes)
  }

  /// The limit of the format is 2³¹ − 1; the test's is that of its file.
  @Test func whatIsTooLargeIsRefused() throws {
    let size = try ONNXEncoder(Self.model).count
    #expect(ONNXEncoder.limit == 2_147_483_647)
    #expect(try ONNXEncoder(Self.model, limit: size).count == size)
    #expect(throws: ONNXWritingError.tooLarge(bytes: size, limit: size - 1)) {
      try ONNXEncoder(Self.model, limit: size - 1)
    }
  }

  @Test func numbersElsewhereAreRefused() {
    var model = Self.model
    model.graph.initializers[0].content = .external
    #expect(throws: ONNXWritingError.noNumbers(tensor: "fc.weight")) { try ONNXEncoder(model) }
  }
}
