import TGCheckpoint
import TGDiagnostics
import TGIR
import TGTensor

/// The numbers of a tensor that are infinite, or none.
struct OddNumbers {
  /// How many are no number.
  private(set) var nans = 0
  /// How many are infinite.
  private(set) var infinities = 0
  /// The position of the first of either.
  private let first: Int

  /// Looks through a tensor; nil if all its numbers are finite. One addition for each number: a sum
  /// of products with 0 is 0 as long as all are finite.
  init?(_ tensor: HostTensor) {
    let elements = tensor.elements
    var start = 0
    var suspect: Int?
    while start < elements.count, suspect == nil {
      let end = min(start + 4096, elements.count)
      var sum: Float = 0
      for index in start..<end { sum += elements[index] * 0 }
      if sum != 0 || sum.isNaN { suspect = start }
      start = end
    }
    guard let suspect, let first = elements[suspect...].firstIndex(where: { !$0.isFinite }) else {
      return nil
    }
    self.first = first
    for element in elements[first...] where !element.isFinite {
      if element.isNaN { nans += 1 } else { infinities += 1 }
    }
  }

  /// What to tell of a tensor that was read.
  func finding(_ parameter: GraphParameter, in checkpoint: Checkpoint) -> Diagnostic {
    let kinds = [
      nans > 0 ? "\(nans) that \(nans == 1 ? "is" : "are") no number (NaN)" : nil,
      infinities > 0 ? "\(infinities) infinite" : nil,
    ].compactMap(\.self).joined(separator: " and ")
    var position: [Int] = []
    var rest = first
    for stride in parameter.shape.strides {
      position.append(rest / stride)
      rest %= stride
    }
    return Diagnostic(
      "not-finite",
      "`\(parameter.name)` of \(checkpoint.fileName) has \(kinds) among \(parameter.shape.count) "
        + "numbers, the first at [\(position.map(String.init).joined(separator: ", "))]",
      at: parameter.range, severity: .warning, notes: parameter.reachedBy,
      hint: "was the training broken off? another checkpoint, or an earlier epoch, may be whole; "
        + "--strict makes this an error")
  }
}
