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
    folder = options.outdir ?? "."
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
    if let out {
      let count = numbers.isEmpty ? items.count : items.count / numbers.count
      guard count == 1 else {
        throw Failure(
          .usage, "-o names one picture, and \(count) are to be made",
          hint: "say --outdir FOLDER instead")
      }
      guard mainPicture != nil else {
        throw SessionError.noPictureOutput(outputs: variants.form.outputs.map(\.name))
      }
      guard out == "-" || Path.suffix(out) == "png" else {
        throw Failure(
          .usage, "-o \(out): pictures are written as .png",
          hint: Path.suffix(out) == "npy"
            ? "arrays are written with --output \(mainPicture?.name ?? "NAME")=\(Path.quoted(out))"
            : "say -o \(Path.quoted(out.isEmpty ? "OUT.png" : Path.stem(out) + ".png"))")
      }
      if out == "-" {
        guard !console.terminal.outputIsTerminal else {
          throw Failure(.usage, "a PNG is not written to a terminal", hint: "say -o OUT.png")
        }
        guard !console.isJSON, attention.isEmpty else {
          throw Failure(
            .usage,
            "-o - leaves the standard output to the picture; --json and --attention need it",
            hint: "say -o OUT.png")
        }
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
    if let strip { try checkStrip(of: strip) }
    guard attention.isEmpty || outputs.contains(where: { $0 == mainPicture }) else {
      throw Failure(
        .usage, "--attention is drawn over a picture, and none is written",
        hint: "say -o OUT.png too")
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

  /// Makes sure that the folders are there, no file is written twice, and none that was read.
  func check(arrays: [String], items: [NamedItem], readFiles: [String]) throws {
    var places = arrays
    for item in items where strip == nil || item.frame == items.first?.frame {
      for output in outputs {
        guard let path = path(of: output, for: item), path != "-" else { continue }
        places.append(path)
        if output == mainPicture {
          places += attention.map { attentionPath($0, beside: path) }
          if hasBeforeAfter { places.append(beforeAfterPath(beside: path)) }
        }
      }
    }
    var seen: Set<[UInt8]> = []
    var folders: Set<String> = []
    for place in places {
      guard seen.insert(FileName.bytes(of: place)).inserted else {
        throw Failure(.usage, "two results would be written to \(place)")
      }
      if folders.insert(Path.folder(place)).inserted { try Path.demandFolder(Path.folder(place)) }
      guard Path.exists(place) else { continue }
      if Path.isFolder(place) { throw Failure(.cannotCreate, "\(place) is a folder") }
      if let source = readFiles.first(where: { Path.areSame($0, place) }) {
        throw Failure(
          .usage, "\(place) would be written over \(source), which is read",
          hint: "give the result another name")
      }
    }
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
