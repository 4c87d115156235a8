import Foundation
import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// Elementwise functions with one operand.
  static let activations: [Operation] =
    [
      ("relu", PointwiseFunction.relu), ("sigmoid", .sigmoid), ("tanh", .tanh), ("gelu", .gelu),
      ("softplus", .softplus), ("exp", .exponential), ("log", .logarithm), ("square", .square),
      ("abs", .absolute), ("sin", .sine), ("cos", .cosine), ("sign", .sign),
      ("erf", .errorFunction),
      ("sqrt", .squareRoot), ("floor", .floor),
    ].map { name, function in
      Operation(name, ["x"]) { call in
        if let number = call.given("x")?.value.number {
          return try call.numeric(function, number)
        }
        return call.result(
          try call.elaboration.pointwise(function, [call.tensor("x")], at: call.range))
      }
    } + [
      Operation("leakyRelu", ["x", "slope"]) { call in
        let slope = try call.number("slope")
        return call.result(
          try call.elaboration.pointwise(
            .leakyRelu, [call.tensor("x")], at: call.range, immediate: Float(slope)))
      },
      Operation("silu", ["x"]) { call in
        let x = try call.tensor("x")
        let gate = try call.elaboration.pointwise(.sigmoid, [x], at: call.range)
        return call.result(try call.elaboration.pointwise(.multiply, [x, gate], at: call.range))
      },
      Operation("elu", ["x", "alpha"]) { call in
        // max(x, 0) + alpha · (exp(min(x, 0)) − 1)
        let (x, e, range) = (try call.tensor("x"), call.elaboration, call.range)
        let below = try e.pointwise(.minimum, [x, e.constant(0)], at: range)
        let curve = try e.pointwise(
          .subtract, [e.pointwise(.exponential, [below], at: range), e.constant(1)], at: range)
        let scaled = try e.pointwise(
          .multiply, [curve, e.constant(call.number("alpha", default: 1))], at: range)
        let above = try e.pointwise(.relu, [x], at: range)
        return call.result(try e.pointwise(.add, [above, scaled], at: range))
      },
      Operation("prelu", ["x", "slopes", "weight"], readsWeights: true) { call in
        let x = try call.tensor("x")
        var standard = 1
        if let argument = call.given("weight"),
          let weight = try call.elaboration.tensor(argument.value)
        {
          standard = weight.shape.first ?? 1
        }
        let slopes = try call.int("slopes", default: standard)
        guard slopes == 1 || slopes == x.shape.first else {
          throw failure(
            "prelu", "`slopes` is 1 or one per channel, not \(slopes) for \(shapeText(x.shape))",
            at: call.location(of: "slopes"))
        }
        guard var slope = try call.weight("weight", [slopes], role: "other") else {
          throw failure("argument", "`prelu` needs its slopes", at: call.location(of: "weight"))
        }
        try call.unbatched(slope, "weight")
        slope.shape = slopes == 1 ? [] : [slopes] + x.shape.dropFirst().map { _ in 1 }
        slope.value = try call.elaboration.builder.reshape(slope.value, slope.shape)
        let (e, range) = (call.elaboration, call.range)
        let above = try e.pointwise(.relu, [x], at: range)
        let below = try e.pointwise(.minimum, [x, e.constant(0)], at: range)
        let scaled = try e.pointwise(.multiply, [below, slope], at: range)
        return call.result(try e.pointwise(.add, [above, scaled], at: range))
      },
      Operation("glu", ["x", "axis"]) { call in
        let x = try call.tensor("x")
        let axis = try call.axis("axis", of: x, default: 0)
        guard x.shape[axis] % 2 == 0 else {
          throw failure(
            "glu", "`glu` halves axis \(axis) of \(shapeText(x.shape)), which is odd",
            at: call.range, notes: call.elaboration.producers([x], except: call.range))
        }
        let half = x.shape[axis] / 2
        var shape = x.shape
        shape[axis] = half
        let parts = try call.elaboration.builder.split(
          x.value, [half, half], axis: axis + (x.isBatched ? 1 : 0)
        ).map { Tensor(value: $0, shape: shape, isBatched: x.isBatched, range: call.range) }
        let gate = try call.elaboration.pointwise(.sigmoid, [parts[1]], at: call.range)
        return call.result(
          try call.elaboration.pointwise(.multiply, [parts[0], gate], at: call.range))
      },
    ]
}

extension OperationTable {
  /// Elementwise functions with several operands.
  static let arithmetics: [Operation] = [
    Operation("min", ["a", "b"]) { call in try call.binary(.minimum) { min($0, $1) } },
    Operation("max", ["a", "b"]) { call in try call.binary(.maximum) { max($0, $1) } },
    Operation("pow", ["a", "b"]) { call in try call.binary(.power) { pow($0, $1) } },
    Operation("less", ["a", "b"]) { call in try call.binary(.less) { $0 < $1 ? 1 : 0 } },
    Operation("ceil", ["x"]) { call in
      let number = try call.number("x")
      return .int(try call.whole(number.rounded(.up)))
    },
    Operation("log2", ["x"]) { call in
      if case .int(let value)? = call.given("x")?.value, value > 0, value & (value - 1) == 0 {
        return .int(value.trailingZeroBitCount)
      }
      return .float(try call.elaboration.finite(log2(call.number("x")), at: call.range))
    },
    Operation("clamp", ["x", "low", "high"]) { call in
      let low = try call.elaboration.constant(call.number("low"))
      let high = try call.elaboration.constant(call.number("high"))
      let above = try call.elaboration.pointwise(
        .maximum, [call.tensor("x"), low], at: call.range)
      return call.result(try call.elaboration.pointwise(.minimum, [above, high], at: call.range))
    },
    Operation("detach", ["x"]) { call in
      var x = try call.tensor("x")
      x.value = try call.elaboration.builder.insert(Detach(), [x.value])
      return call.result(x)
    },
    Operation("select", ["condition", "a", "b"]) { call in
      let operands = [try call.tensor("condition"), try call.tensor("a"), try call.tensor("b")]
      return call.result(try call.elaboration.pointwise(.select, operands, at: call.range))
    },
  ]
}

extension OperationCall {
  /// A function of a number known at compile time.
  fileprivate func numeric(_ function: PointwiseFunction, _ x: Double) throws -> Datum {
    if function == .floor { return .int(try whole(x.rounded(.down))) }
    if case .int(let value)? = given("x")?.value {
      if function == .absolute, value != .min { return .int(abs(value)) }
      if function == .square, value.magnitude < 1 << 31 { return .int(value * value) }
    }
    return .float(
      try elaboration.finite(function.evaluate(x, 0, 0, immediate: 0), at: range))
  }

  fileprivate func whole(_ value: Double) throws -> Int {
    guard abs(value) < 9e15 else {
      throw failure("number", "\(value) is too large for a whole number", at: range)
    }
    return Int(value)
  }

  /// A function of two numbers or tensors; of two whole numbers it stays whole where it is.
  fileprivate func binary(
    _ function: PointwiseFunction, _ number: (Double, Double) -> Double
  ) throws -> Datum {
    let (a, b) = (try required("a").value, try required("b").value)
    if let x = a.number, let y = b.number {
      let value = try elaboration.finite(number(x, y), at: range)
      if case .int = a, case .int = b, value == value.rounded(), abs(value) < 9e15 {
        return .int(Int(value))
      }
      return .float(value)
    }
    return result(
      try elaboration.pointwise(function, [tensor("a"), tensor("b")], at: range))
  }
}
