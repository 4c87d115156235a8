import Foundation
import TGCheckpoint
import TGTensor
import Testing

/// Files that PyTorch, NumPy and safetensors wrote, element by element.
@Suite struct FixtureTests {
  @Test func fixturesAreThere() { #expect(Fixtures.expected.count >= 70) }

  @Test(arguments: Fixtures.expected)
  func everyElementIsRead(_ expected: Fixtures.Expected) throws {
    let checkpoint = try Checkpoint.read(path: Fixtures.path(expected.file))
    #expect(checkpoint.fileName == URL(filePath: expected.file).lastPathComponent)
    #expect(checkpoint.format.rawValue == expected.format)
    #expect(checkpoint.entries.map(\.name) == expected.tensors.map(\.name))
    #expect(checkpoint.skipped.map(\.name) == expected.skipped)
    for tensor in expected.tensors {
      let entry = try #require(checkpoint[tensor.name], "\(tensor.name)")
      #expect(entry.form.typeName == tensor.type, "\(tensor.name)")
      #expect(entry.shape.dimensions == tensor.shape, "\(tensor.name)")
      if let values = tensor.values {
        let found = try entry.elements().tensor().elements
        #expect(found == values.map { Float($0) }, "\(tensor.name)")
      } else {
        // Listed, and refused by its name once it is asked for.
        #expect(throws: CheckpointFault.unread(name: tensor.name, tensor.type)) {
          try entry.tensor()
        }
      }
    }
  }

  @Test func wholeNumbersThatFloat32DoesNotHoldAreRefusedByName() throws {
    let entry = try #require(Checkpoint.read(path: Fixtures.path("i8.npy"))[""])
    #expect(throws: CheckpointFault.inexact(name: "", .int64, "9007199254740993")) {
      try entry.tensor()
    }
    #expect(try entry.elements().integers() == [(1 << 53) + 1, -5])
  }

  @Test func wholeNumbersStayExact() throws {
    let array = try NumpyArray.read(path: Fixtures.path("i8.npy"))
    #expect(array.elements == .int64([(1 << 53) + 1, -5]))
    #expect(array.shape == [1, 2])
  }

  /// Why each of the files made to be refused is refused.
  static let refusals: [(file: String, fault: CheckpointFault)] = [
    ("refused-bomb.npz", .zip(.bomb(member: "a.npy", claimed: 32 << 20))),
    ("refused-complex.npy", .numpy(member: "", .type("<c16", dimensions: [1]))),
    ("refused-inner.zip", .foreign(.archive(holds: ["bird/text_encoder200.pth"], members: 2))),
    ("refused-name.pth", .zip(.badName("../data.pkl"))),
    ("refused-python2-big-endian.pth", .torch(.bigEndian)),
    (
      "refused-python2-count.pth",
      .torch(.storageSize(key: "77", expected: 24, found: 23))
    ),
    ("refused-python2-missing.pth", .torch(.missingStorage("9"))),
    ("refused-python2-negative.pth", .view(name: "w", .negative)),
    ("refused-script.pth", .torch(.torchScript)),
    ("refused-text.npy", .numpy(member: "", .type("<U1", dimensions: [1]))),
    ("refused-theano.pkl", .nameless("network.Network")),
  ]

  @Test(arguments: refusals)
  func refusedFilesAreRefused(_ file: String, _ fault: CheckpointFault) throws {
    #expect(refusal(of: try Fixtures.bytes(file)) == fault)
  }

  @Test func everyRefusedFileIsInTheTable() throws {
    let files = try Fixtures.names().filter { $0.hasPrefix("refused") }
    #expect(files == Self.refusals.map(\.file).sorted())
  }

  @Test(arguments: [
    "types-zip.pth", "views-legacy.pth", "python2.pth", "model.safetensors", "f4.npy",
    "deflated.npz", "zip64.pth", "arrays-2.pkl", "arrays-0.pkl", "odd-zip.pth", "notes-4.ckpt",
    "odd.safetensors", "described.pth", "tensors-2.pkl", "dictionary.npy", "nvidia-forms-4.pkl",
    "nvidia-tf-2.pkl", "nvidia-tf-5.pkl",
  ])
  func everyTruncationIsRefused(_ file: String) throws {
    let bytes = try Fixtures.bytes(file)
    for length in 0..<bytes.count {
      #expect(refusal(of: [UInt8](bytes[..<length])) != nil, "\(length) of \(bytes.count)")
    }
    #expect(refusal(of: bytes) == nil)
  }

  @Test(arguments: [
    "types-legacy.pth", "python2.pth", "model.safetensors", "f4.npy", "arrays-2.pkl",
  ])
  func trailingBytesAreRefused(_ file: String) throws {
    #expect(refusal(of: try Fixtures.bytes(file) + [0]) != nil)
  }

  @Test(arguments: ["types-zip.pth", "deflated.pth", "zip64.pth", "arrays.npz", "comment.pth"])
  func everyFlippedBitOfTensorsIsFound(_ file: String) throws {
    // A flipped bit is refused or lies where nothing is read: dates, padding, comments.
    let bytes = try Fixtures.bytes(file)
    let original = try tensors(bytes)
    var refused = 0
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << UInt8(position % 8)
      if let found = try? tensors(damaged) {
        #expect(found == original, "byte \(position)")
      } else {
        refused += 1
      }
    }
    #expect(refused > bytes.count / 4)
  }

  private func tensors(_ bytes: [UInt8]) throws -> [HostTensor] {
    try Checkpoint.read(ByteRegion(bytes), path: "file").entries.compactMap { entry in
      if case .unread = entry.form.kind { return nil }
      return try entry.elements().tensor()
    }
  }
}
