/* The micro-kernels of pairs of bfloat16 for AVX-512 F, BW, DQ, VL and BF16. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "tg_variant.h"

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))),             \
    apply_to = function)

#include "tg_vector_avx512.h"

#include "tg_lanes.h"

/* As tg_pairs_lane.h has it, in one instruction. */
TG_INLINE vf vpairs(vf a, vf b, vf c) {
  return _mm512_dpbf16_ps(c, (__m512bh)vibits(a), (__m512bh)vibits(b));
}

static void narrow(const float *in, ptrdiff_t count, float *words) {
  for (; count >= 2 * VW; count -= 2 * VW, in += 2 * VW, words += VW) {
    vstore(words, (vf)_mm512_cvtne2ps_pbh(vload(in + VW), vload(in)));
  }
  if (count == 0) return;
  const vf last = (vf)_mm512_cvtne2ps_pbh(vload_n(in + VW, count - VW), vload_n(in, count));
  vstore_n(words, last, (count + 1) / 2);
}

#include "tg_micro_body.h"

#define TG_PAIRS tg_pairs_avx512_bf16
#include "tg_pairs_body.h"

#pragma clang attribute pop
#endif
