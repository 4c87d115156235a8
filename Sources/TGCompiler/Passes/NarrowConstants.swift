package import TGIR
import TGOps
import TGTensor

/// `map f(constant, …) → map f(narrower constant, …)`, likewise for reductions: along axes on which
/// nothing changes a constant is kept once.
///
/// Differentiation asks for what a layer makes of a cotangent that is the same everywhere; folded,
/// that is a whole picture of weights of which all positions are equal.
///
/// Effect on numbers: bit-exact.
package struct NarrowConstants: Pass {
  package static let name = "NarrowConstants"
  package static let needs: Set<GraphForm> = [.constantsFolded]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard node.op is Map || node.op is Reduce else { return nil }
      var operands = node.operands
      for (index, operand) in operands.enumerated() {
        guard let tensor = builder.constant(of: operand)?.tensor else { continue }
        let narrow = tensor.narrowed
        guard narrow.shape != tensor.shape else { continue }
        let value = try builder.constant(narrow)
        // If nobody else has the full extents, they are stated.
        operands[index] = try builder.broadcast(value, to: tensor.shape.dimensions)
        let extents = operands.enumerated().map { builder.shape($0 == index ? value : $1) }
        let common = extents.reduce([] as Shape?) { sum, next in sum?.broadcast(with: next) }
        let before = node.operands.reduce([] as Shape?) { $0?.broadcast(with: builder.shape($1)) }
        if common == before { operands[index] = value }
      }
      return operands == node.operands ? nil : try builder.insert(node.op, operands)
    }
  }
}

extension HostTensor {
  /// The tensor with extent 1 along all axes on which nothing changes.
  fileprivate var narrowed: HostTensor {
    var (extents, kept) = (shape.dimensions, elements)
    for axis in extents.indices where extents[axis] > 1 {
      let inner = extents[(axis + 1)...].reduce(1, *)
      let row = inner * extents[axis]
      let starts = stride(from: 0, to: kept.count, by: max(row, 1))
      let isRepeated = starts.allSatisfy { start in
        (start..<(start + row - inner)).allSatisfy { position in
          kept[position].bitPattern == kept[position + inner].bitPattern
        }
      }
      guard isRepeated else { continue }
      kept = starts.flatMap { kept[$0..<($0 + inner)] }
      extents[axis] = 1
    }
    return HostTensor(Shape(extents), kept)
  }
}
