import Foundation
import TGCheckpoint
import TGPlan
import TGSession
import TGTensor
import TGTestSupport
import Testing

/// Files of codes and directions in all their forms, and the functions that they are for.
@Suite struct CodeFileTests {
  private static let fixtures = URL(filePath: #filePath)
    .appending(path: "../../Fixtures/editing").standardized.path
  private static let w = item("w", .latent, [3, 4])

  private static func item(
    _ name: String, _ kind: InterfaceItem.Kind, _ shape: [Int]
  ) -> InterfaceItem {
    InterfaceItem(name: name, kind: kind, view: View(slot: 0, shape: Shape([1] + shape)))
  }

  private static func function(
    _ name: String, _ inputs: [InterfaceItem], _ output: InterfaceItem? = nil
  ) -> PlanFunction {
    var function = PlanFunction(name: name, batch: 1)
    function.inputs = inputs
    let kind = InterfaceItem.Kind.image(low: -1, high: 1, fit: "", filter: "")
    function.outputs = [output ?? item("image", kind, [3, 2, 2])]
    return function
  }

  /// `generate(z)`, `map(z) -> w`, `truncate(w) -> w`, `synthesize(w)`.
  private static let plan: Plan = {
    var plan = Plan(name: "Codes")
    let z = item("z", .normal, [4])
    plan.functions = [
      function("generate", [z]), function("map", [z], w), function("truncate", [w], w),
      function("synthesize", [w, item("noise", .tensor, [2])]),
    ]
    return plan
  }()

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ name: String, _ tensors: [(name: String, tensor: HostTensor)],
    metadata: [String: String] = [:]
  ) throws -> String {
    let bytes = try Safetensors.encoded(tensors, metadata: metadata)
    try Data(bytes).write(to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  private func write(_ name: String, _ shape: Shape, _ elements: [Float]? = nil) throws -> String {
    let tensor = HostTensor(shape, elements ?? (0..<shape.count).map { Float($0) })
    try Data(NumpyArray(tensor).encoded).write(to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  @Test(
    arguments: [
      ([3, 4], "synthesize", 1), ([1, 3, 4], "synthesize", 1), ([5, 3, 4], "synthesize", 5),
      ([4], "generate", 1), ([2, 4], "generate", 2),
    ] as [([Int], String, Int)])
  func theOnlyFunctionThatFits(extents: [Int], function: String, count: Int) throws {
    // [3, 4] fits generate as three codes, too; a name decides.
    let name = function == "generate" ? "z" : "w"
    let tensor = HostTensor(Shape(extents), repeating: 2)
    let file = try CodeFile(write("code.safetensors", [(name, tensor)]))
    let route = try CodeRoute(of: Self.plan, for: file)
    #expect(route.function == function)
    #expect(route.isChosen == (function != "generate"))
    let form = try #require(Self.plan.functions.first { $0.name == function })
    let bound = try file.codes(for: form)
    #expect(bound.map(\.item.name) == [name] && bound[0].code.shape[0] == count)
  }

  @Test func shapesDecideWhereNamesDoNot() throws {
    let wide = try CodeFile(write("wide.npy", [1, 3, 4]))
    #expect(try CodeRoute(of: Self.plan, for: wide).function == "synthesize")
    #expect(
      throws: EditingError.ambiguous(
        path: folder.path("open.npy"), functions: ["generate", "synthesize"])
    ) {
      try CodeRoute(of: Self.plan, for: CodeFile(write("open.npy", [3, 4])))
    }
    let other = try CodeFile(write("other.npy", [3, 5]))
    #expect {
      try CodeRoute(of: Self.plan, for: other)
    } throws: { error in
      let message = (error as? EditingError)?.message ?? ""
      return message.contains("[3, 5]") && message.contains("synthesize(w [3, 4])")
    }
  }

  @Test func severalTensorsAreBoundByName() throws {
    let file = try CodeFile(
      write(
        "all.safetensors",
        [
          ("w", HostTensor([2, 3, 4], repeating: 1)), ("noise", HostTensor([1, 2], repeating: 3)),
          ("loss", HostTensor([9], repeating: 0)),
        ]))
    let form = Self.plan.functions[3]
    #expect(try file.codes(for: form).map(\.item.name) == ["w", "noise"])
    #expect(file.unused(by: form) == ["loss"])
    #expect(throws: EditingError.several(path: file.path, count: 2)) {
      try file.code(for: Self.w, of: form)
    }
    let wrong = try CodeFile(
      write("wrong.safetensors", [("w", HostTensor([4, 3], repeating: 1))]))
    #expect(throws: EditingError.self) { try wrong.codes(for: form) }
    let endless = try CodeFile(
      write("endless.safetensors", [("w", HostTensor([3, 4], repeating: .infinity))]))
    #expect(throws: EditingError.notFinite(path: endless.path, tensor: "w")) {
      try endless.codes(for: form)
    }
  }

