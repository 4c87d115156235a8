/* Strided views. */
#include "tg_common.h"

tg_view tg_view_make(void *base, tg_element element, ptrdiff_t rank, const ptrdiff_t *dims,
                     const ptrdiff_t *strides) {
  tg_view view = {.base = base, .element = element, .rank = rank};
  for (ptrdiff_t axis = 0; axis < rank && axis < TG_MAX_RANK; axis += 1) {
    view.dims[axis] = dims[axis];
    view.strides[axis] = strides[axis];
  }
  return view;
}
