internal import TGExecution
internal import TGImage
internal import TGPlan
internal import TGTensor
internal import TGText

extension SessionError {
  /// What was found and what was expected, without a full stop.
  package var message: String {
    switch self {
    case .noSuchFunction(let name, let functions):
      return "the plan has no function '\(name)'; it has \(Self.list(functions))"
    case .noSuchInput(let name, let inputs):
      return "the function has no input '\(name)'; it takes \(Self.list(inputs))"
    case .noSuchOutput(let name, let outputs, let function):
      return "the function '\(function)' has no output '\(name)'; it gives \(Self.list(outputs))"
    case .missing(let item, let function):
      return "\(Self.callee(function)) needs \(item.kind.value.demand(of: item))"
    case .tooManyPictures(let paths, let inputs):
      let takes = inputs.isEmpty ? "no picture" : "the pictures \(Self.list(inputs))"
      return "too many pictures: \(Self.list(paths)); the function takes \(takes)"
    case .tooManyTexts(let texts, let inputs):
      let takes = inputs.isEmpty ? "no caption" : "captions for \(Self.list(inputs))"
      return "'\(Self.short(texts.last ?? ""))' fits no input: the function takes \(takes)"
    case .noWords(let given, let item):
      return "\(given) cannot be used: the plan was compiled without \(Self.words(of: item)) for "
        + "'\(item.name)', so it cannot read captions"
    case .wrongKind(let input, let kind, let given):
      return "the input '\(input)' is \(kind); it cannot be given as \(given)"
    case .noPictureOutput(let outputs):
      return "the function gives no picture, only \(Self.list(outputs))"
    case .itemCounts(let one, let ones, let other, let others):
      return "'\(one)' has \(ones) items and '\(other)' has \(others)"
    case .batch(let count, let sizes, let together, let function):
      let listed = sizes.map(String.init).joined(separator: ", ")
      let asked = together ? "\(count) items were given" : "single items were asked for"
      return "\(asked), and '\(function)' was compiled for batches of \(listed), "
        + "whose items influence each other"
    case .shape(let input, let found, let expected):
      return "the array for '\(input)' has the shape \(found); expected \(Self.shape(expected)), "
        + "the first axis counting items"
    case .lengthsWithoutWords(let input):
      return "'\(input).lengths' was given, but '\(input)' has no lengths"
    case .lengthOutOfRange(let input, let item, let value, let longest):
      return "'\(input).lengths' has \(Self.number(value)) for item \(item); lengths are whole "
        + "numbers in 1 ... \(longest)"
    case .numberOutOfRange(let input, let item, let value, let limit):
      let range = limit > 0 ? "in 0 ..< \(limit)" : "that are not negative"
      return "'\(input)' has \(Self.number(value)) in item \(item); it takes whole numbers \(range)"
    case .notFinite(let input, let item, let value):
      return "'\(input)' has \(Self.number(value)) in item \(item)"
    case .array(let path, let fault): return "\(path): \(fault)"
    case .picture(let error): return error.message
    case .pictureSize(let path, let height, let width, let wanted):
      return "\(path) has \(width) x \(height) pixels; the plan takes \(wanted[1]) x \(wanted[0]) "
        + "and does not say how others are fitted"
    case .pictureWords(let input, let fit, let filter):
      return "the plan fits pictures for '\(input)' by '\(fit)' with '\(filter)', which this "
        + "program does not know"
    case .caption(let error, let location): return location + error.message
    case .vocabulary(let name, let error):
      return "the tokenizer '\(name)' of the plan cannot be used: \(error.message)"
    case .memory(let needed, let allowed):
      return "the function needs \(Self.megabytes(needed)) MB of memory; "
        + "\(Self.megabytes(allowed)) MB are allowed"
    case .runtime(let error): return "\(error)"
    case .notFiniteOutput(let name, let item, let position, let value):
      return "the output '\(name)' has \(Self.number(value)) at position \(position) of item "
        + "\(item)"
    }
  }

