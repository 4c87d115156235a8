import TGSession
import Testing

/// How directions, layers, amounts and ends are written on the command line.
@Suite struct EditNotationTests {
  @Test(
    arguments: [
      ("0-5", [0, 1, 2, 3, 4, 5]), ("2,4", [2, 4]), ("0,1,4-6", [0, 1, 4, 5, 6]),
      ("4,2,4", [2, 4]), ("all", nil),
    ] as [(String, [Int]?)])
  func layers(text: String, expected: [Int]?) throws {
    #expect(try #require(LayerList(text)).layers == expected)
  }

  @Test(arguments: ["", "-", "3-1", "1,", "a", "0-1000", "-1", "1.5", "0-99999999999"])
  func noLayers(text: String) { #expect(LayerList(text) == nil) }

  @Test(
    arguments: [
      ("2", [2]), ("-1.5", [-1.5]), ("1e-2", [0.01]), ("-3:3:7", [-3, -2, -1, 0, 1, 2, 3]),
      ("0:0.1:2", [0, 0.1]), ("3:-3:3", [3, 0, -3]),
    ] as [(String, [Float])])
  func amounts(text: String, expected: [Float]) throws {
    #expect(try #require(AmountList(text)).amounts == expected)
  }

  @Test(
    arguments: [
      "", "x", "1:2", "1:2:1", "1:2:1001", "1:2:3:4", "nan", "inf", "1e99", "1:inf:3", "1:2:x",
    ])
  func noAmounts(text: String) { #expect(AmountList(text) == nil) }

  @Test func directions() throws {
    let plain = try DirectionNotation("folder/age.npy=2")
    #expect(plain.path == "folder/age.npy" && plain.column == nil && plain.layers == nil)
    #expect(plain.amounts.amounts == [2] && plain.rest == "=2")
    let full = try DirectionNotation("a=b.pt:3=-3:3:7@0-5")
    #expect(full.path == "a=b.pt" && full.column == 3 && full.amounts.amounts.count == 7)
    #expect(full.layers?.layers == [0, 1, 2, 3, 4, 5] && full.rest == ":3=-3:3:7@0-5")
    let odd = try DirectionNotation("drive:age.npy=1@all")
    #expect(odd.path == "drive:age.npy" && odd.column == nil && odd.layers?.layers == nil)
    for text in ["age.npy", "=1", "age.npy=", "age.npy=1@", "age.npy=1@x", "age.npy=1@2@3"] {
      #expect(throws: EditingError.self) { try DirectionNotation(text) }
    }
  }

  @Test func mixesAndEnds() throws {
    let mix = try MixNotation("style:1.npy:10-13")
    #expect(mix.path == "style:1.npy" && mix.layers.layers == [10, 11, 12, 13])
    #expect(mix.rest == ":10-13")
    for text in ["style.npy", ":1", "style.npy:", "style.npy:x"] {
      #expect(throws: EditingError.self) { try MixNotation(text) }
    }
    func end(_ text: String) throws -> InterpolationEnd {
      try InterpolationEnd(text) { $0.hasSuffix(".png") }
    }
    #expect(try end("seed:9") == .seed(9))
    #expect(try end("codes/A.NPY") == .file("codes/A.NPY"))
    #expect(try end("a red bird") == .caption("a red bird"))
    #expect(try end("bird.png") == .picture("bird.png"))
    #expect(try end("seed:18446744073709551615") == .seed(.max))
    for text in ["seed:", "seed:x", "seed:1-3", "seed:18446744073709551616"] {
      #expect(throws: EditingError.self) { try end(text) }
    }
  }

  @Test func arithmeticKeepsItsEnds() throws {
    let (a, b): ([Float], [Float]) = ([0.1, -0.0, 3], [0.7, 5, -3])
    for between in [CodeArithmetic.linear, CodeArithmetic.spherical] {
      #expect(between(a, b, 0).map(\.bitPattern) == a.map(\.bitPattern))
      #expect(between(a, b, 1).map(\.bitPattern) == b.map(\.bitPattern))
    }
    #expect(CodeArithmetic.linear([1, 2], [3, -2], at: 0.25) == [1.5, 1])
    // A quarter turn: a third of the way is 30 degrees.
    let third = CodeArithmetic.spherical([2, 0], [0, 2], at: 1.0 / 3)
    #expect(abs(third[0] - 3.0.squareRoot().float) < 1e-6 && abs(third[1] - 1) < 1e-6)
    // Parallel and empty codes are joined by a line.
    #expect(CodeArithmetic.spherical([1, 1], [3, 3], at: 0.5) == [2, 2])
    #expect(CodeArithmetic.spherical([0, 0], [4, 2], at: 0.5) == [2, 1])
    let moved = CodeArithmetic.moved(
      [1, 2, 3, 4], along: [1, 1, 10, 10], by: -2, rows: [1], rowSize: 2)
    #expect(moved == [1, 2, -17, -16])
    let still = CodeArithmetic.moved([-0.0], along: [1], by: 0, rows: [0], rowSize: 1)
    #expect(still[0].sign == .minus)
    let mixed = CodeArithmetic.mixed([1, 2, 3, 4], with: [5, 6, 7, 8], rows: [0], rowSize: 2)
    #expect(mixed == [5, 6, 3, 4])
  }
}

extension Double {
  /// Rounded to float32.
  fileprivate var float: Float { Float(self) }
}
