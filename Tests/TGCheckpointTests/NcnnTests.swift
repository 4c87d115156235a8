import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Networks of ncnn: the text and the numbers. The files are made by Tools/fixtures/ncnn_files.py.
@Suite struct NcnnTests {
  private static let expected = Fixtures.expected(in: "ncnn")

  @Test func fixturesAreThere() { #expect(Self.expected.count == 2) }

  @Test(arguments: expected)
  func everyElementIsRead(_ expected: Fixtures.Expected) throws {
    try FixtureTests().everyElementIsRead(expected)
  }

  /// The network of two layers whose results are known.
  private static let text = """
    7767517
    3 3
    Input in 0 1 data
    Convolution c 1 1 data c 0=3 1=1 5=1 6=3 9=2 -23310=1,2.000000e-01
    PReLU p 1 1 c out 0=3

    """
  private static let numbers: [UInt8] = [
    0x47, 0x6b, 0x30, 0x01, 0x00, 0x3e, 0x00, 0xc0, 0x00, 0x34, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0x80,
    0xbf, 0, 0, 0, 0x40, 0xcd, 0xcc, 0xcc, 0x3d, 0xcd, 0xcc, 0x4c, 0x3e, 0x9a, 0x99, 0x99, 0x3e,
  ]

  private func read(_ text: String, _ numbers: [UInt8]) throws(CheckpointError) -> Checkpoint {
    try Checkpoint.read(
      ncnn: ByteRegion(Array(text.utf8)), weights: ByteRegion(numbers), path: "net.param")
  }

  private func fault(_ text: String, _ numbers: [UInt8]) -> CheckpointFault? {
    do throws(CheckpointError) {
      _ = try read(text, numbers)
      return nil
    } catch { return error.fault }
  }

  @Test func layersAreNamedAndTheirShapesFollowFromCounts() throws {
    let file = try read(Self.text, Self.numbers)
    #expect(file.format.rawValue == "ncnn")
    #expect(file.entries.map(\.name) == ["c.weight", "c.bias", "p.slope"])
    #expect(try file["c.weight"]?.tensor() == HostTensor([3, 1, 1, 1], [1.5, -2, 0.25]))
    #expect(try file["c.bias"]?.tensor() == HostTensor([3], [0.5, -1, 2]))
    #expect(try file["p.slope"]?.tensor() == HostTensor([3], [0.1, 0.2, 0.3]))
  }

  @Test func bothFormsOfArraysAreRead() throws {
    let text = Self.text.replacingOccurrences(of: "-23310=1,2.000000e-01", with: "10=0.2,1")
    #expect(try read(text, Self.numbers).entries.count == 3)
  }

  @Test func numbersEndWhereTheLayersDo() {
    for length in 0..<Self.numbers.count {
      #expect(fault(Self.text, Array(Self.numbers[..<length])) != nil, "\(length)")
    }
    #expect(fault(Self.text, Self.numbers + [0]) == .ncnn(.trailing(1)))
    #expect(fault(Self.text, Array(Self.numbers.dropLast())) == .ncnn(.truncated("p")))
  }

  @Test func unknownLayersAreRefusedByName() {
    let text = Self.text.replacingOccurrences(of: "PReLU p", with: "Gemm p")
    #expect(fault(text, Self.numbers) == .ncnn(.layer("Gemm", name: "p")))
  }

  @Test func wholeNumbersOfAByteAreRefusedByName() {
    let tagged: [UInt8] = [0x38, 0x4b, 0x0d, 0] + Self.numbers.dropFirst(4)
    #expect(fault(Self.text, tagged) == .ncnn(.int8("c")))
    let text = Self.text.replacingOccurrences(of: "6=3", with: "6=3 8=1")
    #expect(fault(text, Self.numbers) == .ncnn(.int8("c")))
  }

  @Test func eitherFileMayBeGiven() throws {
    for name in ["layers.param", "layers.bin"] {
      let file = try Checkpoint.read(path: Fixtures.path("../ncnn/\(name)"))
      #expect(file.entries.count == 21 && file.fileName == name)
    }
  }

  @Test func aFileWithoutTheOtherIsRefusedWithItsName() throws {
    let folder = try TemporaryFolder()
    let files = [
      ("a.b.param", Array(Self.text.utf8), "a.b.bin"), ("c.bin", Self.numbers, "c.param"),
      ("network", Array(Self.text.utf8), "network.bin"),
    ]
    for (name, bytes, other) in files {
      try Data(bytes).write(to: URL(filePath: folder.path(name)))
      do throws(CheckpointError) {
        _ = try Checkpoint.read(path: folder.path(name))
        Issue.record("\(name) is read")
      } catch {
        #expect(error.fault == .ncnn(.partner(other, of: name)))
        #expect(error.exitCode == 65)
      }
    }
  }

  @Test func aFileOfAnotherKindIsNoHalf() throws {
    let folder = try TemporaryFolder()
    try Data([1, 2, 3]).write(to: URL(filePath: folder.path("x.bin")))
    do throws(CheckpointError) {
      _ = try Checkpoint.read(path: folder.path("x.bin"))
      Issue.record("it is read")
    } catch { #expect(error.fault == .foreign(.unknown)) }
  }
}
