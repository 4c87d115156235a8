import TGTensor

extension Checkpoint {
  /// True for a tensor that TensorFlow's training keeps beside the variables of a network, and that
  /// nothing but training reads: what an optimizer holds of a variable of the same file and shape
  /// (`w/Adam`, `w/Momentum_1`), and its counters.
  package func isTrainingState(_ entry: Entry) -> Bool {
    guard format == .tensorFlow1 || format == .tensorFlow2 else { return false }
    let name = entry.name
    if name.contains("/.OPTIMIZER_SLOT/") { return true }
    let slash = name.lastIndex(of: "/")
    let last = slash.map { name[name.index(after: $0)...] } ?? name[...]
    if entry.shape.rank == 0, Self.counters.contains(Self.unnumbered(last)) { return true }
    guard let slash, Self.slots.contains(Self.unnumbered(last)),
      let variable = self[String(name[..<slash])]
    else { return false }
    return variable.shape == entry.shape
  }

  /// What optimizers call the tensors that they keep of each variable.
  private static let slots: Set<Substring> = [
    "Adam", "AdaMax", "Adadelta", "Adagrad", "Ftrl", "Momentum", "RMSProp",
  ]

  /// Numbers that count the steps.
  private static let counters: Set<Substring> = [
    "beta1_power", "beta2_power", "global_step", "save_counter",
  ]

  /// A name without the number that makes it another one: `Adam` of `Adam_1`.
  private static func unnumbered(_ name: Substring) -> Substring {
    guard let line = name.lastIndex(of: "_") else { return name }
    let digits = name[name.index(after: line)...]
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      ? name[..<line] : name
  }
}
