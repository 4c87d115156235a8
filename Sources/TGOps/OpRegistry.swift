package import TGIR

/// All ops, by name: what reads IR text, and what the registry-driven tests run over.
package enum OpRegistry {
  /// Every op type, in the order of `spec/ops.md`.
  package static let all: [any Op.Type] = [
    Input.self, Parameter.self, Constant.self,
    Map.self, Signs.self, ToInt32.self,
    Linear.self, MatMul.self,
    Conv2D.self, Pool.self, MaxPoolGradientOp.self, Upsample.self, Resample.self,
    Reduce.self, Normalize.self, SoftmaxOp.self,
    Reshape.self, Transpose.self, Broadcast.self, Slice.self, Concat.self, Pad.self, Gather.self,
    Scatter.self, Detach.self,
  ]

  /// Makes an op of its name and attributes.
  ///
  /// - Throws: `AttributeError` for an unknown name or unfit attributes.
  package static func make(_ mnemonic: String, _ attributes: AttributeReader)
    throws(AttributeError) -> any Op
  {
    guard let type = all.first(where: { $0.mnemonic == mnemonic }) else {
      throw AttributeError("no op is called `\(mnemonic)`")
    }
    return try type.init(attributes: attributes)
  }
}