  /// What to do about it.
  package var hint: String? {
    switch self {
    case .missing(let item, _): return item.kind.value.remedy(of: item)
    case .noPictureOutput(let outputs):
      return
        "write it as an array: --output \(outputs.first ?? "NAME")=FILE.npy, or --outdir FOLDER"
    case .tooManyPictures(_, let inputs) where inputs.count == 1:
      return "'\(inputs[0])' is given by name already; leave out one of the two"
    case .tooManyPictures(_, let inputs) where inputs.count > 1:
      return "for a run of each of many pictures, give all others by name: "
        + "--input \(inputs.last ?? "NAME")=FILE"
    case .tooManyTexts(_, let inputs) where inputs.count == 1:
      return "put a caption in quotes; many captions are read from a file: --captions FILE"
    case .noWords(_, let item): return item.howToGetWords
    case .batch(let count, _, let together, _):
      return "compile the plan with --batch \(together ? count : 1)"
    case .pictureSize(_, _, _, let wanted):
      return "give a copy of \(wanted[1]) x \(wanted[0]) pixels, made with any program for pictures"
    case .caption(.noKnownWord, _):
      return "use words of the vocabulary; tgrun --show-words PLAN lists them"
    case .caption(.unknownWords, _):
      return "use words of the vocabulary (tgrun --show-words PLAN lists them), or leave out "
        + "--strict-words"
    case .runtime(.damagedWeights):
      return "make the plan again with tgc, or copy it again; --no-verify takes it as it is"
    case .runtime(.outOfMemory):
      return "allow more memory (ulimit -v), use fewer --threads, or compile with a smaller --batch"
    case .memory:
      return "raise --max-memory, or compile the plan with a smaller --batch"
    case .runtime(.noSuchRow(let row)):
      return "row numbers are whole, 0 to \(row.rows - 1); look at what was given, or at what the "
        + "graph computes them of"
    case .runtime(.unavailableISA):
      return "unset TG_ISA, or set it to scalar"
    case .notFiniteOutput:
      return "the weights or the inputs are out of range; --profile lists the instructions"
    case .itemCounts: return "give arrays whose first axes are equal"
    case .noSuchFunction, .noSuchInput, .noSuchOutput: return "tginspect lists what a plan has"
    default: return nil
    }
  }

  /// The status that a command ends with.
  package var exitCode: Int32 {
    switch self {
    case .noSuchFunction, .noSuchInput, .noSuchOutput, .missing, .tooManyPictures, .tooManyTexts,
      .noWords, .wrongKind, .noPictureOutput, .lengthsWithoutWords:
      return 64
    case .array(_, .unreadable(.cannotMap)): return 74
    case .array(_, .unreadable): return 66
    case .itemCounts, .shape, .lengthOutOfRange, .numberOutOfRange, .notFinite, .array, .batch,
      .pictureSize:
      return 65
    case .picture(let error): return error.exitCode
    case .caption(let error, _): return error.exitCode
    case .vocabulary: return 65
    case .pictureWords: return 69
    case .runtime(let error):
      switch error {
      case .overBudget, .outOfMemory: return 71
      case .unavailableISA: return 69
      case .unsound, .notWhole, .noSuchRow, .damagedWeights: return 65
      case .noSuchFunction, .wrongCount: return 70
      }
    case .memory: return 71
    case .notFiniteOutput: return 76
    }
  }

  /// A function by its name; the steps of an objective by the objective's.
  private static func callee(_ function: String) -> String {
    let parts = function.split(separator: ".")
    return parts.count == 2 && parts[1] == "start"
      ? "the objective '\(parts[0])'" : "the function '\(function)'"
  }

  /// What is missing of an input without words.
  private static func words(of item: InterfaceItem) -> String {
    item.kind.takesVectors ? "word vectors" : "a vocabulary"
  }

  /// Names in quotes.
  private static func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "none" }
    let shown = names.prefix(12).map { "'\(short($0))'" }.joined(separator: ", ")
    return names.count > 12 ? shown + " and \(names.count - 12) more" : shown
  }

  private static func short(_ text: String) -> String {
    text.count > 60 ? text.prefix(57) + "..." : text
  }

  private static func shape(_ extents: [Int]) -> String {
    "[" + (["N"] + extents.dropFirst().map(String.init)).joined(separator: ", ") + "]"
  }

  private static func number(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : "\(value)"
  }

  private static func megabytes(_ bytes: Int) -> Int {
    bytes / 1_048_576 + (bytes % 1_048_576 > 0 ? 1 : 0)
  }
}
