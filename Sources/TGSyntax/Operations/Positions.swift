import TGDiagnostics

extension OperationTable {
  /// Positions of a `sequential block`.
  static let positions: [Operation] = [
    Operation("skip", ["x", "count"]) { call in
      guard let positions = call.activation.positions else {
        throw failure(
          "position", "only in a `sequential block` calls have positions to skip", at: call.range)
      }
      _ = positions.take(try call.int("count", default: 1, in: 0...65_536))
      return try call.required("x").value
    }
  ]
}
