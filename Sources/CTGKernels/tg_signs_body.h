/* No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

/* The word of up to 16 neighbours. */
TG_INLINE float TG_FN(signs_word)(const float *p, ptrdiff_t n) {
  const tg_v16 x = n == 16 ? tg_load(p) : tg_load_part(p, n, 0);
#if TG_LEVEL == 2
  return (float)_mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_GT_OQ);
#elif TG_LEVEL == 1
  __m256 half[2];
  memcpy(half, &x, sizeof half);
  const int low = _mm256_movemask_ps(_mm256_cmp_ps(half[0], _mm256_setzero_ps(), _CMP_GT_OQ));
  const int high = _mm256_movemask_ps(_mm256_cmp_ps(half[1], _mm256_setzero_ps(), _CMP_GT_OQ));
  return (float)(low | high << 8);
#else
  int32_t word = 0;
  for (int lane = 0; lane < 16; lane++) word |= (x[lane] > 0) << lane;
  return (float)word;
#endif
}

static void TG_FN(tg_f32_signs)(const tg_signs *s, ptrdiff_t begin, ptrdiff_t end) {
  for (ptrdiff_t unit = begin; unit < end;) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&s->runs, unit / s->count, at);
    const ptrdiff_t first = unit % s->count;
    const ptrdiff_t words = s->count - first < end - unit ? s->count - first : end - unit;
    const float *p = s->input + at[0] + first * s->stride_in;
    float *q = s->output + at[1] + first * s->stride_out;
    for (ptrdiff_t i = 0; i < words; i++, p += s->stride_in, q += s->stride_out)
      *q = TG_FN(signs_word)(p, first + i + 1 < s->count ? 16 : s->last);
    unit += words;
  }
}
