/* Micro-kernels of convolution over vectors; part of tg_variant_body.h. P is the number of vectors
 * in a panel.
 *
 * Every result is a sum of chains of multiply-adds (TG_CHAIN; in tiles as the form says) in the
 * order of the packed weights, so that it does not depend on which micro-kernel computes it. A
 * single chain would lose more: its error grows with the square root of half the terms, that of n
 * terms in chains of c with the root of c / 2 + n / 2c. */

/* The vectors of a panel. */
enum { P = TG_PANEL / VW };

/* Pixels of a depthwise convolution side by side: with four weights and an input they are 11 of 16
 * registers, and six chains of additions fill an adder. */
enum { DEPTHWISE_PIXELS = 6 };

TG_INLINE vf finish_vector(vf sum, const tg_finish *finish, vf scale, vf bias) {
  if (finish->scale) sum = vmul(sum, scale);
  if (finish->bias) sum = vadd(sum, bias);
  if (finish->activation == TG_ACTIVATION_RELU) sum = vmax(vset(0.0f), sum);
  if (finish->activation == TG_ACTIVATION_LEAKY_RELU) {
    sum = vsel(vgt(sum, vset(0.0f)), sum, vmul(vset(finish->slope), sum));
  }
  return sum;
}

/* R rows of S pixels times Q panels. Pixels are addressed in groups of four, so that few
 * registers hold all addresses. */
