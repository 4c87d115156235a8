import TGCommandLine
import TGTensor

/// How the files of a run are called.
struct Naming {
  /// The files of one subject.
  struct Files: Hashable {
    /// The path without its suffix.
    let stem: String
    var code: String { stem + ".safetensors" }
    var picture: String { stem + ".png" }
    var sheet: String { stem + ".before-after.png" }
    var drawing: String { stem + ".svg" }
    var table: String { stem + ".csv" }
    var report: String { stem + ".json" }
    var all: [String] { [code, picture, sheet, drawing, table, report] }
  }

  /// The files of each subject.
  let files: [Files]
  /// Where the state is kept.
  let state: String

  /// Decides and checks that everything can be created.
  init(
    _ options: InvertOptions, subjects: [Subject], planPath: String, readFiles: [String]
  ) throws {
    guard options.out == nil || options.outdir == nil else {
      throw Failure(.usage, "-o and --outdir are both given", hint: "say one of them")
    }
    let part = options.shard.map { "-" + $0.replacing("/", with: "of") } ?? ""
    if let out = options.out {
      guard subjects.count <= 1, options.shard == nil else {
        throw Failure(
          .usage, "-o names one code, and \(subjects.count) are to be made",
          hint: "say --outdir FOLDER instead")
      }
      guard Path.suffix(out) == "safetensors", !Path.stem(out).isEmpty else {
        throw Failure(
          .usage, "-o \(out): codes are written as .safetensors",
          hint: "say -o \(Path.quoted(out.isEmpty ? "CODE" : out)).safetensors")
      }
      files = [Files(stem: String(out.dropLast(".safetensors".count)))]
      state = files[0].stem + ".state.safetensors"
    } else if let folder = options.outdir {
      files = subjects.map { Files(stem: Path.join(folder, $0.name)) }
      state = Path.join(folder, "tginvert\(part).state.safetensors")
    } else {
      files = subjects.map { Files(stem: $0.name + "-inverted") }
      state =
        files.count == 1 && part.isEmpty
        ? files[0].stem + ".state.safetensors" : "tginvert\(part).state.safetensors"
    }
    try check(readFiles: readFiles + subjects.compactMap(\.path))
  }

  private func check(readFiles: [String]) throws {
    var seen: Set<[UInt8]> = []
    var folders: Set<String> = []
    for place in files.flatMap(\.all) + [state] {
      guard seen.insert(FileName.bytes(of: place)).inserted else {
        throw Failure(
          .usage, "two results would be written to \(place)",
          hint: "pictures of one name are inverted into folders of their own")
      }
      let folder = Path.folder(place)
      if folders.insert(folder).inserted { try Path.demandFolder(folder) }
      guard Path.exists(place) else { continue }
      if Path.isFolder(place) { throw Failure(.cannotCreate, "\(place) is a folder") }
      if let source = readFiles.first(where: { Path.areSame($0, place) }) {
        throw Failure(
          .usage, "\(place) would be written over \(source), which is read",
          hint: "give the result another name or folder: --outdir FOLDER")
      }
    }
  }
}
