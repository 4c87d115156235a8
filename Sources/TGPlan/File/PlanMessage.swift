internal import CTGPlan
package import TGProtobuf

extension MessageType {
  /// The type of the whole message section, generated from spec/plan.proto.
  package static var plan: MessageType {
    guard let descriptor = unsafe tg_plan_descriptor() else {
      preconditionFailure("the generated code has a descriptor")
    }
    return unsafe MessageType(generated: descriptor)
  }
}
