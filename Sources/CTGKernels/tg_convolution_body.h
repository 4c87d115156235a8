/* The micro-kernels of floats; part of tg_variant_body.h, after tg_micro_body.h. */

/* Pixels of a depthwise convolution side by side: with four weights and an input they are 11 of 16
 * registers, and six chains of additions fill an adder. */
enum { DEPTHWISE_PIXELS = 6 };

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

#define FLOAT_MICRO(q, r, s) MICRO(micro, 0, q, r, s)
#define FLOAT_ENTRY(q, r, s) MICRO_ENTRY(micro, q, r, s)

FOR_MICROS(FLOAT_MICRO)

static const tg_micro_table micros = {
    .depthwise = depthwise,
    .dots = {{FOR_DOTS(DOT_ENTRY, 1)},
             {FOR_DOTS(DOT_ENTRY, 2)},
             {FOR_DOTS(DOT_ENTRY, 3)},
             {FOR_DOTS(DOT_ENTRY, 4)}},
    MICRO_FIELDS(FLOAT_ENTRY),
};
