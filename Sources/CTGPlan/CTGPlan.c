#include "CTGPlan.h"

#include "plan.pb-c.h"

const void *tg_plan_descriptor(void) { return &tgraph__plan__plan__descriptor; }
