/* Programs that are chains, over vectors: a value goes through all steps in a register, where the
 * interpreter of programs stores it after each. Part of tg_variant_body.h. */

enum {
  /* Vectors that go through a chain side by side: steps of some cycles' latency follow each other.
   */
  CHAIN_VECTORS = 4,
};

/* Where the sources of a chain lie for a row: operands, then constants. */
typedef struct {
  const float *base[TG_MAX_OPERANDS + TG_CHAIN_CONSTANTS];
  ptrdiff_t step[TG_MAX_OPERANDS + TG_CHAIN_CONSTANTS];
} chain_sources;

/* V vectors of a source from a column on. */
TG_INLINE void chain_read(const chain_sources *in, int32_t source, ptrdiff_t column, ptrdiff_t left,
                          vf *to, const int V, const int is_full) {
  const float *p = in->base[source];
  if (in->step[source] == 0) {
    TG_REPEAT(v, V) to[v] = vset(*p);
  } else if (is_full) {
    TG_REPEAT(v, V) to[v] = vload(p + column + v * VW);
  } else {
    to[0] = vload_n(p + column, left);
  }
}

#define CHAIN_UNARY(name, expression)                                                              \
  case TG_FUNCTION_##name:                                                                         \
    TG_REPEAT(v, V) {                                                                              \
      const vf a = x[v];                                                                           \
      x[v] = expression;                                                                           \
    }                                                                                              \
    break;
#define CHAIN_BINARY(name, expression)                                                             \
  case TG_FUNCTION_##name:                                                                         \
    chain_read(in, link->source, column, left, y, V, is_full);                                     \
    TG_REPEAT(v, V) x[v] = expression;                                                             \
    break;

/* V whole vectors, or one of which `left` lanes count. */
TG_INLINE void chain_vectors(const tg_program *program, const chain_sources *in, ptrdiff_t column,
                             ptrdiff_t left, float *out, const int V, const int is_full) {
  vf x[CHAIN_VECTORS], y[CHAIN_VECTORS], z[CHAIN_VECTORS];
  chain_read(in, program->first_operand, column, left, x, V, is_full);
  for (int32_t i = 0; i < program->link_count; i += 1) {
    const tg_link *link = &program->links[i];
    const vf immediate = vset(link->immediate);
    switch (link->kind) {
      CHAIN_BINARY(add, vadd(x[v], y[v]))
      CHAIN_BINARY(subtract, vsub(x[v], y[v]))
      CHAIN_BINARY(multiply, vmul(x[v], y[v]))
      case TG_LINK_ADD_PRODUCT:
        chain_read(in, link->source, column, left, y, V, is_full);
        chain_read(in, link->other, column, left, z, V, is_full);
        TG_REPEAT(v, V) y[v] = vmul(y[v], z[v]);
        TG_REPEAT(v, V) x[v] = vadd(x[v], y[v]);
        break;
        CHAIN_UNARY(relu, vmax(vset(0.0f), a))
        CHAIN_UNARY(leakyRelu, vsel(vgt(a, vset(0.0f)), a, vmul(immediate, a)))
        CHAIN_UNARY(tanh, vtanh(a))
        CHAIN_UNARY(sigmoid, vsigmoid(a))
    }
  }
  if (is_full) {
    TG_REPEAT(v, V) vstore(out + column + v * VW, x[v]);
  } else {
    vstore_n(out + column, x[0], left);
  }
}

static void chain(const tg_program *program, ptrdiff_t rows, ptrdiff_t columns, float *out,
                  ptrdiff_t out_row_stride, const tg_block *operands) {
  chain_sources in;
  for (int k = 0; k < program->operand_count; k += 1) {
    in.base[k] = (const float *)operands[k].base + operands[k].offset;
    in.step[k] = operands[k].column_stride;
  }
  for (int k = 0; k < TG_CHAIN_CONSTANTS; k += 1) {
    in.base[TG_MAX_OPERANDS + k] = program->constants[k];
    in.step[TG_MAX_OPERANDS + k] = 0;
  }
  for (ptrdiff_t row = 0; row < rows; row += 1) {
    ptrdiff_t column = 0;
    for (; columns - column >= CHAIN_VECTORS * VW; column += CHAIN_VECTORS * VW)
      chain_vectors(program, &in, column, 0, out, CHAIN_VECTORS, 1);
    for (; columns - column >= VW; column += VW) chain_vectors(program, &in, column, 0, out, 1, 1);
    if (column < columns) chain_vectors(program, &in, column, columns - column, out, 1, 0);
    out += out_row_stride;
    for (int k = 0; k < program->operand_count; k += 1) in.base[k] += operands[k].row_stride;
  }
}
