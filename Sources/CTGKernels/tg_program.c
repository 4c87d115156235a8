/* Elementwise programs: register allocation, and running a program over a block; what is a chain
 * goes another way (tg_chain.c). */
#include "tg_variant.h"

enum {
  /* From so many floats on a call of memmove is cheaper than a loop. */
  MEMMOVE_COLUMNS = 16,
  /* Rows that make whole lines of what is read across worth a second loop. */
  ACROSS_ROWS = 8,
};

/* How many operands a step has, whose function there is. */
static int arity(const tg_step *step) { return tg_function_lookup(step->function)->operands; }

static int is_sound(int32_t operand_count, int32_t step_count, const tg_step *steps) {
  if (operand_count < 0 || operand_count > TG_MAX_OPERANDS) return 0;
  if (step_count < 0 || step_count > TG_MAX_STEPS) return 0;
  if (operand_count == 0 && step_count == 0) return 0;
  for (int32_t i = 0; i < step_count; i += 1) {
    if (tg_function_lookup(steps[i].function) == NULL) return 0;
    for (int k = 0; k < arity(&steps[i]); k += 1) {
      if (steps[i].arguments[k] < 0 || steps[i].arguments[k] >= operand_count + i) return 0;
    }
  }
  return 1;
}

tg_status tg_program_prepare(tg_program *program, tg_isa isa, int32_t operand_count,
                             const tg_element *elements, int32_t step_count, const tg_step *steps) {
  if (!is_sound(operand_count, step_count, steps)) return TG_UNSOUND_PROGRAM;
  const tg_variant *variant = tg_variant_of(isa);
  const tg_step_table *table = variant->steps;
  memset(program, 0, sizeof *program);
  for (int32_t k = 0; k < operand_count; k += 1) {
    program->expand[k] = elements[k] == TG_BITS    ? table->expand_bits
                         : elements[k] == TG_INT32 ? table->expand_integers
                                                   : NULL;
  }
  program->operand_count = operand_count;
  program->vector_width = variant->width;
  program->identity = step_count == 0 && program->expand[0] == NULL;

  /* The last use of each step's value; a value that nobody uses is last used where it is made. */
  int32_t last_use[TG_MAX_STEPS];
  for (int32_t i = 0; i < step_count; i += 1) {
    last_use[i] = i;
    for (int k = 0; k < arity(&steps[i]); k += 1) {
      int32_t value = steps[i].arguments[k] - operand_count;
      if (value >= 0) last_use[value] = i;
    }
  }

  /* Where each step's value lies: a register or a constant. */
  uint8_t positions[TG_MAX_STEPS] = {0};
  uint8_t busy[TG_MAX_STEPS] = {0};
  int32_t count = 0;
  for (int32_t i = 0; i < step_count; i += 1) {
    int function = steps[i].function;
    if (function == TG_FUNCTION_constant) {
      for (int lane = 0; lane < TG_LANES; lane += 1) {
        program->constants[program->constant_count][lane] = steps[i].immediate;
      }
      positions[i] = (uint8_t)(TG_VALUE_CONSTANT + program->constant_count);
      program->constant_count += 1;
      continue;
    }
    tg_placed_step *placed = &program->steps[count];
    count += 1;
    placed->run = table->steps[function];
    placed->immediate = steps[i].immediate;
    placed->arity = (uint8_t)arity(&steps[i]);
    for (int k = 0; k < placed->arity; k += 1) {
      int32_t value = steps[i].arguments[k] - operand_count;
      placed->arguments[k] = (uint8_t)(value < 0 ? steps[i].arguments[k] : positions[value]);
    }
    /* An argument that is used here for the last time leaves its register to the result. */
    for (int32_t value = 0; value < i; value += 1) {
      if (last_use[value] == i && positions[value] >= TG_VALUE_REGISTER &&
          positions[value] < TG_VALUE_CONSTANT) {
        busy[positions[value] - TG_VALUE_REGISTER] = 0;
      }
    }
    if (i == step_count - 1) {
      placed->target = TG_VALUE_OUT;
      continue;
    }
    int32_t target = 0;
    while (busy[target]) target += 1;
    busy[target] = last_use[i] > i;
    if (target + 1 > program->register_count) program->register_count = target + 1;
    positions[i] = (uint8_t)(TG_VALUE_REGISTER + target);
    placed->target = (uint8_t)target;
  }
  if (step_count == 0 || steps[step_count - 1].function == TG_FUNCTION_constant) {
    tg_placed_step *placed = &program->steps[count];
    count += 1;
    placed->run = table->copy;
    placed->arity = 1;
    placed->target = TG_VALUE_OUT;
    placed->arguments[0] = step_count == 0 ? 0 : positions[step_count - 1];
  }
  program->step_count = count;
  program->chain = table->chain;
  tg_chain_prepare(program, step_count, steps);
  return TG_OK;
}

