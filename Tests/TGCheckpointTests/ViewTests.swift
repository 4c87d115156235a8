import TGTensor
import Testing

/// Views of stored bytes: what may exist, and what its elements are.
@Suite struct ViewTests {
  /// Twelve float32 numbers, 0 to 11.
  private static let bytes = ByteRegion(
    (0..<12).reduce(into: [UInt8]()) { $0.append(littleEndian: Float($1).bitPattern) })

  private func view(
    _ dimensions: [Int], _ offset: Int, _ strides: [Int]?
  ) throws(StoredElements.ViewFault) -> [Float] {
    try StoredElements(
      Self.bytes, type: .float32, dimensions: dimensions, offset: offset, strides: strides
    ).tensor().elements
  }

  @Test(
    arguments: [
      ([12], 0, nil, Array(0..<12)), ([2, 3], 6, [3, 1], Array(6..<12)),
      ([3, 2], 0, [1, 3], [0, 3, 1, 4, 2, 5]), ([], 11, [], [11]),
      ([2, 2], 1, [6, 4], [1, 5, 7, 11]),
      ([0, 5], 12, [5, 1], []), ([1, 3], 9, [-7, 1], [9, 10, 11]),
      ([1 << 40, 0, 2], 0, nil, []), ([3], 5, [0], [5, 5, 5]),
      ([3, 3], 0, [2, 1], [0, 1, 2, 2, 3, 4, 4, 5, 6]), ([2, 2], 1, [0, 3], [1, 4, 1, 4]),
    ] as [([Int], Int, [Int]?, [Int])])
  func elementsAreGathered(
    _ dimensions: [Int], _ offset: Int, _ strides: [Int]?, _ expected: [Int]
  ) throws {
    #expect(try view(dimensions, offset, strides) == expected.map { Float($0) })
  }

  @Test(
    arguments: [
      ([13], 0, nil, .outside(elements: 12)), ([12], 1, [1], .outside(elements: 12)),
      ([], 12, [], .outside(elements: 12)), ([2], -1, [1], .negative), ([2], 5, [-1], .negative),
      ([1 << 40], 0, [0], .expanded(elements: 1 << 40)),
      ([1 << 28, 2], 0, [0, 1], .expanded(elements: 1 << 29)),
      ([2, 2], 0, [.max, 1], .outside(elements: 12)),
      ([3, 3], 0, [.max, .max - 9], .outside(elements: 12)),
      ([2, 2], 0, [2], .strideCount(axes: 2, strides: 1)), ([-1], 0, [1], .extents([-1])),
      ([1 << 40, 1 << 40], 0, nil, .extents([1 << 40, 1 << 40])),
      ([1 << 40, 0, 1 << 40], 0, nil, .extents([1 << 40, 0, 1 << 40])),
      ([Int](repeating: 1, count: 65), 0, nil, .rank(65)),
    ] as [([Int], Int, [Int]?, StoredElements.ViewFault)])
  func unsoundViewsDoNotExist(
    _ dimensions: [Int], _ offset: Int, _ strides: [Int]?, _ fault: StoredElements.ViewFault
  ) {
    #expect(throws: fault) { try view(dimensions, offset, strides) }
  }

  @Test func theHighestByteMayComeFirst() throws {
    for type in StoredType.allCases {
      let bytes: [UInt8] = [0x40, 0x30, 0x20, 0x10, 0x38, 0x28, 0x18, 0x08]
      let count = 8 / type.size
      let little = try StoredElements(ByteRegion(bytes), type: type, dimensions: [count])
      let swapped = (0..<count).flatMap { item in
        bytes[item * type.size..<(item + 1) * type.size].reversed()
      }
      let big = try StoredElements(
        ByteRegion(swapped), type: type, dimensions: [count], isBigEndian: true)
      #expect(big.tensor() == little.tensor(), "\(type)")
      #expect(big.integers() == little.integers(), "\(type)")
    }
  }

  @Test func everyBitPatternOfTheSmallTypesIsANumberOfTheirFormat() throws {
    // The definition of OCP 8-bit floating point: sign, exponent, mantissa, biases 7 and 15.
    for (type, mantissaBits, bias) in [
      (StoredType.float8E4M3, 3, 7), (.float8E5M2, 2, 15),
    ] {
      let bytes = (0...255).map { UInt8($0) }
      let found = try StoredElements(ByteRegion(bytes), type: type, dimensions: [256])
        .tensor().elements
      for bits in 0...255 {
        let exponent = bits >> mantissaBits & (1 << (7 - mantissaBits) - 1)
        let mantissa = Double(bits & (1 << mantissaBits - 1))
        let scale = Double(1 << mantissaBits)
        let isNone =
          type == .float8E4M3 ? bits & 0x7f == 0x7f : exponent == 31 && mantissa > 0
        let isInfinite = type == .float8E5M2 && exponent == 31 && mantissa == 0
        let size =
          exponent == 0
          ? mantissa / scale * Double(sign: .plus, exponent: 1 - bias, significand: 1)
          : (1 + mantissa / scale) * Double(sign: .plus, exponent: exponent - bias, significand: 1)
        let expected = Float(bits < 128 ? size : -size)
        if isNone {
          #expect(found[bits].isNaN, "\(type) \(bits)")
        } else if isInfinite {
          #expect(found[bits].isInfinite, "\(type) \(bits)")
        } else {
          #expect(found[bits] == expected, "\(type) \(bits)")
        }
      }
    }
  }

  @Test func everyTypeIsConverted() throws {
    let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0xc0]
    let values: [StoredType: (float: Float, integer: Int64?)] = [
      .float64: (-2, nil), .float32: (0, nil), .float16: (0, nil), .bfloat16: (0, nil),
      .int64: (-4_611_686_018_427_387_904, -4_611_686_018_427_387_904),
      .uint64: (13_835_058_055_282_163_712, nil), .int32: (0, 0), .int16: (0, 0), .int8: (0, 0),
      .uint32: (0, 0), .uint16: (0, 0), .uint8: (0, 0), .bool: (0, 0),
      .float8E4M3: (0, nil), .float8E5M2: (0, nil),
    ]
    // The last element of each type: the bits 0xc000… of its own width.
    let last: [StoredType: (float: Float, integer: Int64?)] = [
      .float32: (-2, nil), .float16: (-2, nil), .bfloat16: (-2, nil),
      .int32: (-1_073_741_824, -1_073_741_824), .uint32: (3_221_225_472, 3_221_225_472),
      .int16: (-16_384, -16_384), .uint16: (49_152, 49_152), .int8: (-64, -64), .uint8: (192, 192),
      .bool: (1, 1), .float8E4M3: (-2, nil), .float8E5M2: (-2, nil),
    ]
    for type in StoredType.allCases {
      let count = bytes.count / type.size
      let elements = try StoredElements(ByteRegion(bytes), type: type, dimensions: [count])
      let floats = elements.tensor().elements
      let integers = elements.integers()
      let first = try #require(values[type])
      #expect(floats.first == first.float && integers?.first == first.integer, "\(type)")
      let end = last[type] ?? first
      #expect(floats.last == end.float && integers?.last == end.integer, "\(type)")
    }
  }
}
