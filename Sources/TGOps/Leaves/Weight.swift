import Synchronization
package import TGTensor

/// How a tensor that depends on no input is made of others. Equal rules make equal tensors of equal
/// operands.
package protocol WeightRule: Hashable, Sendable {
  /// The tensor; operands satisfy the rule.
  func result(of operands: [HostTensor]) -> HostTensor
  /// Whether the result is its only operand's numbers in the same order.
  var keepsNumbers: Bool { get }
}

extension WeightRule {
  /// New numbers.
  package var keepsNumbers: Bool { false }
}

/// A tensor that depends on no input: numbers, or a rule with the weights that it is made of.
///
/// The weights of all functions and batch sizes of a model are one graph. A weight is computed when
/// its numbers are first asked for, once: who asks for what follows from the same weights by the same
/// rule gets the weight that is there. Nothing holds a weight but the graphs that name it and weights
/// that are not computed yet, so that what nobody uses any more is let go.
///
/// What follows from few numbers only is computed at once and compared by its numbers; so are
/// tensors that were read. Anything else is equal to itself only.
package final class Weight: Sendable {
  /// The tensor of a checkpoint that numbers come from.
  package struct Source: Hashable, Sendable {
    /// The root, and the name in the root's file.
    package var root: String
    package var name: String
    /// Whether the numbers are the tensor's own, in its order.
    package var isWhole: Bool

    /// Names a tensor.
    package init(root: String, name: String, isWhole: Bool = true) {
      self.root = root
      self.name = name
      self.isWhole = isWhole
    }
  }

  /// The most elements of a weight that is small: comparing it costs less than remembering it.
  fileprivate static let smallCount = 4096
  /// The most rules between a weight and computed ones, so that none needs a deep stack.
  private static let greatestDepth = 256
  private static let count = Atomic<Int>(0)
  private static let spent = Mutex<Duration>(.zero)

  /// The seconds that this process has spent on computing weights so far: whoever asks for numbers
  /// waits for them, and a report tells that from what else he does.
  package static var secondsSpent: Double { spent.withLock { $0 } / .seconds(1) }

  private static func result(of rule: some WeightRule, _ operands: [HostTensor]) -> HostTensor {
    let clock = ContinuousClock()
    let start = clock.now
    defer { spent.withLock { $0 += clock.now - start } }
    return rule.result(of: operands)
  }

  /// The extents.
  package let shape: Shape
  /// The tensor that it was read from, or the first of those that it is made of; nil if there is none.
  /// No part of equality.
  package let source: Source?
  /// The numbers that it was made with; nil if a rule makes them.
  private let content: HostTensor?
  /// Multiplications with additions of the longest chain of rules that leads to it.
  package let work: Int
  private let number: Int
  private let depth: Int
  private let state: Mutex<State>
  /// What was made of this weight first of all, and is still used.
  private let made = Mutex<[Making: Reference]>([:])

  /// What is known of the numbers.
  private struct State {
    var tensor: HostTensor?
    var rule: (any WeightRule)?
    var operands: [Weight] = []

    /// The numbers, of the rule if need be.
    mutating func computed(_ numbers: (Weight) -> HostTensor) -> HostTensor {
      if let tensor { return tensor }
      guard let rule else { preconditionFailure("a weight has numbers or a rule") }
      let result = Weight.result(of: rule, operands.map(numbers))
      tensor = result
      return result
    }
  }

  /// Numbers as they are.
  package convenience init(_ tensor: HostTensor, source: Source? = nil) {
    self.init(tensor, work: 0, source: source)
  }

  private init(_ tensor: HostTensor, work: Int, source: Source?) {
    self.work = work
    self.source = source
    shape = tensor.shape
    content = tensor
    number = Self.count.add(1, ordering: .relaxed).newValue
    depth = 0
    state = Mutex(State())
  }

  private init(
    _ rule: some WeightRule, of operands: [Weight], shape: Shape, work: Int, depth: Int,
    source: Source?
  ) {
    self.work = work
    self.source = source
    self.shape = shape
    content = nil
    number = Self.count.add(1, ordering: .relaxed).newValue
    self.depth = depth
    state = Mutex(State(rule: rule, operands: operands))
  }

  /// The weight of a shape that a rule makes of others, at least one; the same for the same ones.
  ///
  /// - Parameter macs: multiplications with additions of the rule itself.
  package static func made(
    by rule: some WeightRule, of operands: [Weight], shape: Shape, macs: Int = 0
  ) -> Weight {
    let (sum, isLarge) = macs.addingReportingOverflow(operands.map(\.work).max() ?? 0)
    let work = isLarge ? .max : sum
    let source = operands.lazy.compactMap(\.source).first.map {
      Source(root: $0.root, name: $0.name, isWhole: $0.isWhole && rule.keepsNumbers)
    }
    guard let home = operands.first(where: { $0.content.map { !$0.isSmall } ?? true }) else {
      return Weight(result(of: rule, operands.map(\.tensor)), work: work, source: source)
    }
    let making = Making(rule, operands)
    return home.made.withLock { known in
      if let weight = known[making]?.weight { return weight }
      let depth = 1 + (operands.map(\.depth).max() ?? 0)
      let isDeep = depth >= greatestDepth
      let weight = Weight(
        rule, of: operands, shape: shape, work: work, depth: isDeep ? 0 : depth, source: source)
      if isDeep { weight.settle() }
      known[making] = Reference(weight: weight)
      return weight
    }
  }

  /// The numbers, computed now if nobody has asked for them before.
  package var tensor: HostTensor {
    if let content { return content }
    return state.withLock { $0.computed { $0.tensor } }
  }

  /// The rule and the only weight that this one is made of; nil if it was made of several, or if nobody
  /// knows any more.
  package var derivation: (rule: any WeightRule, operand: Weight)? {
    guard content == nil else { return nil }
    return state.withLock { state in
      guard let rule = state.rule, state.operands.count == 1 else { return nil }
      return (rule, state.operands[0])
    }
  }

  /// Computes the numbers and forgets what they were made of.
  package func settle() {
    guard content == nil else { return }
    state.withLock { state in
      _ = state.computed { operand in
        operand.settle()
        return operand.tensor
      }
      (state.rule, state.operands) = (nil, [])
    }
  }

  /// A rule with its operands, small ones by their numbers.
  private struct Making: Hashable {
    enum Operand: Hashable {
      case weight(Int)
      case numbers(HostTensor)
    }
    let rule: any WeightRule
    let operands: [Operand]

    init(_ rule: some WeightRule, _ operands: [Weight]) {
      self.rule = rule
      self.operands = operands.map { operand in
        guard let content = operand.content, content.isSmall else { return .weight(operand.number) }
        return .numbers(content)
      }
    }

    static func == (a: Self, b: Self) -> Bool {
      a.operands == b.operands && AnyHashable(a.rule) == AnyHashable(b.rule)
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(operands)
      rule.hash(into: &hasher)
    }
  }

  /// Leads to a weight that somebody else holds.
  private struct Reference {
    weak var weight: Weight?
  }
}

extension Weight: Hashable {
  /// Equal numbers that were read, or the same weight.
  package static func == (a: Weight, b: Weight) -> Bool {
    if a === b { return true }
    guard let one = a.content, let other = b.content else { return false }
    return one == other
  }

  /// Hashes the shape and a few elements: enough to tell weights apart, cheap for large ones.
  package func hash(into hasher: inout Hasher) {
    guard let content else { return hasher.combine(number) }
    hasher.combine(shape)
    for position in stride(from: 0, to: shape.count, by: max(1, shape.count / 8)) {
      hasher.combine(content[position])
    }
  }
}

extension HostTensor {
  /// Whether it costs less to compare it than to remember it.
  fileprivate var isSmall: Bool { shape.count <= Weight.smallCount }
}
