/* The steps of pointwise programs over vectors; included once per instruction set, after a
 * tg_vector header and tg_math.h, with TG_STEP_TABLE the name of the table to define. */

#define LOAD(k) (full ? vload(p##k) : vload_n(p##k, n))

#define UNARY(name, expression)                                                                    \
  static void step_##name(float *out, const float *const *arguments, const ptrdiff_t *steps,       \
                          ptrdiff_t n, float immediate) {                                          \
    const float *pa = arguments[0];                                                                \
    const ptrdiff_t sa = steps[0];                                                                 \
    const vf constant = vset(immediate);                                                           \
    (void)constant;                                                                                \
    int full = 1;                                                                                  \
    for (; n > 0; n -= VW, out += VW, pa += sa) {                                                  \
      full = n >= VW;                                                                              \
      vf a = LOAD(a);                                                                              \
      vf y = expression;                                                                           \
      if (full) vstore(out, y);                                                                    \
      else vstore_n(out, y, n);                                                                    \
    }                                                                                              \
  }

#define BINARY(name, expression)                                                                   \
  static void step_##name(float *out, const float *const *arguments, const ptrdiff_t *steps,       \
                          ptrdiff_t n, float immediate) {                                          \
    const float *pa = arguments[0], *pb = arguments[1];                                            \
    const ptrdiff_t sa = steps[0], sb = steps[1];                                                  \
    (void)immediate;                                                                               \
    int full = 1;                                                                                  \
    for (; n > 0; n -= VW, out += VW, pa += sa, pb += sb) {                                        \
      full = n >= VW;                                                                              \
      vf a = LOAD(a), b = LOAD(b);                                                                 \
      vf y = expression;                                                                           \
      if (full) vstore(out, y);                                                                    \
      else vstore_n(out, y, n);                                                                    \
    }                                                                                              \
  }

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

static void step_select(float *out, const float *const *arguments, const ptrdiff_t *steps,
                        ptrdiff_t n, float immediate) {
  const float *pa = arguments[0], *pb = arguments[1], *pc = arguments[2];
  (void)immediate;
  int full = 1;
  for (; n > 0; n -= VW, out += VW, pa += steps[0], pb += steps[1], pc += steps[2]) {
    full = n >= VW;
    vf a = LOAD(a), b = LOAD(b), c = LOAD(c);
    vf y = vsel(veq(a, vset(0.0f)), c, b);
    if (full) vstore(out, y);
    else vstore_n(out, y, n);
  }
}

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
