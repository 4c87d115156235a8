/* The transforms of minimal filtering over vectors of channels; part of tg_variant_body.h.
 *
 * The matrices follow from the points of interpolation by Toom and Cook. Of F(4, 3) they are 0,
 * +-sqrt(1/2), +-sqrt(2) and infinity, whose products are 1, so that no row of a transform has
 * large numbers: a fifth of the error of the usual 0, +-1, +-2 (Barabasz et al. 2020 on the choice
 * of points). Of F(2, 3) and F(3, 2) they are 0, +-1 and infinity. With points p and infinity, row
 * p of the input's matrix has the coefficients of the product of (x - q) over the other points q,
 * the last row those of all; results take p^i; see below for the kernel. */

#define HALF_ROOT 0.70710678118654752f
#define ROOT 1.41421356237309505f
#define HALF_ROOT_DOUBLE 0.70710678118654752440

/* a + b * c with a known factor. */
TG_INLINE vf plus_times(vf a, float factor, vf c) { return vfma(vset(factor), c, a); }

TG_INLINE void winograd_in_6(const vf *d, ptrdiff_t step, vf *t, ptrdiff_t out_step) {
  vf even1 = plus_times(d[4 * step], -2.0f, d[2 * step]);
  vf odd1 = plus_times(d[3 * step], -2.0f, d[1 * step]);
  vf even2 = plus_times(d[4 * step], -0.5f, d[2 * step]);
  vf odd2 = plus_times(d[3 * step], -0.5f, d[1 * step]);
  t[0 * out_step] = plus_times(vadd(d[0], d[4 * step]), -2.5f, d[2 * step]);
  t[1 * out_step] = plus_times(even1, HALF_ROOT, odd1);
  t[2 * out_step] = plus_times(even1, -HALF_ROOT, odd1);
  t[3 * out_step] = plus_times(even2, ROOT, odd2);
  t[4 * out_step] = plus_times(even2, -ROOT, odd2);
  t[5 * out_step] = plus_times(vadd(d[1 * step], d[5 * step]), -2.5f, d[3 * step]);
}

TG_INLINE void winograd_in_4(const vf *d, ptrdiff_t step, vf *t, ptrdiff_t out_step) {
  t[0 * out_step] = vsub(d[2 * step], d[0]);
  t[1 * out_step] = vadd(d[1 * step], d[2 * step]);
  t[2 * out_step] = vsub(d[2 * step], d[1 * step]);
  t[3 * out_step] = vsub(d[3 * step], d[1 * step]);
}

TG_INLINE void winograd_out_4_3(const vf *s, ptrdiff_t step, vf *y, ptrdiff_t out_step) {
  vf sum1 = vadd(s[1 * step], s[2 * step]), difference1 = vsub(s[1 * step], s[2 * step]);
  vf sum2 = vadd(s[3 * step], s[4 * step]), difference2 = vsub(s[3 * step], s[4 * step]);
  y[0 * out_step] = vadd(vadd(s[0], sum1), sum2);
  y[1 * out_step] = plus_times(vmul(vset(HALF_ROOT), difference1), ROOT, difference2);
  y[2 * out_step] = plus_times(vmul(vset(0.5f), sum1), 2.0f, sum2);
  y[3 * out_step] =
      plus_times(plus_times(s[5 * step], 0.5f * HALF_ROOT, difference1), 2.0f * ROOT, difference2);
}

TG_INLINE void winograd_out_2_3(const vf *s, ptrdiff_t step, vf *y, ptrdiff_t out_step) {
  y[0] = vadd(vadd(s[0], s[1 * step]), s[2 * step]);
  y[out_step] = vadd(vsub(s[1 * step], s[2 * step]), s[3 * step]);
}

TG_INLINE void winograd_out_3_2(const vf *s, ptrdiff_t step, vf *y, ptrdiff_t out_step) {
  vf sum = vadd(s[1 * step], s[2 * step]);
  y[0] = vadd(s[0], sum);
  y[1 * out_step] = vsub(s[1 * step], s[2 * step]);
  y[2 * out_step] = vadd(sum, s[3 * step]);
}

TG_INLINE d16 winograd_dot(const double *factors, const d16 *g, const int count) {
  d16 sum = d16_set(0.0);
  TG_REPEAT(k, count) {
    TG_REPEAT(i, PARTS) sum.part[i] += factors[k] * g[k].part[i];
  }
  return sum;
}

/* What turns a column of a kernel: point p takes p^k / product of (p - q) over the others. */
static const double winograd_kernel_4_3[6][3] = {
    {1.0, 0.0, 0.0},
    {-2.0 / 3.0, -2.0 / 3.0 * HALF_ROOT_DOUBLE, -1.0 / 3.0},
    {-2.0 / 3.0, 2.0 / 3.0 * HALF_ROOT_DOUBLE, -1.0 / 3.0},
    {1.0 / 6.0, 1.0 / 3.0 * HALF_ROOT_DOUBLE, 1.0 / 3.0},
    {1.0 / 6.0, -1.0 / 3.0 * HALF_ROOT_DOUBLE, 1.0 / 3.0},
    {0.0, 0.0, 1.0},
};
static const double winograd_kernel_2_3[4][3] = {
    {-1.0, 0.0, 0.0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0.0, 0.0, 1.0}};
