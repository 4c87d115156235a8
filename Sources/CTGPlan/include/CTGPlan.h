#pragma once

/// The descriptor of the message `Plan` of spec/plan.proto, a `ProtobufCMessageDescriptor`. The
/// descriptors of all other messages are reached from it.
const void *tg_plan_descriptor(void);