  @Test func directionsOfEveryForm() throws {
    let whole = (0..<12).map { Float($0) }
    let spread: [Float] = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]
    for shape in [[4], [1, 4], [1, 1, 4]] {
      let direction = try Direction(write("d.npy", Shape(shape)))
      #expect(try direction.spread(over: Self.w) == spread && direction.layers == nil)
    }
    for shape in [[3, 4], [1, 3, 4]] {
      #expect(try Direction(write("d.npy", Shape(shape))).spread(over: Self.w) == whole)
    }
    let list = try Direction(Self.fixtures + "/layers-list.npy")
    #expect(try list.spread(over: Self.w) == whole && list.layers?.layers == [0, 1])
    let text = try Direction(Self.fixtures + "/layers-text.npy")
    #expect(try text.spread(over: Self.w) == spread && text.layers?.layers == [1, 2])
    let bare = try Direction(Self.fixtures + "/bare.pkl")
    #expect(try bare.spread(over: Self.w) == spread && bare.layers == nil)
    let row = HostTensor([4], [0, 1, 2, 3])
    let stated = try Direction(
      write("m.safetensors", [("age", row)], metadata: ["layers": "0,2"]))
    #expect(try stated.spread(over: Self.w) == spread && stated.layers?.layers == [0, 2])
    #expect(throws: EditingError.self) {
      try Direction(write("two.safetensors", [("a", row), ("b", row)]))
    }
    for name in ["refused-empty.npy", "refused-call.npy", "none.npy"] {
      #expect(throws: EditingError.self) { try Direction("\(Self.fixtures)/\(name)") }
    }
    #expect(throws: EditingError.self) {
      try Direction(write("d.npy", [5])).spread(over: Self.w)
    }
  }

  @Test func aColumnOfAMatrix() throws {
    let path = try write("eigen.npy", [4, 2])
    #expect(
      try Direction(path, column: 1).spread(over: Self.w) == [1, 3, 5, 7, 1, 3, 5, 7, 1, 3, 5, 7])
    #expect(throws: EditingError.column(path: path, 2, found: [4, 2])) {
      try Direction(path, column: 2)
    }
  }

  @Test func editsAreAppliedInTheirLayers() throws {
    let form = Self.plan.functions[3]
    let style = try CodeFile(write("style.npy", [3, 4], [Float](repeating: 100, count: 12)))
    let one = try Direction(write("one.npy", [4], [1, 1, 1, 1]))
    let edit = try CodeEdit(
      Self.w, of: form, mixes: [(style, MixNotation("style.npy:2"))],
      directions: [
        (one, DirectionNotation("one.npy=0:2:3@0")), (one, DirectionNotation("one.npy=5@2")),
      ])
    #expect(edit.frames == 3)
    let code = [Float](repeating: 0, count: 12)
    let rows: [Float] = [2, 2, 2, 2, 0, 0, 0, 0, 105, 105, 105, 105]
    #expect(try edit.applied(to: code, frame: 2) == rows)
    #expect(try edit.applied(to: code, frame: 0).prefix(4) == [0, 0, 0, 0])
    #expect(throws: EditingError.layer(path: "one.npy", 3, count: 3)) {
      try CodeEdit(
        Self.w, of: form, mixes: [], directions: [(one, DirectionNotation("one.npy=1@3"))])
    }
    #expect(throws: EditingError.frameCounts([2, 3])) {
      try CodeEdit(
        Self.w, of: form, mixes: [],
        directions: [
          (one, DirectionNotation("one.npy=0:1:2")), (one, DirectionNotation("one.npy=0:1:3")),
        ])
    }
    #expect(throws: EditingError.overflow("w")) {
      let far = try Direction(write("far.npy", [4], [3e38, 0, 0, 0]))
      let edit = try CodeEdit(
        Self.w, of: form, mixes: [], directions: [(far, DirectionNotation("far.npy=3"))])
      _ = try edit.applied(to: code, frame: 0)
    }
  }
}
