/* Arithmetic of words of two bfloat16 over vectors, for instruction sets without instructions for
 * it; part of tg_variant_body.h. */

/* c + odd * odd, then + even * even, each rounded once: what vdpbf16ps does. The products are exact
 * in floats, so that a multiply-add that is none rounds as one. But vdpbf16ps makes a sum below
 * 2^-126 zero. */
TG_INLINE vf vpairs(vf a, vf b, vf c) {
  const vi upper = viset((int32_t)0xffff0000);
  const vf odd = vfma(vfbits(viand(vibits(a), upper)), vfbits(viand(vibits(b), upper)), c);
  return vfma(vfbits(vishl(vibits(a), 16)), vfbits(vishl(vibits(b), 16)), odd);
}

/* See tg_narrow. */
static void narrow(const float *in, ptrdiff_t count, float *words) {
  for (ptrdiff_t i = 0; i < count / 2; i += 1) words[i] = tg_pair(in[2 * i], in[2 * i + 1]);
  if (count % 2 != 0) words[count / 2] = tg_pair(in[count - 1], 0.0f);
}