TG_INLINE void micro(const tg_micro_arguments *a, const int R, const int S, const int Q) {
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
                *sum = vfma(x, weights[v], *sum);
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

/* S pixels times O output channels, vectors along the input channels. A result is the sum of the
 * lanes of one chain, whatever S is. */
TG_INLINE void dot(const tg_micro_arguments *a, const int S, const int O) {
  vf sums[TG_DOT_PIXELS * TG_DOT_OUTPUTS];
  TG_REPEAT(i, S * O) sums[i] = vset(0.0f);
  const float *tap = a->weights;
  const ptrdiff_t padded = (a->run + TG_PANEL - 1) / TG_PANEL * TG_PANEL;
  for (ptrdiff_t outer = 0; outer < a->outer; outer += 1) {
    for (ptrdiff_t inner = 0; inner < a->inner; inner += 1, tap += padded) {
      const float *w = tap;
      const float *in = a->in[0] + outer * a->outer_stride + inner * a->inner_stride;
      ptrdiff_t left = a->run;
      for (; left >= VW; left -= VW, in += VW, w += VW) {
        vf weights[TG_DOT_OUTPUTS];
        TG_REPEAT(o, O) weights[o] = vload(w + o * a->panel_stride);
        TG_REPEAT(s, S) {
          vf x = vload(in + s * a->in_stride);
          TG_REPEAT(o, O) {
            sums[s * O + o] = vfma(x, weights[o], sums[s * O + o]);
          }
        }
      }
      if (left > 0) {
        TG_REPEAT(s, S) {
          vf x = vload_n(in + s * a->in_stride, left);
          TG_REPEAT(o, O) {
            sums[s * O + o] = vfma(x, vload_n(w + o * a->panel_stride, left), sums[s * O + o]);
          }
        }
      }
    }
  }
  TG_REPEAT(o, O) {
    vf scale = vset(a->finish.scale ? a->finish.scale[o] : 1.0f);
    vf bias = vset(a->finish.bias ? a->finish.bias[o] : 0.0f);
    TG_REPEAT(s, S) {
      vf y = finish_vector(vset(vsum(sums[s * O + o])), &a->finish, scale, bias);
      vstore_n(a->out[0] + s * a->out_stride + o, y, 1);
    }
  }
}

TG_INLINE void depthwise_finish(const tg_micro_arguments *a, vf sum, float *out,
                                ptrdiff_t channel) {
  const ptrdiff_t left = a->channels - channel;
  vf scale = vset(1.0f), bias = vset(0.0f);
  if (a->finish.scale) scale = vload_n(a->finish.scale + channel, left);
  if (a->finish.bias) bias = vload_n(a->finish.bias + channel, left);
  vstore_n(out + channel, finish_vector(sum, &a->finish, scale, bias), left);
}

/* V vectors of channels of one pixel, every channel with its own kernel. */
TG_INLINE void depthwise_vectors(const tg_micro_arguments *a, ptrdiff_t pixel, ptrdiff_t channel,
                                 const int V) {
  const ptrdiff_t left = a->channels - channel;
  const int full = left >= V * VW;
  vf sums[4];
  TG_REPEAT(v, V) sums[v] = vset(0.0f);
  for (ptrdiff_t outer = 0; outer < a->outer; outer += 1) {
    for (ptrdiff_t inner = 0; inner < a->inner; inner += 1) {
      const float *in = a->in[0] + pixel * a->in_stride + outer * a->outer_stride +
                        inner * a->inner_stride + channel;
      const float *w = a->weights + outer * a->panel_stride + inner * a->channels + channel;
      TG_REPEAT(v, V) {
        vf x = full ? vload(in + v * VW) : vload_n(in, left);
        vf weight = full ? vload(w + v * VW) : vload_n(w, left);
        sums[v] = vfma(x, weight, sums[v]);
      }
    }
  }
  TG_REPEAT(v, V) {
    depthwise_finish(a, sums[v], a->out[0] + pixel * a->out_stride, channel + v * VW);
  }
}

/* A vector of channels of DEPTHWISE_PIXELS neighbours in a row, whose inputs are one pixel further
 * for the next pixel as for the next of I taps: each is read once for a row of taps. */
TG_INLINE void depthwise_row(const tg_micro_arguments *a, ptrdiff_t pixel, ptrdiff_t channel,
                             const int I) {
  const ptrdiff_t left = a->channels - channel;
  const int full = left >= VW;
  vf sums[DEPTHWISE_PIXELS];
  TG_REPEAT(s, DEPTHWISE_PIXELS) sums[s] = vset(0.0f);
  for (ptrdiff_t outer = 0; outer < a->outer; outer += 1) {
    const float *in = a->in[0] + pixel * a->in_stride + outer * a->outer_stride + channel;
    const float *w = a->weights + outer * a->panel_stride + channel;
    vf weights[4];
    TG_REPEAT(i, I) {
      weights[i] = full ? vload(w + i * a->channels) : vload_n(w + i * a->channels, left);
    }
    TG_REPEAT(j, DEPTHWISE_PIXELS + I - 1) {
      const float *p = in + j * a->inner_stride;
      vf x = full ? vload(p) : vload_n(p, left);
      TG_REPEAT(i, I) {
        const int s = j - i;
        if (s >= 0 && s < DEPTHWISE_PIXELS) sums[s] = vfma(x, weights[i], sums[s]);
      }
    }
  }
  TG_REPEAT(s, DEPTHWISE_PIXELS) {
    depthwise_finish(a, sums[s], a->out[0] + (pixel + s) * a->out_stride, channel);
  }
}

static void depthwise(const tg_micro_arguments *a) {
  ptrdiff_t pixel = 0;
  if (a->in_stride == a->inner_stride && (a->inner == 3 || a->inner == 4)) {
    for (; a->pixels - pixel >= DEPTHWISE_PIXELS; pixel += DEPTHWISE_PIXELS) {
      for (ptrdiff_t channel = 0; channel < a->channels; channel += VW) {
        if (a->inner == 3)
          depthwise_row(a, pixel, channel, 3);
        else
          depthwise_row(a, pixel, channel, 4);
      }
    }
  }
  for (; pixel < a->pixels; pixel += 1) {
    ptrdiff_t channel = 0;
    for (; a->channels - channel >= 4 * VW; channel += 4 * VW)
      depthwise_vectors(a, pixel, channel, 4);
    for (; a->channels - channel > 0; channel += VW) depthwise_vectors(a, pixel, channel, 1);
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

#define MICRO(q, r, s)                                                                             \
  static void micro_##q##_##r##_##s(const tg_micro_arguments *a) {                                 \
    if (s <= PIXELS_##q##_##r) micro(a, r, s, q);                                                  \
  }
#define MICRO_ENTRY(q, r, s) s <= PIXELS_##q##_##r ? micro_##q##_##r##_##s : NULL,

FOR_PIXELS(MICRO, 1, 1)
FOR_PIXELS(MICRO, 1, 2)
FOR_PIXELS(MICRO, 1, 4)
FOR_PIXELS(MICRO, 2, 1)
FOR_PIXELS(MICRO, 2, 2)
FOR_PIXELS(MICRO, 2, 4)
FOR_PIXELS(MICRO, 4, 1)

#define FOR_DOTS(X, o) X(o, 1) X(o, 2) X(o, 3) X(o, 4) X(o, 5) X(o, 6)

#define DOT(o, s)                                                                                  \
  static void dot_##o##_##s(const tg_micro_arguments *a) {                                         \
    if (s <= DOT_PIXELS) dot(a, s, o);                                                             \
  }
#define DOT_ENTRY(o, s) s <= DOT_PIXELS ? dot_##o##_##s : NULL,

FOR_DOTS(DOT, 1)
FOR_DOTS(DOT, 2)
FOR_DOTS(DOT, 3)
FOR_DOTS(DOT, 4)

static const tg_micro_table micros = {
    .pixels = {PIXELS_1_1, PIXELS_2_1, 0, PIXELS_4_1},
    .depthwise = depthwise,
    .dots = {{FOR_DOTS(DOT_ENTRY, 1)},
             {FOR_DOTS(DOT_ENTRY, 2)},
             {FOR_DOTS(DOT_ENTRY, 3)},
             {FOR_DOTS(DOT_ENTRY, 4)}},
    .kernels =
        {
            [0] = {[0] = {FOR_PIXELS(MICRO_ENTRY, 1, 1)},
                   [1] = {FOR_PIXELS(MICRO_ENTRY, 1, 2)},
                   [3] = {FOR_PIXELS(MICRO_ENTRY, 1, 4)}},
            [1] = {[0] = {FOR_PIXELS(MICRO_ENTRY, 2, 1)},
                   [1] = {FOR_PIXELS(MICRO_ENTRY, 2, 2)},
                   [3] = {FOR_PIXELS(MICRO_ENTRY, 2, 4)}},
            [3] = {[0] = {FOR_PIXELS(MICRO_ENTRY, 4, 1)}},
        },
};
