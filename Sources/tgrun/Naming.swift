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
  /// What stands in one picture; nil if each is a picture of its own.
  let sheet: SheetForm?
  private let firstSeed: UInt64
  private let isFilmed: Bool
  /// How pictures are written.
  let encoding: PictureEncoding

  init(
    _ options: RunOptions, requests: [AttentionRequest], variants: FunctionVariants,
    mainOutput: String?, planPath: String, items: [NamedItem], console: Console
  ) throws {
    let named = variants.form.outputs.first { $0.name == mainOutput && $0.takesPicture }
    mainPicture = named ?? variants.mainPicture
    attention = requests.map(\.name)
    hasBeforeAfter = options.beforeAfter
    out = options.out
    encoding = try options.pictures.encoding(named: options.out)
    newFolder = options.outdir.map { Outputs.trimmed($0) }
    folder = newFolder ?? "."
    stem = Path.stem(planPath)
    lineDigits = String(items.compactMap(\.line).max() ?? 0).count
    rowDigits = String(items.compactMap(\.row).max() ?? 0).count
    let numbers = Set(items.compactMap(\.frame))
    frameDigits = String(numbers.max() ?? 0).count
    firstSeed = items.first?.run.seed ?? 0
    let films = options.sheets
    isFilmed = films.film != nil
    let form = try SheetForm(options, items: items.count, frames: numbers.count)
    sheet = mainPicture == nil ? nil : form
    guard mainPicture != nil || films.asked.isEmpty else {
      throw SessionError.noPictureOutput(outputs: variants.form.outputs.map(\.name))
    }
    guard options.out == nil || options.outdir == nil else {
      throw Failure(.usage, "-o and --outdir are both given", hint: "say one of them")
    }
    if out != nil {
      let count = numbers.isEmpty ? items.count : items.count / numbers.count
      guard count == 1 || films.grid != nil else {
        throw Failure(
          .usage, "-o names one picture, and \(count) are to be made",
          hint: "say --outdir FOLDER instead, or --grid COLUMNS for one sheet")
      }
      guard mainPicture != nil else {
        throw SessionError.noPictureOutput(outputs: variants.form.outputs.map(\.name))
      }
    }
    if options.outdir != nil {
      outputs = variants.form.outputs
    } else if let mainPicture,
      out != nil || films.grid != nil || options.output.isEmpty && films.film == nil
    {
      outputs = [mainPicture]
    } else if options.output.isEmpty && films.film == nil {
      outputs = variants.form.outputs
    } else {
      outputs = []
    }
    isWriting = options.outdir != nil || mainPicture != nil
    if let out { try checkOut(out, console: console) }
    if let sheet, !outputs.isEmpty { try check(sheet) }
    guard
      attention.isEmpty && !(isFilmed && hasBeforeAfter)
        || outputs.contains(where: { $0 == mainPicture })
    else {
      throw Failure(
        .usage, "--attention and --before-after are drawn beside a picture, and none is written",
        hint: "say -o OUT.png too")
    }
  }

  /// Makes sure that `-o` names a file that a picture can be written to.
  private func checkOut(_ out: String, console: Console) throws {
    let needsMore = console.isJSON || !attention.isEmpty || isFilmed
    switch out {
    case "-":
      guard !console.terminal.outputIsTerminal else {
        throw Failure(
          .usage, "a \(encoding.format.rawValue) is not written to a terminal",
          hint: "say -o OUT.\(encoding.format.suffix)")
      }
      guard !needsMore else {
        throw Failure(
          .usage,
          "-o - leaves the standard output to the picture; --json, --attention and --film need it",
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
          + Path.quoted(freePath(like: Path.join(out, stem + suffix))))
    case _ where Path.suffix(out) == "npy":
      throw Failure(
        .usage, "-o \(out): pictures are written as \(Self.suffixes)",
        hint: "arrays are written with --output \(mainPicture?.name ?? "NAME")="
          + Path.quoted(out))
    case _ where PictureFormat(suffix: Path.suffix(out)) == nil:
      let name = out.isEmpty || out.hasSuffix("/") ? out + "OUT" : Path.withoutSuffix(out)
      throw Failure(
        .usage, "-o \(out): pictures are written as \(Self.suffixes)",
        hint: "say -o \(Path.quoted(freePath(like: name + suffix)))")
    default: break
    }
  }

  /// The suffix of pictures that are named here, with its point.
  private var suffix: String { "." + encoding.format.suffix }

  /// The suffixes of pictures, in words.
  private static var suffixes: String {
    PictureFormat.allCases.map { "." + $0.suffix }.joined(separator: " or ")
  }

  /// What stands for the number of a frame in `-o`.
  static let frameNumber = "%d"

  /// Makes sure that pictures fit into one and nothing is to be drawn beside each.
  private func check(_ sheet: SheetForm) throws {
    let remedy = "say --outdir FOLDER, or -o frame-%d.png, for a picture of each frame"
    if case .grid(let columns, let count) = sheet {
      guard attention.isEmpty, !hasBeforeAfter else {
        throw Failure(
          .usage, "--attention and --before-after are drawn for single pictures, not for sheets",
          hint: "leave out --grid")
      }
      guard let extents = mainPicture?.itemShape, extents.count == 3 else { return }
      guard
        ContactSheet.allows(
          height: extents[1], width: extents[2], columns: columns, count: count)
      else {
        throw Failure(
          .usage,
          "a sheet of \(count) pictures of \(extents[2]) x \(extents[1]) pixels is too large; "
            + "pictures have at most \(PictureLimits.standard)", hint: "make several sheets")
      }
      return
    }
    let count = sheet.count
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
    let frame = sheet == nil ? item.frame.map { Self.digits($0, frameDigits) } : nil
    if let out, isMain { return frame.map { out.replacing(Self.frameNumber, with: $0) } ?? out }
    if case .grid = sheet, isMain { return Path.join(folder, "\(stem)-\(firstSeed).png") }
    var name = "\(stem)-\(item.run.seed)"
    if let picture = item.picture { name += "-" + Path.stem(picture.path) }
    if let line = item.line { name += "-" + Self.digits(line, lineDigits) }
    if let row = item.row { name += "-" + Self.digits(row, rowDigits) }
    if let frame { name += "-" + frame }
    if !isMain { name += "-" + output.name }
    return Path.join(folder, name + (output.takesPicture ? suffix : ".npy"))
  }

  /// Where the attention maps beside a picture go.
  func attentionPath(_ name: String, beside path: String) -> String {
    Path.join(Path.folder(path), "\(Path.stem(path))-\(name)" + suffix)
  }

  /// The path of the before-and-after sheet beside a picture.
  func beforeAfterPath(beside path: String) -> String {
    Path.join(Path.folder(path), "\(Path.stem(path))-before-after" + suffix)
  }

  /// Makes sure that everything can be created, nothing is written twice, and nothing that is read.
  func check(arrays: [String], items: [NamedItem], readFiles: [String]) throws {
    var paths = arrays
    let heads: [NamedItem] =
      switch sheet {
      case .grid: Array(items.prefix(1))
      case .strip: items.filter { $0.frame == items.first?.frame }
      case nil: items
      }
    for item in heads {
      for output in outputs {
        guard let path = path(of: output, for: item), path != "-", path != Outputs.nowhere
        else { continue }
        paths.append(path)
        if output == mainPicture {
          paths += attention.map { attentionPath($0, beside: path) }
          if hasBeforeAfter { paths.append(beforeAfterPath(beside: path)) }
        }
      }
    }
    try Outputs.check(paths, readFiles: readFiles, newFolder: newFolder)
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
