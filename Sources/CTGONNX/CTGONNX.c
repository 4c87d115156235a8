#include "CTGONNX.h"

#include "onnx.pb-c.h"

const void *tg_onnx_descriptor(void) { return &tgraph__onnx__model__descriptor; }
