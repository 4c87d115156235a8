/// What a parser made of a file.
enum Outcome: Hashable {
  /// It did not get past the first check, such as the magic number.
  case refusedAtOnce
  /// A later check found the damage.
  case refused
  /// It was read.
  case accepted
}

/// A parser under test.
struct Subject {
  /// What it is called on the command line.
  var name: String
  /// Whether a file of the corpus is one for it.
  var takes: ([UInt8]) -> Bool
  /// Makes a damaged file that respects the format: lengths and checksums are right again.
  var mutate: ([UInt8], [[UInt8]], inout Random) -> [UInt8]
  /// Reads a file, with everything that can be asked of it.
  var parse: ([UInt8]) -> Outcome

  /// Every parser. A new one gets its line here.
  static var all: [Subject] {
    [.pickle, .zip, .safetensors, .npy, .json, .png, .pipeline, .vocabulary, .caption, .plan]
  }
}
