import ArgumentParser

/// What `tgrun` can be told about latent codes.
struct EditOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Codes from a file (.safetensors, .npy, .npz), bound by name, or by shape if there is one.",
      valueName: "FILE"))
  var latent: String?

  @Option(
    help: ArgumentHelp(
      "Move the code along a direction; a list of amounts gives a frame for each, layers such as "
        + "0-5 limit it. FILE:COLUMN is a column of a matrix.",
      valueName: "FILE=AMOUNT|FIRST:LAST:COUNT[@LAYERS]"))
  var direction: [String] = []

  @Option(
    help: ArgumentHelp("Take layers of the code from another code.", valueName: "FILE:LAYERS"))
  var mix: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Frames between two files of codes, two seeds (seed:3 seed:9), two captions or two pictures.",
      valueName: "A B"))
  var interpolate: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many frames, both ends included. (default: 7; of a film 24; of a grid its columns)",
      valueName: "N"))
  var frames: Int?

  @Flag(help: "Interpolate normal noise along the great circle.")
  var spherical = false

  /// The options that are given.
  var asked: [String] {
    let all: [(String, Bool)] = [
      ("--latent", latent != nil), ("--direction", !direction.isEmpty), ("--mix", !mix.isEmpty),
      ("--interpolate", !interpolate.isEmpty), ("--frames", frames != nil),
      ("--spherical", spherical),
    ]
    return all.filter(\.1).map(\.0)
  }
}
