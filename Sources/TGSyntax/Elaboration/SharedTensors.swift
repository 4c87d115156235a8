import TGDiagnostics
import TGIR
import TGTensor

/// The tensors of a model while its entry points are elaborated one after the other: a rule of the
/// whole model is that a tensor has one shape, and one number for where it is missing, whichever
/// entry points read it.
struct SharedTensors {
  /// Every tensor that some entry point reads, in the order in which they were first read.
  private(set) var parameters: [GraphParameter] = []
  /// The index of a tensor among `parameters`, and the entry point that read it first.
  private var known: [WeightTable.Key: (index: Int, reader: String)] = [:]
  private var clashes: [Clash] = []

  /// Tensors that two entry points read differently, all by the same two calls.
  fileprivate struct Clash {
    var first: GraphParameter
    var second: GraphParameter
    var readers: (String, String)
    var others = 0
  }

  /// Adds a tensor that an entry point reads.
  mutating func add(_ parameter: GraphParameter, readBy reader: String) {
    let key = WeightTable.Key(root: parameter.root, name: parameter.name)
    guard let (index, owner) = known[key] else {
      known[key] = (parameters.count, reader)
      parameters.append(parameter)
      return
    }
    let first = parameters[index]
    guard first.shape != parameter.shape || first.absent != parameter.absent else { return }
    let same = clashes.firstIndex {
      $0.first.entrance == first.entrance && $0.second.entrance == parameter.entrance
        && $0.readers == (owner, reader)
    }
    if let same {
      clashes[same].others += 1
    } else {
      clashes.append(Clash(first: first, second: parameter, readers: (owner, reader)))
    }
  }

  /// One finding for each pair of locations that disagree.
  var findings: [Diagnostic] { clashes.map(\.finding) }
}

extension SharedTensors.Clash {
  fileprivate var finding: Diagnostic {
    let more = others > 0 ? " (and \(others) more)" : ""
    let difference =
      first.shape == second.shape
      ? "\(missing(first)) in `\(readers.0)` and \(missing(second)) in `\(readers.1)`"
      : "\(sizesText(first.shape.dimensions)) in `\(readers.0)` and "
        + "\(sizesText(second.shape.dimensions)) in `\(readers.1)`"
    var notes = [Diagnostic.Note("`\(readers.0)` reads it from here", at: first.entrance)]
    for location in [first.range, second.range] {
      let isShown = location == second.entrance || notes.contains { $0.range == location }
      if !isShown { notes.append(Diagnostic.Note("the tensor is read here", at: location)) }
    }
    return Diagnostic(
      "tensor-twice", "`\(first.name)`\(more) is \(difference): one tensor is read in one way",
      at: second.entrance, notes: notes,
      hint: "where sizes differ, the weights do too: give each its own name after `@`")
  }

  private func missing(_ parameter: GraphParameter) -> String {
    parameter.absent.map { "\(numberText(Double($0))) where it is missing" } ?? "never missing"
  }
}

extension GraphParameter {
  /// The call in the body of the entry point that leads to the tensor.
  fileprivate var entrance: SourceRange? { reachedBy.last?.range ?? range }
}
