import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// Convolutions and windows over pictures.
  static let convolutions: [Operation] = [
    Operation(
      "conv",
      ["x", "out", "kernel", "stride", "padding", "dilation", "groups", "weight", "bias"],
      readsWeights: true
    ) { call in
      let x = try call.picture("x")
      let channels = x.shape[0]
      let groups = try call.int("groups", default: 1)
      let (out, kernel) = try call.kernel(outAxis: 0)
      guard channels % groups == 0, out % groups == 0 else {
        throw failure(
          "groups", "\(groups) groups do not divide \(channels) channels into \(out)",
          at: call.location(of: "groups"))
      }
      let stride = try call.pair("stride", default: [1, 1])
      let dilation = try call.pair("dilation", default: [1, 1])
      let padding = try call.padding(x, kernel: kernel, stride: stride, dilation: dilation)
      let inner = channels / groups
      guard
        let weight = try call.weight(
          "weight", [out, inner, kernel[0], kernel[1]], role: "weight",
          fanIn: inner * kernel[0] * kernel[1])
      else { throw failure("argument", "`conv` needs a weight", at: call.location(of: "weight")) }
      try call.unbatched(weight, "weight")
      for (axis, name) in ["rows", "columns"].enumerated() {
        let reach = (kernel[axis] - 1) * dilation[axis] + 1
        let pads =
          axis == 0 ? padding.top + padding.bottom : padding.left + padding.right
        guard x.shape[axis + 1] + pads >= reach else {
          throw failure(
            "kernel-size",
            "a kernel of \(reach) \(name) does not fit \(shapeText(x.shape)) with \(pads) of "
              + "padding", at: call.range,
            notes: call.elaboration.producers([x], except: call.range))
        }
      }
      let value = try call.elaboration.builder.convolution(
        x.value, weight.value, stride: stride, padding: padding, dilation: dilation, groups: groups)
      return try call.biased(call.picture(value, of: x), out)
    },
    Operation(
      "convTranspose",
      [
        "x", "out", "kernel", "stride", "padding", "outputPadding", "dilation", "groups", "weight",
        "bias",
      ], readsWeights: true
    ) { call in
      let x = try call.picture("x")
      let channels = x.shape[0]
      let groups = try call.int("groups", default: 1)
      let (out, kernel) = try call.kernel(outAxis: 1, groups: groups)
      guard channels % groups == 0, out % groups == 0 else {
        throw failure(
          "groups", "\(groups) groups do not divide \(channels) channels into \(out)",
          at: call.location(of: "groups"))
      }
      let stride = try call.pair("stride", default: [1, 1])
      let dilation = try call.pair("dilation", default: [1, 1])
      let extra = try call.pair("outputPadding", default: [0, 0], in: 0...1024)
      for axis in 0..<2 where extra[axis] >= max(stride[axis], dilation[axis]) {
        let most = max(stride[axis], dilation[axis]) - 1
        throw failure(
          "output-padding",
          "`outputPadding` \(extra[axis]) is not less than the stride \(stride[axis]) or the dilation "
            + "\(dilation[axis]): no input reaches the last \(axis == 0 ? "row" : "column")",
          at: call.location(of: "outputPadding"),
          hint: most == 0 ? "leave it out: with stride 1 there is one size" : "0 to \(most)")
      }
      let padding = try call.transposedPadding(x, kernel: kernel, stride: stride)
      guard
        let weight = try call.weight(
          "weight", [channels, out / groups, kernel[0], kernel[1]], role: "weight",
          fanIn: max(1, channels / groups * kernel[0] * kernel[1] / (stride[0] * stride[1])))
      else {
        throw failure("argument", "`convTranspose` needs a weight", at: call.location(of: "weight"))
      }
      try call.unbatched(weight, "weight")
      let value = try call.elaboration.builder.convolutionTransposed(
        x.value, weight.value, stride: stride, padding: padding, outputPadding: extra,
        dilation: dilation, groups: groups)
      return try call.biased(call.picture(value, of: x), out)
    },
    Operation("maxPool", ["x", "kernel", "stride", "padding", "ceiling"]) { call in
      try call.pool(.maximum)
    },
    Operation("avgPool", ["x", "kernel", "stride", "padding", "ceiling", "countPadding"]) { call in
      let countsPadding = try call.boolean("countPadding", default: false)
      if call.given("countPadding") == nil, call.given("padding") != nil,
        try call.ints("padding", in: 0...1024).contains(where: { $0 != 0 })
      {
        throw failure(
          "padding", "`countPadding` must be stated beside `padding`",
          at: call.location(of: "padding"),
          hint: "PyTorch counts the padding as zeros: countPadding: true")
      }
      return try call.pool(countsPadding ? .averageCountingPadding : .average)
    },
    Operation("pixelShuffle", ["x", "by"]) { call in
      let x = try call.picture("x")
      let by = try call.int("by", in: 1...64)
      let (channels, height, width) = (x.shape[0] / (by * by), x.shape[1], x.shape[2])
      guard channels * by * by == x.shape[0] else {
        throw failure(
          "groups", "\(x.shape[0]) channels are not \(by) × \(by) pixels each", at: call.range)
      }
      let elaboration = call.elaboration
      let items = elaboration.builder.shape(x.value)[0]
      let cut = try elaboration.builder.reshape(x.value, [items, channels, by, by, height, width])
      let turned = try elaboration.builder.transpose(cut, [0, 1, 4, 2, 5, 3])
      let value = try elaboration.builder.reshape(
        turned, [items, channels, height * by, width * by])
      return call.result(try call.picture(value, of: x, image: x.image))
    },
    Operation("upsample", ["x", "by"]) { call in
      let x = try call.picture("x")
      let by = try call.pair("by", in: 1...64)
      let value = try call.elaboration.builder.upsample(x.value, by: by)
      return call.result(try call.picture(value, of: x, image: x.image))
    },
  ]
}

