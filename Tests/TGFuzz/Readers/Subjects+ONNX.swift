import TGExchange
import TGONNX
import TGTensor

/// Networks in ONNX.
extension Subject {
  /// Decoding, and the page that a network becomes.
  static var onnx: Subject {
    Subject(
      name: "onnx", folders: ["Tests/Fixtures/onnx"], takes: { $0.first == 8 },
      mutate: { file, _, random in
        var bytes = file
        // Single bytes: lengths, numbers of fields, letters of names. Now and then more.
        for _ in 0..<random.below(4) + 1 {
          bytes[random.below(bytes.count)] = UInt8(random.below(256))
        }
        return random.once(in: 3) ? random.damaged(bytes) : bytes
      },
      parse: { bytes in max(page(bytes), checkpoint(bytes)) })
  }

  private static func page(_ bytes: [UInt8]) -> Outcome {
    do {
      let model = try ONNXModel(decoding: ByteRegion(bytes))
      _ = try Importer.page(of: model, name: "mutated", settings: [])
      return .accepted
    } catch {
      demand(!"\(error)".isEmpty, "an odd refusal")
      return error is ONNXError ? .refusedAtOnce : .refused
    }
  }
}
