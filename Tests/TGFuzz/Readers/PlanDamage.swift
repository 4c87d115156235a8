import TGPlan
import TGTensor

/// Changes a few values of a plan, wherever they stand: the result is still a plan, and says
/// something else.
struct PlanDamage: PlanArchive {
  private var random: Random
  /// How many values have been met.
  private var met = 0
  /// Which of them are changed.
  private var targets: Set<Int> = []

  /// A plan with one to three values changed.
  static func damaged(_ plan: Plan, _ random: inout Random) -> Plan {
    var count = PlanDamage(random: random)
    var plan = plan
    plan.visit(&count)
    // A number declared wrongly hides all other damage, so most plans declare the right ones.
    for _ in 0...random.below(3) {
      var damage = PlanDamage(random: random)
      damage.targets = [random.below(count.met)]
      plan.visit(&damage)
      random = damage.random
    }
    // The type of a slot stands in each of its views, too.
    if random.once(in: 4), let index = plan.functions.indices.randomElement(using: &random),
      let slot = plan.functions[index].slots.indices.randomElement(using: &random)
    {
      plan.functions[index].retype(slot, random.one(of: DType.allCases))
    }
    if !random.once(in: 8) { plan.declareWork() }
    return plan
  }

  private init(random: Random) { self.random = random }

  /// True if the value that is met now is to be changed.
  private mutating func isHit() -> Bool {
    met += 1
    return targets.contains(met - 1)
  }

  private mutating func changed(_ value: Int) -> Int {
    switch random.below(4) {
    case 0: return Int(truncatingIfNeeded: random.number())
    case 1: return random.below(24)
    case 2: return value &* 2 &- random.below(3)
    default: return value &+ random.below(5) &- 2
    }
  }

  mutating func number(_ name: StaticString, _ value: inout Int) {
    if isHit() { value = changed(value) }
  }

  mutating func float(_ name: StaticString, _ value: inout Float) {
    if isHit() { value = Float(bitPattern: UInt32(truncatingIfNeeded: random.number())) }
  }

  mutating func float(_ name: StaticString, _ value: inout Float?) {
    if isHit() { value = value == nil ? 0.5 : nil }
  }

  mutating func bool(_ name: StaticString, _ value: inout Bool) {
    if isHit() { value.toggle() }
  }

  mutating func string(_ name: StaticString, _ value: inout String) {
    guard isHit() else { return }
    value = String(decoding: random.damaged(Array(value.utf8)), as: UTF8.self)
  }

  mutating func numbers(_ name: StaticString, _ values: inout [Int]) {
    guard isHit(), !values.isEmpty else { return }
    if random.once(in: 4) {
      values = random.rearranged(values, with: values)
    } else {
      let place = random.below(values.count)
      values[place] = changed(values[place])
    }
  }

  mutating func strings(_ name: StaticString, _ values: inout [String]) {
    if isHit() { values = random.rearranged(values, with: values) }
  }

  mutating func text(_ name: StaticString, _ bytes: inout [UInt8]) {
    if isHit() { bytes = random.damaged(bytes) }
  }

  mutating func choice<Case: PlanChoice>(
    _ name: StaticString, _ value: inout Case
  ) {
    if isHit() { value = random.one(of: Array(Case.allCases)) }
  }

  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) { value.visit(&self) }

  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) { value?.visit(&self) }

  mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) {
    if isHit() {
      values = random.rearranged(values, with: values)
    } else {
      for index in values.indices { values[index].visit(&self) }
    }
  }
}

extension Plan {
  /// Declares the work and the arena as they are.
  fileprivate mutating func declareWork() {
    for index in functions.indices {
      for place in functions[index].instructions.indices {
        functions[index].instructions[place].macs =
          functions[index].instructions[place].instruction.macs
      }
      functions[index].macs = functions[index].requiredMacs ?? 0
      functions[index].arenaBytes = functions[index].requiredArenaBytes ?? 0
    }
  }
}
