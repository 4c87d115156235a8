package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `map f(map g(a…), b…) → map (f ∘ g)(a…, b…)`: a chain of elementwise functions becomes one program,
/// and constants that are one number become part of it.
///
/// A producer is taken in if all its uses are the consumer or other producers that are taken in, and
/// it has the result's shape. One that is repeated would be computed again for every repetition: it is
/// taken in if it is cheap and made of little, so that this costs less than storing and reading it.
///
/// Effect on numbers: bit-exact.
package struct FuseElementwise: Pass {
  package static let name = "FuseElementwise"
  package static let needs: Set<GraphForm> = [.constantsFolded, .transposesSunk]
  package static let establishes: Set<GraphForm> = [.chainsFused]
  package static let undoes: Set<GraphForm> = [.singleFunctions, .transposesSunk]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    // Of each value what it is now; of each map the maps that it has taken in, and itself.
    var now: [Value: Value] = [:]
    var parts: [Value: Set<Value>] = [:]
    return try graph.rewritten { node, old, builder in
      for (before, after) in zip(graph[old].operands, node.operands) { now[before] = after }
      guard let map = node.op as? Map else { return nil }
      var fused = FusedProgram(program: map.program, operands: node.operands)
      var taken: Set<Value> = [old]
      /// Takes in one producer; false if there is none left.
      func takeOne() -> Bool {
        let candidates = Set(taken.flatMap { graph[$0].operands }).subtracting(taken)
        for operand in candidates.sorted() {
          guard let produced = now[operand], let inner = builder[produced].op as? Map,
            uses.isRead(operand, onlyBy: taken),
            builder.shape(produced) == node.shape || builder.isMadeOfLittle(produced),
            fused.absorb(inner.program, builder[produced].operands, at: produced)
          else { continue }
          taken.formUnion(parts[operand] ?? [operand])
          builder.origin = builder.origin.merged(with: builder[produced].origin)
          return true
        }
        return false
      }
      repeat { fused.inlineNumbers(builder, shape: node.shape) } while takeOne()
      parts[old] = taken
      guard fused.operands != node.operands else { return nil }
      return try builder.insert(Map(fused.program), fused.operands)
    }
  }
}

/// A program together with the values it is applied to, each once.
struct FusedProgram {
  private(set) var program: PointwiseProgram
  private(set) var operands: [Value]

  init(program: PointwiseProgram, operands: [Value]) {
    self.program = program
    self.operands = operands
    mergeEqualOperands()
  }

  /// Replaces operands that are one repeated number by constant steps, where the others alone have
  /// the result's shape.
  mutating func inlineNumbers(_ builder: GraphBuilder, shape: Shape) {
    for value in operands {
      guard let number = builder.repeatedNumber(value) else { continue }
      var rest: Shape = []
      for operand in operands where operand != value {
        rest = rest.broadcast(with: builder.shape(operand)) ?? rest
      }
      guard operands.count > 1, rest == shape else { continue }
      _ = absorb(
        PointwiseProgram(operandCount: 0, steps: [.init(.constant, immediate: number)]), [],
        at: value)
    }
  }

  /// Takes in the program that makes operand `value`; does nothing, and says so, if there is no such
  /// operand, or if the limits forbid it.
  mutating func absorb(_ inner: PointwiseProgram, _ innerOperands: [Value], at value: Value)
    -> Bool
  {
    guard let index = operands.firstIndex(of: value) else { return false }
    var joined = operands.filter { $0 != value }
    for operand in innerOperands where !joined.contains(operand) { joined.append(operand) }
    guard joined.count <= PointwiseProgram.maximumOperands,
      program.steps.count + inner.steps.count <= PointwiseProgram.maximumSteps
    else { return false }
    program = program.composed(
      with: inner, at: index,
      outerOperands: operands.map { $0 == value ? nil : joined.firstIndex(of: $0) },
      innerOperands: innerOperands.compactMap { joined.firstIndex(of: $0) }, count: joined.count)
    operands = joined
    return true
  }

  private mutating func mergeEqualOperands() {
    var distinct: [Value] = []
    for operand in operands where !distinct.contains(operand) { distinct.append(operand) }
    guard distinct.count < operands.count else { return }
    let numbers = operands.compactMap { distinct.firstIndex(of: $0) }
    let shift = distinct.count - operands.count
    let steps = program.steps.map { step in
      PointwiseProgram.Step(
        step.function,
        step.arguments.map { $0 < numbers.count ? numbers[$0] : $0 + shift },
        immediate: step.immediate)
    }
    program = PointwiseProgram(operandCount: distinct.count, steps: steps)
    operands = distinct
  }
}

extension GraphBuilder {
  /// Whether a map is cheap, and all that it reads is little beside its result.
  fileprivate func isMadeOfLittle(_ value: Value) -> Bool {
    guard let map = self[value].op as? Map, map.program.isCheap else { return false }
    let operands = self[value].operands.reduce(0) { $0 + shape($1).count }
    return CostModel.isLittle(operands, beside: shape(value).count)
  }

  /// The number that a constant, perhaps broadcast, repeats.
  fileprivate func repeatedNumber(_ value: Value) -> Float? {
    if let constant = constant(of: value) { return constant.splat }
    guard self[value].op is Broadcast else { return nil }
    return constant(of: self[value].operands[0])?.splat
  }
}
