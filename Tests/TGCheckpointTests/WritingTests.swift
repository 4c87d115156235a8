import Foundation
import TGCheckpoint
import TGTensor
import Testing

/// What we write reads back.
@Suite final class WritingTests {
  private let folder: String

  init() throws {
    folder =
      FileManager.default.temporaryDirectory
      .appending(path: "tgraph-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static let tensors: [HostTensor] = [
    HostTensor(scalar: 2.5), HostTensor([3], [1, -0.0, .infinity]),
    HostTensor([2, 1, 3], [0.1, .leastNonzeroMagnitude, 3.4e38, 4, 5, 6]), HostTensor([0, 4], []),
  ]

  @Test func arraysReadBack() throws {
    for tensor in Self.tensors {
      let path = "\(folder)/a.npy"
      try AtomicFile.save(NumpyArray(tensor).encoded, to: path)
      let array = try NumpyArray.read(path: path)
      #expect(array.tensor == tensor)
      #expect(array == NumpyArray(tensor))
      #expect(
        array.encoded.count - 4 * tensor.elements.count == 128 || array.encoded.count % 4 == 0)
    }
    let integers = NumpyArray([2, 2], integers: [.min, .max, 0, -1])
    #expect(try NumpyArray(ByteRegion(integers.encoded)) == integers)
  }

  @Test func headsAreAligned() {
    for rank in 0...8 {
      let tensor = HostTensor(Shape([Int](repeating: 1, count: rank)), [7])
      let bytes = NumpyArray(tensor).encoded
      #expect((bytes.count - 4) % 64 == 0)
    }
  }

  @Test func safetensorsReadBackInOneOrder() throws {
    let named = Self.tensors.enumerated().map { (name: "t\(3 - $0)", tensor: $1) }
    let bytes = try Safetensors.encoded(named, metadata: ["b": "2", "a": "1"])
    #expect(bytes == (try Safetensors.encoded(named.reversed(), metadata: ["a": "1", "b": "2"])))
    let checkpoint = try Checkpoint.read(ByteRegion(bytes), path: "x")
    #expect(checkpoint.entries.map(\.name) == ["t0", "t1", "t2", "t3"])
    for (name, tensor) in named { #expect(try checkpoint[name]?.tensor() == tensor) }
    #expect(throws: CheckpointFault.duplicateName("t")) {
      try Safetensors.encoded([("t", Self.tensors[0]), ("t", Self.tensors[1])])
    }
  }
}
