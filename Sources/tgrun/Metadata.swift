/// The keys of the texts that pictures carry.
enum Metadata {
  /// The program and its version.
  static let software = "Software"
  /// The base name of the plan file.
  static let plan = "tgraph.plan"
  /// The hash of the plan.
  static let hash = "tgraph.hash"
  /// The function.
  static let function = "tgraph.function"
  /// The output that the picture shows.
  static let output = "tgraph.output"
  /// The seed.
  static let seed = "tgraph.seed"
  /// The item's number in the noise of its seed, where it is not 0.
  static let item = "tgraph.item"
  /// Before the name of an input: the caption.
  static let text = "tgraph.text."
  /// Before the name of an input: the base name of the picture.
  static let picture = "tgraph.picture."
  /// Before the name of an input: the base name of the array.
  static let array = "tgraph.array."
  /// Before the name of an input: the number.
  static let number = "tgraph.number."
}
