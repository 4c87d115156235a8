internal import CTGKernels

/// What the kernels know of a function of elementwise programs, from the one table in C.
package struct KernelFunction: Hashable, Sendable {
  /// The number that plans and steps have for it.
  package let code: Int
  /// The name that plans and listings have for it.
  package let name: String
  /// How many values it takes, 0 to 3.
  package let operandCount: Int
  /// True if the immediate of a step means something.
  package let takesImmediate: Bool

  /// All functions, by their codes.
  package static let all = (0..<Int(TG_FUNCTION_COUNT)).compactMap { KernelFunction(code: $0) }

  /// The function of a code in plan files; nil if no function has it.
  package init?(code: Int) {
    guard let number = Int32(exactly: code), let entry = unsafe tg_function_lookup(number) else {
      return nil
    }
    self.code = code
    unsafe name = String(cString: entry.pointee.name)
    unsafe operandCount = Int(entry.pointee.operands)
    unsafe takesImmediate = entry.pointee.takes_immediate != 0
  }
}
