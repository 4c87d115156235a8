#pragma once

/// The descriptor of the message `Model` of spec/onnx.proto, a `ProtobufCMessageDescriptor`. The
/// descriptors of all other messages are reached from it.
const void *tg_onnx_descriptor(void);
