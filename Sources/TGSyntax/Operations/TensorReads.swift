import TGDiagnostics
import TGIR
import TGTensor

extension OperationTable {
  /// Single tensors of the checkpoint as values.
  static let tensorReads: [Operation] = ["parameter", "buffer"].map { name in
    Operation(name, ["name", "shape", "absent"], readsWeights: true) { call in
      let own = try call.string("name")
      let argument = try call.required("shape")
      guard case .list(let sizes) = argument.value else {
        throw call.wrong("shape", "a list of sizes", argument)
      }
      let shape = try sizes.map {
        try call.elaboration.whole($0, "a size", at: argument.range, in: 1...Int(Int32.max))
      }
      var absent: Float?
      if call.given("absent") != nil { absent = Float(try call.number("absent")) }
      let last = own.split(separator: ".").last.map(String.init) ?? own
      let role = tensorRole(last, shape)
      let fanIn = shape.count > 1 ? shape[1...].reduce(1, *) : shape.first ?? 1
      return .tensor(
        try call.read(own, shape, role: role, fanIn: role == "weight" ? fanIn : 0, absent: absent))
    }
  }
}

/// The kind of a tensor by its name, for synthetic weights.
private func tensorRole(_ name: String, _ shape: [Int]) -> String {
  if name.hasSuffix("bias") { return "bias" }
  if name.hasSuffix("var") || name.hasSuffix("variance") { return "variance" }
  if name.hasSuffix("mean") { return "mean" }
  if name.hasSuffix("weight"), shape.count > 1 { return "weight" }
  if name.hasSuffix("weight") { return "scale" }
  return "other"
}
