/* Recognising programs that are chains, and deciding which blocks may be run as such. */
#include "tg_program_internal.h"

#include "tg_variant.h"

/* What a step reads, for the walk along a program. */
enum { NOTHING = -1 };

/* The number under which a chain finds a value that is an operand or a constant; NOTHING for what
 * a step computes. */
static int32_t source_of(const tg_program *program, const tg_step *steps, int32_t value) {
  if (value < program->operand_count) return program->expand[value] == NULL ? value : NOTHING;
  int32_t constant = TG_MAX_OPERANDS;
  const int32_t step = value - program->operand_count;
  if (steps[step].function != TG_FUNCTION_constant) return NOTHING;
  for (int32_t i = 0; i < step; i += 1) constant += steps[i].function == TG_FUNCTION_constant;
  return constant < TG_MAX_OPERANDS + TG_CHAIN_CONSTANTS ? constant : NOTHING;
}

static int is_binary(int32_t function) {
  return function == TG_FUNCTION_add || function == TG_FUNCTION_subtract ||
         function == TG_FUNCTION_multiply;
}

static int is_unary(int32_t function) {
  return function == TG_FUNCTION_relu || function == TG_FUNCTION_leakyRelu ||
         function == TG_FUNCTION_tanh || function == TG_FUNCTION_sigmoid;
}

/* A product of two sources that the next step adds to the value. */
static int is_product(const tg_program *program, const tg_step *steps, int32_t i, int32_t count,
                      int32_t value) {
  if (steps[i].function != TG_FUNCTION_multiply || i + 1 >= count) return 0;
  const int32_t *x = steps[i].arguments, *next = steps[i + 1].arguments;
  const int32_t product = program->operand_count + i;
  return steps[i + 1].function == TG_FUNCTION_add && source_of(program, steps, x[0]) != NOTHING &&
         source_of(program, steps, x[1]) != NOTHING &&
         ((next[0] == value && next[1] == product) || (next[0] == product && next[1] == value));
}

/* The link that a step is for a value; 0 if it is none. */
static int link_of(const tg_program *program, const tg_step *steps, int32_t i, int32_t value,
                   tg_link *link) {
  const tg_step *step = &steps[i];
  link->kind = step->function;
  link->immediate = step->immediate;
  if (is_unary(step->function)) return step->arguments[0] == value;
  if (!is_binary(step->function)) return 0;
  const int32_t *x = step->arguments;
  const int is_turned = x[0] != value;
  if (is_turned && (x[1] != value || step->function == TG_FUNCTION_subtract)) return 0;
  link->source = source_of(program, steps, x[is_turned ? 0 : 1]);
  return link->source != NOTHING;
}

/* True if a chain may begin with a value: an operand of floats. */
static int begins(const tg_program *program, int32_t value) {
  return value < program->operand_count && program->expand[value] == NULL;
}

/* The value with which a chain begins: the result of a kernel, operand 0, where it is one that the
 * first step reads, or adds to a product; else the first value of the first step. */
static int32_t beginning(const tg_program *program, const tg_step *steps, int32_t i,
                         int32_t step_count) {
  const tg_step *step = &steps[i];
  if (is_product(program, steps, i, step_count, 0) && begins(program, 0)) return 0;
  if (!is_binary(step->function) && !is_unary(step->function)) return NOTHING;
  const int is_second = is_binary(step->function) && step->arguments[1] == 0;
  if (is_second && step->function != TG_FUNCTION_subtract && begins(program, 0)) return 0;
  return begins(program, step->arguments[0]) ? step->arguments[0] : NOTHING;
}

void tg_chain_prepare(tg_program *program, int32_t step_count, const tg_step *steps) {
  program->link_count = 0;
  int32_t i = 0, count = 0, value = NOTHING;
  for (; i < step_count; i += 1) {
    if (steps[i].function == TG_FUNCTION_constant) continue;
    if (value == NOTHING) {
      value = beginning(program, steps, i, step_count);
      if (value == NOTHING) return;
      program->first_operand = value;
    }
    if (count == TG_CHAIN_LINKS) return;
    tg_link *link = &program->links[count];
    if (link_of(program, steps, i, value, link)) {
      count += 1;
    } else if (is_product(program, steps, i, step_count, value)) {
      *link = (tg_link){.kind = TG_LINK_ADD_PRODUCT,
                        .source = source_of(program, steps, steps[i].arguments[0]),
                        .other = source_of(program, steps, steps[i].arguments[1])};
      count += 1;
      i += 1;
    } else {
      return;
    }
    value = program->operand_count + i;
  }
  /* The value of the last step is the result, also of one whose links all were met. */
  if (value == program->operand_count + step_count - 1) program->link_count = count;
}

int tg_chain_fits(const tg_program *program, ptrdiff_t rows, ptrdiff_t columns,
                  ptrdiff_t out_row_stride, ptrdiff_t out_column_stride, const tg_block *operands,
                  int *joins) {
  if (program->link_count == 0 || out_column_stride != 1) return 0;
  *joins = out_row_stride == columns;
  for (int k = 0; k < program->operand_count; k += 1) {
    const ptrdiff_t row = operands[k].row_stride, column = operands[k].column_stride;
    if (column != 0 && column != 1) return 0;
    *joins &= column == 1 ? row == columns : row == 0;
  }
  *joins |= rows == 1;
  return columns >= program->vector_width || *joins;
}
