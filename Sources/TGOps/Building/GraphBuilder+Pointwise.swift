package import TGIR
package import TGPlan
package import TGTensor

extension GraphBuilder {
  /// A function of up to three values, broadcast by NumPy's rule.
  ///
  /// - Throws: `TypeRuleError` if the shapes do not broadcast.
  package mutating func map(
    _ function: PointwiseFunction, _ operands: Value..., immediate: Float = 0
  ) throws(TypeRuleError) -> Value {
    try insert(Map(function, immediate: immediate), operands)
  }

  /// An elementwise program of several values.
  ///
  /// - Throws: `TypeRuleError` if the shapes do not broadcast.
  package mutating func map(_ program: PointwiseProgram, _ operands: [Value])
    throws(TypeRuleError) -> Value
  {
    try insert(Map(program), operands)
  }

  /// A constant tensor.
  package mutating func constant(_ tensor: HostTensor) throws(TypeRuleError) -> Value {
    try insert(Constant(tensor), [])
  }

  /// A tensor that depends on no input.
  package mutating func constant(_ weight: Weight) throws(TypeRuleError) -> Value {
    try insert(Constant(weight), [])
  }

  /// A constant number, rank 0.
  package mutating func constant(_ number: Float) throws(TypeRuleError) -> Value {
    try constant(HostTensor(scalar: number))
  }

  /// `a + b`
  package mutating func add(_ a: Value, _ b: Value) throws(TypeRuleError) -> Value {
    try map(.add, a, b)
  }

  /// `a − b`
  package mutating func subtract(_ a: Value, _ b: Value) throws(TypeRuleError) -> Value {
    try map(.subtract, a, b)
  }

  /// `a · b`, element by element
  package mutating func multiply(_ a: Value, _ b: Value) throws(TypeRuleError) -> Value {
    try map(.multiply, a, b)
  }

  /// `a / b`, element by element
  package mutating func divide(_ a: Value, _ b: Value) throws(TypeRuleError) -> Value {
    try map(.divide, a, b)
  }
}
