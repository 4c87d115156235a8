import Foundation
import TGTensor
import TGTestSupport
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

  @Test func givesMemoryBackAndReadsAgain() throws {
    let path = NSTemporaryDirectory() + "weights-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = (0..<1 << 20).map { UInt8($0 % 251) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path: path)
    let section = try #require(WeightSection(file: file, offset: 64, count: bytes.count - 64))
    #expect(unsafe Array(section.bytes) == Array(bytes[64...]))
    let all = try residentBytes(ofFile: path)
    #expect(all >= bytes.count - 65536)
    section.release(300_000..<600_000)
    #expect(try residentBytes(ofFile: path) <= all - 300_000)
    section.release(-1..<bytes.count + 1)
    #expect(try residentBytes(ofFile: path) == 0)
    #expect(unsafe Array(section.bytes) == Array(bytes[64...]))
    // Memory of our own stays.
    let own = try #require(WeightSection(elements: [Float(1), 2, 3]))
    own.release(0..<12)
    #expect(unsafe Array(own.bytes.bindMemory(to: Float.self)) == [1, 2, 3])
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