/* A buffer per operand that is not read in place, per register, and for the result; then a vector
 * per operand for one repeated value. */
ptrdiff_t tg_program_workspace(const tg_program *program) {
  ptrdiff_t buffers = program->operand_count + program->register_count + 1;
  return (buffers * TG_TILE + program->operand_count * TG_LANES) * (ptrdiff_t)sizeof(float);
}

void tg_copy_block(ptrdiff_t rows, ptrdiff_t columns, float *out, ptrdiff_t out_row_stride,
                   ptrdiff_t out_column_stride, const float *in, ptrdiff_t row_stride,
                   ptrdiff_t column_stride) {
  if (out_column_stride == 1 && column_stride == 1 && columns >= MEMMOVE_COLUMNS) {
    for (ptrdiff_t row = 0; row < rows; row += 1) {
      memmove(out + row * out_row_stride, in + row * row_stride, (size_t)columns * sizeof(float));
    }
  } else if (row_stride == 1 && rows >= ACROSS_ROWS) {
    /* Across: read whole lines of the input. */
    for (ptrdiff_t column = 0; column < columns; column += 1) {
      const float *from = in + column * column_stride;
      float *to = out + column * out_column_stride;
      for (ptrdiff_t row = 0; row < rows; row += 1) to[row * out_row_stride] = from[row];
    }
  } else {
    for (ptrdiff_t row = 0; row < rows; row += 1) {
      const float *from = in + row * row_stride;
      float *to = out + row * out_row_stride;
      if (out_column_stride == 1 && column_stride == 1) {
        for (ptrdiff_t column = 0; column < columns; column += 1) to[column] = from[column];
      } else if (out_column_stride == 1 && column_stride == 0) {
        float value = from[0];
        for (ptrdiff_t column = 0; column < columns; column += 1) to[column] = value;
      } else {
        for (ptrdiff_t column = 0; column < columns; column += 1) {
          to[column * out_column_stride] = from[column * column_stride];
        }
      }
    }
  }
}

static int is_flat(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t row_stride,
                   ptrdiff_t column_stride) {
  return (columns == 1 || column_stride == 1) && (rows == 1 || row_stride == columns);
}

static int is_splat(ptrdiff_t rows, ptrdiff_t columns, const tg_block *in) {
  return (rows == 1 || in->row_stride == 0) && (columns == 1 || in->column_stride == 0);
}

/* The first element of a block of an operand, as a float. */
static float first(const tg_program *program, int operand, const tg_block *in) {
  if (program->expand[operand] == NULL) return ((const float *)in->base)[in->offset];
  float value;
  program->expand[operand](&value, 1, 1, in);
  return value;
}

/* A block of at most TG_TILE elements: as one row where all that is read and written lies so or the
 * rows are short, else row by row. Operands that fit neither are copied to a buffer first,
 * those that hold no floats expanded there. */
