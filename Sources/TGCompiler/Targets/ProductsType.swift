/// In which type a plan multiplies with weights (`--precision`).
package enum ProductsType: String, CaseIterable, Sendable {
  /// Float32, as the page means it.
  case f32
  /// Bfloat16 with sums of float32, where `NarrowProducts` finds it worth the error.
  case bf16
}
