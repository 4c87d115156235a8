import Foundation
import TGPlan
import TGProtobuf
import TGTensor
import TGTestSupport
import Testing

/// The message section: schema, codec and what the pre-check refuses.
@Suite struct MessageTests {
  private func decode(_ message: [UInt8], texts: [UInt8] = []) throws -> Plan {
    try PlanDecoder.decode(message: message, texts: texts, memory: 64 << 20)
  }

  private func fault(_ message: [UInt8]) -> MessageFault? {
    do {
      _ = try PlanDecoder.decode(message: message, texts: [], memory: 64 << 20)
      return nil
    } catch {
      guard case .message(let fault, _, _, _) = error.problem else { return nil }
      return fault
    }
  }

  @Test func everyFieldOfTheSchemaIsVisitedOnceAndInOrder() throws {
    var met: [String: Set<UInt32>] = [:]
    var types: [String: MessageType] = [:]
    var arbitrary = ArbitraryPlan(seed: 1)
    for _ in 0..<200 {
      let encoder = PlanEncoder(arbitrary.plan())
      let tree = WireTree(encoder.bytes)
      #expect(tree.bytes == encoder.bytes)
      tree.walk { tree, type in
        let numbers = tree.fields.map(\.number)
        #expect(numbers == numbers.sorted())
        met[type.name, default: []].formUnion(numbers)
        types[type.name] = type
      }
    }
    for (name, type) in types {
      for index in 0..<type.fieldCount {
        let field = type.field(at: index)
        #expect(met[name]?.contains(field.number) == true, "\(name).\(field.name) is never written")
        #expect(field.index < 64)
      }
    }
    #expect(types.count == 26)
  }

  @Test func choicesHaveTheSameNumbersInSwift() {
    func check<Case: CaseIterable & RawRepresentable<Int>>(
      _ path: [String], _: Case.Type
    ) {
      var type = MessageType.plan
      for name in path.dropLast() {
        type = (0..<type.fieldCount).map(type.field(at:)).first { $0.name == name }!.message
      }
      let field = (0..<type.fieldCount).map(type.field(at:)).first { $0.name == path.last }!
      let schema = field.choices.map { $0.name.lowercased().filter { $0 != "_" } }
      let swift = Case.allCases.map { String(describing: $0).lowercased() }
      #expect(schema == swift)
      #expect(field.choices.map(\.number) == Case.allCases.map(\.rawValue))
    }
    check(["functions", "role"], PlanFunction.Role.self)
    check(["functions", "slots", "kind"], Slot.Kind.self)
    check(["functions", "slots", "dtype"], DType.self)
    check(["functions", "inputs", "view", "dtype"], DType.self)
    check(["functions", "inputs", "role"], InterfaceItem.RoleCode.self)
    check(["objectives", "loops", "method"], PlanObjective.Method.self)
    let instructions = ["functions", "instructions"]
    check(instructions + ["convolve", "packing"], Convolution.Packing.self)
    check(instructions + ["reduce", "function"], ReductionFunction.self)
    check(instructions + ["pool", "function"], Pooling.Function.self)
    check(instructions + ["map", "program", "steps", "function"], PointwiseFunction.self)
  }

  @Test func everyKindOfInstructionIsListed() {
    let type = MessageType.plan.field(named: "functions").message.field(named: "instructions")
      .message
    let schema = (0..<type.fieldCount).map(type.field(at:)).filter { $0.kind == .message }
    #expect(schema.map(\.name) == Instruction.kinds.map { "\($0.field)" })
    for kind in Instruction.kinds {
      let fields = kind.init()
      #expect(type.field(named: kind.field).message.name == "\(kind)")
      #expect(Swift.type(of: fields.instruction.kind) == kind)
    }
  }

