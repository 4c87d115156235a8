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
    (Array("ctorch.hub\nload\n.".utf8), .refused("torch.hub.load")),
    (Array("cos\npath.join\n.".utf8), .refused("os.path.join")),
    (Array("cmy.code\neval\n.".utf8), .refused("my.code.eval")),
    (Array("ctypes\nFunctionType\n.".utf8), .refused("types.FunctionType")),
    (
      Array("c__builtin__\ngetattr\n(cmy\nClass\nV__class__\ntR.".utf8),
      .refused("__builtin__.getattr")
    ),
    (Array("c__builtin__\ngetattr\n(I1\nVreal\ntR.".utf8), .refused("__builtin__.getattr")),
    (Array("ccollections\nOrderedDict\nI1\nR.".utf8), .stack("a call")),
    (
      Array("ccollections\nOrderedDict\n(I1\nI2\ntR.".utf8),
      .arguments(of: "collections.OrderedDict")
    ),
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

  /// Streams of closed values, which are passed over whatever is done with them.
  private static let closed: [(stream: String, kind: String)] = [
    ("cmy.app\nConfig\n(I1\ntR.", "my.app.Config"), ("(I1\nimy.app\nConfig\n.", "my.app.Config"),
    ("(cmy.app\nConfig\nI1\no.", "my.app.Config"),
    ("cmy.app\nConfig\n(tR(dVa\nI1\nsb.", "my.app.Config"),
    ("cmy.app\nConfig\n(tRVk\nI1\ns.", "my.app.Config"),
    ("ccollections\ndeque\n((lI3\ntRI1\na.", "collections.deque"),
    ("c__builtin__\ngetattr\n(cmy.app\nOuter\nVInner\ntR(I2\ntR.", "__builtin__.getattr"),
    ("cfunctools\npartial\n(cmy.app\nf\ntR.", "functools.partial"),
  ]

  @Test func unknownClassesStayClosed() throws {
    for (stream, kind) in Self.closed {
      let found = try Checkpoint.readPlainData(ByteRegion(Array(stream.utf8)), path: "s")
      switch found {
      case .other(let name): #expect(name == kind, "\(stream)")
      case .object(let name, let attributes):
        #expect(name == kind && attributes == [.init(key: .string("a"), value: .int(1))])
      default: Issue.record("\(stream) gave \(found)")
      }
      #expect(refusal(of: Array(stream.utf8)) == .wholeObject(kind))
      // Beside numbers they are listed.
      let pair =
        Array("(Vweight\nF0.5\nVnote\n".utf8) + Array(stream.utf8.dropLast()) + Array("d.".utf8)
      let checkpoint = try Checkpoint.read(ByteRegion(pair), path: "s")
      #expect(checkpoint.entries.map(\.name) == ["weight"])
      #expect(checkpoint.skipped.map(\.name) == ["note"])
      #expect(checkpoint.skipped.map(\.kind) == [kind])
    }
  }

  /// Arguments of the makers of tensors that are not understood refuse the tensor, by its name.
  @Test func argumentsThatAreNotKnownRefuseTheTensor() throws {
    let makers = [
      "_rebuild_tensor\n(I0\nI0\n(I1\nt(I1\ntI5\nt", "_rebuild_tensor_v2\n(I0\nt",
      "_rebuild_parameter\n(I0\nI01\n(dV1\nI1\nst", "_rebuild_new_kind\n(t",
      "_rebuild_parameter_with_state\n(t", "_rebuild_device_tensor_from_numpy\n(I0\nt",
    ]
    for maker in makers {
      let stream = "(Vw\nctorch._utils\n\(maker)RVx\nI1\nd."
      let checkpoint = try Checkpoint.read(ByteRegion(Array(stream.utf8)), path: "s")
      #expect(checkpoint.entries.map(\.name) == ["w", "x"], "\(maker)")
      #expect(throws: CheckpointFault.self, "\(maker)") { try checkpoint["w"]?.tensor() }
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
