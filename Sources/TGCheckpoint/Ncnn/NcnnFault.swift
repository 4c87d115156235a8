import TGTensor

/// What is wrong with the files of an ncnn network.
package enum NcnnFault: Error, Hashable, Sendable {
  /// The file that belongs to a given one is not there, or cannot be read.
  case partner(String, of: String)
  /// A line of the `.param` that is not as it should be.
  case line(Int, String)
  /// The `.param` claims other numbers of layers or blobs than it has: which, and how many.
  case count(String, claimed: Int, found: Int)
  /// Two layers give a blob of one name.
  case blob(String)
  /// A layer of which it is not known how many weights it has: its type and name.
  case layer(String, name: String)
  /// The numbers of a layer's line contradict each other.
  case shape(String)
  /// The weights of a layer are whole numbers of 8 bits.
  case int8(String)
  /// The `.bin` ends inside the weights of a layer.
  case truncated(String)
  /// Bytes of the `.bin` that belong to no layer.
  case trailing(Int)
}

extension NcnnFault: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .partner(let name, let given):
      "'\(given.shown)' is half of an ncnn network; '\(name.shown)' must lie beside it and be "
        + "readable"
    case .line(let line, let what): "line \(line) of the ncnn network (.param): \(what)"
    case .count(let what, let claimed, let found):
      "the ncnn network (.param) claims \(claimed) \(what) and has \(found); the file may be cut off"
    case .blob(let name): "two layers of the ncnn network give the blob '\(name.shown)'"
    case .layer(let type, let name):
      "the weights of '\(type.shown)', the ncnn layer '\(name.shown)', are not known, so that "
        + "nothing behind them can be found; take the weights that the network was converted from"
    case .shape(let name):
      "the numbers of the ncnn layer '\(name.shown)' do not fit each other: sizes and weight count"
    case .int8(let name):
      "the ncnn layer '\(name.shown)' has weights of 8 bits, which are not read; take the network "
        + "in float32 or float16"
    case .truncated(let name):
      "the ncnn weights (.bin) end inside the layer '\(name.shown)'; the file is cut off or belongs "
        + "to another .param"
    case .trailing(let count):
      "\(count) bytes of the ncnn weights (.bin) belong to no layer; do both files belong together?"
    }
  }
}