extension OperationCall {
  /// Width and kernel of a convolution: stated, or those of a given weight.
  fileprivate func kernel(outAxis: Int, groups: Int = 1) throws -> (Int, [Int]) {
    var shape: [Int]?
    if let argument = given("weight"), let weight = try elaboration.tensor(argument.value) {
      guard weight.shape.count == 4 else {
        throw failure(
          "weight-shape", "a kernel has four axes, not \(sizesText(weight.shape))",
          at: argument.range,
          hint: outAxis == 0 ? "[out, in, rows, columns]" : "[in, out, rows, columns]")
      }
      shape = weight.shape
    }
    let out =
      try given("out") == nil ? shape.map { $0[outAxis] * groups } ?? int("out") : int("out")
    let kernel =
      try given("kernel") == nil
      ? shape.map { Array($0[2...]) } ?? pair("kernel") : pair("kernel")
    return (out, kernel)
  }

  /// The padding of a convolution: `same` by TensorFlow's rule, one, two or four numbers, or where
  /// it is beyond doubt (odd kernel, stride 1), what keeps the size.
  fileprivate func padding(_ x: Tensor, kernel: [Int], stride: [Int], dilation: [Int]) throws
    -> Padding
  {
    guard let argument = given("padding") else {
      guard stride == [1, 1], kernel.allSatisfy({ $0 % 2 == 1 }) else {
        let half = (kernel[0] - stride[0] + 1) / 2
        let size = x.shape[1]
        let result = (size + 2 * half - (kernel[0] - 1) * dilation[0] - 1) / stride[0] + 1
        throw failure(
          "padding",
          "`padding` must be stated for kernel \(pairText(kernel)) and stride \(pairText(stride))",
          at: range,
          hint: half >= 0 && result > 0
            ? "`padding: \(half)` makes \(size) rows into \(result)" : nil)
      }
      return Padding((kernel[0] - 1) / 2 * dilation[0], (kernel[1] - 1) / 2 * dilation[1])
    }
    if case .string(let word) = argument.value {
      guard word == "same" else {
        throw failure(
          "padding", "`padding` is numbers or \"same\", not \"\(word)\"", at: argument.range)
      }
      return same(x, kernel: kernel, stride: stride, dilation: dilation)
    }
    return try stated()
  }

  /// Padding as one, two or four numbers.
  private func stated() throws -> Padding {
    let values = try ints("padding", in: 0...1024)
    switch values.count {
    case 1: return Padding(values[0], values[0])
    case 2: return Padding(values[0], values[1])
    case 4: return Padding(top: values[0], bottom: values[1], left: values[2], right: values[3])
    default:
      throw failure(
        "padding", "`padding` has one, two or four numbers", at: location(of: "padding"),
        hint: "[rows, columns], or [top, bottom, left, right]")
    }
  }

  /// TensorFlow's "same": ⌈size / stride⌉ outputs, the odd zero below and on the right.
  private func same(_ x: Tensor, kernel: [Int], stride: [Int], dilation: [Int]) -> Padding {
    let pads = (0..<2).map { axis in
      let size = x.shape[axis + 1]
      let outputs = (size + stride[axis] - 1) / stride[axis]
      return max(0, (outputs - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1 - size)
    }
    return Padding(
      top: pads[0] / 2, bottom: pads[0] - pads[0] / 2, left: pads[1] / 2,
      right: pads[1] - pads[1] / 2)
  }

  fileprivate func transposedPadding(_ x: Tensor, kernel: [Int], stride: [Int]) throws -> Padding {
    guard given("padding") == nil else { return try stated() }
    let half = (kernel[0] - stride[0]) / 2
    throw failure(
      "padding", "`padding` must be stated for a transposed convolution", at: range,
      hint: (kernel[0] - stride[0]) % 2 == 0 && half >= 0
        ? "`padding: \(half)` makes \(x.shape[1]) rows into \(x.shape[1] * stride[0])"
        : "[top, bottom, left, right] are cut from the full result")
  }

  /// Weights are not computed from an input.
  func unbatched(_ tensor: Tensor, _ name: String) throws {
    guard tensor.isBatched else { return }
    throw failure(
      "weight-input", "`\(name)` depends on an input: each item would have its own",
      at: location(of: name), hint: "a product with weights of each item is a matmul")
  }

  /// The bias of a convolution added.
  fileprivate func biased(_ picture: Tensor, _ out: Int) throws -> Datum {
    guard let bias = try weight("bias", [out], role: "bias") else { return result(picture) }
    let spread = try elaboration.builder.reshape(
      bias.value, elaboration.full([out, 1, 1], bias.isBatched))
    var sum = picture
    sum.value = try elaboration.builder.add(picture.value, spread)
    sum.isBatched = picture.isBatched || bias.isBatched
    return result(sum)
  }

  fileprivate func pool(_ function: Pooling.Function) throws -> Datum {
    let x = try picture("x")
    let kernel = try pair("kernel")
    let stride = try pair("stride", default: kernel)
    var padding = Padding(0, 0)
    if let argument = given("padding") {
      if case .string("same") = argument.value {
        padding = same(x, kernel: kernel, stride: stride, dilation: [1, 1])
      } else {
        padding = try stated()
      }
    }
    let value = try elaboration.builder.pool(
      function, x.value, kernel: kernel, stride: stride, padding: padding,
      ceiling: try boolean("ceiling", default: false))
    return result(try picture(value, of: x, image: x.image))
  }
}

/// One number if both are equal.
private func pairText(_ pair: [Int]) -> String {
  pair[0] == pair[1] ? String(pair[0]) : "\(pair[0]) × \(pair[1])"
}
