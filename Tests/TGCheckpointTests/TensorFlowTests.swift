import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Checkpoints that TensorFlow wrote, by Tools/fixtures/tensorflow_files.py.
@Suite struct TensorFlowTests {
  private static let folder = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/tensorflow").standardized.path

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
  }

  static let expected = Fixtures.expected(in: "tensorflow")

  @Test func fixturesAreThere() { #expect(Self.expected.count == 10) }

  @Test(arguments: expected)
  func everyElementIsRead(_ expected: Fixtures.Expected) throws {
    let checkpoint = try Checkpoint.read(path: Fixtures.path(expected.file))
    #expect("../tensorflow/" + checkpoint.fileName == expected.file)
    #expect(checkpoint.format.rawValue == expected.format)
    #expect(checkpoint.entries.map(\.name) == expected.tensors.map(\.name))
    #expect(checkpoint.skipped.map(\.name) == expected.skipped)
    for tensor in expected.tensors {
      let entry = try #require(checkpoint[tensor.name], "\(tensor.name)")
      #expect(entry.form.typeName == tensor.type, "\(tensor.name)")
      #expect(entry.shape.dimensions == tensor.shape, "\(tensor.name)")
      if let values = tensor.values {
        #expect(try entry.tensor().elements == values.map { Float($0) }, "\(tensor.name)")
      } else {
        #expect(throws: CheckpointFault.unread(name: tensor.name, tensor.type)) {
          try entry.tensor()
        }
      }
    }
  }

  // MARK: What stands for a checkpoint

  /// The prefix, which is no file, a data file, and the list, whose path was written elsewhere.
  @Test(arguments: [
    ("model.ckpt-100", "model.ckpt-100.index"), ("checkpoint", "model.ckpt-100.index"),
    ("several.data-00001-of-00003", "several.index"), ("model.ckpt-7", "model.ckpt-7"),
  ])
  func eachFileOfACheckpointStandsForIt(_ given: String, _ read: String) throws {
    let file = GivenFile(path: "\(Self.folder)/\(given)")
    #expect(Checkpoint.resolved(file).path == "\(Self.folder)/\(read)")
    #expect(try Checkpoint.read(file).fileName == read)
  }

  /// A list beside a checkpoint of version 2 and a file of version 1.
  private static func follow(_ list: String) throws -> Checkpoint {
    let index = try bytes("model.ckpt-100.index")
    let data = try bytes("model.ckpt-100.data-00000-of-00001")
    let old = try bytes("model.ckpt-7")
    return try Checkpoint.read(
      ByteRegion(Array(list.utf8)), path: "checkpoint",
      beside: .memory([
        "m.index": ByteRegion(index), "m.data-00000-of-00001": ByteRegion(data),
        "old": ByteRegion(old), "text": ByteRegion(Array("model_checkpoint_path: \"m\"".utf8)),
      ]))
  }

  @Test(arguments: [
    ("model_checkpoint_path: \"m\"\n", "m.index"), ("model_checkpoint_path:'m'", "m.index"),
    ("model_checkpoint_path: \"/a/b/m\"\nall_model_checkpoint_paths: \"/a/b/m\"\n", "m.index"),
    ("model_checkpoint_path: \"../m\"\r\n", "m.index"),
    ("model_checkpoint_path: \"\\157ld\"", "old"), ("model_checkpoint_path: \"old\"", "old"),
  ])
  func listsAreFollowedInTheirFolder(_ list: String, _ file: String) throws {
    #expect(try Self.follow(list).fileName == file)
  }

  @Test(arguments: [
    "model_checkpoint_path: \"m\"\nmodel_checkpoint_path: \"old\"\n", "model_checkpoint_path: \"\"",
    "model_checkpoint_path: \"..\"", "model_checkpoint_path: \"a/.\"", "model_checkpoint_path: m",
    "model_checkpoint_path \"m\"", "model_checkpoint_path: \"m", "model_checkpoint_path: \"m\" x",
    "model_checkpoint_path: \"m\\000\"", "model_checkpoint_path: \"\\q\"", "model_checkpoint_path",
    "model_checkpoint_path: \"text\"", "model_checkpoint_path: \"\\777\"",
  ])
  func otherListsAreRefused(_ list: String) throws {
    #expect(throws: CheckpointError(path: "checkpoint", fault: .tensorFlow(.list))) {
      try Self.follow(list)
    }
  }

  @Test func aListOfWhatIsNotThereNamesIt() throws {
    let error = CheckpointError(path: "checkpoint", fault: .tensorFlow(.latest("gone")))
    #expect(throws: error) { try Self.follow("model_checkpoint_path: \"/tmp/gone\"") }
    #expect(error.description.contains("'gone.index'"))
  }

  /// What an optimizer keeps of the variables in a file is told from variables that end alike.
  @Test func whatOptimizersKeepIsKnown() throws {
    let checkpoint = try Checkpoint.read(path: "\(Self.folder)/model.ckpt-100")
    let kept = checkpoint.entries.filter { checkpoint.isTrainingState($0) }.map(\.name)
    #expect(
      kept == [
        "beta1_power", "beta2_power", "g/bias/Adam", "g/bias/Adam_1", "g/kernel/Adam",
        "g/kernel/Adam_1", "global_step",
      ])
    let others = try Checkpoint.read(path: "\(Self.folder)/objects")
    #expect(!others.entries.contains { others.isTrainingState($0) })
  }

  // MARK: What is missing

  @Test func aMissingDataFileIsNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["several.index", "several.data-00000-of-00003", "several.data-00002-of-00003"] {
      try Data(try Self.bytes(name)).write(to: URL(filePath: folder.path(name)))
    }
    do throws(CheckpointError) {
      _ = try Checkpoint.read(path: folder.path("several"))
      Issue.record("a checkpoint was read without its data")
    } catch {
      #expect(error.path == folder.path("several.index"))
      #expect(error.fault == .tensorFlow(.missing("several.data-00001-of-00003")))
      #expect(error.exitCode == 66)
    }
    try FileManager.default.removeItem(atPath: folder.path("several.index"))
    do throws(CheckpointError) {
      _ = try Checkpoint.read(path: folder.path("several.data-00000-of-00003"))
      Issue.record("data were read without their index")
    } catch { #expect(error.description.contains("several.index"), "\(error)") }
  }

  @Test func anIndexOfAnotherNameIsTold() throws {
    let fault = refusal(of: try Self.bytes("model.ckpt-100.index"), named: "downloaded")
    #expect(fault == .tensorFlow(.indexName))
  }

  // MARK: Damage

  private static func tensors(_ index: [UInt8], _ data: [UInt8]) throws -> [HostTensor] {
    try Checkpoint.read(
      ByteRegion(index), path: "m.index",
      beside: .memory(["m.data-00000-of-00001": ByteRegion(data)])
    ).entries.compactMap { entry in
      if case .unread = entry.form.kind { return nil }
      return try entry.tensor()
    }
  }

  /// What is neither read nor covered by a checksum is the space between the last handle and the end.
  @Test(arguments: ["types", "sliced", "many", "objects"])
  func everyFlippedBitIsFound(_ name: String) throws {
    let index = try Self.bytes("\(name).index")
    let data = try Self.bytes("\(name).data-00000-of-00001")
    let sound = try Self.tensors(index, data)
    var refused = 0
    for position in index.indices {
      var damaged = index
      damaged[position] ^= 1 << UInt8(position % 8)
      if let found = try? Self.tensors(damaged, data) {
        #expect(found == sound, "byte \(position)")
      } else {
        refused += 1
      }
    }
    #expect(refused >= index.count - 40)
  }

  @Test func damagedDataAreFoundWhenTheyAreRead() throws {
    let index = try Self.bytes("model.ckpt-100.index")
    var data = try Self.bytes("model.ckpt-100.data-00000-of-00001")
    data[data.count - 1] ^= 1
    let checkpoint = try Checkpoint.read(
      ByteRegion(index), path: "m.index",
      beside: .memory(["m.data-00000-of-00001": ByteRegion(data)]))
    let faults = checkpoint.entries.compactMap { entry in
      do throws(CheckpointFault) {
        _ = try entry.tensor()
        return nil as CheckpointFault?
      } catch { return error }
    }
    #expect(faults == [.tensorFlow(.data(name: "global_step"))])
  }

  @Test(arguments: ["model.ckpt-100.index", "types.ckpt-1", "sliced.ckpt-1"])
  func everyTruncationIsRefused(_ file: String) throws {
    let bytes = try Self.bytes(file)
    for length in 0..<bytes.count {
      #expect(refusal(of: [UInt8](bytes[..<length]), named: "m.index") != nil, "\(length)")
    }
  }

  // MARK: Written down by hand

  private static let index = """
    00000608011a020801000a150070000101028081807f080112081202080112020801200c280435efd682c30604158181\
    807f080112081202080112020801201028043597d088fb00060f672f626961730801120412020802280835453f168802\
    050d7363616c650801120020082804350638271f00011e700801120812020802120208013a060a0210010a003a080a04\
    080110010a0000000000010000000039f259c7000000000100000000c0f2a1b000010370009e01000000000100000000\
    457b79f9a30108b0010f0000000000000000000000000000000000000000000000000000000000000000000057fb808b\
    247547db
    """
  private static let data = "0000803f000000c00000003f0000404000008040"
  private static let old = """
    00001d0a1b0a150a017712081202080112020802180122040a000a0012020801000a17007700010102807f807f12150a\
    017712040a000a001a0a2a080000803f000000c0000000000100000000f8cdf2b2000000000100000000c0f2a1b0000a\
    02007700010102807f807f004c000000000100000000a32554e051085e17000000000000000000000000000000000000\
    00000000000000000000000000000000000057fb808b247547db
    """

  private static func hex(_ text: String) -> [UInt8] {
    var digits = text.utf8.makeIterator()
    var bytes: [UInt8] = []
    while let high = digits.next(), let low = digits.next() {
      bytes.append(UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) ?? 0)
    }
    return bytes
  }

  @Test func theExamplesAreRead() throws {
    let checkpoint = try Checkpoint.read(
      ByteRegion(Self.hex(Self.index)), path: "m.index",
      beside: .memory(["m.data-00000-of-00001": ByteRegion(Self.hex(Self.data))]))
    #expect(checkpoint.entries.map(\.name) == ["g/bias", "g/scale", "p"])
    #expect(try checkpoint["g/bias"]?.tensor() == HostTensor([2], [1, -2]))
    #expect(try checkpoint["g/scale"]?.tensor() == HostTensor([], [0.5]))
    #expect(try checkpoint["p"]?.tensor() == HostTensor([2, 1], [3, 4]))
    let old = try Checkpoint.read(ByteRegion(Self.hex(Self.old)), path: "model.ckpt-1")
    #expect(old.format == .tensorFlow1)
    #expect(try old["w"]?.tensor() == HostTensor([1, 2], [1, -2]))
  }
}
