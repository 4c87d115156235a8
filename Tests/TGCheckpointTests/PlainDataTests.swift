import TGCheckpoint
import TGTensor
import Testing

/// Vocabularies in pickles of every protocol and of Python 2.
@Suite struct PlainDataTests {
  private static let words = ["<end>", "bird", "café", "red"]

  @Test(arguments: ["0", "1", "2", "3", "4", "5", "python2"])
  func captionsAreRead(_ kind: String) throws {
    let value = try Checkpoint.readPlainData(path: Fixtures.path("captions-\(kind).pickle"))
    let parts = try #require(value.items)
    #expect(parts.count == 4)
    func ids(_ part: PickleValue) -> [[Int]]? { part.items?.map { $0.items!.map { $0.int! } } }
    #expect(ids(parts[0]) == [[1, 3], [2]])
    #expect(ids(parts[1]) == [[3, 1, 2]])
    let forward = try #require(parts[2].pairs)
    #expect(forward.map { $0.key.int } == [0, 1, 2, 3])
    #expect(forward.map { $0.value.string } == Self.words)
    let backward = try #require(parts[3].pairs)
    #expect(backward.map { $0.key.string } == Self.words)
    #expect(backward.map { $0.value.int } == [0, 1, 2, 3])
  }

  /// Streams written by hand: bytes, and the value or the refusal.
  private static let streams: [(stream: String, value: PickleValue)] = [
    ("I01\n.", .bool(true)), ("I-7\n.", .int(-7)), ("L12L\n.", .int(12)), ("F0.5\n.", .float(0.5)),
    ("S'it\\'s \\x41\\n'\n.", .string("it's A\n")), ("Va\\u00e9\\U0001f426\n.", .string("aé🐦")),
    ("(I1\nNt.", .tuple([.int(1), .none])), ("(lp0\nI1\nag0\n0.", .list([.int(1)])),
    ("(dS'k'\nI1\ns.", .dictionary([.init(key: .string("k"), value: .int(1))])),
  ]

  @Test func protocol0IsRead() throws {
    for (stream, value) in Self.streams {
      let found = try Checkpoint.readPlainData(ByteRegion(Array(stream.utf8)), path: "s")
      #expect(found == value, "\(stream)")
    }
  }

  /// What stands in a stream and why it is refused there.
  private static let refused: [(stream: [UInt8], fault: PickleFault)] = [
    (Array("cposix\nsystem\n(S'ls'\ntR.".utf8), .refused("posix.system")),
    (Array("(S'ls'\niposix\nsystem\n.".utf8), .refused("posix.system")),
    (Array("c__builtin__\neval\n.".utf8), .refused("__builtin__.eval")),
    (Array("ctorch.serialization\nload\n.".utf8), .refused("torch.serialization.load")),
    (Array("ctorch.nn\nFloatStorage\n.".utf8), .refused("torch.nn.FloatStorage")),
    (Array("ccollections\nOrderedDict\nI1\nR.".utf8), .stack("a call")),
    (
      Array("ccollections\nOrderedDict\n(I1\nI2\ntR.".utf8),
      .arguments(of: "collections.OrderedDict")
    ),
    (Array("c_codecs\nencode\n(Vx\nVrot13\ntR.".utf8), .arguments(of: "_codecs.encode")),
    ([0x80, 6, 0x4e, 0x2e], .version(6)),
    ([0x80, 2, 0x8a, 0xff, 0, 0x2e], .truncated),
    ([0x80, 2, 0x58, 0xff, 0xff, 0xff, 0x7f, 0x2e], .truncated),
    ([0x80, 2, 0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x2e], .truncated),
    ([0x80, 2, 0x54, 0xff, 0xff, 0xff, 0xff, 0x2e], .literal("length")),
    ([0x80, 2, 0x82, 1, 0x2e], .forbidden("the extension registry")),
    ([0x80, 2, 0x4e, 0x4e, 0x2e], .stack("the end")),
    ([0x80, 2, 0x2e], .stack("the end")),
    ([0x80, 2, 0x28, 0x30, 0x2e], .stack("POP")),
    ([0x80, 2, 0x4b, 1, 0x85, 0x65], .stack("APPENDS")),
    ([0x80, 2, 0x68, 9, 0x2e], .memo(9)),
    ([0x80, 2, 0x4e, 0x51, 0x2e], .persistentID),
    ([0x80, 2] + [UInt8](repeating: 0x28, count: 1_000_000), .budget("open marks", limit: 1000)),
    ([0x80, 2, 0x4e, 0x2e, 0x80, 2, 0x4e, 0x2e], .trailing(4)),
    ([0x80, 2, 0x4e, 0x07], .opcode(7)),
  ]

  @Test func hostileStreamsAreRefusedByName() {
    for (stream, fault) in Self.refused {
      do throws(CheckpointError) {
        let value = try Checkpoint.readPlainData(ByteRegion(stream), path: "s")
        Issue.record("\(stream.prefix(40)) gave \(value)")
      } catch {
        guard case .pickle(_, let found) = error.fault else {
          Issue.record("\(stream.prefix(40)): \(error)")
          continue
        }
        #expect(found == fault, "\(stream.prefix(40))")
        #expect(error.exitCode == 65)
      }
    }
  }

  @Test func sharedValuesCannotGrowTheResult() {
    let stream = Self.nested(30)
    #expect(Self.readValue(stream) && Self.readCheckpoint(stream))
  }

  /// A stream in which each list holds the one before it ten times.
  private static func nested(_ levels: Int) -> [UInt8] {
    var stream: [UInt8] = [0x80, 4, 0x5d, 0x4e, 0x61, 0x94]
    for level in 0..<levels {
      // The old list leaves the stack; mark, ten references from the memo, list, memoize.
      stream += [0x30, 0x28]
      for _ in 0..<10 { stream += [0x68, UInt8(level)] }
      stream += [0x6c, 0x94]
    }
    return stream + [0x2e]
  }

  private static func readValue(_ stream: [UInt8]) -> Bool {
    do throws(CheckpointError) {
      _ = try Checkpoint.readPlainData(ByteRegion(stream), path: "s")
      return false
    } catch { if case .tooMuch(.values) = error.fault { return true } else { return false } }
  }

  private static func readCheckpoint(_ stream: [UInt8]) -> Bool {
    if case .tooMuch(.values) = refusal(of: stream) { true } else { false }
  }

  @Test func deepAndCyclicValuesAreRefused() {
    let deep = [0x80, 2] + [0x5d] + [UInt8](repeating: 0x85, count: 500_000)
    // A list that holds itself.
    let cyclic: [UInt8] = [0x80, 2, 0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]
    for stream in [deep + [0x2e], cyclic] {
      #expect(refusal(of: stream) == .tooMuch(.depth(limit: 64)))
      #expect(throws: CheckpointError.self) {
        try Checkpoint.readPlainData(ByteRegion(stream), path: "s")
      }
    }
  }
}
