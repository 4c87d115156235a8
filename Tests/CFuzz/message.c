/* Feeds protobuf-c with any bytes as a plan's message: unpacked, packed, unpacked again. The
 * commands look at the bytes before (Sources/TGPlan/File/MessageScan.swift); here nothing does. */
#include "plan.pb-c.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  Tgraph__Plan__Plan *plan = tgraph__plan__plan__unpack(NULL, count, bytes);
  if (plan == NULL) return 0;
  size_t size = tgraph__plan__plan__get_packed_size(plan);
  uint8_t *packed = malloc(size > 0 ? size : 1);
  if (packed == NULL || tgraph__plan__plan__pack(plan, packed) != size) abort();
  tgraph__plan__plan__free_unpacked(plan, NULL);
  /* Unknown fields, which the commands refuse, need not come back. */
  plan = tgraph__plan__plan__unpack(NULL, size, packed);
  if (plan != NULL) tgraph__plan__plan__free_unpacked(plan, NULL);
  free(packed);
  return 0;
}