  private static let generator = "/usr/bin/protoc-c"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: generator), "needs protoc-c"))
  func generatedCodeIsUpToDate() throws {
    try Self.compare([], with: "CTGPlan", "plan")
    try Self.compare(["--onnx"], with: "CTGONNX", "onnx")
  }

  private static func compare(
    _ options: [String], with module: String, _ schema: String
  ) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = root.appending(path: "Tools/regenerate-plan-codec")
    process.arguments = options + [folder.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for name in ["\(schema).pb-c.c", "\(schema).pb-c.h"] {
      let committed = try Data(contentsOf: root.appending(path: "Sources/\(module)/\(name)"))
      let generated = try Data(contentsOf: URL(filePath: folder.file(name)))
      #expect(committed == generated, "run Tools/regenerate-plan-codec")
    }
  }

  @Test func duplicateOfAnySingularFieldIsRefused() throws {
    let tree = WireTree(PlanEncoder(SmallPlan().plan).bytes)
    var count = 0
    for variant in tree.variants(.plan, { field, _ in [field, field] })
    where variant.type.field(numbered: variant.field.number)?.label != .repeated {
      #expect(fault(variant.tree.bytes) == .duplicate)
      count += 1
    }
    #expect(count > 200)
  }

  @Test func anyFieldMayBeMissingWithoutHarm() throws {
    let encoder = PlanEncoder(SmallPlan().plan)
    let tree = WireTree(encoder.bytes)
    var outcomes: [String: Int] = [:]
    for variant in tree.variants(.plan, { _, _ in [] }) {
      let bytes = variant.tree.bytes
      if variant.type.field(numbered: variant.field.number)?.label == .required {
        #expect(fault(bytes) == .missing)
        outcomes["missing", default: 0] += 1
        continue
      }
      do {
        var plan = try PlanDecoder.decode(message: bytes, texts: encoder.texts, memory: 64 << 20)
        plan.weightBytes = SmallPlan().plan.weightBytes
        try PlanChecker.check(plan)
        outcomes["accepted", default: 0] += 1
      } catch {
        outcomes["refused", default: 0] += 1
      }
    }
    #expect(outcomes["missing", default: 0] > 100)
    #expect(outcomes["refused", default: 0] > 100)
    #expect(outcomes["accepted", default: 0] > 10)
  }

  @Test func wrongBytesAreNamed() throws {
    let name = WireTree.chunk(1, Array("p".utf8))
    let cases: [(bytes: [UInt8], fault: MessageFault)] = [
      ([], .missing),
      (name + [0x7A, 0x00], .unknownField(15)),
      (name + WireTree.varint(UInt64(1 << 29) << 3 | 2) + [0], .unknownField(1 << 29)),
      ([0x0B, 0x0C], .wireType(3)),
      (name + [0x0C], .wireType(4)),
      ([0x08, 0x00], .wireType(0)),
      ([0x0A, 0x05, 0x61], .truncated),
      ([0x0A], .truncated),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .truncated),
      ([0x0A] + [UInt8](repeating: 0xFF, count: 11), .oversizedNumber),
      (name + name, .duplicate),
      (WireTree.chunk(1, [0xFF]), .text),
      (WireTree.chunk(1, [0x61, 0x00]), .text),
      (WireTree.chunk(1, [0x1B, 0x5B]), .text),
      (WireTree.chunk(1, [0xC0, 0xAF]), .text),
      (WireTree.chunk(1, Array("a\u{202E}b".utf8)), .text),
      (name + WireTree.chunk(10, []), .missing),
      (name + function(WireTree.chunk(10, [0x08, 7, 0x10, 0, 0x18, 1])), .choice(7)),
      (name + function([0x28, 0x02]), .choice(2)),
      (name + function(WireTree.chunk(11, [])), .notOneInstruction),
      (
        name + function(WireTree.chunk(11, WireTree.chunk(15, []) + WireTree.chunk(15, []))),
        .missing
      ),
    ]
    for (bytes, expected) in cases { #expect(fault(bytes) == expected, "\(bytes)") }
  }

  /// A function with required fields and more.
  private func function(_ more: [UInt8]) -> [UInt8] {
    WireTree.chunk(10, WireTree.chunk(1, [0x66]) + [0x20, 0x01] + more)
  }

  @Test(arguments: [10, 15] as [UInt32])
  func nestedTenThousandDeep(field: UInt32) {
    var bytes: [UInt8] = []
    for _ in 0..<10_000 { bytes = WireTree.chunk(field, bytes) }
    let name = WireTree.chunk(1, [0x70])
    #expect(fault(name + bytes) == .unknownField(field == 15 ? 15 : 10))
  }

  @Test func tenMegabytesOfEmptyMessagesAreRefusedBeforeTheyAreUnpacked() throws {
    let name = WireTree.chunk(1, [0x70])
    let empties = [[UInt8]](repeating: [0x5A, 0x00], count: 5 << 20).flatMap(\.self)
    let error = try #require(throws: PlanError.self) { try decode(name + function(empties)) }
    #expect(error.exitCode == 71)
    guard case .loadingMemory(_, allowed: 64 << 20) = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func threeMillionUnknownFieldsAreRefused() {
    let unknown = [[UInt8]](repeating: [0xF8, 0x01, 0x00], count: 3_000_000).flatMap(\.self)
    #expect(fault(WireTree.chunk(1, [0x70]) + unknown) == .unknownField(31))
  }

  @Test func textsMustAddUp() throws {
    let encoder = PlanEncoder(SmallPlan().plan)
    for texts in [[], encoder.texts + [0], Array(encoder.texts.dropLast())] {
      #expect(throws: PlanError(.section(.texts, .lengthMismatch))) {
        try decode(encoder.bytes, texts: texts)
      }
    }
  }
}