static void run_tile(const tg_program *program, ptrdiff_t rows, ptrdiff_t columns, float *out,
                     ptrdiff_t out_row_stride, ptrdiff_t out_column_stride,
                     const tg_block *operands, float *workspace) {
  const ptrdiff_t width = program->vector_width;
  int out_flat = is_flat(rows, columns, out_row_stride, out_column_stride), flat = out_flat;
  for (int k = 0; k < program->operand_count; k += 1) {
    const tg_block *in = &operands[k];
    flat &= program->expand[k] != NULL || is_splat(rows, columns, in) ||
            is_flat(rows, columns, in->row_stride, in->column_stride);
  }
  flat |= columns < width;
  tg_argument values[TG_VALUE_REGISTER + TG_MAX_STEPS];
  float *buffer = workspace;
  float *splats = workspace + (program->operand_count + program->register_count + 1) * TG_TILE;
  for (int k = 0; k < program->operand_count; k += 1) {
    const tg_block *in = &operands[k];
    if (is_splat(rows, columns, in)) {
      float *splat = splats + k * TG_LANES;
      const float value = first(program, k, in);
      for (int lane = 0; lane < TG_LANES; lane += 1) splat[lane] = value;
      values[k] = (tg_argument){.base = splat};
    } else if (program->expand[k] != NULL) {
      program->expand[k](buffer, rows, columns, in);
      values[k] = (tg_argument){.base = buffer, .row_stride = columns, .step = width};
    } else {
      const float *base = (const float *)in->base + in->offset;
      values[k] = (tg_argument){.base = base, .row_stride = in->row_stride, .step = width};
      if (flat ? !is_flat(rows, columns, in->row_stride, in->column_stride)
               : in->column_stride != 1) {
        tg_copy_block(rows, columns, buffer, columns, 1, base, in->row_stride, in->column_stride);
        values[k] = (tg_argument){.base = buffer, .row_stride = columns, .step = width};
      }
    }
    buffer += TG_TILE;
  }
  for (int k = 0; k < program->register_count; k += 1) {
    values[TG_VALUE_REGISTER + k] =
        (tg_argument){.base = buffer, .row_stride = columns, .step = width};
    buffer += TG_TILE;
  }
  const int direct = flat ? out_flat : out_column_stride == 1;
  float *result = direct ? out : buffer;
  const ptrdiff_t step_rows = flat ? 1 : rows, n = flat ? rows * columns : columns;
  for (int32_t i = 0; i < program->step_count; i += 1) {
    const tg_placed_step *step = &program->steps[i];
    tg_argument arguments[TG_MAX_ARGUMENTS];
    for (int k = 0; k < step->arity; k += 1) {
      int position = step->arguments[k];
      arguments[k] = position >= TG_VALUE_CONSTANT
                         ? (tg_argument){.base = program->constants[position - TG_VALUE_CONSTANT]}
                         : values[position];
    }
    int last = step->target == TG_VALUE_OUT;
    ptrdiff_t target_stride = last && direct ? out_row_stride : columns;
    /* Rows without gaps are one row. */
    int joined = target_stride == n;
    for (int k = 0; k < step->arity; k += 1) {
      joined &=
          arguments[k].step == 0 ? arguments[k].row_stride == 0 : arguments[k].row_stride == n;
    }
    step->run(last ? result : (float *)values[TG_VALUE_REGISTER + step->target].base, target_stride,
              arguments, joined ? 1 : step_rows, joined ? step_rows * n : n, step->immediate);
  }
  if (!direct) {
    tg_copy_block(rows, columns, out, out_row_stride, out_column_stride, result, columns, 1);
  }
}

void tg_program_run(const tg_program *program, ptrdiff_t rows, ptrdiff_t columns, float *out,
                    ptrdiff_t out_row_stride, ptrdiff_t out_column_stride, const tg_block *operands,
                    void *workspace) {
  int joins;
  if (tg_chain_fits(program, rows, columns, out_row_stride, out_column_stride, operands, &joins)) {
    program->chain(program, joins ? 1 : rows, joins ? rows * columns : columns, out, out_row_stride,
                   operands);
    return;
  }
  ptrdiff_t tile_columns = columns < TG_TILE ? columns : TG_TILE;
  ptrdiff_t tile_rows = tile_columns > 0 ? TG_TILE / tile_columns : 1;
  for (ptrdiff_t row = 0; row < rows; row += tile_rows) {
    for (ptrdiff_t column = 0; column < columns; column += tile_columns) {
      tg_block blocks[TG_MAX_OPERANDS];
      for (int k = 0; k < program->operand_count; k += 1) {
        blocks[k] = operands[k];
        blocks[k].offset += row * operands[k].row_stride + column * operands[k].column_stride;
      }
      run_tile(program, rows - row < tile_rows ? rows - row : tile_rows,
               columns - column < tile_columns ? columns - column : tile_columns,
               out + row * out_row_stride + column * out_column_stride, out_row_stride,
               out_column_stride, blocks, workspace);
    }
  }
}
