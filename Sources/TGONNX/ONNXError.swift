/// Why bytes are not the network of an ONNX file.
package struct ONNXError: Error, Hashable, Sendable {
  /// What is wrong.
  package enum Fault: Hashable, Sendable {
    /// A length or a number reaches past the end of its message.
    case truncated
    /// A number of more than ten bytes or 64 bits.
    case oversizedNumber
    /// A field of number 0, or a kind of field that the format does not have there.
    case wireType(Int)
    /// A field that may stand once stands twice.
    case duplicate
    /// A text that is not UTF-8, or has a zero byte.
    case text
    /// It would take more than so many bytes of memory, weights not counted.
    case memory(limit: Int)
    /// There is no network in it.
    case noGraph
  }

  /// What is wrong.
  package let fault: Fault
  /// The message type in which it was found.
  package var message = "Model"
  /// The field; nil if none is known there.
  package var field: String?
  /// The byte of the file.
  package var offset: Int?
}

extension ONNXError: CustomStringConvertible {
  /// One sentence without the path.
  package var description: String {
    let place = "\(message)\(field.map { ".\($0)" } ?? "")"
    let start = offset.map { "the ONNX file is damaged at byte \($0) (\(place)): " } ?? ""
    return switch fault {
    case .truncated: start + "it ends too early; fetch it again"
    case .oversizedNumber: start + "a number has more than 64 bits"
    case .wireType(let type): start + "a field of kind \(type) does not stand there"
    case .duplicate: start + "a field that stands once stands twice"
    case .text: start + "a text is not UTF-8"
    case .memory(let limit):
      "the nodes and names of the ONNX file take more than \(limit >> 20) MiB; no network does"
    case .noGraph: "the ONNX file has no network in it"
    }
  }
}