static const double winograd_kernel_3_2[4][2] = {{-1.0, 0.0}, {0.5, 0.5}, {0.5, -0.5}, {0.0, 1.0}};

#define WINOGRAD_FORM(m, r, n)                                                                     \
  TG_INLINE void winograd_input_lanes_##m##_##r(                                                   \
      const float *in, ptrdiff_t row_stride, ptrdiff_t column_stride, float *out,                  \
      ptrdiff_t position_stride, const int full, ptrdiff_t left) {                                 \
    vf columns[n * n];                                                                             \
    TG_REPEAT(x, n) {                                                                              \
      vf d[n];                                                                                     \
      TG_REPEAT(y, n) {                                                                            \
        const float *p = in + y * row_stride + x * column_stride;                                  \
        d[y] = full ? vload(p) : vload_n(p, left);                                                 \
      }                                                                                            \
      winograd_in_##n(d, 1, columns + x, n);                                                       \
    }                                                                                              \
    TG_REPEAT(y, n) {                                                                              \
      vf t[n];                                                                                     \
      winograd_in_##n(columns + y * n, 1, t, 1);                                                   \
      TG_REPEAT(x, n) {                                                                            \
        float *p = out + (y * n + x) * position_stride;                                            \
        if (full)                                                                                  \
          vstore(p, t[x]);                                                                         \
        else                                                                                       \
          vstore_n(p, t[x], left);                                                                 \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  static void winograd_input_##m##_##r(const float *in, ptrdiff_t row_stride,                      \
                                       ptrdiff_t column_stride, ptrdiff_t channels, float *out,    \
                                       ptrdiff_t position_stride) {                                \
    ptrdiff_t c = 0;                                                                               \
    for (; channels - c >= VW; c += VW) {                                                          \
      winograd_input_lanes_##m##_##r(in + c, row_stride, column_stride, out + c, position_stride,  \
                                     1, VW);                                                       \
    }                                                                                              \
    if (c < channels) {                                                                            \
      winograd_input_lanes_##m##_##r(in + c, row_stride, column_stride, out + c, position_stride,  \
                                     0, channels - c);                                             \
    }                                                                                              \
  }                                                                                                \
  static void winograd_transform_##m##_##r(const float *in, ptrdiff_t step, float *out,            \
                                           ptrdiff_t position_stride) {                            \
    d16 half[n * r];                                                                               \
    TG_REPEAT(x, r) {                                                                              \
      d16 g[r];                                                                                    \
      TG_REPEAT(y, r) g[y] = v16_widen(v16_load(in + (y * r + x) * step));                         \
      TG_REPEAT(y, n) half[y * r + x] = winograd_dot(winograd_kernel_##m##_##r[y], g, r);          \
    }                                                                                              \
    TG_REPEAT(y, n) {                                                                              \
      TG_REPEAT(x, n) {                                                                            \
        d16 u = winograd_dot(winograd_kernel_##m##_##r[x], half + y * r, r);                       \
        v16_store(out + (y * n + x) * position_stride, d16_narrow(u));                             \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  static void winograd_output_##m##_##r(const float *in, ptrdiff_t position_stride,                \
                                        ptrdiff_t channels, const tg_finish *finish, float *out,   \
                                        ptrdiff_t row_stride, ptrdiff_t column_stride,             \
                                        ptrdiff_t rows, ptrdiff_t columns) {                       \
    for (ptrdiff_t c = 0; c < channels; c += VW) {                                                 \
      const ptrdiff_t left = channels - c;                                                         \
      vf half[m * n], tile[m * m];                                                                 \
      TG_REPEAT(x, n) {                                                                            \
        vf s[n];                                                                                   \
        TG_REPEAT(y, n) s[y] = vload(in + (y * n + x) * position_stride + c);                      \
        winograd_out_##m##_##r(s, 1, half + x, n);                                                 \
      }                                                                                            \
      TG_REPEAT(y, m) winograd_out_##m##_##r(half + y * n, 1, tile + y * m, 1);                    \
      vf scale = vset(1.0f), bias = vset(0.0f);                                                    \
      if (finish->scale) scale = vload_n(finish->scale + c, left);                                 \
      if (finish->bias) bias = vload_n(finish->bias + c, left);                                    \
      TG_REPEAT(y, m) {                                                                            \
        TG_REPEAT(x, m) {                                                                          \
          if (y >= rows || x >= columns) continue;                                                 \
          float *p = out + y * row_stride + x * column_stride + c;                                 \
          vf result = finish_vector(tile[y * m + x], finish, scale, bias);                         \
          if (left >= VW)                                                                          \
            vstore(p, result);                                                                     \
          else                                                                                     \
            vstore_n(p, result, left);                                                             \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
  }

WINOGRAD_FORM(4, 3, 6)
WINOGRAD_FORM(2, 3, 4)
WINOGRAD_FORM(3, 2, 4)

static const tg_winograd_form winograd_forms[] = {
    {4, 3, TG_WIDE_TILE_CHAIN, winograd_input_4_3, winograd_output_4_3, winograd_transform_4_3},
    {2, 3, TG_TILE_CHAIN, winograd_input_2_3, winograd_output_2_3, winograd_transform_2_3},
    {3, 2, TG_TILE_CHAIN, winograd_input_3_2, winograd_output_3_2, winograd_transform_3_2},
    {0},
};
