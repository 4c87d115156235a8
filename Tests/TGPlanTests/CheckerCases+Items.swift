import TGPlan
import TGTensor

// Items of an interface.
extension CheckerCase {
  /// What is wrong with an item of an interface, case by case.
  static let items: [CheckerCase] = {
    func first(
      _ name: String, _ fault: ItemFault,
      _ change: @escaping @Sendable (inout InterfaceItem) -> Void
    ) -> CheckerCase { CheckerCase(name, .item(fault)) { change(&$0.functions[0].inputs[0]) } }
    @Sendable func image(_ low: Float, _ high: Float, fit: String = "") -> InterfaceItem.Kind {
      .image(low: low, high: high, fit: fit, filter: "")
    }
    return [
      first("range reversed", .range(1, 0)) { $0.kind = image(1, 0) },
      first("range empty", .range(1, 1)) { $0.kind = image(1, 1) },
      first("range infinite", .range(0, .infinity)) { $0.kind = image(0, .infinity) },
      first("fit of a long word", .words) {
        $0.kind = image(0, 1, fit: String(repeating: "a", count: 65))
      },
      first("fit on two lines", .words) { $0.kind = image(0, 1, fit: "crop\n136") },
      first("lengths of a picture", .lengthsUnexpected) { $0.lengths = View(slot: 2, shape: [1]) },
      first("infinite default", .defaultValue(.infinity)) { $0.defaultValue = .infinity },
      first("negative rows", .rows(-1)) { $0.rows = -1 },
      first("rows beyond exact floats", .rows(1 << 25)) { $0.rows = 1 << 25 },
      CheckerCase("fit of two words", nil) {
        $0.functions[0].inputs[0].kind = .image(low: 0, high: 1, fit: "crop 136", filter: "lanczos")
      },
      CheckerCase("name of a part", nil) { $0.functions[0].inputs[0].name = "x.0" },
      CheckerCase("name that begins with a dot", .name(.input, ".x")) {
        $0.functions[0].inputs[0].name = ".x"
      },
      CheckerCase("name", .name(.input, "x/0")) { $0.functions[0].inputs[0].name = "x/0" },
      CheckerCase("name used twice", .duplicateName(.input, "x")) {
        $0.functions[0].inputs[2].name = "x"
      },
      CheckerCase("one name for input and output", nil) { $0.functions[0].outputs[0].name = "x" },
      CheckerCase("two channels", .item(.channels(2))) {
        $0.functions[0].inputs[0].view.dimensions[1] = 2
      },
      CheckerCase("rank", .view(.values, .rank(2, expected: 1))) {
        $0.functions[0].inputs[1].kind = .label(count: 3)
      },
      CheckerCase("no classes", .item(.classes(0))) {
        $0.functions[0].inputs[2] = InterfaceItem(
          name: "z", kind: .label(count: 0), view: View(slot: 2, type: TensorType(.int32, [1])))
      },
      CheckerCase("batch", .item(.batch(found: 2, expected: 1))) {
        $0.functions[0].inputs[1].view = View(slot: 1, type: TensorType(.int32, [2, 2]))
      },
      CheckerCase("ids that are numbers", .view(.values, .dtype(.float32, expected: [.int32]))) {
        $0.functions[0].inputs[1].view = View(slot: 3, shape: [1, 4])
      },
      CheckerCase(
        "a picture of whole numbers", .view(.values, .dtype(.int32, expected: [.float32]))
      ) { $0.functions[0].inputs[0].view = View(slot: 1, type: TensorType(.int32, [1, 1, 2, 2])) },
      CheckerCase(
        "lengths that are numbers", .view(.lengths, .dtype(.float32, expected: [.int32]))
      ) { $0.functions[0].inputs[1].lengths = View(slot: 3, shape: [1]) },
      CheckerCase("unknown tokenizer", .item(.noTokenizer("other"))) {
        $0.functions[0].inputs[1].kind = .text(vocabulary: "other")
      },
      CheckerCase("no lengths", .item(.lengthsMissing)) {
        $0.functions[0].inputs[1].lengths = nil
      },
      CheckerCase("lengths of another batch", .view(.lengths, .extents([4], expected: [1]))) {
        $0.functions[0].inputs[1].lengths = View(slot: 1, type: TensorType(.int32, [4]))
      },
      CheckerCase("an input among the weights", .view(.values, .writesWeights)) {
        $0.functions[0].inputs[2].view.slot = 6
      },
      CheckerCase("an input that repeats a position", .view(.values, .repeatsPositions)) {
        $0.functions[0].inputs[2].view.strides[1] = 0
      },
      CheckerCase("inputs that overlap", .view(.values, .overlaps(.values))) {
        $0.functions[0].inputs[2].view.slot = 0
      },
      CheckerCase("an output with a default", .item(.defaultOfOutput)) {
        $0.functions[0].outputs[0].defaultValue = 0
      },
      CheckerCase(
        "an output view outside its slot", .view(.values, .outsideSlot(last: 4, count: 4))
      ) {
        $0.functions[0].outputs[1].view.offset = 1
      },
    ]
  }()
}
