package import TGONNX
import TGTensor

/// Why the network of an ONNX file does not become a page.
package enum ImportError: Error, Hashable, Sendable {
  /// The bytes are no ONNX file.
  case damaged(ONNXError)
  /// Operators that are not translated, with how many nodes are of them and the first one's name.
  case operators([Missing])
  /// A node that is not translated as it stands: where, and why.
  case node(Place, String)
  /// Something else in the file is not read.
  case file(String)
  /// An input has an axis without a size: its name, which `--set` can give.
  case size(input: String, axis: String, note: String)
  /// `--set` names what no input has; the names that there are.
  case setting(String, known: [String])

  /// An operator that is not translated.
  package struct Missing: Hashable, Sendable {
    package var operation: String
    package var count: Int
    package var first: String
  }

  /// A node.
  package struct Place: Hashable, Sendable {
    package var name: String
    package var operation: String
  }
}

extension ImportError: CustomStringConvertible {
  /// One or two sentences without the path.
  package var description: String {
    switch self {
    case .damaged(let error): return "\(error)"
    case .operators(let missing):
      let list = missing.map {
        "\($0.operation) (\($0.count) node\($0.count == 1 ? "" : "s"), first \($0.first))"
      }
      return "these operators are not translated: " + list.joined(separator: ", ")
    case .node(let place, let reason):
      return "node '\(place.name.shown)' (\(place.operation.shown)): \(reason)"
    case .file(let reason): return reason
    case .size(let input, let axis, let note):
      return "the input '\(input.shown)' has the axis \(axis.shown) without a size\(note)"
    case .setting(let name, let known):
      return known.isEmpty
        ? "--set \(name): every size of this network is stated in its file"
        : "--set \(name): no axis has this name; there are " + known.joined(separator: ", ")
    }
  }

  /// What to do; nil if the sentence says it.
  package var hint: String? {
    switch self {
    case .size(_, let axis, _): "--set \(axis)=SIZE states it"
    case .operators: "spec/onnx.md lists what is translated"
    default: nil
    }
  }
}

/// Why a node is not translated, before it is known which one.
enum NodeFault: Error {
  /// What it asks for is not there in the language: the reason.
  case refused(String)
  /// It does not leave the leading axis, the batch, as it is.
  case movesBatch
}
