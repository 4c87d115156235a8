package import TGTensor

/// Why a network cannot be written.
package enum ONNXWritingError: Error, Hashable, Sendable {
  /// The file would be larger than readers of the format take, in bytes.
  case tooLarge(bytes: Int, limit: Int)
  /// A tensor whose numbers are not at hand: a typed list of another file, or another file.
  case noNumbers(tensor: String)
}

/// Writes a network as the bytes of an ONNX file: messages of protobuf by spec/onnx.proto, fields in the
/// order of their numbers, defaults left out. The same network gives the same bytes.
///
/// Numbers of tensors are not copied: the file is a list of pieces, some of which lie in the tensors.
package struct ONNXEncoder: Sendable {
  /// The most bytes of a message of protobuf.
  package static let limit = Int(Int32.max)

  /// The bytes of the file.
  package let count: Int
  private let pieces: [ONNXMessage.Piece]

  /// Encodes a network; nothing is written yet.
  ///
  /// - Parameter limit: the most bytes of the file.
  /// - Throws: `ONNXWritingError`.
  package init(
    _ model: ONNXModel, limit: Int = ONNXEncoder.limit
  ) throws(ONNXWritingError) {
    var message = ONNXMessage()
    try message.put(model)
    guard message.count <= limit else {
      throw .tooLarge(bytes: message.count, limit: limit)
    }
    (count, pieces) = (message.count, message.pieces)
  }

  /// The whole file in memory.
  package var bytes: [UInt8] {
    pieces.flatMap { piece -> [UInt8] in
      switch piece {
      case .bytes(let bytes): bytes
      case .region(let region): region.bytes(0..<region.count) ?? []
      }
    }
  }

  /// Writes the file; it appears whole or not at all.
  ///
  /// - Throws: `AtomicFileError`.
  package func write(to path: String) throws(AtomicFileError) {
    let file = try AtomicFile(path: path)
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): try file.append(bytes)
      case .region(let region):
        try region.withSpan { (span) throws(AtomicFileError) in try file.append(span) }
      }
    }
    try file.commit()
  }
}
