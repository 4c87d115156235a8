import TGONNX
import TGTensor

/// A tensor whose numbers are known when the page is written: sizes, axes, indices, small constants.
struct Known: Hashable {
  /// The most numbers that are kept so.
  static let limit = 1 << 16

  var shape: [Int]
  /// Row-major. Whole numbers are exact up to 2⁵³; the largest of int64 stand for "to the end".
  var numbers: [Double]

  init(_ shape: [Int], _ numbers: [Double]) {
    self.shape = shape
    self.numbers = numbers
  }

  /// A list of whole numbers.
  init(_ list: [Int]) { self.init([list.count], list.map(Double.init)) }

  /// The elements of a tensor of the file; nil if there are too many or they cannot be read.
  init?(_ tensor: ONNXTensor) {
    guard let shape = Shape(checking: tensor.dimensions), shape.count <= Self.limit,
      let elements = try? tensor.elements()
    else { return nil }
    self.init(
      tensor.dimensions,
      elements.integers().map { $0.map(Double.init) }
        ?? elements.tensor().elements.map(Double.init))
  }

  /// How many numbers there are.
  var count: Int { numbers.count }

  /// The numbers as whole ones; what is beyond is cut.
  var ints: [Int] {
    numbers.map { $0.isNaN ? 0 : Int(max(-9e18, min(9e18, $0.rounded(.towardZero)))) }
  }

  /// True if all are whole numbers that float32 holds.
  var isWhole: Bool { numbers.allSatisfy { $0 == $0.rounded() && abs($0) <= 16_777_216 } }

  /// The steps from one element to the next along each axis.
  var strides: [Int] { Self.strides(shape) }

  static func strides(_ shape: [Int]) -> [Int] {
    var (result, step) = ([Int](repeating: 1, count: shape.count), 1)
    for axis in shape.indices.reversed() {
      result[axis] = step
      step *= shape[axis]
    }
    return result
  }

  /// The positions of a shape in row-major order, each as a list of indices.
  static func positions(_ shape: [Int]) -> [[Int]] {
    let count = shape.reduce(1, *)
    let strides = strides(shape)
    return (0..<count).map { flat in
      shape.indices.map { flat / strides[$0] % shape[$0] }
    }
  }

  /// A tensor of a shape whose element at each position is one of ours.
  func gathered(_ shape: [Int], _ source: ([Int]) -> [Int]) -> Known {
    let strides = strides
    return Known(
      shape,
      Self.positions(shape).map { position in
        numbers[zip(source(position), strides).map { $0 * $1 }.reduce(0, +)]
      })
  }

  /// Repeated along axes of 1 to a shape.
  func broadcast(to shape: [Int]) -> Known {
    let lead = shape.count - self.shape.count
    return gathered(shape) { position in
      self.shape.indices.map { self.shape[$0] == 1 ? 0 : position[$0 + lead] }
    }
  }

  /// The shape of two together; nil if they do not go together.
  static func joined(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let x = [Int](repeating: 1, count: rank - a.count) + a
    let y = [Int](repeating: 1, count: rank - b.count) + b
    var result: [Int] = []
    for (m, n) in zip(x, y) {
      guard m == n || m == 1 || n == 1 else { return nil }
      result.append(m == 1 ? n : m)
    }
    return result
  }

  /// Tensors one after the other along an axis.
  static func concatenated(_ parts: [Known], axis: Int) -> Known? {
    guard var shape = parts.first?.shape, shape.indices.contains(axis) else { return nil }
    let others = shape.indices.filter { $0 != axis }
    guard
      parts.allSatisfy({ part in
        part.shape.count == shape.count && others.allSatisfy { part.shape[$0] == shape[$0] }
      }), parts.map(\.count).reduce(0, +) <= limit
    else { return nil }
    shape[axis] = parts.map { $0.shape[axis] }.reduce(0, +)
    var numbers: [Double] = []
    let outer = shape[..<axis].reduce(1, *)
    for index in 0..<outer {
      for part in parts {
        let block = part.shape[axis...].reduce(1, *)
        numbers += part.numbers[index * block..<(index + 1) * block]
      }
    }
    return Known(shape, numbers)
  }
}
