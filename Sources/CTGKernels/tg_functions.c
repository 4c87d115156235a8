/* What is known of each function of elementwise programs. */
#include "tg_program.h"

static const tg_function_entry functions[TG_FUNCTION_COUNT] = {
#define TG_FUNCTION(code, name, operands, immediate, body) [code] = {#name, operands, immediate},
#include "tg_functions.def"
#undef TG_FUNCTION
};

const tg_function_entry *tg_function_lookup(int32_t code) {
  return code >= 0 && code < TG_FUNCTION_COUNT ? &functions[code] : NULL;
}
