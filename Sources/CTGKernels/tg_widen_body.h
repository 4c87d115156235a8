/* Floats of 16 bits to floats of 32 bits; part of tg_variant_body.h. */

static void widen(const uint16_t *in, float *out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + VW <= count; i += VW) vstore(out + i, vload_half(in + i));
  if (i == count) return;
  uint16_t rest[VW] = {0};
  memcpy(rest, in + i, (size_t)(count - i) * sizeof *in);
  vstore_n(out + i, vload_half(rest), count - i);
}
