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
  /// The instruction set.
  package static let isa = "tgraph.isa"
  /// For each file that was read its SHA-256 and its base name.
  package static let file = "tgraph.sha256"
  /// The SHA-256 of the size and the pixels of the picture.
  package static let pixels = "tgraph.pixels"
  /// The quality of a JPEG.
  package static let quality = "tgraph.quality"
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
  /// The base name of the file of codes.
  package static let latent = "tgraph.latent"
  /// A direction as the command line names it, with the base name of its file.
  package static let direction = "tgraph.direction"
  /// Layers of another code as the command line names them, with the base name of its file.
  package static let mix = "tgraph.mix"
  /// An end of an interpolation, twice: a base name, a seed or a caption.
  package static let interpolate = "tgraph.interpolate"
  /// How many frames an interpolation has, where it was stated.
  package static let frames = "tgraph.frames"
  /// Present if normal noise was interpolated along the great circle.
  package static let spherical = "tgraph.spherical"
  /// The seeds of a film or a sheet, where there are several.
  package static let seeds = "tgraph.seeds"
  /// The base name of the file of captions of a film or a sheet.
  package static let captions = "tgraph.captions"
  /// How many pictures a film or a sheet was made of, a run for each.
  package static let pictures = "tgraph.pictures"
  /// The form of a sheet, as the command line names it.
  package static let grid = "tgraph.grid"
  /// Of a film how many frames are shown in a second.
  package static let film = "tgraph.film"
  /// Present if a film goes forward and then backward.
  package static let thereAndBack = "tgraph.there-and-back"
  /// The number of the frame that a picture shows, from 0; absent for strips.
  package static let frame = "tgraph.frame"
}
