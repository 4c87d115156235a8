import TGCommandLine
import TGImage
import TGTensor

/// How the files of a run are called.
struct Naming {
  /// The files of one subject.
  struct Files: Hashable {
    /// The path without its suffix.
    let stem: String
    /// The format of pictures.
    let format: PictureFormat
    var code: String { stem + ".safetensors" }
    var picture: String { stem + "." + format.suffix }
    var sheet: String { stem + ".before-after." + format.suffix }
    var drawing: String { stem + ".svg" }
    var table: String { stem + ".csv" }
    var report: String { stem + ".json" }
    var all: [String] { [code, picture, sheet, drawing, table, report] }
  }

  /// The files of each subject.
  let files: [Files]
  /// Where the state is kept.
  let state: String
  /// How pictures are written.
  let encoding: PictureEncoding

  /// Decides and checks that everything can be created.
  init(
    _ options: InvertOptions, subjects: [Subject], planPath: String, readFiles: [String]
  ) throws {
    guard options.out == nil || options.outdir == nil else {
      throw Failure(.usage, "-o and --outdir are both given", hint: "say one of them")
    }
    let encoding = try options.pictures.encoding()
    self.encoding = encoding
    var newFolder: String?
    let part = options.shard.map { "-" + $0.replacing("/", with: "of") } ?? ""
    if let out = options.out {
      guard subjects.count <= 1, options.shard == nil else {
        throw Failure(
          .usage, "-o names one code, and \(subjects.count) are to be made",
          hint: "say --outdir FOLDER instead")
      }
      try Self.checkOut(out)
      files = [
        Files(stem: String(out.dropLast(".safetensors".count)), format: encoding.format)
      ]
      state = files[0].stem + ".state.safetensors"
    } else if let folder = options.outdir.map({ Outputs.trimmed($0) }) {
      newFolder = folder
      files = subjects.map { Files(stem: Path.join(folder, $0.name), format: encoding.format) }
      state = Path.join(folder, "tginvert\(part).state.safetensors")
    } else {
      files = subjects.map { Files(stem: $0.name + "-inverted", format: encoding.format) }
      state =
        files.count == 1 && part.isEmpty
        ? files[0].stem + ".state.safetensors" : "tginvert\(part).state.safetensors"
    }
    try Outputs.check(
      files.flatMap(\.all) + [state] + [options.film].compactMap(\.self),
      readFiles: readFiles + subjects.compactMap(\.path),
      newFolder: newFolder)
  }

  /// Makes sure that `-o` names a file that a code and the files beside it can be written to.
  private static func checkOut(_ out: String) throws(Failure) {
    if Path.isFolder(out) {
      throw Failure(
        .usage, "-o \(out) is a folder, and a code needs a name",
        hint: "say --outdir \(Path.quoted(out))")
    }
    if out == "-" || Path.isSpecial(out) {
      throw Failure(
        .usage, "-o \(out): six files are written beside each other, and need a name",
        hint: "say -o CODE.safetensors")
    }
    guard Path.suffix(out) == "safetensors", !Path.stem(out).isEmpty else {
      let name = out.isEmpty || out.hasSuffix("/") ? out + "CODE" : Path.withoutSuffix(out)
      throw Failure(
        .usage, "-o \(out): codes are written as .safetensors",
        hint: "say -o \(Path.quoted(freePath(like: name + ".safetensors")))")
    }
  }
}
