import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// The most numbers that the kernels of one `fir` have together.
  private static let maximumFirWeights = 1 << 22

  /// Other sizes and other ranges of pictures.
  static let resamplings: [Operation] = [
    Operation("resize", ["x", "size", "filter", "scale"]) { call in
      let x = try call.picture("x")
      let size = try call.pair("size")
      let word = try call.string("filter")
      guard let convention = ResampleTable.Convention(rawValue: word) else {
        let all = ResampleTable.Convention.allCases.map(\.rawValue)
        throw failure(
          "convention", "there is no filter \"\(word)\"", at: call.location(of: "filter"),
          hint: nearestName(to: word, among: all).map { "did you mean \"\($0)\"?" }
            ?? "the filters are " + all.joined(separator: ", "))
      }
      let scale = try call.given("scale") == nil ? nil : call.number("scale")
      var value = x.value
      for axis in 0..<2 {
        guard x.shape[axis + 1] <= 65_536 else {
          throw failure("limit", "`resize` takes at most 65536 rows or columns", at: call.range)
        }
        guard
          let table = ResampleTable(
            convention: convention, inputSize: x.shape[axis + 1], outputSize: size[axis],
            scale: scale)
        else {
          throw failure(
            "resize", "\(x.shape[axis + 1]) rows or columns do not become \(size[axis])",
            at: call.range, hint: scale == nil ? nil : "`scale` is new size / old size")
        }
        try call.elaboration.making(table.weights.count, at: call.range)
        value = try call.elaboration.builder.resample(value, axis: axis + 2, table)
      }
      return call.result(try call.picture(value, of: x, image: x.image))
    },
    Operation("rescale", ["x", "to", "from"]) { call in
      let x = try call.tensor("x")
      let to = try call.elaboration.numberRange(call.required("to"))
      let from: ClosedRange<Double>
      if let argument = call.given("from") {
        from = try call.elaboration.numberRange(argument)
        if let known = x.image, known != from {
          throw failure(
            "image-range", "an Image in \(rangeText(known)), not in \(rangeText(from))",
            at: argument.range)
        }
      } else if let known = x.image {
        from = known
      } else {
        throw failure(
          "image-range", "the range of this tensor is not known", at: call.location(of: "x"),
          notes: call.elaboration.producers([x], except: call.location(of: "x")),
          hint: "rescale(x, \(rangeText(to)), from: -1 ... 1) says what its values mean")
      }
      guard from != to else { return call.result(x, image: to) }
      let scale = (to.upperBound - to.lowerBound) / (from.upperBound - from.lowerBound)
      let shift = to.lowerBound - from.lowerBound * scale
      let elaboration = call.elaboration
      let scaled = try elaboration.pointwise(
        .multiply, [x, elaboration.constant(scale)], at: call.range)
      var moved = try elaboration.pointwise(
        .add, [scaled, elaboration.constant(shift)], at: call.range)
      moved.image = to
      return call.result(moved)
    },
    Operation("fir", ["x", "taps", "padding"]) { call in
      let x = try call.picture("x")
      let taps = try call.numbers("taps")
      let sum = taps.reduce(0, +)
      guard taps.count <= 64, sum != 0, sum.isFinite else {
        throw failure("fir", "taps add up to a number that is not 0", at: call.location(of: "taps"))
      }
      let borders: [Int]
      if call.given("padding") != nil {
        borders = try call.ints("padding", in: 0...1024)
      } else if taps.count % 2 == 1 {
        borders = [Int](repeating: taps.count / 2, count: 4)
      } else {
        throw failure(
          "padding", "`padding` must be stated for an even number of taps", at: call.range,
          hint: "[top, bottom, left, right]")
      }
      guard borders.count == 4 else {
        throw failure(
          "padding", "`padding` of `fir` has four numbers", at: call.location(of: "padding"),
          hint: "[top, bottom, left, right]")
      }
      let unit = taps.map { $0 / sum }
      let kernel = unit.flatMap { row in unit.map { Float(row * $0) } }
      let channels = x.shape[0]
      guard channels * kernel.count <= Self.maximumFirWeights else {
        throw failure(
          "limit",
          "`fir` of \(channels) channels and \(taps.count) taps makes more than "
            + "\(Self.maximumFirWeights) weights", at: call.range)
      }
      let weights = (0..<channels).flatMap { _ in kernel }
      let weight = try call.elaboration.constant(
        [channels, 1, taps.count, taps.count], weights, at: call.range)
      let value = try call.elaboration.builder.convolution(
        x.value, weight.value,
        padding: Padding(
          top: borders[0], bottom: borders[1], left: borders[2], right: borders[3]),
        groups: channels)
      return call.result(try call.picture(value, of: x))
    },
  ]
}
