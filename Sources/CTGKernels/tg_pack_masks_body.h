/* The word of up to 16 neighbours. */
TG_INLINE uint16_t pack_masks_word(const float *p, ptrdiff_t n) {
  const v16 x = v16_load_upto(p, n);
  int word = 0;
  TG_REPEAT(i, PARTS) word |= vbits(vgt(x.part[i], vset(0.0f))) << (i * VW);
  return (uint16_t)word;
}

static void pack_masks(const tg_pack_masks *s, ptrdiff_t begin, ptrdiff_t end) {
  for (ptrdiff_t unit = begin; unit < end;) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&s->runs, unit / s->count, at);
    const ptrdiff_t first = unit % s->count;
    const ptrdiff_t words = s->count - first < end - unit ? s->count - first : end - unit;
    const float *p = s->input + at[0] + first * s->stride_in;
    uint16_t *q = s->output + at[1] + first * s->stride_out;
    for (ptrdiff_t i = 0; i < words; i++, p += s->stride_in, q += s->stride_out)
      *q = pack_masks_word(p, first + i + 1 < s->count ? TG_WORD : s->last);
    unit += words;
  }
}
