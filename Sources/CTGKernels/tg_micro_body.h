/* Micro-kernels of convolution over vectors; part of tg_variant_body.h. P is the number of vectors
 * in a panel.
 *
 * Every result is a sum of chains of multiply-adds (TG_CHAIN; in tiles as the form says) in the
 * order of the packed weights, so that it does not depend on which micro-kernel computes it. A
 * single chain would lose more: its error grows with the square root of half the terms, that of n
 * terms in chains of c with the root of c / 2 + n / 2c.
 *
 * What is multiplied are floats, or words of two bfloat16 (tg_pairs.h): a multiply-add is then two
 * of them (tg_pairs_lane.h), and all else is the same. */

/* The vectors of a panel. */
enum { P = TG_PANEL / VW };

TG_INLINE vf finish_vector(vf sum, const tg_finish *finish, vf scale, vf bias) {
  if (finish->scale) sum = vmul(sum, scale);
  if (finish->bias) sum = vadd(sum, bias);
  if (finish->activation == TG_ACTIVATION_RELU) sum = vmax(vset(0.0f), sum);
  if (finish->activation == TG_ACTIVATION_LEAKY_RELU) {
    sum = vsel(vgt(sum, vset(0.0f)), sum, vmul(vset(finish->slope), sum));
  }
  return sum;
}

/* R rows of S pixels times Q panels, of floats or of pairs. Pixels are addressed in groups of four,
 * so that few registers hold all addresses. */
TG_INLINE void micro(const tg_micro_arguments *a, const int R, const int S, const int Q,
                     const int pairs) {
  vf sums[TG_MICRO_ROWS * TG_MICRO_PIXELS * TG_MICRO_PANELS * P];
  TG_REPEAT(i, R * S * Q * P) sums[i] = vset(0.0f);
  /* The sums of whole chains, in memory: the registers are for the chains. */
  vf totals[TG_MICRO_ROWS * TG_MICRO_PIXELS * TG_MICRO_PANELS * P];
  __asm__("" : : "r"(totals) : "memory");
  ptrdiff_t chain = a->chain, left = a->outer * a->inner * a->run;
  int has_totals = 0;
  const float *w = a->weights;
  const ptrdiff_t panel = a->panel_stride, step = a->in_stride, run = a->run;
  for (ptrdiff_t outer = 0; outer < a->outer; outer += 1) {
    for (ptrdiff_t inner = 0; inner < a->inner; inner += 1) {
      const ptrdiff_t tap = outer * a->outer_stride + inner * a->inner_stride;
      const float *in[TG_MICRO_ROWS * 4];
      TG_REPEAT(r, R) {
        TG_REPEAT(g, (S + 3) / 4) {
          in[r * 4 + g] = a->in[r] + tap + 4 * g * step;
        }
      }
      for (ptrdiff_t end = 0; end < run;) {
        const ptrdiff_t terms = run - end < chain ? run - end : chain;
        end += terms;
        chain -= terms;
        left -= terms;
        for (ptrdiff_t k = 0; k < terms; k += 1) {
          vf weights[TG_MICRO_PANELS * P];
          TG_REPEAT(q, Q) {
            TG_REPEAT(v, P) {
              weights[q * P + v] = vload(w + q * panel + v * VW);
            }
          }
          w += TG_PANEL;
          TG_REPEAT(r, R) {
            TG_REPEAT(s, S) {
              vf x = vset(in[r * 4 + s / 4][(s % 4) * step]);
              TG_REPEAT(v, Q * P) {
                vf *sum = &sums[(r * S + s) * Q * P + v];
                *sum = pairs ? vpairs(x, weights[v], *sum) : vfma(x, weights[v], *sum);
              }
            }
          }
          TG_REPEAT(r, R) {
            TG_REPEAT(g, (S + 3) / 4) in[r * 4 + g] += 1;
          }
        }
        if (chain > 0 || left == 0) continue;
        TG_REPEAT(i, R * S * Q * P) {
          totals[i] = has_totals ? vadd(totals[i], sums[i]) : sums[i];
          sums[i] = vset(0.0f);
        }
        has_totals = 1;
        chain = a->chain;
      }
    }
  }
  if (has_totals) {
    TG_REPEAT(i, R * S * Q * P) sums[i] = vadd(totals[i], sums[i]);
  }
  TG_REPEAT(q, Q) {
    TG_REPEAT(v, P) {
      const ptrdiff_t channel = q * TG_PANEL + v * VW, left = a->channels - channel;
      if (left <= 0) return;
      vf scale = vset(1.0f), bias = vset(0.0f);
      if (a->finish.scale) scale = vload_n(a->finish.scale + channel, left);
      if (a->finish.bias) bias = vload_n(a->finish.bias + channel, left);
      TG_REPEAT(r, R) {
        TG_REPEAT(s, S) {
          vf y = finish_vector(sums[((r * S + s) * Q + q) * P + v], &a->finish, scale, bias);
          float *out = a->out[r] + s * a->out_stride + channel;
          if (left >= VW) {
            vstore(out, y);
          } else {
            vstore_n(out, y, left);
          }
        }
      }
    }
  }
}

/* The micro-kernels of all forms up to the largest; what does not fit the registers stays empty. */
#define FOR_PIXELS(X, q, r)                                                                        \
  X(q, r, 1)                                                                                       \
  X(q, r, 2)                                                                                       \
  X(q, r, 3)                                                                                       \
  X(q, r, 4)                                                                                       \
  X(q, r, 5)                                                                                       \
  X(q, r, 6)                                                                                       \
  X(q, r, 7)                                                                                       \
  X(q, r, 8)                                                                                       \
  X(q, r, 9)                                                                                       \
  X(q, r, 10)                                                                                      \
  X(q, r, 11)                                                                                      \
  X(q, r, 12)                                                                                      \
  X(q, r, 13)                                                                                      \
  X(q, r, 14)

#define FOR_MICROS(X)                                                                              \
  FOR_PIXELS(X, 1, 1)                                                                              \
  FOR_PIXELS(X, 1, 2)                                                                              \
  FOR_PIXELS(X, 1, 4)                                                                              \
  FOR_PIXELS(X, 2, 1)                                                                              \
  FOR_PIXELS(X, 2, 2)                                                                              \
  FOR_PIXELS(X, 2, 4)                                                                              \
  FOR_PIXELS(X, 4, 1)

/* The functions of a table and the table's fields that name them. */
#define MICRO(name, pairs, q, r, s)                                                                \
  static void name##_##q##_##r##_##s(const tg_micro_arguments *a) {                                \
    if (s <= PIXELS_##q##_##r) micro(a, r, s, q, pairs);                                           \
  }
#define MICRO_ENTRY(name, q, r, s) s <= PIXELS_##q##_##r ? name##_##q##_##r##_##s : NULL,
#define MICRO_FIELDS(X)                                                                            \
  .pixels = {PIXELS_1_1, PIXELS_2_1, 0, PIXELS_4_1},                                               \
  .kernels = {                                                                                     \
      [0] =                                                                                        \
          {[0] = {FOR_PIXELS(X, 1, 1)}, [1] = {FOR_PIXELS(X, 1, 2)}, [3] = {FOR_PIXELS(X, 1, 4)}}, \
      [1] =                                                                                        \
          {[0] = {FOR_PIXELS(X, 2, 1)}, [1] = {FOR_PIXELS(X, 2, 2)}, [3] = {FOR_PIXELS(X, 2, 4)}}, \
      [3] = {[0] = {FOR_PIXELS(X, 4, 1)}}}
