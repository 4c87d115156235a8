/* The micro-kernels of pairs of bfloat16; after tg_micro_body.h. TG_PAIRS is the table's name. */

#define PAIRS_MICRO(q, r, s) MICRO(pairs, 1, q, r, s)
#define PAIRS_ENTRY(q, r, s) MICRO_ENTRY(pairs, q, r, s)

FOR_MICROS(PAIRS_MICRO)

const tg_micro_table TG_PAIRS = {.narrow = narrow, MICRO_FIELDS(PAIRS_ENTRY)};
