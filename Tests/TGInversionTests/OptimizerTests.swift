import Foundation
import TGInversion
import TGPlan
import Testing

/// The methods against walks recorded by `Tools/reference/optimizers.py` with PyTorch, and on
/// functions with a known minimum.
@Suite struct OptimizerTests {
  struct Case: Decodable, Sendable {
    let name: String
    let method: String
    let function: String
    let start: [Double]
    let numbers: [String: Double]
    let points: [[Double]]
    let values: [Double]
    let end: [Double]
  }

  private struct File: Decodable { let cases: [Case] }

  private static func cases() throws -> [Case] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/inversion/optimizers.json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
  }

  /// Value and gradient of the functions of `optimizers.py`, in double, rounded once.
  private static func evaluate(_ name: String, _ point: [Float]) -> (Float, [Float]) {
    let x = point.map(Double.init)
    var value = 0.0
    var gradient = [Double](repeating: 0, count: x.count)
    switch name {
    case "rosenbrock":
      for i in 0..<x.count - 1 {
        let a = x[i + 1] - x[i] * x[i]
        value += 100 * a * a + (1 - x[i]) * (1 - x[i])
        gradient[i] += -400 * x[i] * a - 2 * (1 - x[i])
        gradient[i + 1] += 200 * a
      }
    case "quadratic":
      let d = x.indices.map { x[$0] - 1 / Double($0 + 1) }
      for i in x.indices {
        let k = Double(i + 1)
        value += 0.5 * k * k * d[i] * d[i]
        gradient[i] += k * k * d[i]
      }
      for i in 0..<x.count - 1 {
        value += 0.25 * d[i + 1] * d[i]
        gradient[i] += 0.25 * d[i + 1]
        gradient[i + 1] += 0.25 * d[i]
      }
    default:
      for i in x.indices {
        value += 0.1 * x[i] * x[i] + sin(3 * x[i])
        gradient[i] = 0.2 * x[i] + 3 * cos(3 * x[i])
      }
    }
    return (Float(value), gradient.map { Float($0) })
  }

  @Test func walksAsPyTorch() throws {
    for given in try Self.cases() {
      var numbers = MethodNumbers()
      for (name, value) in given.numbers {
        let isKnown = numbers.set(name, to: value)
        #expect(isKnown)
      }
      var point = given.start.map { Float($0) }
      var optimizer = Optimizer(
        given.method == "adam" ? .adam : given.method == "descent" ? .descent : .lbfgs,
        count: point.count)
      // Float32 vectors against float32 and float64 ones; later rounds of L-BFGS amplify the
      // difference, so the first evaluations are compared.
      let isSearch = given.method == "lbfgs"
      let compared = isSearch ? min(12, given.points.count) : given.points.count
      var largest = 0.0
      for round in 0..<compared {
        // Adam and descent go on from the recorded point: on a wavy function a walk of its own would
        // magnify the last bit of every gradient.
        for (own, theirs) in zip(point, given.points[round]) {
          largest = max(largest, abs(Double(own) - theirs) / max(1, abs(theirs)))
        }
        if !isSearch { point = given.points[round].map { Float($0) } }
        let (loss, gradient) = Self.evaluate(given.function, point)
        let expected = given.values[round]
        #expect(
          abs(Double(loss) - expected) <= 1e-3 * max(1, abs(expected)), "\(given.name) \(round)")
        if optimizer.advance(&point, loss: loss, gradient: gradient, numbers: numbers) != nil {
          break
        }
      }
      #expect(largest <= (isSearch ? 1e-3 : 1e-6), "\(given.name): \(largest)")
    }
  }

  /// The least loss on the way of L-BFGS, which is told the loss in other units.
  private static func leastLoss(
    _ function: String, from start: [Float], rounds: Int, unit: Float = 1
  ) -> Float {
    var point = start
    var optimizer = Optimizer(.lbfgs, count: point.count)
    var best = Float.infinity
    for _ in 0..<rounds {
      let (loss, gradient) = evaluate(function, point)
      best = min(best, loss)
      let told = (loss: unit * loss, gradient: gradient.map { unit * $0 })
      if optimizer.advance(
        &point, loss: told.loss, gradient: told.gradient, numbers: MethodNumbers()) != nil
      {
        break
      }
    }
    return best
  }

  @Test func searchFindsTheMinimumOfRosenbrock() {
    for start: [Float] in [[-1.2, 1], [2, 2], [0, 0, 0, 0], [-0.5, 0.7, 1.2]] {
      let best = Self.leastLoss("rosenbrock", from: start, rounds: 300)
      #expect(best <= 1e-6, "\(start): \(best)")
    }
  }

  @Test func searchFindsTheMinimumOfQuadratics() {
    for count in [1, 2, 5, 12] {
      let start = (0..<count).map { Float(3 - $0 % 7) }
      let best = Self.leastLoss("quadratic", from: start, rounds: 150)
      #expect(best <= 1e-6, "\(count): \(best)")
    }
  }

  /// A loss in other units has its minimum at the same point: tolerances do not end the way to it.
  @Test func searchGoesOnWhereTheLossIsSmall() {
    for start: [Float] in [[-1.2, 1], [2, 2], [-0.5, 0.7, 1.2], [0, 0, 0, 0, 0, 0]] {
      let best = Self.leastLoss("rosenbrock", from: start, rounds: 300, unit: 1e-4)
      #expect(best <= 1e-6, "\(start): \(best)")
    }
  }
}
