import TGTensor

/// A part of a variable, as a partitioned variable is stored: on each axis where it begins and how many
/// elements it has.
struct TensorSlice: Hashable, Sendable {
  /// The most slices of one variable.
  static let limit = 1024
  /// The most axes; TensorFlow has at most 254, and no variable more than a handful.
  static let rankLimit = 64
  /// The length that stands for a whole axis.
  private static let whole: Int64 = -1

  /// The start and the length on one axis.
  private struct Extent: Hashable, Sendable {
    var start: Int64
    var length: Int64
  }

  private var extents: [Extent] = []

  /// Reads a `TensorSliceProto`.
  ///
  /// - Throws: `TensorFlowFault.record`.
  init(_ message: ByteRegion, of owner: String) throws(CheckpointFault) {
    var fields = ProtoReader(message, of: owner)
    while let field = try fields.next(1) {
      guard extents.count < Self.rankLimit else { throw fields.malformed }
      var extent = Extent(start: 0, length: Self.whole)
      var inner = ProtoReader(try fields.message(field), of: owner)
      while let field = try inner.next() {
        switch field.number {
        case 1: extent.start = Int64(try inner.size(field))
        case 2: extent.length = Int64(try inner.size(field))
        default: break
        }
      }
      guard extent.length >= 0 || extent.start == 0 else { throw fields.malformed }
      extents.append(extent)
    }
  }

  /// The ranges on each axis of a variable; nil if they are not inside.
  func box(in dimensions: [Int]) -> [Range<Int>]? {
    guard extents.count == dimensions.count else { return nil }
    var box: [Range<Int>] = []
    for (extent, size) in zip(extents, dimensions) {
      let length = extent.length == Self.whole ? Int64(size) : extent.length
      guard extent.start <= Int64(size), length <= Int64(size) - extent.start else { return nil }
      box.append(Int(extent.start)..<Int(extent.start + length))
    }
    return box
  }

  // MARK: The key

  /// The key of the slice of a variable in a table.
  func key(of name: [UInt8]) -> [UInt8] {
    var key: [UInt8] = [0]
    for byte in name {
      switch byte {
      case 0: key += [0, 0xff]
      case 0xff: key += [0xff, 0]
      default: key.append(byte)
      }
    }
    key += [0, 1]
    key += extents.isEmpty ? [0] : [1, UInt8(extents.count)]
    for extent in extents { key += Self.ordered(extent.start) + Self.ordered(extent.length) }
    return key
  }

  /// A number as bytes that sort as the numbers do: the first bits say how many bytes there are.
  private static func ordered(_ value: Int64) -> [UInt8] {
    let size = 64 - (value < 0 ? ~value : value).leadingZeroBitCount
    let count = size / 7 + 1
    let sign: UInt8 = value < 0 ? 0xff : 0
    let digits = (0..<8).map { UInt8(truncatingIfNeeded: value >> Int64(56 - 8 * $0)) }
    var bytes = Array(([sign, sign] + digits).suffix(count))
    for bit in 0..<count {
      bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
    }
    return bytes
  }
}

/// The slices of a variable, which tile it.
struct SlicedTensor {
  /// The extents of the variable.
  let dimensions: [Int]
  /// The part of each slice.
  let boxes: [[Range<Int>]]

  /// What is wrong with slices: the end of a sentence about the variable.
  enum Fault: String, Error, Hashable, Sendable {
    /// A slice is not inside.
    case outside = "has a slice that reaches outside of it"
    /// Two slices have elements in common.
    case overlap = "has slices that overlap"
    /// There are elements that no slice has.
    case gap = "has elements that no slice holds"
  }

  /// Holds slices against the extents.
  ///
  /// - Parameter dimensions: the extents of a `Shape`.
  /// - Throws: `Fault`.
  init(_ slices: [TensorSlice], in dimensions: [Int]) throws(Fault) {
    self.dimensions = dimensions
    var boxes: [[Range<Int>]] = []
    for slice in slices {
      guard let box = slice.box(in: dimensions) else { throw .outside }
      boxes.append(box)
    }
    self.boxes = boxes
    // Slices without elements share none, and are stored once all the same.
    guard Set(slices).count == slices.count else { throw .overlap }
    var rest = Shape(dimensions).count
    for box in boxes {
      let count = box.reduce(1) { $0 * $1.count }
      guard count <= rest else { throw .overlap }
      rest -= count
    }
    for (position, box) in boxes.enumerated() {
      for other in boxes[..<position]
      where zip(box, other).allSatisfy({ $0.overlaps($1) }) { throw .overlap }
    }
    guard rest == 0 else { throw .gap }
  }

  /// The bytes of the variable, row-major, from those of its slices, which have as many as they say.
  func joined(_ pieces: [ByteRegion], elementSize: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Shape(dimensions).count * elementSize)
    let strides = Shape(dimensions).strides
    for (box, piece) in zip(boxes, pieces) where piece.count > 0 {
      let bytes = piece.prefix(piece.count)
      // Whole axes at the end lie together, as does the axis before them.
      var runAxis = box.count
      var run = elementSize
      while runAxis > 0 {
        runAxis -= 1
        run *= box[runAxis].count
        if box[runAxis].count != dimensions[runAxis] { break }
      }
      var position = box[..<runAxis].map(\.lowerBound)
      for start in stride(from: 0, to: bytes.count, by: run) {
        var target = runAxis < box.count ? box[runAxis].lowerBound * strides[runAxis] : 0
        for (axis, index) in position.enumerated() { target += index * strides[axis] }
        target *= elementSize
        result[target..<target + run] = bytes[start..<start + run]
        for axis in position.indices.reversed() {
          position[axis] += 1
          guard position[axis] == box[axis].upperBound else { break }
          position[axis] = box[axis].lowerBound
        }
      }
    }
    return result
  }
}
