/// The keys of the texts that pictures carry.
package enum Metadata {
  /// The program and its version.
  package static let software = "Software"
  /// The base name of the plan file.
  package static let plan = "tgraph.plan"
  /// The hash of the plan.
  package static let hash = "tgraph.hash"
  /// The function.
  package static let function = "tgraph.function"
  /// The objective.
  package static let objective = "tgraph.objective"
  /// The output that the picture shows.
  package static let output = "tgraph.output"
  /// The seed.
  package static let seed = "tgraph.seed"
  /// The item's number in the noise of its seed, where it is not 0.
  package static let item = "tgraph.item"
  /// Before the name of an input: the caption.
  package static let text = "tgraph.text."
  /// Before the name of an input: the base name of the picture.
  package static let picture = "tgraph.picture."
  /// Before the name of an input: the base name of the array.
  package static let array = "tgraph.array."
  /// Before the name of an input: the number.
  package static let number = "tgraph.number."
}
