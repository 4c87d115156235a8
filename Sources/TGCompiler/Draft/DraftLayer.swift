import TGCheckpoint
import TGTensor

/// A layer as the names and shapes of its tensors suggest it.
struct DraftLayer {
  /// What it is.
  enum Kind: Equatable {
    case linear(inputs: Int, outputs: Int)
    case embedding(rows: Int, width: Int)
    /// A convolution or a transposed one: the extents of its kernel as stored.
    case convolution(first: Int, second: Int, kernel: [Int])
    /// A convolution over one axis.
    case convolution1D(outputs: Int, inputs: Int, kernel: Int)
    case batchNorm(Int, isAffine: Bool)
    /// A norm with a weight and a bias, of which the file does not say more.
    case norm(Int)
    case prelu(Int)
    /// `lstm` or `gru`, how many layers, in both directions or one.
    case recurrence(String, inputs: Int, hidden: Int, layers: Int, isTwoWay: Bool)
  }

  /// The part of the names before the last one.
  let scope: String
  /// What it is.
  let kind: Kind
  /// True if it has a bias.
  let hasBias: Bool
  /// The elements of the bias; 0 if there is none.
  let biasCount: Int
  /// True if a recurrence has its biases.
  let hasRecurrentBias: Bool
  /// True for the names of a cell (`weight_ih`), not of layers (`weight_ih_l0`).
  let isCell: Bool

  /// The layer that the tensors of a scope make; nil if they make none that we know.
  init?(scope: String, _ tensors: [(name: String, shape: [Int])]) {
    // A scope is written between quotation marks, where these have meanings of their own.
    guard !scope.contains(where: { "\"\\{}*".contains($0) || $0.isNewline }) else { return nil }
    var shapes: [String: [Int]] = [:]
    for tensor in tensors where tensor.name != "num_batches_tracked" {
      shapes[tensor.name] = tensor.shape
    }
    guard shapes.values.allSatisfy({ $0.allSatisfy { $0 > 0 } }) else { return nil }
    self.scope = scope
    hasBias = shapes["bias"] != nil
    biasCount = shapes["bias"]?.first ?? 0
    isCell = shapes["weight_ih"] != nil
    hasRecurrentBias = shapes["bias_ih"] != nil || shapes["bias_ih_l0"] != nil
    let names = Set(shapes.keys)
    let weight = shapes["weight"] ?? []
    let last = scope.split(separator: ".").last.map { $0.lowercased() } ?? ""
    if names.isSubset(of: ["weight", "bias", "running_mean", "running_var"]),
      let mean = shapes["running_mean"], let variance = shapes["running_var"],
      mean.count == 1, mean == variance, names.count == 2 || names.count == 4,
      names.count == 2 || shapes["weight"] == mean && shapes["bias"] == mean
    {
      kind = .batchNorm(mean[0], isAffine: names.count == 4)
    } else if names == ["weight"] || names == ["weight", "bias"] {
      guard shapes["bias"].map({ $0.count == 1 }) ?? true else { return nil }
      switch weight.count {
      case 4:
        kind = .convolution(first: weight[0], second: weight[1], kernel: Array(weight[2...]))
        guard !hasBias || biasCount % weight[0] == 0 || biasCount % weight[1] == 0 else {
          return nil
        }
      case 3:
        kind = .convolution1D(outputs: weight[0], inputs: weight[1], kernel: weight[2])
        guard !hasBias || biasCount == weight[0] else { return nil }
      case 2:
        let isTable = ["emb", "vocab", "lookup", "token", "encoder"].contains { last.contains($0) }
        if isTable, !hasBias {
          kind = .embedding(rows: weight[0], width: weight[1])
        } else {
          kind = .linear(inputs: weight[1], outputs: weight[0])
          guard !hasBias || biasCount == weight[0] else { return nil }
        }
      case 1:
        kind = hasBias ? .norm(weight[0]) : .prelu(weight[0])
        guard !hasBias || biasCount == weight[0] else { return nil }
      default: return nil
      }
    } else if let recurrence = Self.recurrence(shapes) {
      kind = recurrence
    } else {
      return nil
    }
  }

  /// Gates of PyTorch's recurrences: four of them are an LSTM's, three a GRU's.
  private static func recurrence(_ shapes: [String: [Int]]) -> Kind? {
    let suffix = shapes["weight_ih"] != nil ? "" : "_l0"
    guard let input = shapes["weight_ih" + suffix], let hidden = shapes["weight_hh" + suffix],
      input.count == 2, hidden.count == 2, input[0] == hidden[0]
    else { return nil }
    let name: String
    switch hidden[0] {
    case 4 * hidden[1]: name = "lstm"
    case 3 * hidden[1]: name = "gru"
    default: return nil
    }
    let size = hidden[1]
    let hasBias = shapes["bias_ih" + suffix] != nil
    let isTwoWay = shapes["weight_ih_l0_reverse"] != nil
    var layers = 1
    if suffix == "_l0" {
      while shapes["weight_ih_l\(layers)"] != nil { layers += 1 }
    }
    var rest = Set(shapes.keys)
    for layer in 0..<layers {
      for way in suffix.isEmpty
        ? [""] : isTwoWay ? ["_l\(layer)", "_l\(layer)_reverse"] : ["_l\(layer)"]
      {
        let inputs = layer == 0 ? input[1] : size * (isTwoWay ? 2 : 1)
        guard shapes["weight_ih" + way] == [hidden[0], inputs],
          shapes["weight_hh" + way] == hidden
        else { return nil }
        rest.subtract(["weight_ih" + way, "weight_hh" + way])
        guard hasBias else { continue }
        guard shapes["bias_ih" + way] == [hidden[0]], shapes["bias_hh" + way] == [hidden[0]] else {
          return nil
        }
        rest.subtract(["bias_ih" + way, "bias_hh" + way])
      }
    }
    guard rest.isEmpty else { return nil }
    return .recurrence(
      name, inputs: input[1], hidden: size, layers: layers, isTwoWay: isTwoWay)
  }

  /// The numbers of channels that a layer behind a convolution says it has; nil if it says nothing.
  var channels: Int? {
    switch kind {
    case .batchNorm(let count, _), .norm(let count): count
    case .prelu(let count) where count > 1: count
    default: nil
    }
  }
}
