package import CTGMachine

/// A vector instruction set that kernels are written for.
///
/// A caller passes one to every kernel it prepares; results are bit-identical within one ISA.
package enum ISA: String, CaseIterable, Hashable, Sendable {
  /// Plain C, on every machine.
  case scalar
  /// AVX2 with fused multiply-add and conversion of 16-bit floats.
  case avx2
  /// AVX-512 F, BW, DQ and VL.
  case avx512
  /// The same with products of bfloat16; all else runs as for `avx512`, to the same bits.
  case avx512bf16

  /// What this processor can run, narrowest first; always has `scalar`.
  package static func available() -> [ISA] {
    allCases.filter { tg_isa_available($0.code) != 0 }
  }

  /// The widest that this processor can run.
  package static func best() -> ISA { available().last ?? .scalar }

  /// The number by which C names it.
  package var code: tg_isa {
    switch self {
    case .scalar: TG_ISA_SCALAR
    case .avx2: TG_ISA_AVX2
    case .avx512: TG_ISA_AVX512
    case .avx512bf16: TG_ISA_AVX512_BF16
    }
  }
}
