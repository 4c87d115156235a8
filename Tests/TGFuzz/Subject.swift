/// What a reader made of an input.
enum Outcome: Hashable {
  /// It did not get past the first check, such as the magic number.
  case refusedAtOnce
  /// A later check found the damage.
  case refused
  /// It was read, and what was watched was right.
  case accepted
}

/// A part of the program under test, with what its inputs are made of.
struct Subject {
  /// Where inputs come from.
  enum Source {
    /// Sound files, damaged: the files, given the folder of the package, and damage that respects the
    /// format (lengths and checksums are right again).
    case damage(
      corpus: (String) -> [[UInt8]], mutate: ([UInt8], [[UInt8]], inout Random) -> [UInt8])
    /// Sound inputs, made whole.
    case generation((inout Random) -> [UInt8])
  }

  /// What it is called on the command line.
  var name: String
  /// Where inputs come from.
  var source: Source
  /// Reads an input, with everything that can be asked of it; traps if that goes wrong.
  var read: ([UInt8]) -> Outcome
  /// The most bytes of address space; nil for no limit. A size believed by a reader becomes a failed
  /// allocation.
  var memory: Int? = 1 << 30
  /// The most seconds of the processor that one input may take.
  var seconds = 1.0

  /// A reader of files of the fixtures.
  init(
    name: String, folders: [String], takes: @escaping ([UInt8]) -> Bool,
    mutate: @escaping ([UInt8], [[UInt8]], inout Random) -> [UInt8],
    parse: @escaping ([UInt8]) -> Outcome
  ) {
    let corpus = { (root: String) in
      folders.flatMap { Corpus.files(in: "\(root)/\($0)") }.filter(takes)
    }
    self.init(name: name, source: .damage(corpus: corpus, mutate: mutate), read: parse)
  }

  /// Any subject.
  init(name: String, source: Source, read: @escaping ([UInt8]) -> Outcome) {
    self.name = name
    self.source = source
    self.read = read
  }

  /// Every subject. A new one gets its line here.
  static var all: [Subject] {
    [
      .pickle, .objects, .legacy, .zip, .safetensors, .onnx, .npy, .torch7, .ncnn, .tensorFlow,
      .json, .state, .direction, .words, .png, .jpeg, .pipeline, .vocabulary, .vectors, .caption,
      .plan, .page, .lists, .soundPlan,
      .soundPage,
    ]
  }
}
