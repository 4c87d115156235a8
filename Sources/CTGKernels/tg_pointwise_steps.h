/* The steps of pointwise programs over vectors; included once per instruction set, after a
 * tg_vector header and tg_math.h, with TG_STEP_TABLE the name of the table to define. */

#define STEP(name, arity, expression)                                                              \
  static void step_##name(float *out_row, ptrdiff_t out_row_stride, const tg_argument *arguments,  \
                          ptrdiff_t rows, ptrdiff_t columns, float immediate) {                    \
    const vf constant = vset(immediate);                                                           \
    (void)constant;                                                                                \
    const float *pa_row = arguments[0].base, *pb_row = NULL, *pc_row = NULL;                       \
    const ptrdiff_t sa = arguments[0].step, sb = arity > 1 ? arguments[1].step : 0,                \
                    sc = arity > 2 ? arguments[2].step : 0;                                        \
    if (arity > 1) pb_row = arguments[1].base;                                                     \
    if (arity > 2) pc_row = arguments[2].base;                                                     \
    for (; rows > 0; rows -= 1) {                                                                  \
      float *out = out_row;                                                                        \
      const float *pa = pa_row, *pb = pb_row, *pc = pc_row;                                        \
      ptrdiff_t n = columns;                                                                       \
      for (; n >= VW; n -= VW, out += VW) {                                                        \
        const vf a = vload(pa), b = arity > 1 ? vload(pb) : a, c = arity > 2 ? vload(pc) : a;      \
        (void)b, (void)c;                                                                          \
        vstore(out, expression);                                                                   \
        pa += sa;                                                                                  \
        if (arity > 1) pb += sb;                                                                   \
        if (arity > 2) pc += sc;                                                                   \
      }                                                                                            \
      if (n > 0) {                                                                                 \
        const vf a = vload_n(pa, n), b = arity > 1 ? vload_n(pb, n) : a,                           \
                 c = arity > 2 ? vload_n(pc, n) : a;                                               \
        (void)b, (void)c;                                                                          \
        vstore_n(out, expression, n);                                                              \
      }                                                                                            \
      out_row += out_row_stride;                                                                   \
      pa_row += arguments[0].row_stride;                                                           \
      if (arity > 1) pb_row += arguments[1].row_stride;                                            \
      if (arity > 2) pc_row += arguments[2].row_stride;                                            \
    }                                                                                              \
  }

#define UNARY(name, expression) STEP(name, 1, expression)
#define BINARY(name, expression) STEP(name, 2, expression)

BINARY(add, vadd(a, b))
BINARY(subtract, vsub(a, b))
BINARY(multiply, vmul(a, b))
BINARY(divide, vdiv(a, b))
BINARY(minimum, vminimum(a, b))
BINARY(maximum, vmaximum(a, b))
BINARY(power, vpow(a, b))
BINARY(less, vsel(vlt(a, b), vset(1.0f), vset(0.0f)))
UNARY(copy, a)
UNARY(negate, vneg(a))
UNARY(absolute, vabs(a))
UNARY(square, vmul(a, a))
UNARY(square_root, vsqrt(a))
UNARY(reciprocal_square_root, vdiv(vset(1.0f), vsqrt(a)))
UNARY(exponential, vexp(a))
UNARY(logarithm, vlog(a))
UNARY(sine, vsin(a))
UNARY(cosine, vcos(a))
UNARY(tanh, vtanh(a))
UNARY(sigmoid, vsigmoid(a))
UNARY(relu, vmax(vset(0.0f), a))
UNARY(leaky_relu, vsel(vgt(a, vset(0.0f)), a, vmul(constant, a)))
UNARY(floor, vfloor(a))
UNARY(error_function, verf(a))
UNARY(softplus, vsoftplus(a))
UNARY(sign, vsel(vgt(a, vset(0.0f)), vset(1.0f), vsel(vlt(a, vset(0.0f)), vset(-1.0f), a)))
UNARY(gelu, vgelu(a))

STEP(select, 3, vsel(veq(a, vset(0.0f)), c, b))

/* By PointwiseFunction code; a constant is a copy of a constant. */
const tg_step_function TG_STEP_TABLE[TG_FUNCTION_COUNT] = {
    step_copy,       step_add,      step_subtract,    step_multiply,
    step_divide,     step_minimum,  step_maximum,     step_power,
    step_less,       step_select,   step_negate,      step_absolute,
    step_square,     step_square_root, step_reciprocal_square_root, step_exponential,
    step_logarithm,  step_sine,     step_cosine,      step_tanh,
    step_sigmoid,    step_relu,     step_leaky_relu,  step_floor,
    step_error_function, step_softplus, step_sign,    step_gelu,
};
