import TGCommandLine
import TGImage
import TGPlan
import TGSession
import TGTensor

/// How the files of a run are called, and which outputs become files.
struct Naming {
  /// The outputs that are written for each item, or printed.
  let outputs: [InterfaceItem]
  /// The picture that a run is for.
  let mainPicture: InterfaceItem?
  private let out: String?
  /// The folder of `--outdir`, which is made if it is not there.
  private let newFolder: String?
  private let folder: String
  private let stem: String
  private let lineDigits: Int
  private let rowDigits: Int
  private let frameDigits: Int
  private let attention: [String]
  private let hasBeforeAfter: Bool
  /// How many frames stand in one picture; nil if each is a picture of its own.
  let strip: Int?

  init(
    _ options: RunOptions, variants: FunctionVariants, mainOutput: String?, planPath: String,
    items: [NamedItem], console: Console
  ) throws {
    let named = variants.form.outputs.first { $0.name == mainOutput && $0.takesPicture }
    mainPicture = named ?? variants.mainPicture
    attention = options.attention
    hasBeforeAfter = options.beforeAfter
    out = options.out
    newFolder = options.outdir.map { Outputs.trimmed($0) }
    folder = newFolder ?? "."
    stem = Path.stem(planPath)
    lineDigits = String(items.compactMap(\.line).max() ?? 0).count
    rowDigits = String(items.compactMap(\.row).max() ?? 0).count
    let numbers = Set(items.compactMap(\.frame))
    frameDigits = String(numbers.max() ?? 0).count
    let isNumbered = options.outdir != nil || options.out?.contains(Self.place) == true
    strip = numbers.count > 1 && !isNumbered && mainPicture != nil ? numbers.count : nil
    guard options.out == nil || options.outdir == nil else {
      throw Failure(.usage, "-o and --outdir are both given", hint: "say one of them")
    }
    if out != nil {
      let count = numbers.isEmpty ? items.count : items.count / numbers.count
      guard count == 1 else {
        throw Failure(
          .usage, "-o names one picture, and \(count) are to be made",
          hint: "say --outdir FOLDER instead")
      }
      guard mainPicture != nil else {
        throw SessionError.noPictureOutput(outputs: variants.form.outputs.map(\.name))
      }
    }
    if options.outdir != nil {
      outputs = variants.form.outputs
    } else if let mainPicture, out != nil || options.output.isEmpty {
      outputs = [mainPicture]
    } else if options.output.isEmpty {
      outputs = variants.form.outputs
    } else {
      outputs = []
    }
    isWriting = options.outdir != nil || mainPicture != nil
    if let out { try checkOut(out, console: console) }
    if let strip { try checkStrip(of: strip) }
    guard attention.isEmpty || outputs.contains(where: { $0 == mainPicture }) else {
      throw Failure(
        .usage, "--attention is drawn over a picture, and none is written",
        hint: "say -o OUT.png too")
    }
  }

  /// Makes sure that `-o` names a place that a picture can go to.
  private func checkOut(_ out: String, console: Console) throws {
    let needsMore = console.isJSON || !attention.isEmpty
    switch out {
    case "-":
      guard !console.terminal.outputIsTerminal else {
        throw Failure(.usage, "a PNG is not written to a terminal", hint: "say -o OUT.png")
      }
      guard !needsMore else {
        throw Failure(
          .usage, "-o - leaves the standard output to the picture; --json and --attention need it",
          hint: "say -o OUT.png")
      }
    case Outputs.nowhere:
      guard attention.isEmpty, !hasBeforeAfter else {
        throw Failure(
          .usage,
          "--attention and --before-after are written beside the picture, and "
            + "\(out) throws it away", hint: "say -o OUT.png")
      }
    case _ where Path.isSpecial(out):
      throw Failure(
        .usage, "-o \(out) is a device or a pipe, and a picture needs a file",
        hint: "-o - writes it to the standard output")
    case _ where Path.isFolder(out):
      throw Failure(
        .usage, "-o \(out) is a folder, and a picture needs a name",
        hint: "say --outdir \(Path.quoted(out)), or -o "
          + Path.quoted(freePath(like: Path.join(out, stem + ".png"))))
    case _ where Path.suffix(out) == "npy":
      throw Failure(
        .usage, "-o \(out): pictures are written as .png",
        hint: "arrays are written with --output \(mainPicture?.name ?? "NAME")="
          + Path.quoted(out))
    case _ where Path.suffix(out) != "png":
      let name = out.isEmpty || out.hasSuffix("/") ? out + "OUT" : Path.withoutSuffix(out)
      throw Failure(
        .usage, "-o \(out): pictures are written as .png",
        hint: "say -o \(Path.quoted(freePath(like: name + ".png")))")
    default: break
    }
  }

  /// What stands for the number of a frame in `-o`.
  static let place = "%d"

  /// Makes sure that the frames fit into one picture and nothing is to be drawn beside each.
  private func checkStrip(of count: Int) throws {
    let remedy = "say --outdir FOLDER, or -o frame-%d.png, for a picture of each frame"
    guard attention.isEmpty, !hasBeforeAfter else {
      throw Failure(
        .usage, "--attention and --before-after are drawn for single pictures, not for strips",
        hint: remedy)
    }
    guard let extents = mainPicture?.itemShape, extents.count == 3 else { return }
    let width = count * (extents[2] + Picture.gap) - Picture.gap
    guard PictureLimits.standard.allows(height: extents[1], width: width) else {
      throw Failure(
        .usage,
        "a strip of \(count) frames is \(width) x \(extents[1]) pixels; pictures have at "
          + "most \(PictureLimits.standard)", hint: remedy)
    }
  }

  /// True if outputs become files, false if their numbers are printed.
  private let isWriting: Bool

  /// Where an output of an item goes; nil if it is printed.
  func path(of output: InterfaceItem, for item: NamedItem) -> String? {
    guard isWriting else { return nil }
    let isMain = output == mainPicture
    let frame = strip == nil ? item.frame.map { Self.digits($0, frameDigits) } : nil
    if let out, isMain { return frame.map { out.replacing(Self.place, with: $0) } ?? out }
    var name = "\(stem)-\(item.run.seed)"
    if let picture = item.picture { name += "-" + Path.stem(picture.path) }
    if let line = item.line { name += "-" + Self.digits(line, lineDigits) }
    if let row = item.row { name += "-" + Self.digits(row, rowDigits) }
    if let frame { name += "-" + frame }
    if !isMain { name += "-" + output.name }
    return Path.join(folder, name + (output.takesPicture ? ".png" : ".npy"))
  }

  /// Where the attention maps beside a picture go.
  func attentionPath(_ name: String, beside path: String) -> String {
    Path.join(Path.folder(path), "\(Path.stem(path))-\(name).png")
  }

  /// The path of the before-and-after sheet beside a picture.
  func beforeAfterPath(beside path: String) -> String {
    Path.join(Path.folder(path), "\(Path.stem(path))-before-after.png")
  }

  /// Makes sure that everything can be created, nothing is written twice, and nothing that is read.
  func check(arrays: [String], items: [NamedItem], readFiles: [String]) throws {
    var places = arrays
    for item in items where strip == nil || item.frame == items.first?.frame {
      for output in outputs {
        guard let path = path(of: output, for: item), path != "-", path != Outputs.nowhere
        else { continue }
        places.append(path)
        if output == mainPicture {
          places += attention.map { attentionPath($0, beside: path) }
          if hasBeforeAfter { places.append(beforeAfterPath(beside: path)) }
        }
      }
    }
    try Outputs.check(places, readFiles: readFiles, newFolder: newFolder)
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
