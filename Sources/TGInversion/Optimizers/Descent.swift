/// Gradient descent with momentum (Polyak 1964), in the form of `torch.optim.SGD`.
///
///     v ← momentum · v + g
///     x ← x - rate · v
package struct Descent: Hashable, Sendable {
  /// The velocity.
  package var velocity: [Float]

  /// A method at rest.
  package init(count: Int) { velocity = [Float](repeating: 0, count: count) }

  /// Makes one step.
  package mutating func advance(
    _ point: inout [Float], gradient: [Float], numbers: MethodNumbers
  ) {
    let momentum = Float(numbers.momentum)
    let rate = Float(-numbers.rate)
    for index in point.indices {
      let speed = velocity[index] * momentum + gradient[index]
      velocity[index] = speed
      point[index] += rate * speed
    }
  }
}
