package import TGIR
import TGPlan
import TGTensor

extension Reduce {
  /// The most factors of a product that can be differentiated.
  static let mostFactors = 64

  /// The cotangent repeated along the axes; to the positions of an extremum only, in equal shares; for
  /// a product times the product of the others, which zeros do not disturb.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    if !program.isIdentity || operands.count > 1 {
      let map = Map(program)
      return try rule {
        let x = try graph.insert(map, operands)
        let parts = try Reduce(function, axes: axes).pullback(
          cotangent, of: [x], result: result, towards: [true], in: &graph)
        return try parts[0].map {
          try map.pullback($0, of: operands, result: x, towards: wanted, in: &graph)
        } ?? wanted.map { _ in nil }
      }
    }
    let x = operands[0]
    let shape = graph.shape(x)
    let count = axes.reduce(1) { $0 * shape[$1] }
    guard function != .product || (1...Self.mostFactors).contains(count) else {
      throw .notDifferentiable(
        reason: "the gradient of a product of \(count) numbers is made for \(Self.mostFactors) at "
          + "most", hint: "where all are positive, exp(sum(log(x))) is the same")
    }
    return try rule {
      let g = try graph.restored(cotangent, axes, of: shape)
      switch function {
      case .sum: return [try graph.broadcast(g, to: shape.dimensions)]
      case .mean:
        let share = try graph.divide(g, graph.constant(Float(count)))
        return [try graph.broadcast(share, to: shape.dimensions)]
      case .variance:
        let centred = try graph.subtract(x, graph.reduced(.mean, x, axes))
        let share = try graph.divide(g, graph.constant(Float(count) / 2))
        return [try graph.multiply(share, centred)]
      case .maximum, .minimum:
        let y = try graph.restored(result, axes, of: shape)
        let (low, high) = function == .maximum ? (x, y) : (y, x)
        let (zero, losing) = (try graph.constant(0), try graph.map(.less, low, high))
        let ones = try graph.select(losing, zero, else: graph.constant(1))
        let share = try graph.divide(g, graph.reduced(.sum, ones, axes))
        return [try graph.select(losing, zero, else: share)]
      case .product:
        return [try graph.multiply(g, otherFactors(x, count, &graph))]
      }
    }
  }

  /// At each position the product of all other positions of its row, by products from both ends.
  private func otherFactors(_ x: Value, _ count: Int, _ graph: inout GraphBuilder) throws -> Value {
    let shape = graph.shape(x)
    let order = (0..<shape.rank).filter { !axes.contains($0) } + axes
    let turned = try graph.transpose(x, order)
    let rows = try graph.reshape(turned, [shape.count / max(count, 1), count])
    let factors = try graph.split(rows, [Int](repeating: 1, count: count), axis: 1)
    let one = try graph.constant(1)
    var (before, after) = ([one], [one])
    for index in 0..<(count - 1) {
      before.append(try graph.multiply(before[index], factors[index]))
      after.append(try graph.multiply(after[index], factors[count - 1 - index]))
    }
    var others: [Value] = []
    for index in 0..<count {
      let product = try graph.multiply(before[index], after[count - 1 - index])
      others.append(try graph.broadcast(product, to: [graph.shape(rows)[0], 1]))
    }
    var back = order
    for (index, axis) in order.enumerated() { back[axis] = index }
    let joined = try graph.reshape(
      graph.concat(others, axis: 1), shape.permuted(order).dimensions)
    return try graph.transpose(joined, back)
  }
}
