package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `f(0 < y, …) → f(m, …)` with `m = signs(y)`: where all late readers of a large value ask only
/// whether it is positive, one bit of each element is kept for them instead of the value.
///
/// The backward pass reads the result of a rectifier so. In chains of convolutions and rectifiers most
/// of the memory that the forward pass leaves behind is such values. `signs` packs the bits right
/// after `y` is made; readers before the first late one still read `y`. `MaskChoice` says which values
/// are worth it. A reader is rewritten if it is a map or an epilogue of a convolution or product, and
/// `y` has the shape of its result (nothing is broadcast).
///
/// Needs the final order of nodes, which says what is alive at one time.
///
/// Effect on numbers: bit-exact.
package struct PackMasks: Pass {
  package static let name = "PackMasks"
  package static let needs: Set<GraphForm> = [.scheduled]
  package static let undoes: Set<GraphForm> = [.scheduled]
  /// The smallest value that is worth it, in elements.
  private let least: Int

  /// Makes the pass; values of fewer than `least` elements stay as they are.
  package init(least: Int = CostModel.leastMasked) { self.least = least }

  package func run(_ graph: Graph) throws -> Graph {
    let chosen = MaskChoice(graph, least: least).chosen
    guard !chosen.isEmpty else { return graph }
    var result = Graph(name: graph.name)
    var values: [Value] = []
    var masks: [Int: Value] = [:]
    for (index, old) in graph.nodes.enumerated() {
      var node = old
      node.operands = old.operands.map { values[$0.index] }
      for (number, operand) in old.operands.enumerated() {
        guard let last = chosen[operand.index], index > last, let mask = masks[operand.index],
          let reading = node.readingBits(of: number)
        else { continue }
        node.op = reading
        node.operands[number] = mask
      }
      let value = try result.insert(node.op, node.operands, origin: node.origin)
      values.append(value)
      if chosen[index] != nil {
        masks[index] = try result.insert(Signs(), [value], origin: node.origin)
      }
    }
    for output in graph.outputs {
      result.outputs.append(output.moved(to: values[output.value.index]))
    }
    return result
  }
}

extension Node {
  /// The program that may read bits: it runs at the positions of the result.
  var bitProgram: CarriedProgram? { op.carried.flatMap { $0.takesBits ? $0 : nil } }

  /// The operands (by index) that the program reads only by `0 < operand`, and which have the shape
  /// of the result.
  func operandsReadBySignOnly(_ shape: (Value) -> Shape) -> Set<Int> {
    guard let carried = bitProgram else { return [] }
    let found = operands.indices.filter { index in
      guard let operand = carried.operand(index) else { return false }
      return shape(operands[index]) == self.shape && carried.program.readsOnlySign(of: operand)
    }
    return Set(found)
  }

  /// The op that reads bits of an operand (by index) instead of its signs.
  fileprivate func readingBits(of index: Int) -> (any Op)? {
    guard let carried = bitProgram, let operand = carried.operand(index) else { return nil }
    return op.carrying(carried.program.readingBits(of: operand))
  }
}

extension PointwiseProgram {
  /// Whether an operand is read by steps `0 < operand` only, none of them the result.
  fileprivate func readsOnlySign(of operand: Int) -> Bool {
    let readers = steps.filter { $0.arguments.contains(operand) }
    return !readers.isEmpty && readers.allSatisfy { isSignTest($0, of: operand) }
      && steps.last.map { !isSignTest($0, of: operand) } ?? false
  }

  /// `0 < operand`
  private func isSignTest(_ step: Step, of operand: Int) -> Bool {
    guard step.function == .less, step.arguments[1] == operand,
      step.arguments[0] >= operandCount
    else { return false }
    let zero = steps[step.arguments[0] - operandCount]
    return zero.function == .constant && zero.immediate == 0
  }

  /// The same for an operand of bits, which is what the steps `0 < operand` made, without steps whose
  /// values nobody reads.
  fileprivate func readingBits(of operand: Int) -> PointwiseProgram {
    var numbers = Array(0..<operandCount)
    var used = [Bool](repeating: false, count: operandCount + steps.count)
    used[used.count - 1] = true
    for (index, step) in steps.enumerated().reversed()
    where used[operandCount + index] && !isSignTest(step, of: operand) {
      for argument in step.arguments { used[argument] = true }
    }
    var kept: [Step] = []
    for (index, step) in steps.enumerated() {
      guard !isSignTest(step, of: operand) else {
        numbers.append(operand)
        continue
      }
      numbers.append(operandCount + kept.count)
      guard used[operandCount + index] else { continue }
      let arguments = step.arguments.map { numbers[$0] }
      kept.append(Step(step.function, arguments, immediate: step.immediate))
    }
    return PointwiseProgram(operandCount: operandCount, steps: kept)
  }
}
