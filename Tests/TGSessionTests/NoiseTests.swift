import Foundation
import TGSession
import Testing

/// The noise that plans are fed with: the same bits everywhere.
@Suite struct NoiseTests {
  private static let first: [UInt32] = [
    0x4015_B36C, 0x3F29_FDED, 0xBD98_3480, 0x3F5C_5DE6, 0xBE8C_5679, 0x3E3B_C7A0,
  ]
  private static let second: [UInt32] = [0x3F78_D90C, 0x3F83_8123, 0xBFA0_DDD6]
  private static let third: [UInt32] = [0xBEA9_7FC8, 0x3E1F_0558, 0x3EA8_97A0]

  /// The known answers of the authors' library Random123, file `kat_vectors`.
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
    ),
    (
      SIMD4<UInt32>(repeating: UInt32.max), SIMD2<UInt32>(repeating: UInt32.max),
      SIMD4<UInt32>(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
    ),
    (
      SIMD4<UInt32>(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
      SIMD2<UInt32>(0xA409_3822, 0x299F_31D0),
      SIMD4<UInt32>(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
    ),
  ])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
    #expect(Philox(key: key).block(counter) == expected)
  }

  @Test func logarithmIsThatOfTheLibrary() {
    var x = 1.0 / 8_589_934_592
    while x < 1 {
      let error = abs(Noise.logarithm(x) - log(x))
      #expect(error <= 4e-16 * max(1, abs(log(x))), "ln \(x)")
      x *= 1.0137
    }
    #expect(Noise.logarithm(1) == 0)
  }

  @Test func circleIsThatOfTheLibrary() {
    var word: UInt32 = 0
    for _ in 0..<20_000 {
      let angle = 2 * Double.pi * ((Double(word) + 0.5) / 4_294_967_296)
      let (cosine, sine) = Noise.circle(word)
      #expect(abs(cosine - cos(angle)) < 1e-15 && abs(sine - sin(angle)) < 1e-15, "\(word)")
      word &+= 214_783
    }
  }

  @Test func normalsHaveTheMomentsOfTheirLaw() {
    let values = Noise(seed: 7, input: "z", item: 0).normals(200_000).map(Double.init)
    let count = Double(values.count)
    func moment(_ power: Double) -> Double { values.reduce(0) { $0 + pow($1, power) } / count }
    // Five standard errors of each moment.
    #expect(abs(moment(1)) < 5 / count.squareRoot())
    #expect(abs(moment(2) - 1) < 5 * (2 / count).squareRoot())
    #expect(abs(moment(3)) < 5 * (15 / count).squareRoot())
    #expect(abs(moment(4) - 3) < 5 * (96 / count).squareRoot())
    #expect(values.allSatisfy { abs($0) < 6.78 })
  }

  /// The numbers of `spec/noise.md`; they may never change.
  @Test func specifiedNumbers() {
    #expect(Noise(seed: 0, input: "z", item: 0).normals(6).map(\.bitPattern) == Self.first)
    #expect(
      Noise(seed: 0x1_0000_0001, input: "ε", item: 3).normals(3).map(\.bitPattern) == Self.second)
    #expect(
      Noise(seed: 5, input: "u", item: 0).uniforms(3, low: -1, high: 1).map(\.bitPattern)
        == Self.third)
  }

  @Test func numbersDependOnSeedNameAndItemAlone() {
    let one = Noise(seed: 1, input: "z", item: 0).normals(10)
    #expect(Array(Noise(seed: 1, input: "z", item: 0).normals(100)[..<10]) == one)
    #expect(Noise(seed: 2, input: "z", item: 0).normals(10) != one)
    #expect(Noise(seed: 1, input: "epsilon", item: 0).normals(10) != one)
    #expect(Noise(seed: 1, input: "z", item: 1).normals(10) != one)
    #expect(Noise(seed: 1 << 32, input: "z", item: 0).normals(10) != one)
  }

  @Test(arguments: [(0, 1), (-1, 1), (2, 3), (0, Float.leastNonzeroMagnitude)] as [(Float, Float)])
  func uniformsStayInTheirRange(low: Float, high: Float) {
    let values = Noise(seed: 3, input: "u", item: 0).uniforms(5000, low: low, high: high)
    #expect(values.allSatisfy { $0 >= low && $0 < high })
  }
}
