/* Elementwise programs: straight-line programs on numbers, run tile by tile in the first cache. */
#pragma once

#include "tg_common.h"

enum {
  /** The most steps of a program. */
  TG_MAX_STEPS = 64,
  /** The most values that a step takes. */
  TG_MAX_ARGUMENTS = 3,
  /** The most operands of a program. */
  TG_MAX_OPERANDS = 8,
  /** The elements of a tile buffer, 2 KiB: the buffers of some ten values fit the first cache (32
   * KiB) beside what is read and written. */
  TG_TILE = 512,
  /** The truths in a word: the lanes of the widest vector. */
  TG_WORD = 16,
};

/** The functions by their codes in plan files: TG_FUNCTION_constant, TG_FUNCTION_add, ... */
typedef enum {
#define TG_FUNCTION(code, name, operands, immediate, body) TG_FUNCTION_##name = code,
#include "tg_functions.def"
#undef TG_FUNCTION
} tg_function;

/** How many functions there are; their codes are 0 ..< that. */
enum {
  TG_FUNCTION_COUNT = 0
#define TG_FUNCTION(code, name, operands, immediate, body) +1
#include "tg_functions.def"
#undef TG_FUNCTION
};

/** What is known of a function. */
typedef struct {
  /** That of the case of PointwiseFunction. */
  const char *_Nonnull name;
  /** How many values it takes, 0 to 3. */
  uint8_t operands;
  /** 1 if the immediate of a step means something, else 0. */
  uint8_t takes_immediate;
} tg_function_entry;

/** The entry of a code; NULL if no function has it. */
const tg_function_entry *_Nullable tg_function_lookup(int32_t code);

/** One step as written: values 0 ..< operand count are operands, the rest earlier steps. The
 */
typedef struct {
  /** A tg_function; numbers of no function make a program unsound. */
  int32_t function;
  int32_t arguments[TG_MAX_ARGUMENTS];
  float immediate;
} tg_step;

/** Where a step reads: rows `row_stride` apart, the vectors of a row `step` apart. With step 0 a
 * row is one full vector of one value. */
typedef struct {
  const float *_Nullable base;
  ptrdiff_t row_stride;
  ptrdiff_t step;
} tg_argument;

/** Computes rows of n elements from as many of each argument. */
typedef void (*tg_step_function)(float *_Nonnull out, ptrdiff_t out_row_stride,
                                 const tg_argument *_Nonnull arguments, ptrdiff_t rows, ptrdiff_t n,
                                 float immediate);

/** Where a value of a program lies, as a number. */
enum {
  /** Below this an operand, from here on a tile buffer. */
  TG_VALUE_REGISTER = TG_MAX_OPERANDS,
  /** From here on a constant: behind the operands and as many registers as there may be steps. */
  TG_VALUE_CONSTANT = 128,
  /** The target of the last step: the output. */
  TG_VALUE_OUT = 255,
};

/** A step whose values have their registers; the target may be the output. */
typedef struct {
  tg_step_function _Nullable run;
  float immediate;
  uint8_t arity;
  uint8_t target;
  uint8_t arguments[TG_MAX_ARGUMENTS];
} tg_placed_step;

/** A block of rows by columns somewhere in memory, its first element `offset` after the base;
 * offset and strides in elements, 0 where it is broadcast. Truth i is bit i % TG_WORD of word
 * i / TG_WORD. */
typedef struct {
  const void *_Nonnull base;
  ptrdiff_t offset;
  ptrdiff_t row_stride;
  ptrdiff_t column_stride;
} tg_block;

/** Writes a block of an operand that does not hold floats as floats, row after row: whole numbers
 * as the nearest, truths as 1 and 0. */
typedef void (*tg_expand_function)(float *_Nonnull out, ptrdiff_t rows, ptrdiff_t columns,
                                   const tg_block *_Nonnull in);

enum {
  /** The most links of a chain, and the most constants that they read. */
  TG_CHAIN_LINKS = 8,
  TG_CHAIN_CONSTANTS = 4,
  /** The kind of a link that adds the product of its sources, each rounded; others are functions.
   */
  TG_LINK_ADD_PRODUCT = 255,
};

/** A step of a chain: what becomes of the value that went through the steps before. Sources are
 * operands, or TG_MAX_OPERANDS + the number of a constant. */
typedef struct {
  int32_t kind, source, other;
  float immediate;
} tg_link;

typedef struct tg_program tg_program;

/** Runs a chain over rows whose columns lie side by side in the output and lie so or are repeated
 * in the operands. */
typedef void (*tg_chain_function)(const tg_program *_Nonnull program, ptrdiff_t rows,
                                  ptrdiff_t columns, float *_Nonnull out, ptrdiff_t out_row_stride,
                                  const tg_block *_Nonnull operands);

/** A program with registers allocated, for one instruction set. */
struct tg_program {
  int32_t operand_count;
  int32_t step_count;
  int32_t register_count;
  int32_t constant_count;
  /** True if it returns operand 0. */
  int32_t identity;
  int32_t vector_width;
  /** What makes floats of each operand; NULL where it holds floats. */
  tg_expand_function _Nullable expand[TG_MAX_OPERANDS];
  tg_placed_step steps[TG_MAX_STEPS + 1];
  float constants[TG_MAX_STEPS][TG_LANES];
  /** A program of which each step takes the value of the one before, the first an operand, is also
   * a chain of so many links; 0 if it is none. */
  int32_t link_count, first_operand;
  tg_link links[TG_CHAIN_LINKS];
  tg_chain_function _Nullable chain;
};

/** Allocates the registers of a program whose operands hold `elements`, one tg_element for each.
 * Returns TG_OK or TG_UNSOUND_PROGRAM. */
tg_status tg_program_prepare(tg_program *_Nonnull program, tg_isa isa, int32_t operand_count,
                             const tg_element *_Nonnull elements, int32_t step_count,
                             const tg_step *_Nonnull steps);

/** The bytes of workspace that tg_program_run needs. */
ptrdiff_t tg_program_workspace(const tg_program *_Nonnull program);

/** out[row, column] = program(operands[k][row, column]...), out at `out`. An operand may be the
 * output itself, but may not overlap it otherwise. */
void tg_program_run(const tg_program *_Nonnull program, ptrdiff_t rows, ptrdiff_t columns,
                    float *_Nonnull out, ptrdiff_t out_row_stride, ptrdiff_t out_column_stride,
                    const tg_block *_Nonnull operands, void *_Nonnull workspace);
