/* The kernels of each instruction set. */
#include "tg_variant.h"

const tg_variant *tg_variant_of(tg_isa isa) {
  static const tg_variant *const variants[] = {
      [TG_ISA_SCALAR] = &tg_variant_scalar,
#if defined(__x86_64__)
      [TG_ISA_AVX2] = &tg_variant_avx2,
      [TG_ISA_AVX512] = &tg_variant_avx512,
      [TG_ISA_AVX512_BF16] = &tg_variant_avx512,
#endif
  };
  return variants[isa];
}

const tg_micro_table *tg_micros_of(tg_isa isa, int pairs) {
#if defined(__x86_64__)
  if (pairs && isa == TG_ISA_AVX512_BF16) return &tg_pairs_avx512_bf16;
#endif
  const tg_variant *variant = tg_variant_of(isa);
  return pairs ? variant->pairs : variant->micros;
}
