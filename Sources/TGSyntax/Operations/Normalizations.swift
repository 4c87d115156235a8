import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// Normalizations and softmax.
  static let normalizations: [Operation] = [
    Operation(
      "batchNorm", ["x", "epsilon", "weight", "bias", "mean", "variance"], readsWeights: true
    ) { call in
      let x = try call.tensor("x")
      guard let channels = x.shape.first else {
        throw failure("rank", "`batchNorm` needs channels, not a number", at: call.range)
      }
      let epsilon = try call.number("epsilon", default: 1e-5)
      let elaboration = call.elaboration
      let weight = try call.weight("weight", [channels], role: "scale")
      let bias = try call.weight("bias", [channels], role: "bias")
      guard
        let mean = try call.weight("mean", [channels], role: "mean", key: "running_mean"),
        let variance = try call.weight(
          "variance", [channels], role: "variance", key: "running_var")
      else { throw failure("argument", "`batchNorm` needs mean and variance", at: call.range) }
      // scale = weight / √(variance + ε), shift = bias − mean · scale
      let raised = try elaboration.pointwise(
        .add, [variance, elaboration.constant(epsilon)], at: call.range)
      var scale = try elaboration.pointwise(.reciprocalSquareRoot, [raised], at: call.range)
      if let weight {
        scale = try elaboration.pointwise(.multiply, [scale, weight], at: call.range)
      }
      let moved = try elaboration.pointwise(.multiply, [mean, scale], at: call.range)
      let shift =
        try bias.map { try elaboration.pointwise(.subtract, [$0, moved], at: call.range) }
        ?? elaboration.pointwise(.negate, [moved], at: call.range)
      return try call.affine(x, scale, shift, axis: 0)
    },
    Operation(
      "instanceNorm", ["x", "epsilon", "affine", "weight", "bias"], readsWeights: true
    ) { call in
      let x = try call.picture("x")
      let value = try call.elaboration.builder.insert(
        Normalize(axes: [2, 3], epsilon: Float(call.number("epsilon", default: 1e-5))), [x.value])
      return try call.optionallyAffine(
        call.picture(value, of: x), axis: 0, standard: false)
    },
    Operation(
      "layerNorm", ["x", "epsilon", "affine", "weight", "bias"], readsWeights: true
    ) { call in
      let x = try call.tensor("x")
      guard let width = x.shape.last else {
        throw failure("rank", "`layerNorm` needs a vector, not a number", at: call.range)
      }
      _ = width
      let axis = x.shape.count - 1 + (x.isBatched ? 1 : 0)
      let value = try call.elaboration.builder.insert(
        Normalize(axes: [axis], epsilon: Float(call.number("epsilon", default: 1e-5))), [x.value])
      let normalized = Tensor(
        value: value, shape: x.shape, isBatched: x.isBatched, range: call.range)
      return try call.optionallyAffine(normalized, axis: x.shape.count - 1, standard: true)
    },
    Operation(
      "groupNorm", ["x", "groups", "epsilon", "affine", "weight", "bias"], readsWeights: true
    ) { call in
      let x = try call.picture("x")
      let groups = try call.int("groups")
      guard x.shape[0] % groups == 0 else {
        throw failure(
          "groups", "\(groups) groups do not divide \(x.shape[0]) channels",
          at: call.location(of: "groups"))
      }
      let elaboration = call.elaboration
      let whole = elaboration.builder.shape(x.value)
      let cut = [whole[0], groups, x.shape[0] / groups] + x.shape[1...]
      let grouped = try elaboration.builder.reshape(x.value, cut)
      let normal = try elaboration.builder.insert(
        Normalize(axes: [2, 3, 4], epsilon: Float(call.number("epsilon", default: 1e-5))), [grouped]
      )
      let value = try elaboration.builder.reshape(normal, whole.dimensions)
      return try call.optionallyAffine(call.picture(value, of: x), axis: 0, standard: true)
    },
    Operation("softmax", ["x", "axis", "where"]) { call in try call.softmax(logarithmic: false) },
    Operation("logSoftmax", ["x", "axis", "where"]) { call in try call.softmax(logarithmic: true) },
  ]
}

extension OperationCall {
  /// `x · scale + shift`, vectors that lie along one axis.
  fileprivate func affine(_ x: Tensor, _ scale: Tensor?, _ shift: Tensor?, axis: Int) throws
    -> Datum
  {
    var tensor = x
    func along(_ vector: Tensor) throws -> Tensor {
      var shape = [Int](repeating: 1, count: x.shape.count)
      shape[axis] = vector.shape[0]
      let value = try elaboration.builder.reshape(
        vector.value, elaboration.full(shape, vector.isBatched))
      return Tensor(value: value, shape: shape, isBatched: vector.isBatched, range: range)
    }
    if let scale {
      tensor = try elaboration.pointwise(.multiply, [tensor, along(scale)], at: range)
    }
    if let shift { tensor = try elaboration.pointwise(.add, [tensor, along(shift)], at: range) }
    return result(tensor)
  }

  /// Scale and shift if `affine` says so, or if they are given.
  fileprivate func optionallyAffine(_ x: Tensor, axis: Int, standard: Bool) throws -> Datum {
    let isAffine = try boolean("affine", default: standard)
    let size = [x.shape[axis]]
    let scale =
      isAffine || given("weight") != nil ? try weight("weight", size, role: "scale") : nil
    let shift = isAffine || given("bias") != nil ? try weight("bias", size, role: "bias") : nil
    if !isAffine {
      for name in ["weight", "bias"] where given(name) == nil { decline(name, size) }
    }
    return try affine(x, scale, shift, axis: axis)
  }

  /// Softmax along an axis; where the mask is 0, nothing.
  fileprivate func softmax(logarithmic: Bool) throws -> Datum {
    var x = try tensor("x")
    let standard = x.shape.count == 1 ? 0 : nil
    let axis = try axis("axis", of: x, default: standard)
    if given("where") != nil {
      var mask = try tensor("where")
      if mask.shape.count == 1, x.shape.count > 1 {
        var shape = [Int](repeating: 1, count: x.shape.count)
        shape[axis] = mask.shape[0]
        mask.value = try elaboration.builder.reshape(
          mask.value, elaboration.full(shape, mask.isBatched))
        mask.shape = shape
      }
      let shape = try elaboration.joined([x, mask], at: range, sign: "where")
      guard shape == x.shape else {
        throw failure(
          "shape-mismatch", "a mask \(shapeText(mask.shape)) over \(shapeText(x.shape))",
          at: location(of: "where"))
      }
      let hidden = try elaboration.builder.constant(-Float.infinity)
      let value = try elaboration.builder.map(.select, mask.value, x.value, hidden)
      x = Tensor(
        value: value, shape: shape, isBatched: x.isBatched || mask.isBatched, range: range)
    }
    let value = try elaboration.builder.insert(
      SoftmaxOp(axis: axis + (x.isBatched ? 1 : 0), logarithmic: logarithmic), [x.value])
    return result(Tensor(value: value, shape: x.shape, isBatched: x.isBatched, range: range))
  }
}
