/* The steps of elementwise programs over vectors: part of tg_variant_body.h. */

#define STEP(name, operands, expression)                                                           \
  static void step_##name(float *out_row, ptrdiff_t out_row_stride, const tg_argument *arguments,  \
                          ptrdiff_t rows, ptrdiff_t columns, float immediate_of_step) {            \
    const vf immediate = vset(immediate_of_step);                                                  \
    (void)immediate;                                                                               \
    const float *pa_row = NULL, *pb_row = NULL, *pc_row = NULL;                                    \
    const ptrdiff_t sa = operands > 0 ? arguments[0].step : 0,                                     \
                    sb = operands > 1 ? arguments[1].step : 0,                                     \
                    sc = operands > 2 ? arguments[2].step : 0;                                     \
    if (operands > 0) pa_row = arguments[0].base;                                                  \
    if (operands > 1) pb_row = arguments[1].base;                                                  \
    if (operands > 2) pc_row = arguments[2].base;                                                  \
    for (; rows > 0; rows -= 1) {                                                                  \
      float *out = out_row;                                                                        \
      const float *pa = pa_row, *pb = pb_row, *pc = pc_row;                                        \
      ptrdiff_t n = columns;                                                                       \
      for (; n >= VW; n -= VW, out += VW) {                                                        \
        const vf a = operands > 0 ? vload(pa) : immediate, b = operands > 1 ? vload(pb) : a,       \
                 c = operands > 2 ? vload(pc) : a;                                                 \
        (void)a, (void)b, (void)c;                                                                 \
        vstore(out, expression);                                                                   \
        if (operands > 0) pa += sa;                                                                \
        if (operands > 1) pb += sb;                                                                \
        if (operands > 2) pc += sc;                                                                \
      }                                                                                            \
      if (n > 0) {                                                                                 \
        const vf a = operands > 0 ? vload_n(pa, n) : immediate,                                    \
                 b = operands > 1 ? vload_n(pb, n) : a, c = operands > 2 ? vload_n(pc, n) : a;     \
        (void)a, (void)b, (void)c;                                                                 \
        vstore_n(out, expression, n);                                                              \
      }                                                                                            \
      out_row += out_row_stride;                                                                   \
      if (operands > 0) pa_row += arguments[0].row_stride;                                         \
      if (operands > 1) pb_row += arguments[1].row_stride;                                         \
      if (operands > 2) pc_row += arguments[2].row_stride;                                         \
    }                                                                                              \
  }

#define TG_FUNCTION(code, name, operands, takes_immediate, body) STEP(name, operands, body)
#include "tg_functions.def"
#undef TG_FUNCTION
STEP(copy, 1, a)

/* The truths in a word from one of them on, as ones and zeros. */
static inline vf word_lanes(int32_t word, int first) {
  static const int32_t lanes[TG_WORD] = {1,       1 << 1,  1 << 2,  1 << 3, 1 << 4,  1 << 5,
                                         1 << 6,  1 << 7,  1 << 8,  1 << 9, 1 << 10, 1 << 11,
                                         1 << 12, 1 << 13, 1 << 14, 1 << 15};
  float bits[VW];
  memcpy(bits, lanes + first, sizeof bits);
  const vi set = viand(viset(word), vibits(vload(bits)));
  return vsel(vieq(set, viset(0)), vset(0.0f), vset(1.0f));
}

static void expand_integers(float *out, ptrdiff_t rows, ptrdiff_t columns, const tg_block *in) {
  const int32_t *row = (const int32_t *)in->base + in->offset;
  for (; rows > 0; rows -= 1, row += in->row_stride, out += columns) {
    for (ptrdiff_t column = 0; column < columns; column += 1) {
      out[column] = (float)row[column * in->column_stride];
    }
  }
}

static void expand_bits(float *out, ptrdiff_t rows, ptrdiff_t columns, const tg_block *in) {
  const uint16_t *words = in->base;
  if (in->column_stride == 1 && in->row_stride == columns) {
    columns *= rows;
    rows = 1;
  }
  for (ptrdiff_t row = 0; row < rows; row += 1) {
    ptrdiff_t at = in->offset + row * in->row_stride;
    if (in->column_stride != 1) {
      for (ptrdiff_t column = 0; column < columns; column += 1, at += in->column_stride, out += 1) {
        *out = (float)(words[at / TG_WORD] >> at % TG_WORD & 1);
      }
      continue;
    }
    for (ptrdiff_t rest = columns; rest > 0;) {
      const ptrdiff_t skip = at % TG_WORD;
      const ptrdiff_t n = rest < TG_WORD - skip ? rest : TG_WORD - skip;
      const int32_t word = words[at / TG_WORD] >> skip;
      for (int lane = 0; lane < TG_WORD && lane < n; lane += VW) {
        if (n - lane >= VW) {
          vstore(out + lane, word_lanes(word, lane));
        } else {
          vstore_n(out + lane, word_lanes(word, lane), n - lane);
        }
      }
      out += n;
      at += n;
      rest -= n;
    }
  }
}

static const tg_step_table steps = {
    .steps =
        {
#define TG_FUNCTION(code, name, operands, takes_immediate, body) [code] = step_##name,
#include "tg_functions.def"
#undef TG_FUNCTION
        },
    .copy = step_copy,
    .expand_integers = expand_integers,
    .expand_bits = expand_bits,
    .chain = chain,
};
