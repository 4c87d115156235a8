import Foundation
import TGTensor
import Testing

@Suite struct WeightSectionTests {
  @Test func lendsAlignedPartsOfAFile() throws {
    let path = NSTemporaryDirectory() + "weights-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = (0..<300).map { UInt8($0 % 251) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path: path)
    let section = try #require(WeightSection(file: file, offset: 128, count: 100))
    #expect(unsafe Array(section.bytes) == Array(bytes[128..<228]))
    #expect(unsafe Int(bitPattern: section.bytes.baseAddress) % 64 == 0)
    #expect(WeightSection(file: file, offset: 256, count: 44) != nil)
    for (offset, count) in [
      (1, 1), (-64, 1), (0, 301), (256, 45), (320, 0), (64, -1), (64, .max), (.max, 1),
    ] {
      #expect(WeightSection(file: file, offset: offset, count: count) == nil, "\(offset)")
    }
  }

  @Test func copiesNumbers() throws {
    for count in [0, 1, 17, 1000] {
      let numbers = (0..<count).map(Float.init)
      let section = try #require(WeightSection(elements: numbers))
      #expect(section.count == count * 4)
      #expect(unsafe Int(bitPattern: section.bytes.baseAddress) % 64 == 0)
      #expect(unsafe Array(section.bytes.bindMemory(to: Float.self)) == numbers)
    }
  }
}
