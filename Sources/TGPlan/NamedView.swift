package import TGTensor

/// Views by what they are for.
package struct NamedView: Hashable, Sendable {
  /// What it is for.
  package var role: ViewRole
  /// Where the elements lie.
  package var view: View
}

extension Instruction {
  /// The program applied to each result before it is stored, if the kind of instruction has one.
  public var epilogue: Epilogue? {
    switch self {
    case .convolve(let convolution): convolution.epilogue
    case .multiply(let product): product.epilogue
    case .normalize(let normalization): normalization.epilogue
    case .map, .reduce, .softmax, .pool, .unpool, .resample, .gather, .signs: nil
    }
  }

  /// The views that a program reads, and which of them are packed.
  private var programOperands: [(operand: NamedView, isPacked: Bool)] {
    if case .map(let map) = self {
      let packed = map.program.packedOperands
      return map.operands.enumerated().map {
        (NamedView(role: .operand($0), view: $1), packed.contains($0))
      }
    }
    guard let epilogue else { return [] }
    let packed = epilogue.program.packedOperands
    return epilogue.operands.enumerated().map {
      (NamedView(role: .epilogueOperand($0 + 1), view: $1), packed.contains($0 + 1))
    }
  }

  /// The views that are read place by place as the output is written, and may thus equal it.
  package var pointwiseOperands: [NamedView] {
    programOperands.filter { !$0.isPacked }.map(\.operand)
  }

  /// The views that are read in an order of their own, packed operands among them.
  package var freeOperands: [NamedView] {
    ownOperands + programOperands.filter(\.isPacked).map(\.operand)
  }

  private var ownOperands: [NamedView] {
    switch self {
    case .convolve(let convolution):
      [NamedView(role: .input, view: convolution.input)]
        + convolution.phases.enumerated().map {
          NamedView(role: .phaseWeights($0), view: $1.weights)
        }
    case .multiply(let product):
      [
        NamedView(role: .left, view: product.left),
        NamedView(role: .right, view: product.right),
      ]
    case .map: []
    case .reduce(let reduction):
      reduction.operands.enumerated().map { NamedView(role: .operand($0), view: $1) }
    case .normalize(let normalization): [NamedView(role: .input, view: normalization.input)]
    case .softmax(let softmax): [NamedView(role: .input, view: softmax.input)]
    case .pool(let pooling): [NamedView(role: .input, view: pooling.input)]
    case .unpool(let unpooling):
      [
        NamedView(role: .input, view: unpooling.input),
        NamedView(role: .gradient, view: unpooling.gradient),
      ]
    case .resample(let resampling):
      [
        NamedView(role: .input, view: resampling.input),
        NamedView(role: .starts, view: resampling.starts),
        NamedView(role: .weights, view: resampling.weights),
      ]
    case .gather(let gathering):
      [
        NamedView(role: .table, view: gathering.table),
        NamedView(role: .indices, view: gathering.indices),
      ]
    case .signs(let signs): [NamedView(role: .input, view: signs.input)]
    }
  }

  /// The views that are read.
  package var namedOperands: [NamedView] { freeOperands + pointwiseOperands }
}
