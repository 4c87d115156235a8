import TGDiagnostics
import TGIR
import TGPlan

/// A value while a graph is elaborated: a number or another thing known at compile time, or a tensor.
indirect enum Datum {
  case int(Int)
  case float(Double)
  case boolean(Bool)
  case string(String)
  case none
  /// Bounds of numbers; `closed` if the upper one is included.
  case range(lower: Datum, upper: Datum, closed: Bool)
  case list([Datum])
  case tuple([Field])
  case tensor(Tensor)
  /// A caption or a sequence: ids or vectors, how many words, and 1 on words.
  case text(TextValue)
  /// A model inside a model.
  case part(PartInstance)
  /// A recipe of an optimizer.
  case recipe(Recipe)
  /// Named starts of a variable, of which one is chosen when an objective is run.
  case starts([Field])
  /// The result of a statement that failed; using it fails silently.
  case poison

  /// An element of a tuple.
  struct Field {
    var label: String?
    var value: Datum
  }
}

/// A tensor of the graph as the language sees it: its shape does not count the batch.
struct Tensor {
  /// The value in the graph; its first axis is the batch if `isBatched`.
  var value: Value
  /// The extents without the batch.
  var shape: [Int]
  /// True if it depends on an input: one for each item of the batch.
  var isBatched: Bool
  /// The range of its values, if it is a picture.
  var image: ClosedRange<Double>?
  /// The location that made it.
  var range: SourceRange
}

/// How a variable is updated: an optimizer with its numbers, which may change from round to round.
struct Recipe {
  /// The name, as the language has it.
  var name: String
  /// What the runtime does.
  var method: PlanObjective.Method
  /// Its numbers that are known at compile time.
  var numbers: [PlanObjective.Number] = []
  /// Its numbers that are computed each round: of rank 0.
  var scheduled: [(name: String, value: Tensor)] = []
}

/// What a `Text` or `Sequence` input consists of.
struct TextValue {
  /// Word ids `[T]` of a text, word vectors `[T, D]` of a sequence.
  var words: Tensor
  /// The number of words, `[]`.
  var length: Tensor
  /// 1 on words, 0 on padding, `[T]`.
  var mask: Tensor
  /// What the words are.
  var kind: InterfaceItem.Kind

  /// True for vectors of words, false for ids.
  var isVectors: Bool { kind.takesVectors }

  /// What a page calls `words`.
  var member: String { isVectors ? "values" : "ids" }
}

extension Datum {
  /// What it is, with its article: `a list`, `the number 3`.
  var described: String {
    switch self {
    case .int(let value): "the number \(value)"
    case .float(let value): "the number \(numberText(value))"
    case .boolean(let value): "`\(value)`"
    case .string(let text): "the text \"\(text)\""
    case .none: "`none`"
    case .range: "a range"
    case .list(let elements): "a list of \(elements.count)"
    case .tuple(let fields): "a tuple of \(fields.count)"
    case .tensor(let tensor):
      tensor.image == nil
        ? "a tensor \(shapeText(tensor.shape))" : "an Image \(shapeText(tensor.shape))"
    case .text(let text): text.kind.described
    case .part(let part): "the part `\(part.name)`"
    case .recipe(let recipe): "the recipe `\(recipe.name)`"
    case .starts: "a choice of starts"
    case .poison: "nothing"
    }
  }

  /// True for a tensor or a text, which are known at run time only.
  var isTensorOrText: Bool {
    switch self {
    case .tensor, .text: true
    default: false
    }
  }

  /// True for what holds other values.
  var isCompound: Bool {
    switch self {
    case .list, .tuple, .starts: true
    default: false
    }
  }

  /// True for `none`.
  var isNone: Bool { if case .none = self { true } else { false } }

  /// The value as a real number, if it is one.
  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }
}

/// A shape as the language writes it: `[C 512, H 4, W 4]`, `[C 512]`, `[25, 300]`.
func shapeText(_ shape: [Int]) -> String {
  let names: [String] =
    switch shape.count {
    case 1: ["C "]
    case 3: ["C ", "H ", "W "]
    default: shape.map { _ in "" }
    }
  return "[" + zip(names, shape).map { $0 + String($1) }.joined(separator: ", ") + "]"
}

/// A shape as types write it: `[512, 4, 4]`.
func plainShapeText(_ shape: [Int]) -> String {
  "[" + shape.map(String.init).joined(separator: ", ") + "]"
}

/// Extents between multiplication signs, as the files' shapes are written: `64 × 64 × 3 × 3`.
func sizesText(_ shape: [Int]) -> String {
  shape.isEmpty ? "a number" : shape.map(String.init).joined(separator: " × ")
}

/// A number as messages show it: at most three decimals.
func roundedText(_ value: Double) -> String {
  abs(value) < 1e9 ? numberText((value * 1000).rounded() / 1000) : numberText(value)
}

/// A number without a needless fraction.
func numberText(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
}
